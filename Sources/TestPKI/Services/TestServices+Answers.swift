// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SoftwareKeys

/// What each service answers, with the fault.
extension TestServices {
    private static var day: Int64 { 86_400 }

    /// Since when, and why, the fault has certificates revoked.
    private func revocation(at time: Instant) -> (since: Instant, reason: RevocationReason)? {
        switch fault {
        case .hold: (time.adding(seconds: -Self.day), .certificateHold)
        case .revokedBefore: (time.adding(seconds: -Self.day), .keyCompromise)
        case .revokedAfter: (time, .keyCompromise)
        default: nil
        }
    }

    func answer(_ name: String, _ request: [UInt8], _ time: Instant) -> Reply {
        guard var responder = responders[name] else { return Self.failure(404) }
        if let (since, reason) = revocation(at: time) {
            if subscribers.isEmpty { responder.otherStatus = .revoked(since: since, reason: reason) }
            for subscriber in subscribers {
                responder.statuses[subscriber.serialNumber] = .revoked(since: since, reason: reason)
            }
        }
        switch fault {
        case .wrongResponder:
            if let other = responders.sorted(by: { $0.key < $1.key }).first(where: { $0.key != name })?.value {
                (responder.key, responder.certificate) = (other.key, other.certificate)
            }
        case .staleList: responder.age = 60 * Self.day
        case .sha1: responder.scheme = Self.weakScheme(responder.key)
        default: break
        }
        return Reply(
            status: 200, contentType: "application/ocsp-response", body: responder.response(to: request, at: time))
    }

    func list(_ file: String, _ time: Instant) -> Reply {
        guard file.hasSuffix(".crl"), var service = lists[String(file.dropLast(4))] else { return Self.failure(404) }
        let authority = service.authority
        if let (since, reason) = revocation(at: time) {
            service.entries += subscribers.filter { $0.issuer == authority.certificate.subject }.map {
                CertificateRevocationList.Entry(
                    serialNumber: $0.serialNumber, revocationDate: since, reason: reason)
            }
        }
        let hasResponder = responders.values.contains { $0.issuer == authority.certificate }
        switch fault {
        case .staleList: service.age = 60 * Self.day
        // The responder is the only source.
        case .wrongResponder where hasResponder: return Self.failure(503)
        case .sha1:
            service.authority =
                (try? CertificateAuthority(
                    key: authority.key, certificate: authority.certificate, scheme: Self.weakScheme(authority.key)))
                ?? authority
        case .rekeyedSameName where hasResponder:
            guard let newKey, let certificate = sibling(of: authority.certificate, newKey.subjectPublicKeyInfo, time),
                let rekeyed = try? CertificateAuthority(key: newKey, certificate: certificate)
            else { return Self.failure(500) }
            service.authority = rekeyed
        default: break
        }
        guard let list = try? service.list(at: time) else { return Self.failure(500) }
        return Reply(status: 200, contentType: "application/pkix-crl", body: list.bytes)
    }

    /// An authority's certificate; renewed it is another one, re-keyed both, as a certificates-only message.
    func certificate(_ certificate: Certificate, _ time: Instant) -> Reply {
        var body = certificate.bytes
        switch fault {
        case .renewedSameKey:
            body = sibling(of: certificate, certificate.subjectPublicKeyInfo, time)?.bytes ?? body
        case .rekeyedSameName:
            if let newKey, let other = sibling(of: certificate, newKey.subjectPublicKeyInfo, time) {
                body = SignedData.encode(
                    digestAlgorithms: [], content: nil, certificates: [certificate, other], signers: [])
            }
        default: break
        }
        return Reply(status: 200, contentType: "application/pkix-cert", body: body)
    }

    func stamp(_ request: [UInt8], _ time: Instant) -> Reply {
        var authority = timeStampAuthority
        switch fault {
        case .slowTimeStamps: authority.behaviour = .slow(seconds: 200)
        case .deadTimeStamps: authority.behaviour = .dead
        case .expired:
            let usual = authority.certificate
            authority.certificate =
                sibling(of: usual, usual.subjectPublicKeyInfo, time) {
                    $0.notBefore = time.adding(seconds: -30 * Self.day)
                    $0.notAfter = time.adding(seconds: -Self.day)
                } ?? usual
        case .wrongExtendedKeyUsage:
            if let other = responders.sorted(by: { $0.key < $1.key }).first?.value {
                (authority.key, authority.certificate) = (other.key, other.certificate)
                authority.chain = [other.issuer]
            }
        default: break
        }
        let reply = authority.reply(to: request, at: time)
        return Reply(
            status: reply.bytes == nil ? nil : 200, contentType: "application/timestamp-reply", body: reply.bytes ?? [],
            delay: reply.delay)
    }

    private static func weakScheme(_ key: SoftwareKey) -> SignatureScheme {
        if case .ecdsa = try? key.defaultScheme() { return .ecdsa(.sha1) }
        return .rsaPKCS1(.sha1)
    }

    /// A certificate of the same name by the same authority, for any key; `nil` when the authority is not among those that
    /// are served, or signed itself.
    private func sibling(
        of certificate: Certificate, _ key: SubjectPublicKeyInfo, _ time: Instant,
        _ change: (inout CertificateTemplate) -> Void = { _ in }
    ) -> Certificate? {
        guard !certificate.isSelfIssued,
            let authority = lists.values.first(where: { $0.authority.certificate.subject == certificate.issuer })?
                .authority
        else { return nil }
        var name = NameBuilder()
        for attribute in certificate.subject.relativeNames.joined() {
            if let text = attribute.text { name = name.with(attribute.type, text) }
        }
        var template = CertificateTemplate(
            subject: name, notBefore: time.adding(seconds: -10 * Self.day),
            notAfter: certificate.notAfter.adding(seconds: Self.day), basicConstraints: certificate.basicConstraints,
            keyUsage: certificate.keyUsage ?? [])
        // Addresses and purposes as they are.
        template.furtherExtensions = certificate.extensions.filter {
            [.crlDistributionPoints, .authorityInformationAccess, .extendedKeyUsage].contains($0.identifier)
        }.map { ($0.identifier, $0.isCritical, $0.value) }
        change(&template)
        return try? authority.issue(template, for: key)
    }
}
