// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `Signatures that were verified before` {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    private func outcome(
        _ certificate: Certificate, _ lists: [CertificateRevocationList], issuer: Certificate? = nil,
        _ verified: VerifiedSignatures
    ) -> PathResult {
        CertificateGraph(
            of: certificate, trusting: [TrustDomain(name: "test", anchors: [fixture.root.certificate])],
            material: ValidationMaterial(
                certificates: [issuer ?? fixture.issuing.certificate], revocationLists: lists),
            knowing: verified
        ).evaluate(at: Fixture.now, purpose: .signing, revocation: .required)
    }

    /// The bytes with one bit of the last octet changed, which belongs to the signature value.
    private func bent(_ bytes: [UInt8]) -> [UInt8] { bytes.dropLast() + [bytes[bytes.count - 1] ^ 1] }

    @Test func `what shares names, number and key identifier with a good certificate is verified itself`() throws {
        let verified = VerifiedSignatures()
        let lists = try fixture.lists()
        #expect(outcome(fixture.leaf, lists, verified).outcome == .passed)
        let known = verified.count
        #expect(known > 0)

        // The same certificate with another value; issuer, serial number and key identifiers are the same.
        let forged = try Certificate(parsing: bent(fixture.leaf.bytes))
        #expect(forged.serialNumber == fixture.leaf.serialNumber && forged.issuer == fixture.leaf.issuer)
        #expect(forged.signedBytes == fixture.leaf.signedBytes)
        #expect(outcome(forged, lists, verified).faults.map(\.rule) == [.signature])
        #expect(verified.count > known)

        // Issued in the issuer's name by somebody else.
        let impostor = try CertificateAuthority(key: fixture.otherKey, certificate: fixture.issuing.certificate)
        let issued = try impostor.issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        #expect(issued.authorityKeyIdentifier == fixture.leaf.authorityKeyIdentifier)
        #expect(outcome(issued, lists, verified).faults.map(\.rule) == [.signature])

        #expect(outcome(fixture.leaf, lists, verified).outcome == .passed)
    }

    @Test func `an authority that bears the issuer's name is not taken for it`() throws {
        let verified = VerifiedSignatures()
        let lists = try fixture.lists()
        #expect(outcome(fixture.leaf, lists, verified).outcome == .passed)
        let twin = try fixture.root.subordinate(
            Fixture.authority("Issuing", pathLength: 0), key: fixture.otherKey)
        #expect(twin.certificate.subject == fixture.issuing.certificate.subject)
        let result = outcome(fixture.leaf, lists, issuer: twin.certificate, verified)
        #expect(result.outcome != .passed && result.trustDomain == nil)
        // And the other way round: what the twin signed does not count under the issuer.
        let below = try twin.issue(Fixture.subscriber(), for: fixture.leafKey.subjectPublicKeyInfo)
        #expect(outcome(below, lists, verified).outcome != .passed)
    }

    @Test func `a forged list beside a good one that was verified says nothing`() throws {
        let verified = VerifiedSignatures()
        let good = try fixture.lists([fixture.entry(fixture.leaf, days: -1)])
        #expect(outcome(fixture.leaf, good, verified).faults.map(\.rule) == [.revoked])
        // The same list with another value: it neither revokes nor clears.
        let forged = try CertificateRevocationList(parsing: bent(good[1].bytes))
        #expect(forged.number == good[1].number && forged.issuer == good[1].issuer)
        #expect(outcome(fixture.leaf, [good[0], forged], verified).faults.map(\.rule) == [.revocationUnknown])
        // A cleared list in the issuer's name by somebody else.
        let impostor = try CertificateAuthority(key: fixture.otherKey, certificate: fixture.issuing.certificate)
        let cleared = try fixture.list(of: impostor)
        #expect(outcome(fixture.leaf, [good[0], cleared], verified).faults.map(\.rule) == [.revocationUnknown])
        #expect(outcome(fixture.leaf, good, verified).faults.map(\.rule) == [.revoked])
    }

    @Test func `every answer is the one that is had without the memory`() throws {
        let lists = try fixture.lists()
        let certificates = try [fixture.leaf, Certificate(parsing: bent(fixture.leaf.bytes))]
        let verified = VerifiedSignatures()
        for certificate in certificates + certificates {
            let (with, without) = (
                outcome(certificate, lists, verified), outcome(certificate, lists, VerifiedSignatures())
            )
            #expect(with.outcome == without.outcome)
            #expect(with.faults.map(\.rule) == without.faults.map(\.rule))
            #expect(with.chain.map(\.certificate) == without.chain.map(\.certificate))
        }
    }

    @Test func `the memory keeps no more than its limit`() throws {
        let verified = VerifiedSignatures(limit: 2)
        let lists = try fixture.lists()
        for _ in 0..<3 {
            #expect(outcome(fixture.leaf, lists, verified).outcome == .passed)
            #expect(verified.count <= 2)
        }
    }

    @Test func `a certificate's key is imported once`() throws {
        let certificate = try Certificate(parsing: fixture.leaf.bytes)
        #expect(try certificate.publicKey() === certificate.publicKey())
        #expect(try certificate.publicKey().kind == certificate.subjectPublicKeyInfo.publicKey().kind)
    }
}
