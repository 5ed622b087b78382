// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys
import TestPKI
import Testing

@Suite struct `The authority of a responder as it is asked for (RFC 6960 4.2.2.2)` {
    private let fixture: ServicesFixture
    private var issuing: CertificateAuthority { fixture.issuing }

    init() throws { fixture = try ServicesFixture.shared.get() }

    private func response(_ key: SoftwareKey, _ certificate: Certificate, encloses: Bool = true) throws
        -> BasicOCSPResponse
    {
        var responder = OCSPResponder(issuer: issuing.certificate, key: key, certificate: certificate)
        responder.enclosesCertificate = encloses
        return try #require(try responder.response(about: fixture.citizen.certificate, at: ServicesFixture.now).basic)
    }

    /// A responder's certificate by the issuing authority unless another is named.
    private func certificate(
        for key: SoftwareKey, by authority: CertificateAuthority? = nil, purpose: Bool = true
    ) throws -> Certificate {
        let now = ServicesFixture.now
        return try (authority ?? issuing).issue(
            CertificateTemplate(
                subject: .vietnam(commonName: "DOSSIERKIT TEST Responder"), notBefore: now.adding(seconds: -86_400),
                notAfter: now.adding(seconds: 86_400), keyUsage: [.digitalSignature],
                extendedKeyUsage: purpose ? ["1.3.6.1.5.5.7.3.9"] : ["1.3.6.1.5.5.7.3.8"]),
            for: key.subjectPublicKeyInfo)
    }

    @Test func `the issuer may, and whom it certified for that`() throws {
        #expect(try response(issuing.key, issuing.certificate).authority(for: issuing.certificate) == .issuer)
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let responder = try certificate(for: key)
        #expect(try response(key, responder).authority(for: issuing.certificate) == .delegated(responder))
        // Not enclosed it must be at hand.
        let bare = try response(key, responder, encloses: false)
        #expect(bare.authority(for: issuing.certificate) == nil)
        #expect(bare.authority(for: issuing.certificate, candidates: [responder]) == .delegated(responder))
    }

    @Test func `nobody else may, unless the trust domain says so`() throws {
        let key = try SoftwareKey.generate(.elliptic(.p256))
        let domain = fixture.infrastructure.publicDutyDomain
        let foreign = try certificate(for: key, by: domain.issuing)
        let answer = try response(key, foreign)
        #expect(answer.authority(for: issuing.certificate) == nil)
        let trust = TrustDomain(name: "public", anchors: [], responders: [foreign])
        #expect(answer.authority(for: issuing.certificate, trusting: [trust]) == .local(domain: "public"))
        let wrongPurpose = try certificate(for: key, purpose: false)
        #expect(try response(key, wrongPurpose).authority(for: issuing.certificate) == nil)
        // A certificate of the responder's name that the issuer did sign does not help a key that it did not.
        let other = try SoftwareKey.generate(.elliptic(.p256))
        #expect(try response(other, certificate(for: key)).authority(for: issuing.certificate) == nil)
    }
}
