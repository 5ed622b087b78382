// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
import SoftwareKeys

extension TestInfrastructure {
    /// A subscriber of the public domain with one fault.
    ///
    /// - Parameter time: The instant of judgement; must lie at least 90 days after ``madeAt`` for a stale list to have been
    ///   issued within the authority's life.
    /// - Throws: ``SoftwareKeys/SoftwareKeysError`` and others when something cannot be signed.
    public func scenario(_ fault: TestFault, at time: Instant) throws -> FaultScenario {
        let usual = try usualSubscriber()
        var scenario = FaultScenario(
            fault: fault, time: time, subscriber: usual, material: try material(at: time), claimedSigningTime: time,
            timeStampAuthority: try timeStampAuthority(), outcome: .passed, rule: nil)
        switch fault {
        case .expired:
            try scenario.replace(with: certificate(until: time.adding(seconds: -Self.day)), .failed, .expired)
        case .hold:
            try revoke(&scenario, .certificateHold, since: time.adding(seconds: -Self.day), listed: time)
            (scenario.outcome, scenario.rule) = (.failed, .onHold)
        case .revokedBefore:
            try revoke(&scenario, .keyCompromise, since: time.adding(seconds: -Self.day), listed: time)
            (scenario.outcome, scenario.rule) = (.failed, .revoked)
        case .revokedAfter:
            try revoke(
                &scenario, .keyCompromise, since: time.adding(seconds: Self.day),
                listed: time.adding(seconds: 2 * Self.day))
        case .wrongResponder:
            var wrong = try ocspResponder(for: publicDutyDomain)
            wrong.issuer = publicDomain.issuing.certificate
            scenario.material.revocationLists = [try RevocationListService(publicDomain.root).list(at: time)]
            scenario.material.ocspResponses = [try wrong.response(about: usual.certificate, at: time)]
            (scenario.outcome, scenario.rule) = (.indeterminate, .revocationUnknown)
        case .staleList:
            var service = RevocationListService(publicDomain.issuing)
            service.age = 60 * Self.day
            scenario.material.revocationLists = [
                try RevocationListService(publicDomain.root).list(at: time), try service.list(at: time),
            ]
            (scenario.outcome, scenario.rule) = (.indeterminate, .revocationStale)
        case .sha1:
            let weak = try CertificateAuthority(
                key: publicDomain.issuing.key, certificate: publicDomain.issuing.certificate, scheme: .ecdsa(.sha1))
            try scenario.replace(with: weak.issue(template(), for: usual.key.subjectPublicKeyInfo), .passed, nil)
        case .wrongExtendedKeyUsage:
            var other = template()
            other.extendedKeyUsage = ["1.3.6.1.5.5.7.3.8"]
            other.extendedKeyUsageIsCritical = true
            try scenario.replace(
                with: publicDomain.issuing.issue(other, for: usual.key.subjectPublicKeyInfo), .failed, .extendedKeyUsage
            )
        case .renewedSameKey:
            let renewed = try publicDomain.root.issue(
                authorityTemplate(from: time.adding(seconds: -10 * Self.day)),
                for: publicDomain.issuing.key.subjectPublicKeyInfo)
            scenario.material.certificates = [renewed]
        case .rekeyedSameName:
            let rekeyed = try publicDomain.root.subordinate(
                authorityTemplate(from: time.adding(seconds: -10 * Self.day)), key: .generate(.elliptic(.p256)))
            scenario.material.certificates.append(rekeyed.certificate)
            scenario.material.revocationLists = [
                try RevocationListService(publicDomain.root).list(at: time),
                try RevocationListService(rekeyed).list(at: time),
            ]
        case .signingTimeAhead: scenario.claimedSigningTime = time.adding(seconds: 7 * 3_600)
        case .slowTimeStamps: scenario.timeStampAuthority.behaviour = .slow(seconds: 200)
        case .deadTimeStamps: scenario.timeStampAuthority.behaviour = .dead
        }
        return scenario
    }

    private static var day: Int64 { 86_400 }

    /// A citizen's certificate like the usual one, with its own end.
    public func certificate(until end: Instant) throws -> Certificate {
        var other = template()
        other.notAfter = end
        return try publicDomain.issuing.issue(other, for: usualSubscriber().key.subjectPublicKeyInfo)
    }

    private func usualSubscriber() throws -> TestSubscriber {
        guard let citizen = subscriber("citizen") else {
            throw SoftwareKeysError(.unsupported, "the infrastructure has no citizen")
        }
        return citizen
    }

    private func template() -> CertificateTemplate {
        var template = CertificateTemplate(
            subject: .vietnam(commonName: "Nguyễn Văn Thử (TEST)", identifiers: ["CCCD:001099000001"]),
            notBefore: madeAt.adding(seconds: -3_600), notAfter: madeAt.adding(seconds: 3 * 365 * Self.day),
            keyUsage: [.digitalSignature, .nonRepudiation])
        template.revocationListURLs = ["\(baseURL)crl/public-issuing.crl"]
        template.issuerURLs = ["\(baseURL)certificates/public-issuing.crt"]
        template.responderURLs = ["\(baseURL)ocsp/public"]
        return template
    }

    private func authorityTemplate(from start: Instant) -> CertificateTemplate {
        var template = CertificateTemplate(
            subject: .vietnam(
                commonName: "DOSSIERKIT TEST Public CA 1", organization: "DOSSIERKIT TEST – NOT FOR REAL USE"),
            notBefore: start, notAfter: madeAt.adding(seconds: 12 * 365 * Self.day),
            basicConstraints: BasicConstraints(isAuthority: true, pathLength: 0), keyUsage: [.keyCertSign, .crlSign])
        template.revocationListURLs = ["\(baseURL)crl/public-root.crl"]
        template.issuerURLs = ["\(baseURL)certificates/public-root.crt"]
        return template
    }

    private func revoke(
        _ scenario: inout FaultScenario, _ reason: RevocationReason, since date: Instant, listed time: Instant
    ) throws {
        let entry = CertificateRevocationList.Entry(
            serialNumber: scenario.subscriber.certificate.serialNumber, revocationDate: date, reason: reason,
            invalidityDate: nil)
        scenario.material.revocationLists = [
            try RevocationListService(publicDomain.root).list(at: time),
            try RevocationListService(publicDomain.issuing, entries: [entry]).list(at: time),
        ]
    }
}

extension FaultScenario {
    fileprivate mutating func replace(
        with certificate: Certificate, _ outcome: PathResult.Outcome, _ rule: PathRule?
    ) {
        subscriber = TestSubscriber(
            name: subscriber.name, key: subscriber.key, certificate: certificate, issuer: subscriber.issuer)
        (self.outcome, self.rule) = (outcome, rule)
    }
}
