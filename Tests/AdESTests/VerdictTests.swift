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

@Suite struct `Verdicts of vietnam-2026 (EN 319 102-1 5.3)` {
    private let fixture: SignatureFixture
    private let issuing: CertificateAuthority
    private let root: CertificateAuthority
    private static let day: Int64 = 86_400

    init() throws {
        fixture = try SignatureFixture.shared.get()
        issuing = fixture.infrastructure.publicDomain.issuing
        root = fixture.infrastructure.publicDomain.root
    }

    private func entry(_ certificate: Certificate, days: Int64, _ reason: RevocationReason?)
        -> CertificateRevocationList.Entry
    {
        CertificateRevocationList.Entry(
            serialNumber: certificate.serialNumber,
            revocationDate: SignatureFixture.now.adding(seconds: days * Self.day),
            reason: reason)
    }

    private func material(
        root rootEntries: [CertificateRevocationList.Entry]? = [],
        issuing entries: [CertificateRevocationList.Entry]? = [],
        from: Int64 = 0, until: Int64 = 30
    ) throws -> ValidationMaterial {
        func list(
            _ authority: CertificateAuthority, _ entries: [CertificateRevocationList.Entry]?
        ) throws -> [CertificateRevocationList] {
            guard let entries else { return [] }
            return [
                try authority.revocationList(
                    entries, thisUpdate: SignatureFixture.now.adding(seconds: from * Self.day),
                    nextUpdate: SignatureFixture.now.adding(seconds: until * Self.day))
            ]
        }
        return ValidationMaterial(
            certificates: [issuing.certificate], revocationLists: try list(root, rootEntries) + list(issuing, entries))
    }

    @Test func `each state of the certificate gives its verdict and its finding`() async throws {
        let citizen = fixture.citizen.certificate
        let signature = try await fixture.detached(fixture.citizen)
        typealias Row = (String, days: Int64, ValidationMaterial, RevocationMode, Verdict, code: String?)
        let rows: [Row] = [
            ("everything in order", 0, try material(), .required, .passed, nil),
            (
                "revoked", 1, try material(issuing: [entry(citizen, days: 0, .keyCompromise)]), .required,
                .open(.revokedNoPOE), "revoked"
            ),
            (
                "revoked tomorrow", 0, try material(issuing: [entry(citizen, days: 1, .keyCompromise)]), .required,
                .passed, nil
            ),
            (
                "on hold", 1, try material(issuing: [entry(citizen, days: 0, .certificateHold)]), .required,
                .open(.tryLater), "on-hold"
            ),
            (
                "the authority is revoked", 1, try material(root: [entry(issuing.certificate, days: 0, .caCompromise)]),
                .required, .open(.revokedCANoPOE), "revoked"
            ),
            (
                "no list of the issuer", 0, try material(issuing: nil), .required,
                .open(.certificateChainGeneralFailure),
                "revocation-unknown"
            ),
            (
                "no list of the root", 0, try material(root: nil), .required, .open(.certificateChainGeneralFailure),
                "revocation-unknown"
            ),
            (
                "no list, if available", 0, try material(issuing: nil), .ifAvailable,
                .open(.certificateChainGeneralFailure),
                "revocation-not-checked"
            ),
            (
                "revocation off", 0, try material(), .off, .open(.certificateChainGeneralFailure),
                "revocation-not-checked"
            ),
            ("a stale list", 31, try material(), .required, .open(.tryLater), "revocation-stale"),
            ("before the beginning", -1, try material(from: -1), .required, .open(.outOfBoundsNoPOE), "not-yet-valid"),
            (
                "after the end, not known to be revoked", 3 * 365 + 1, try material(), .required,
                .open(.outOfBoundsNoPOE),
                "expired"
            ),
            (
                "after the end, known not to be revoked", 3 * 365 + 1,
                try material(from: 3 * 365 - 1, until: 3 * 365 + 20),
                .required, .open(.outOfBoundsNotRevoked), "expired"
            ),
        ]
        for (name, days, material, mode, expected, code) in rows {
            let verdict = try fixture.judge(
                signature, at: SignatureFixture.now.adding(seconds: days * Self.day),
                with: fixture.validator(material: material, revocation: mode))
            #expect(verdict == expected, "\(name): \(verdict)")
            if let code { #expect(verdict.codes.contains(code), "\(name): \(verdict)") }
            if code == nil { #expect(verdict.codes.isEmpty, "\(name): \(verdict)") }
        }
    }

    @Test func `trust decides in which domain a signature holds`() async throws {
        let official = try fixture.infrastructure.require("official").signer()
        let signature = try await fixture.detached(official)
        let infrastructure = fixture.infrastructure
        #expect(try fixture.judge(signature) == .passed)
        let publicOnly = fixture.validator(trust: [infrastructure.publicDomain.trust])
        #expect(try fixture.judge(signature, with: publicOnly) == .open(.noCertificateChainFound))
        #expect(try fixture.judge(signature, with: fixture.validator(trust: [])) == .open(.noCertificateChainFound))
        let document = try CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content))
        let report = try fixture.validator().validate(document, at: SignatureFixture.now)
        #expect(report.signatures.first?.path?.trustDomain == "public-duty")
        #expect(report.signatures.first?.validAtSigningTime == .yes)
    }

    @Test func `a certificate that may not sign, or has an unknown critical extension, is refused`() async throws {
        let encipher = try fixture.signer(.elliptic(.p256)) { $0.keyUsage = KeyUsage(rawValue: 1 << 2) }
        #expect(try fixture.judge(await fixture.detached(encipher)) == .open(.chainConstraintsFailure))
        let critical = try fixture.signer(.elliptic(.p256)) {
            $0.furtherExtensions = [("1.3.6.1.4.1.55555.1", true, [0x05, 0x00])]
        }
        #expect(try fixture.judge(await fixture.detached(critical)) == .open(.certificateChainGeneralFailure))
        #expect(try fixture.judge(await fixture.detached(fixture.signer(.elliptic(.p256)))) == .passed)
    }

    @Test func `a failure of the content outweighs every open question`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let untrusted = fixture.validator(trust: [])
        #expect(try fixture.judge(signature, content: [1], with: untrusted) == .failed(.hashFailure))
        #expect(try fixture.judge(signature, with: untrusted) == .open(.noCertificateChainFound))
    }

    @Test func `a claimed time is shown and proves nothing`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let document = try CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content))
        let revoked = try material(issuing: [entry(fixture.citizen.certificate, days: 1, .keyCompromise)])
        let later = SignatureFixture.now.adding(seconds: 2 * Self.day)
        let report = try #require(
            try fixture.validator(material: revoked).validate(document, at: later).signatures.first)
        #expect(report.facts.claimedSigningTime == SignatureFixture.now)
        #expect(report.validAtClaimedTime == .yes && report.validAtSigningTime == .no)
        #expect(report.subIndication == .revokedNoPOE)
        #expect(report.integrity == .intact)
    }

    @Test func `PKCS#1 v1.5 passes with a remark on conformity, PSS without`() async throws {
        for (scheme, codes) in [(SignatureScheme.rsaPKCS1(.sha256), ["legacy-scheme"]), (.rsaPSS(.sha256), [])] {
            let signer = try fixture.infrastructure.require("company").signer(scheme)
            let verdict = try fixture.judge(await fixture.detached(signer))
            #expect(verdict == .passed)
            #expect(verdict.codes == codes)
        }
    }

    @Test func `the same question gives the same answer`() async throws {
        let signature = try await fixture.detached(fixture.citizen)
        let first = try fixture.judge(signature, content: [1])
        for _ in 0..<5 {
            let again = try fixture.judge(signature, content: [1])
            #expect(again == first && again.codes == first.codes)
        }
    }
}
