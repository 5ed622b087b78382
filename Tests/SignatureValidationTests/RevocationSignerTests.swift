// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing

/// Who can forge the key or the certificate of a responder or of a list's signer says of any certificate that it is good.
@Suite struct `The policy of algorithms for whoever speaks of revocation (EN 319 102-1 5.2.6, TS 119 312)` {
    private let fixture: FactsFixture

    init() throws { fixture = try FactsFixture.shared.get() }

    private static let now = FactsFixture.now
    private static let later = now.adding(seconds: 86_400)

    private var issuing: CertificateAuthority { fixture.infrastructure.publicDomain.issuing }
    private var root: CertificateAuthority { fixture.infrastructure.publicDomain.root }

    private func template(_ name: String) -> CertificateTemplate {
        CertificateTemplate(
            subject: .vietnam(commonName: name), notBefore: Self.now.adding(seconds: -60), notAfter: Self.later,
            keyUsage: [.digitalSignature])
    }

    private func check(_ material: ValidationMaterial, _ expected: SubIndication?, _ name: Comment) {
        #expect(fixture.report(fixture.facts(), material: material).subIndication == expected, name)
        let path = CertificateGraph(
            of: fixture.certificate, trusting: fixture.infrastructure.trust, material: material
        ).evaluate(at: Self.now, purpose: .signing, revocation: .required)
        #expect(path.outcome == .passed, name)
        // What a signer is checked by before the key is called.
        let faults = path.algorithmFaults(under: .vietnam2026, at: Self.now)
        #expect(faults.isEmpty == (expected == nil), name)
    }

    @Test func `a delegated responder with a small key, or with a certificate signed over SHA-1`() throws {
        let weak = SubIndication.cryptoConstraintsFailureNoPOE
        let rows: [(SoftwareKey.Kind, DigestAlgorithm, SubIndication?)] = [
            (.elliptic(.p256), .sha256, nil), (.elliptic(.p256), .sha1, weak),
            (.elliptic(.brainpoolP224r1), .sha256, weak),
            (.elliptic(.brainpoolP256r1), .sha256, nil),
        ]
        for (kind, digest, expected) in rows {
            let key = try SoftwareKey.generate(kind)
            let signer = try CertificateAuthority(
                key: issuing.key, certificate: issuing.certificate, scheme: .ecdsa(digest))
            var template = template("TEST Responder")
            template.extendedKeyUsage = ["1.3.6.1.5.5.7.3.9"]
            template.needsNoRevocationCheck = true
            let certificate = try signer.issue(template, for: key.subjectPublicKeyInfo)
            var responder = OCSPResponder(issuer: issuing.certificate, key: key, certificate: certificate)
            responder.scheme = .ecdsa(.sha256)
            let response = try responder.response(about: fixture.certificate, at: Self.now)
            let material = ValidationMaterial(
                certificates: [issuing.certificate],
                revocationLists: [try root.revocationList(thisUpdate: Self.now, nextUpdate: Self.later)],
                ocspResponses: [response])
            check(material, expected, "\(kind) \(digest)")
        }
    }

    @Test func `a list of the authority's other key, whose certificate is signed over SHA-1`() throws {
        for (digest, expected) in [(DigestAlgorithm.sha1, SubIndication.cryptoConstraintsFailureNoPOE), (.sha256, nil)]
        {
            let key = try SoftwareKey.generate(.elliptic(.p256))
            var template = template("DOSSIERKIT TEST Public CA 1")
            template.subject = .vietnam(
                commonName: "DOSSIERKIT TEST Public CA 1", organization: "DOSSIERKIT TEST – NOT FOR REAL USE")
            template.keyUsage = [.keyCertSign, .crlSign]
            template.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 0)
            let above = try CertificateAuthority(
                key: root.key, certificate: root.certificate, scheme: .ecdsa(digest))
            let other = try CertificateAuthority(
                key: key, certificate: above.issue(template, for: key.subjectPublicKeyInfo))
            let material = ValidationMaterial(
                certificates: [issuing.certificate, other.certificate],
                revocationLists: [
                    try root.revocationList(thisUpdate: Self.now, nextUpdate: Self.later),
                    try other.revocationList(thisUpdate: Self.now, nextUpdate: Self.later),
                ])
            check(material, expected, "\(digest)")
        }
    }
}
