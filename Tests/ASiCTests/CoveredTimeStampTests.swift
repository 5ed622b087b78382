// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing
import ZIPSyntax

@testable import ASiC

/// Whoever has the key of an authority that is revoked by now can make a token with any time. A genuine time-stamp in the same
/// container must not lend it an age that it has not.
@Suite struct `Time-stamps of a container prove what their manifests name (EN 319 162-1 A.7)` {
    private typealias Entries = [(name: String, content: [UInt8])]

    private static let day: Int64 = 86_400
    private let fixture: ContainerFixture
    private let old: TimeStampAuthority
    private let other: TimeStampAuthority

    init() throws {
        fixture = try ContainerFixture.shared.get()
        old = try fixture.infrastructure.timeStampAuthority()
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "Another Authority (TEST)", organization: "TEST"),
            notBefore: ContainerFixture.now.adding(seconds: -3_600),
            notAfter: ContainerFixture.now.adding(seconds: 1_000 * Self.day), keyUsage: [.digitalSignature],
            extendedKeyUsage: ["1.3.6.1.5.5.7.3.8"])
        template.extendedKeyUsageIsCritical = true
        let key = try SoftwareKey.generate(.elliptic(.p256))
        other = TimeStampAuthority(
            key: key,
            certificate: try fixture.infrastructure.publicDutyDomain.issuing.issue(
                template, for: key.subjectPublicKeyInfo))
    }

    private static func after(_ days: Int64) -> Instant { ContainerFixture.now.adding(seconds: days * day) }

    /// A manifest over files with the token over it.
    private func pair(
        _ number: Int, over entries: Entries, by authority: TimeStampAuthority, _ days: Int64
    ) throws -> Entries {
        let path = "META-INF/timestamp00\(number).tst"
        let manifest = ASiCManifest(
            signature: path, references: try entries.map { try ContainerFixture.reference($0.name, $0.content) },
            isTimeStamped: true
        ).bytes
        let response = authority.response(
            to: TimeStampRequest(try MessageImprint(of: manifest)).bytes, at: Self.after(days))
        let token = try #require(TimeStampResponse(parsing: response).token)
        return [("META-INF/ASiCArchiveManifest00\(number).xml", manifest), (path, token.bytes)]
    }

    /// The entries of a signed container, the media type apart.
    private func signed() async throws -> (mimetype: Entries, entries: Entries) {
        let content = Array("nội dung".utf8)
        let manifest = ASiCManifest(
            signature: "META-INF/signature001.p7s", references: [try ContainerFixture.reference("a.txt", content)]
        ).bytes
        let cms = try await CAdESSignature.detached(
            over: MemorySource(manifest), by: fixture.citizen, claiming: ContainerFixture.now)
        return (
            [("mimetype", Array(ContainerType.extended.mediaType.utf8))],
            [
                ("a.txt", content), ("META-INF/ASiCManifest001.xml", manifest), ("META-INF/signature001.p7s", cms),
            ]
        )
    }

    /// The signer is revoked after two days, the first time-stamp's authority (for its key) after five.
    private func verdict(_ entries: Entries) throws -> Verdict {
        let now = Self.after(6)
        let infrastructure = fixture.infrastructure
        let revoked = [
            CertificateRevocationList.Entry(
                serialNumber: fixture.citizen.certificate.serialNumber, revocationDate: Self.after(2)),
            CertificateRevocationList.Entry(
                serialNumber: old.certificate.serialNumber, revocationDate: Self.after(5), reason: .keyCompromise),
        ]
        let material = ValidationMaterial(
            certificates: try infrastructure.material(at: now).certificates,
            revocationLists: try infrastructure.revocationLists(
                at: now, revoked: [infrastructure.publicDomain.issuing.certificate.fingerprint: revoked]))
        let validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026, material: material)
        return Verdict(try validator.validate(fixture.open(ContainerFixture.archive(entries)), at: now))
    }

    @Test func `a token is not as old as a time-stamp that does not name it, wherever it stands`() async throws {
        let (mimetype, base) = try await signed()
        // As if made within the signer's time; nobody knows when it was made.
        let first = try pair(1, over: base, by: old, 1)
        let genuine = try pair(2, over: base, by: other, 4)
        let covering = try pair(2, over: base + first, by: other, 4)
        #expect(try verdict(mimetype + base + genuine) == .open(.revokedNoPOE))
        #expect(try verdict(mimetype + base + genuine + first) == .open(.revokedNoPOE))
        #expect(try verdict(mimetype + base + first + genuine) == .open(.revokedNoPOE))
        let passed = try verdict(mimetype + base + first + covering)
        #expect(passed == .passed, "\(passed)")
        let reversed = try verdict(mimetype + base + covering + first)
        #expect(reversed == .passed, "\(reversed)")
        // The reference must hold: another token in its place was not covered.
        let replaced = try pair(1, over: base, by: old, 1)
        #expect(try verdict(mimetype + base + replaced + covering) == .open(.revokedNoPOE))
    }

    @Test func `the token's file must be named, its manifest alone does not hold it`() async throws {
        let (mimetype, base) = try await signed()
        let first = try pair(1, over: base, by: old, 1)
        for (named, isProved) in [(Array(first.prefix(1)), false), (Array(first.suffix(1)), true), (first, true)] {
            let second = try pair(2, over: base + named, by: other, 4)
            let all = mimetype + base + first + second
            let facts = try #require(
                fixture.open(ContainerFixture.archive(all)).signatureFacts(with: ValidationMaterial()).first)
            let token = ValidationObject(try TimeStampToken(parsing: first[1].content))
            #expect(facts.timeStamps.map { $0.covers.contains(token) } == [false, isProved])
            let signature = try #require(facts.signatureObject)
            #expect(facts.timeStamps.allSatisfy { $0.covers.contains(signature) })
            #expect(try verdict(all) == (isProved ? .passed : .open(.revokedNoPOE)))
        }
    }

    @Test func `in a chain each proves the one that it names, and no other`() async throws {
        let (mimetype, base) = try await signed()
        let first = try pair(1, over: base, by: old, 1)
        let second = try pair(2, over: base + first, by: old, 3)
        let third = try pair(3, over: base + second, by: other, 4)
        let tokens = try [first, second].map { ValidationObject(try TimeStampToken(parsing: $0[1].content)) }
        for all in [first + second + third, third + second + first, third + first + second] {
            let entries = mimetype + base + all
            let facts = try #require(
                fixture.open(ContainerFixture.archive(entries)).signatureFacts(with: ValidationMaterial()).first)
            #expect(facts.timeStamps.map(\.id) == ["T-1", "T-2", "T-3"])
            #expect(facts.timeStamps.map { $0.covers.contains(tokens[0]) } == [false, true, false])
            #expect(facts.timeStamps.map { $0.covers.contains(tokens[1]) } == [false, false, true])
            #expect(try verdict(entries) == .passed)
        }
        let broken = try pair(2, over: base, by: old, 3)
        let above = try pair(3, over: base + broken, by: other, 4)
        #expect(try verdict(mimetype + base + first + broken + above) == .open(.revokedNoPOE))
    }
}
