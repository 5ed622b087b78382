// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing

@Suite("Public keys and digests")
struct PublicKeyTests {
    // FIPS 180-4 and FIPS 202 examples for the message "abc" (NIST CSRC "Examples with Intermediate Values").
    @Test(arguments: [
        (DigestAlgorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (.sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        (.sha512_256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    ])
    func `a digest has the value of the standard's example`(algorithm: DigestAlgorithm, value: String) throws {
        var state = try DigestState(algorithm)
        for byte in "abc".utf8 { try state.update([byte]) }
        #expect(Hexadecimal.encode(try state.finalized()) == value)
        #expect(Hexadecimal.encode(try algorithm.digest(of: Array("abc".utf8))) == value)
    }

    // The generator of P-256 (SEC 2 §2.4.2) is on the curve; with one bit changed it is not.
    @Test func `a point off the curve is refused and its twin on the curve is accepted`() throws {
        let generator = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        let point = try #require(
            Hexadecimal.decode("04" + generator + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"))
        #expect(try PublicKey.elliptic(.p256, point: point).kind == .elliptic(.p256))
        let compressed = try #require(Hexadecimal.decode("03" + generator))
        #expect(try PublicKey.elliptic(.p256, point: compressed).kind == .elliptic(.p256))
        var off = point
        off[64] ^= 1
        var hybrid = point
        hybrid[0] = 7
        for bad in [off, hybrid, Array(point.dropLast()), [], [0]] {
            #expect(throws: CryptoPrimitivesError(.invalidKey, "")) { try PublicKey.elliptic(.p256, point: bad) }
        }
    }

    @Test func `RSA parts outside the limits are refused`() {
        let modulus = [UInt8](repeating: 0xff, count: 256)
        #expect(throws: Never.self) { try PublicKey.rsa(modulus: modulus, publicExponent: [1, 0, 1]) }
        for (n, e) in [
            (modulus, [UInt8]()), (modulus, [1]), (modulus, [2]), (modulus, [UInt8](repeating: 255, count: 9)),
            ([], [3]), (Array(modulus.prefix(63)), [3]), ([UInt8](repeating: 255, count: 2049), [3]),
            (modulus.dropLast() + [0xfe], [3]),
        ] {
            #expect(throws: CryptoPrimitivesError(.invalidKey, "")) { try PublicKey.rsa(modulus: n, publicExponent: e) }
        }
    }

    @Test func `a scheme that does not fit the key is an error, not a verdict`() throws {
        let key = try PublicKey.rsa(modulus: [UInt8](repeating: 0xff, count: 256), publicExponent: [1, 0, 1])
        #expect(throws: CryptoPrimitivesError(.invalidParameter, "")) {
            try key.isValidSignature([1], over: [], scheme: .ed25519)
        }
        #expect(try key.isValidSignature([], over: [], scheme: .rsaPSS(.sha256)) == false)
        #expect(throws: CryptoPrimitivesError(.invalidParameter, "")) {
            try key.isValidSignature([1], overDigest: [1, 2], scheme: .rsaPKCS1(.sha256))
        }
    }
}
