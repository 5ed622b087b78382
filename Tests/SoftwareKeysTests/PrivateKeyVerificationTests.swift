// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import Testing

@testable import SoftwareKeys

/// The key and the signatures of RFC 6979 §A.2.5; judged by libcrypto with the public key as well.
@Suite struct `Values verified by the private key` {
    private static let x = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    private static let y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
    private static let d = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"
    private static let order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"

    struct Sample: Sendable {
        let digest: DigestAlgorithm
        let r: String
        let s: String
    }

    static let samples = [
        Sample(
            digest: .sha1, r: "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
            s: "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB"),
        Sample(
            digest: .sha256, r: "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
            s: "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
        Sample(
            digest: .sha384, r: "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
            s: "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954"),
        Sample(
            digest: .sha512, r: "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
            s: "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE"),
    ]

    private static func octets(_ text: String) throws -> [UInt8] { try #require(Hexadecimal.decode(text)) }

    /// ECPrivateKey (RFC 5915 §3).
    private static func key(_ secret: String) throws -> SoftwareKey {
        let (secret, point) = (try octets(secret), try [4] + octets(x) + octets(y))
        let der = DERWriter.bytes { writer in
            writer.sequence {
                $0.integer(1)
                $0.octetString(secret)
                $0.element(.context(0), [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07])
                $0.element(.context(1), [0x03, 0x42, 0x00] + point)
            }
        }
        return try SoftwareKey(pem: Array(PEM.encode(der, label: "EC PRIVATE KEY").utf8))
    }

    /// A signature value from two numbers, each with a sign octet where it needs one.
    private static func value(_ r: [UInt8], _ s: [UInt8]) -> [UInt8] {
        func integer(_ octets: [UInt8]) -> [UInt8] {
            let octets = Array(octets.drop { $0 == 0 })
            return (octets.first ?? 0x80) >= 0x80 ? [0] + octets : octets
        }
        return DERWriter.bytes { writer in
            writer.sequence {
                $0.element(.integer, integer(r))
                $0.element(.integer, integer(s))
            }
        }
    }

    private static func verification(_ key: SoftwareKey) -> PrivateKeyVerification? {
        PrivateKeyVerification(key.pointer, point: key.subjectPublicKeyInfo.keyBytes)
    }

    @Test(arguments: samples) func `the RFC's signatures hold, with each bit changed they do not`(
        _ sample: Sample
    ) throws {
        let key = try Self.key(Self.d)
        let verification = try #require(Self.verification(key))
        let publicKey = try key.subjectPublicKeyInfo.publicKey()
        let digest = try sample.digest.digest(of: Array("sample".utf8))
        let value = try Self.value(Self.octets(sample.r), Self.octets(sample.s))
        let scheme = SignatureScheme.ecdsa(sample.digest)
        #expect(verification.isValid(value, overDigest: digest))
        #expect(try publicKey.isValidSignature(value, overDigest: digest, scheme: scheme))
        for bit in 0..<value.count * 8 {
            var changed = value
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!verification.isValid(changed, overDigest: digest), "bit \(bit) of the value")
            #expect(try !publicKey.isValidSignature(changed, overDigest: digest, scheme: scheme))
        }
        // Of a longer digest the first 256 bits count, here as there.
        for bit in stride(from: 0, to: digest.count * 8, by: 5) {
            var changed = digest
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(verification.isValid(value, overDigest: changed) == (bit >= 256), "bit \(bit) of the digest")
            #expect(
                try publicKey.isValidSignature(value, overDigest: changed, scheme: scheme) == (bit >= 256))
        }
    }

    @Test func `values that are no numbers of the group or not in DER are judged as with the public key`() throws {
        let key = try Self.key(Self.d)
        let verification = try #require(Self.verification(key))
        let publicKey = try key.subjectPublicKeyInfo.publicKey()
        let digest = try DigestAlgorithm.sha256.digest(of: Array("sample".utf8))
        let (r, s, n) = (
            try Self.octets(Self.samples[1].r), try Self.octets(Self.samples[1].s), try Self.octets(Self.order)
        )
        let good = Self.value(r, s)
        let mirrored = Self.value(r, Self.difference(n, s))
        let cases: [(String, [UInt8])] = [
            ("as it is", good), ("n − s", mirrored), ("r of 0", Self.value([], s)), ("s of 0", Self.value(r, [])),
            ("r of n", Self.value(n, s)), ("s of n", Self.value(r, n)), ("all of 0", Self.value([], [])),
            ("r + n", Self.value(Self.sum(r, n), s)), ("s + n", Self.value(r, Self.sum(s, n))),
            ("r and s changed places", Self.value(s, r)), ("an octet behind", good + [0]),
            ("an octet too few", Array(good.dropLast())), ("nothing", []), ("no sequence", [0x02, 0x01, 0x01]),
            ("a SET", [0x31] + good.dropFirst()),
            ("three numbers", DERWriter.bytes { $0.element(.sequence, Self.children(good) + [0x02, 0x01, 0x01]) }),
            (
                "negative numbers",
                DERWriter.bytes { writer in
                    writer.sequence {
                        $0.element(.integer, r)
                        $0.element(.integer, s)
                    }
                }
            ), ("a long form of the length", [0x30, 0x81] + good.dropFirst()),
            ("huge", Self.value([1] + [UInt8](repeating: 0, count: 4096), s)),
        ]
        for (name, value) in cases {
            let expected = try publicKey.isValidSignature(value, overDigest: digest, scheme: .ecdsa(.sha256))
            #expect(verification.isValid(value, overDigest: digest) == expected, "\(name)")
            #expect(expected == (name == "as it is" || name == "n − s"), "\(name)")
        }
    }

    @Test func `a private key is taken beside its own point alone`() throws {
        let key = try Self.key(Self.d)
        let (x, y) = (try Self.octets(Self.x), try Self.octets(Self.y))
        #expect(PrivateKeyVerification(key.pointer, point: [4] + x + y) != nil)
        // The opposite point has the same x-coordinate.
        let p = try Self.octets("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF")
        #expect(PrivateKeyVerification(key.pointer, point: [4] + x + Self.difference(p, y)) == nil)
        #expect(PrivateKeyVerification(key.pointer, point: [2 + y[31] % 2] + x) == nil)
        for other in [SoftwareKey.Kind.elliptic(.p256), .elliptic(.p384), .ed25519] {
            let other = try SoftwareKey.generate(other)
            #expect(PrivateKeyVerification(key.pointer, point: other.subjectPublicKeyInfo.keyBytes) == nil)
            #expect(PrivateKeyVerification(other.pointer, point: key.subjectPublicKeyInfo.keyBytes) == nil)
        }
    }

    @Test func `what a key verified holds for exactly that`() throws {
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let (info, scheme) = (key.subjectPublicKeyInfo, SignatureScheme.ecdsa(.sha256))
        let value = try key.signatureValue(over: [1, 2, 3], scheme: scheme)
        #expect(try info.publicKey().isValidSignature(value.bytes, over: [1, 2, 3], scheme: scheme))
        #expect(value.isKnownToHold(over: [1, 2, 3], scheme: scheme, under: info))
        #expect(!value.isKnownToHold(over: [1, 2, 4], scheme: scheme, under: info))
        #expect(!value.isKnownToHold(over: [1, 2, 3], scheme: .ecdsa(.sha512), under: info))
        let other = try SoftwareKey.generate(.elliptic(.p256))
        #expect(!value.isKnownToHold(over: [1, 2, 3], scheme: scheme, under: other.subjectPublicKeyInfo))
        // Nothing is claimed of values that the key did not verify.
        let rsa = try SoftwareKey.generate(.rsa(bits: 2048))
        let padded = try rsa.signatureValue(over: [1, 2, 3], scheme: .rsaPSS(.sha256))
        #expect(!padded.isKnownToHold(over: [1, 2, 3], scheme: .rsaPSS(.sha256), under: rsa.subjectPublicKeyInfo))
    }

    private static func children(_ element: [UInt8]) -> [UInt8] {
        (try? DERElement(parsing: element))?.contentBytes ?? []
    }

    /// Big-endian numbers of 32 octets.
    private static func difference(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var (result, borrow) = (left, 0)
        for place in left.indices.reversed() {
            let digit = Int(left[place]) - Int(right[place]) - borrow
            result[place] = UInt8(truncatingIfNeeded: digit)
            borrow = digit < 0 ? 1 : 0
        }
        return result
    }

    private static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var (result, carry) = (left, 0)
        for place in left.indices.reversed() {
            let digit = Int(left[place]) + Int(right[place]) + carry
            result[place] = UInt8(truncatingIfNeeded: digit)
            carry = digit >> 8
        }
        return [UInt8(carry)] + result
    }
}
