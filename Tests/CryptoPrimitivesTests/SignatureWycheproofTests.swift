// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import TestSupport
import Testing

@Suite("Signature verification — Wycheproof")
struct SignatureWycheproofTests {
    private func digest(_ name: Any?) throws -> DigestAlgorithm {
        let text = try #require(name as? String)
        return try #require(DigestAlgorithm.allCases.first { $0.displayName == text }, "\(text)")
    }

    private func expectStatedResults(
        _ file: String, _ isValid: (Wycheproof.Test) throws -> Bool
    ) throws {
        guard let vectors = try Wycheproof(file) else { return }
        #expect(!vectors.tests.isEmpty)
        for test in vectors.tests {
            let accepted = try isValid(test)
            switch test.result {
            case "valid": #expect(accepted, "\(file) \(test.id)")
            case "invalid": #expect(!accepted, "\(file) \(test.id)")
            // "acceptable" marks only PKCS#1 signatures whose DigestInfo lacks the NULL parameter: RFC 8017 §9.2
            // Note 2 lets a verifier refuse or accept them.
            default: #expect(test.flags == ["MissingNull"], "\(file) \(test.id)")
            }
        }
        print("wycheproof \(file): \(vectors.tests.count) as stated")
    }

    @Test(arguments: [
        "ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha512", "ecdsa_secp384r1_sha384", "ecdsa_secp384r1_sha512",
        "ecdsa_secp521r1_sha512", "ecdsa_brainpoolP224r1_sha224", "ecdsa_brainpoolP224r1_sha3_224",
        "ecdsa_brainpoolP256r1_sha256", "ecdsa_brainpoolP256r1_sha3_256", "ecdsa_brainpoolP320r1_sha384",
        "ecdsa_brainpoolP320r1_sha3_384", "ecdsa_brainpoolP384r1_sha384", "ecdsa_brainpoolP384r1_sha3_384",
        "ecdsa_brainpoolP512r1_sha512", "ecdsa_brainpoolP512r1_sha3_512",
    ])
    func `ECDSA signatures have the stated results`(file: String) throws {
        try expectStatedResults(file) { test in
            let key = try #require(test.group["publicKey"] as? [String: Any])
            let name = try #require(key["curve"] as? String)
            let names = ["secp256r1": EllipticCurve.p256, "secp384r1": .p384, "secp521r1": .p521]
            let curve = try #require(names[name] ?? EllipticCurve(rawValue: name))
            let point = try #require((key["uncompressed"] as? String).flatMap { Hexadecimal.decode($0) })
            let publicKey = try PublicKey.elliptic(curve, point: point)
            return try publicKey.isValidSignature(
                test.bytes("sig"), over: test.bytes("msg"), scheme: .ecdsa(digest(test.group["sha"])))
        }
    }

    @Test(arguments: [
        "rsa_signature_2048_sha256", "rsa_signature_2048_sha384", "rsa_signature_2048_sha512",
        "rsa_signature_3072_sha256", "rsa_signature_3072_sha512", "rsa_signature_4096_sha256",
        "rsa_signature_4096_sha512",
    ])
    func `RSASSA-PKCS1-v1_5 signatures have the stated results`(file: String) throws {
        try expectStatedResults(file) { test in
            let key = try PublicKey.rsa(
                modulus: test.group.bytes("publicKey", "modulus"),
                publicExponent: test.group.bytes("publicKey", "publicExponent"))
            return try key.isValidSignature(
                test.bytes("sig"), over: test.bytes("msg"), scheme: .rsaPKCS1(digest(test.group["sha"])))
        }
    }

    @Test(arguments: [
        "rsa_pss_2048_sha256_mgf1_32", "rsa_pss_3072_sha256_mgf1_32", "rsa_pss_4096_sha256_mgf1_32",
        "rsa_pss_4096_sha512_mgf1_32", "rsa_pss_misc",
    ])
    func `RSASSA-PSS signatures have the stated results`(file: String) throws {
        try expectStatedResults(file) { test in
            let key = try PublicKey.rsa(
                modulus: test.group.bytes("publicKey", "modulus"),
                publicExponent: test.group.bytes("publicKey", "publicExponent"))
            let scheme = SignatureScheme.rsaPSS(
                try digest(test.group["sha"]), mask: try digest(test.group["mgfSha"]),
                saltLength: try #require(test.group["sLen"] as? Int))
            return try key.isValidSignature(test.bytes("sig"), over: test.bytes("msg"), scheme: scheme)
        }
    }

    @Test(arguments: [("ed25519", PublicKey.Kind.ed25519), ("ed448", .ed448)])
    func `EdDSA signatures have the stated results`(file: String, kind: PublicKey.Kind) throws {
        try expectStatedResults(file) { test in
            let key = try PublicKey.edwards(kind, bytes: test.group.bytes("publicKey", "pk"))
            return try key.isValidSignature(
                test.bytes("sig"), over: test.bytes("msg"), scheme: kind == .ed448 ? .ed448 : .ed25519)
        }
    }
}
