// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `The building blocks (EN 319 102-1 5.2 and 5.3)` {
    private let fixture: FactsFixture

    init() throws { fixture = try FactsFixture.shared.get() }

    private static let fault = FormatFault(code: "test-fault", clause: "test", phrase: Phrase(vi: "thử", en: "test"))
    private static func change(_ allowed: Bool, _ kind: ChangeAfterSigning.Kind = .other) -> ChangeAfterSigning {
        ChangeAfterSigning(revision: 2, kind: kind, allowed: allowed, objects: ["12 0"])
    }

    @Test func `facts in order pass, without a finding`() {
        let report = fixture.report(fixture.facts())
        #expect(report.indication == .totalPassed && report.subIndication == nil)
        #expect(report.findings.isEmpty && report.conformityFindings.isEmpty)
        #expect(report.integrity == .intact && report.validAtSigningTime == .yes && report.validAtClaimedTime == .yes)
        #expect(report.explanation(in: .vietnamese) == "Hợp lệ" && report.explanation(in: .english) == "Valid")
    }

    @Test func `each fact that is out of order gives the sub-indication of its block`() {
        typealias Row = (String, (inout SignatureFacts) -> Void, SubIndication?, code: String?)
        let rows: [Row] = [
            ("format fault", { $0.formatFaults = [Self.fault] }, .formatFailure, "test-fault"),
            (
                "a change that is not allowed", { $0.changesAfterSigning = [Self.change(false)] }, .formatFailure,
                "changed-after-signing"
            ),
            ("a change that is allowed", { $0.changesAfterSigning = [Self.change(true, .dss)] }, nil, nil),
            (
                "partly covered", { $0.coverage = .init(scope: .partial, revision: 1, revisions: 1) }, .formatFailure,
                "not-fully-covered"
            ),
            (
                "unclear coverage", { $0.coverage = .init(scope: .unclear, revision: 0, revisions: 1) }, .formatFailure,
                "not-fully-covered"
            ),
            (
                "an earlier revision", { $0.coverage = .init(scope: .entireRevision, revision: 1, revisions: 2) }, nil,
                nil
            ),
            (
                "no certificate",
                {
                    $0.signingCertificate = nil; $0.value = .unknown
                }, .noSigningCertificateFound,
                "no-signing-certificate"
            ),
            ("broken digest", { $0.reference = .broken }, .hashFailure, "digest-mismatch"),
            ("content missing", { $0.reference = .notFound }, .signedDataNotFound, "signed-data-not-found"),
            ("wrong value", { $0.value = .invalid }, .sigCryptoFailure, "signature-value-invalid"),
            (
                "unknown algorithm", { $0.value = .unknown }, .cryptoConstraintsFailureNoPOE,
                "signature-algorithm-unknown"
            ),
            (
                "content missing and wrong value",
                {
                    $0.reference = .notFound; $0.value = .invalid
                }, .sigCryptoFailure, nil
            ),
            ("SHA-1", { $0.digest = .sha1 }, .cryptoConstraintsFailureNoPOE, "algorithm-not-accepted"),
            (
                "SHA-1 in the scheme", { $0.scheme = .ecdsa(.sha1) }, .cryptoConstraintsFailureNoPOE,
                "algorithm-not-accepted"
            ),
            ("MD5", { $0.digest = .md5 }, .cryptoConstraintsFailureNoPOE, "algorithm-not-accepted"),
            ("SHA3-256", { $0.digest = .sha3_256 }, nil, nil),
        ]
        for (name, change, expected, code) in rows {
            let report = fixture.report(fixture.facts(change))
            #expect(report.subIndication == expected, "\(name)")
            #expect(report.indication == expected?.indication ?? .totalPassed, "\(name)")
            if let code { #expect(report.findings.contains { $0.code == code && $0.severity == .failure }, "\(name)") }
        }
    }

    @Test func `whether a reference to the certificate is demanded is the policy's`() {
        let facts = fixture.facts { $0.bindsSigningCertificate = false }
        let vietnam = fixture.report(facts)
        #expect(vietnam.indication == .totalPassed)
        #expect(vietnam.findings.map(\.code) == ["no-certificate-reference"])
        #expect(vietnam.findings.map(\.severity) == [.warning])
        #expect(fixture.report(facts, policy: .etsi2026).subIndication == .noSigningCertificateFound)
        #expect(fixture.report(fixture.facts(), policy: .etsi2026).indication == .totalPassed)
    }

    @Test func `whether revocation may go unchecked is the policy's, and is said`() {
        for mode in [RevocationMode.off, .ifAvailable] {
            let none = ValidationMaterial(certificates: fixture.material.certificates)
            let strict = fixture.report(fixture.facts(), material: none, revocation: mode)
            #expect(strict.subIndication == .certificateChainGeneralFailure)
            #expect(strict.findings.map(\.code) == ["revocation-not-checked"])
            let lenient = fixture.report(fixture.facts(), policy: .etsi2026, material: none, revocation: mode)
            #expect(lenient.indication == .totalPassed)
            #expect(lenient.validAtSigningTime == .unknown)
            #expect(lenient.findings.map(\.code) == ["revocation-not-checked"])
            #expect(lenient.findings.map(\.severity) == [.warning])
            #expect(lenient.revocationMode == mode)
        }
        let checked = fixture.report(fixture.facts(), revocation: .ifAvailable)
        #expect(checked.indication == .totalPassed && checked.findings.isEmpty)
    }

    @Test func `a failure outweighs what is open, and the first of a kind decides`() {
        let open = fixture.report(fixture.facts { $0.reference = .broken }, trust: [])
        #expect(open.subIndication == .hashFailure)
        #expect(open.findings.map(\.code) == ["digest-mismatch", "no-path"])
        let both = fixture.report(
            fixture.facts {
                $0.formatFaults = [Self.fault]; $0.value = .invalid
            })
        #expect(both.subIndication == .formatFailure)
        let undecided = fixture.report(
            fixture.facts {
                $0.reference = .notFound; $0.digest = .sha1
            }, trust: [])
        #expect(undecided.subIndication == .signedDataNotFound)
    }

    @Test func `a list whose algorithm is not accepted does not carry a verdict`() throws {
        let issuing = fixture.infrastructure.publicDomain.issuing
        let root = fixture.infrastructure.publicDomain.root
        for (digest, expected) in [(DigestAlgorithm.sha1, SubIndication.cryptoConstraintsFailureNoPOE), (.sha256, nil)]
        {
            let signer = try CertificateAuthority(
                key: issuing.key, certificate: issuing.certificate, scheme: .ecdsa(digest))
            let later = FactsFixture.now.adding(seconds: 86_400)
            let material = ValidationMaterial(
                certificates: [issuing.certificate],
                revocationLists: [
                    try signer.revocationList(thisUpdate: FactsFixture.now, nextUpdate: later),
                    try root.revocationList(thisUpdate: FactsFixture.now, nextUpdate: later),
                ])
            #expect(fixture.report(fixture.facts(), material: material).subIndication == expected)
        }
    }

    @Test func `small keys are refused, sufficient ones pass`() throws {
        let issuing = fixture.infrastructure.publicDomain.issuing
        for (curve, expected) in [
            (EllipticCurve.brainpoolP224r1, SubIndication.cryptoConstraintsFailureNoPOE), (.brainpoolP256r1, nil),
        ] {
            let key = try SoftwareKey.generate(.elliptic(curve))
            let certificate = try issuing.issue(
                CertificateTemplate(
                    subject: .vietnam(commonName: "TEST"), notBefore: FactsFixture.now.adding(seconds: -60),
                    notAfter: FactsFixture.now.adding(seconds: 60), keyUsage: [.digitalSignature]),
                for: key.subjectPublicKeyInfo)
            let report = fixture.report(fixture.facts { $0.signingCertificate = certificate })
            #expect(report.subIndication == expected, "\(curve)")
        }
    }

    @Test func `conformity to the list of algorithms is a separate answer`() throws {
        let company = try #require(fixture.infrastructure.subscriber("company")).certificate
        func rsa(_ facts: inout SignatureFacts) {
            facts.scheme = .rsaPKCS1(.sha256)
            facts.signingCertificate = company
        }
        let legacy = fixture.report(fixture.facts { rsa(&$0) })
        #expect(legacy.indication == .totalPassed)
        #expect(legacy.conformityFindings.map(\.code) == ["legacy-scheme"])
        let etsi = fixture.report(fixture.facts { rsa(&$0) }, policy: .etsi2026)
        #expect(etsi.conformityFindings.isEmpty)
        let weak = fixture.report(fixture.facts { $0.digest = .sha1 })
        #expect(weak.conformityFindings.map(\.code) == ["digest-not-listed"])
    }

    @Test func `an open question is never worded as valid`() {
        let report = fixture.report(fixture.facts(), trust: [])
        #expect(report.indication == .indeterminate)
        for language in Language.allCases {
            #expect(!report.explanation(in: language).hasPrefix(Indication.totalPassed.phrase[language]))
            #expect(report.explanation(in: language).count > 40)
        }
        #expect(Indication.indeterminate.twoValuedPhrase.vi.hasPrefix("Không hợp lệ"))
    }

    @Test func `the worst of several signatures is the document's`() throws {
        struct Document: SignedDocument {
            let facts: [SignatureFacts]
            func signatureFacts(with material: ValidationMaterial) throws -> [SignatureFacts] { facts }
        }
        let validator = SignatureValidator(
            trusting: fixture.infrastructure.trust, policy: .vietnam2026, material: fixture.material)
        let good = fixture.facts()
        let open = fixture.facts { $0.reference = .notFound }
        let bad = fixture.facts { $0.reference = .broken }
        for (facts, indication, sub) in [
            ([good], Indication.totalPassed, SubIndication?.none), ([good, open], .indeterminate, .signedDataNotFound),
            ([open, bad, good], .totalFailed, .hashFailure),
        ] {
            let report = try validator.validate(Document(facts: facts), at: FactsFixture.now)
            #expect(report.indication == indication && report.subIndication == sub)
        }
        let none = try validator.validate(Document(facts: []), at: FactsFixture.now)
        #expect(none.indication == nil && none.subIndication == nil)
    }
}
