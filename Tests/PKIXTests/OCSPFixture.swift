// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import TestSupport

/// A test infrastructure with its responders and its time-stamp authority, made once.
struct ServicesFixture: Sendable {
    static let shared = Result { try ServicesFixture() }
    static let day: Int64 = 86_400
    /// The infrastructure is 100 days old.
    static let now = Fixture.now

    let infrastructure: TestInfrastructure
    let citizen: TestSubscriber
    let responder: OCSPResponder
    let authority: TimeStampAuthority

    private init() throws {
        infrastructure = try TestInfrastructure(at: Self.now.adding(seconds: -100 * Self.day))
        citizen = infrastructure.subscribers[0]
        responder = try infrastructure.ocspResponder(for: infrastructure.publicDomain)
        authority = try infrastructure.timeStampAuthority()
    }

    var root: Certificate { infrastructure.publicDomain.root.certificate }
    var issuing: CertificateAuthority { infrastructure.publicDomain.issuing }

    /// The response of the usual responder with something bent, about the citizen.
    func response(
        daysAgo days: Int64 = 0, _ change: (inout OCSPResponder) throws -> Void = { _ in }
    ) throws -> OCSPResponse {
        var changed = responder
        try change(&changed)
        return try changed.response(about: citizen.certificate, at: Self.now.adding(seconds: -days * Self.day))
    }

    /// The citizen's path with responses and the lists given; the issuing authority is always known to be good.
    func judge(
        _ responses: [OCSPResponse], lists: [CertificateRevocationList] = [], of certificate: Certificate? = nil,
        at days: Int64 = 0, mode: RevocationMode = .required, responders: [Certificate] = [],
        further: [Certificate] = [], purpose: CertificatePurpose = .signing
    ) throws -> PathResult {
        let time = Self.now.adding(seconds: days * Self.day)
        return CertificateGraph(
            of: certificate ?? citizen.certificate,
            trusting: [TrustDomain(name: "public", anchors: [root], responders: responders)],
            material: ValidationMaterial(
                certificates: [issuing.certificate] + further,
                revocationLists: [try RevocationListService(infrastructure.publicDomain.root).list(at: time)] + lists,
                ocspResponses: responses)
        ).evaluate(at: time, purpose: purpose, revocation: mode)
    }

    /// A certificate for OCSP signing that differs from the usual one.
    func otherResponder(
        by authority: CertificateAuthority? = nil, _ change: (inout CertificateTemplate) -> Void = { _ in }
    ) throws -> TestSubscriber {
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "DOSSIERKIT TEST Other Responder"),
            notBefore: Self.now.adding(seconds: -90 * Self.day), notAfter: Self.now.adding(seconds: 300 * Self.day),
            keyUsage: [.digitalSignature], extendedKeyUsage: ["1.3.6.1.5.5.7.3.9"])
        template.needsNoRevocationCheck = true
        change(&template)
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let signer = authority ?? issuing
        return TestSubscriber(
            name: "other", key: key, certificate: try signer.issue(template, for: key.subjectPublicKeyInfo),
            issuer: signer.certificate)
    }

    func entry(_ certificate: Certificate, days: Int64, _ reason: RevocationReason) -> CertificateRevocationList.Entry {
        CertificateRevocationList.Entry(
            serialNumber: certificate.serialNumber, revocationDate: Self.now.adding(seconds: days * Self.day),
            reason: reason, invalidityDate: nil)
    }

    /// The issuing authority's list of some days ago.
    func list(
        daysAgo days: Int64 = 0, _ entries: [CertificateRevocationList.Entry] = []
    ) throws -> CertificateRevocationList {
        var service = RevocationListService(issuing, entries: entries)
        service.age = days * Self.day
        return try service.list(at: Self.now)
    }
}

extension OCSPResponder {
    /// The same responder with the key and certificate of another.
    func signing(as other: TestSubscriber) -> OCSPResponder {
        var copy = self
        (copy.key, copy.certificate) = (other.key, other.certificate)
        return copy
    }
}
