// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport
import Testing

@Suite struct `Keys for RSASSA-PSS only (RFC 4055 1.2, 3.3)` {
    private static let key = Result { try SoftwareKey.generate(.rsa(bits: 2048)) }
    private let message: [UInt8] = [1, 2, 3]

    /// The key under id-RSASSA-PSS, with parameters or without.
    private func restricted(_ algorithm: AlgorithmIdentifier) throws -> PublicKey {
        let key = try Self.key.get()
        let bytes = DERWriter.bytes { writer in
            writer.sequence {
                $0.raw(algorithm.bytes)
                $0.bitString(key.subjectPublicKeyInfo.keyBytes)
            }
        }
        return try SubjectPublicKeyInfo(DERElement(parsing: bytes)).publicKey()
    }

    private static let pss: ObjectIdentifier = "1.2.840.113549.1.1.10"
    private static let schemes: [SignatureScheme] = [
        .rsaPKCS1(.sha256), .rsaPSS(.sha256, mask: .sha256, saltLength: 32),
        .rsaPSS(.sha256, mask: .sha256, saltLength: 48), .rsaPSS(.sha512, mask: .sha512, saltLength: 64),
        .rsaPSS(.sha256, mask: .sha512, saltLength: 32),
    ]

    /// Which of the schemes a key verifies a good value of.
    private func verified(_ key: PublicKey) throws -> [Bool] {
        try Self.schemes.map { scheme in
            let value = try Self.key.get().signature(over: message, scheme: scheme)
            do throws(CryptoPrimitivesError) {
                return try key.isValidSignature(value, over: message, scheme: scheme)
            } catch {
                #expect(error.code == .invalidParameter)
                return false
            }
        }
    }

    @Test func `a key that says nothing verifies every scheme`() throws {
        #expect(try verified(Self.key.get().subjectPublicKeyInfo.publicKey()) == [true, true, true, true, true])
    }

    @Test func `a key for RSASSA-PSS verifies no PKCS#1 v1.5`() throws {
        #expect(try verified(restricted(AlgorithmIdentifier(Self.pss))) == [false, true, true, true, true])
    }

    @Test func `a key with parameters verifies these digests and no shorter salt`() throws {
        for (own, expected) in [
            (Self.schemes[1], [false, true, true, false, false]),
            (Self.schemes[2], [false, false, true, false, false]),
            (Self.schemes[3], [false, false, false, true, false]),
            (Self.schemes[4], [false, false, false, false, true]),
        ] {
            #expect(try verified(restricted(#require(own.identifier))) == expected, "\(own.displayName)")
        }
    }

    @Test func `parameters that cannot be read leave no key`() throws {
        #expect(throws: PKIXError(.unsupportedKey, clause: "", "")) {
            try restricted(AlgorithmIdentifier(Self.pss, parameters: [5, 0]))
        }
    }

    @Test func `a certificate is not signed by a key for another scheme`() throws {
        let fixture = try Fixture.shared.get()
        let key = try Self.key.get()
        var template = Fixture.authority("RSA")
        template.notAfter = Fixture.now.adding(seconds: 9 * Fixture.day)
        let root = try CertificateAuthority.root(template, key: key)
        let leaf = try root.issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        #expect(try leaf.isSigned(by: root.certificate.publicKey()))
        let scheme = try #require(SignatureScheme(leaf.signatureAlgorithm))
        let other: SignatureScheme = .rsaPSS(.sha512, mask: .sha512, saltLength: 64)
        #expect(scheme != other)
        #expect(try !leaf.isSigned(by: restricted(#require(other.identifier))))
    }
}
