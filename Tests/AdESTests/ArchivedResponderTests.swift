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

/// Responders' certificates live for weeks and stand inside their responses (RFC 6960 §4.2.2.2). A time-stamp over a response is
/// over its octets, so over them too (EN 319 102-1 §5.6.2.3).
@Suite struct `An archive with OCSP outlives its responder` {
    private let fixture: SignatureFixture
    private let infrastructure: TestInfrastructure
    private let signer: SoftwareSigner
    /// Ends before the archive is judged.
    private let short: TimeStampAuthority
    private let long: TimeStampAuthority
    private let response: OCSPResponse

    private static func day(_ days: Int64, _ seconds: Int64 = 0) -> Instant {
        SignatureFixture.now.adding(seconds: days * 86_400 + seconds)
    }

    init() throws {
        fixture = try SignatureFixture.shared.get()
        let infrastructure = fixture.infrastructure
        self.infrastructure = infrastructure
        signer = try fixture.signer(.elliptic(.p256))
        func issued(
            by authority: CertificateAuthority, days: Int64, _ purpose: ObjectIdentifier
        ) throws -> (SoftwareKey, Certificate) {
            let key = try SoftwareKey.generate(.elliptic(.p256))
            var template = CertificateTemplate(
                subject: .vietnam(commonName: "Service for \(days) days (TEST)", organization: "TEST"),
                notBefore: Self.day(-1), notAfter: Self.day(days), keyUsage: [.digitalSignature],
                extendedKeyUsage: [purpose])
            template.extendedKeyUsageIsCritical = true
            template.needsNoRevocationCheck = purpose == "1.3.6.1.5.5.7.3.9"
            return (key, try authority.issue(template, for: key.subjectPublicKeyInfo))
        }
        // The time-stamp authorities stand under the other root, whose lists go on.
        let other = infrastructure.publicDutyDomain.issuing
        (short, long) = try {
            let (first, last) = (
                try issued(by: other, days: 200, "1.3.6.1.5.5.7.3.8"),
                try issued(by: other, days: 2_000, "1.3.6.1.5.5.7.3.8")
            )
            return (
                TimeStampAuthority(key: first.0, certificate: first.1, chain: [other.certificate]),
                TimeStampAuthority(key: last.0, certificate: last.1, chain: [other.certificate])
            )
        }()
        let issuing = infrastructure.publicDomain.issuing
        let (key, certificate) = try issued(by: issuing, days: 60, "1.3.6.1.5.5.7.3.9")
        response = try OCSPResponder(issuer: issuing.certificate, key: key, certificate: certificate).response(
            about: signer.certificate, at: Self.day(0, 600))
    }

    /// Lists of everybody but the signer's authority, which answers by OCSP.
    private func material(at time: Instant) throws -> ValidationMaterial {
        let issuer = infrastructure.publicDomain.issuing.certificate.subject
        var material = try infrastructure.material(at: time)
        material.revocationLists = material.revocationLists.filter { $0.issuer != issuer }
        return material
    }

    /// A signature under an archive time-stamp of the next day, with the response inside or without.
    private func archived(withResponse: Bool) async throws -> [UInt8] {
        var known = try material(at: Self.day(0, 600))
        if withResponse { known.ocspResponses = [response] }
        let timely = try await CAdESSignature.detached(
            over: MemorySource(SignatureFixture.content), by: signer, claiming: Self.day(0),
            level: .t(short.stamping(at: Self.day(0, 60))))
        var value = try CAdESExtension(
            of: timely, content: MemorySource(SignatureFixture.content), trusting: infrastructure.trust)
        try value.add(known)
        try await value.addArchiveTimeStamps(from: long.stamping(at: Self.day(1)))
        return value.bytes
    }

    @Test func `the responder's certificate is proved with the response that encloses it`() async throws {
        let responder = try #require(response.basic?.certificates.first)
        for isInside in [true, false] {
            let signature = try await archived(withResponse: isInside)
            let document = try CAdESDocument(parsing: signature, content: MemorySource(SignatureFixture.content))
            let facts = try #require(try document.signatureFacts(with: ValidationMaterial()).first)
            #expect(!facts.material.certificates.contains(responder))
            let stamp = try #require(facts.timeStamps.last)
            #expect(stamp.holds && stamp.kind == .archive)
            #expect(stamp.covers.contains(ValidationObject(responder)) == isInside)
            #expect(stamp.covers.contains(ValidationObject(response)) == isInside)
            // From elsewhere, the same response is as old as today.
            var later = try material(at: Self.day(800))
            later.ocspResponses = [response]
            let report = try fixture.validator(material: later).validate(document, at: Self.day(800))
            #expect(report.signatures[0].timeStamps.map(\.indication) == [.passed, .passed])
            #expect((report.indication == .totalPassed) == isInside, "\(report.subIndication?.rawValue ?? "-")")
            if !isInside { #expect(report.indication == .indeterminate) }
        }
    }
}
