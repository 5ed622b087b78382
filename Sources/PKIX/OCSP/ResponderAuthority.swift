// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Why the signer of an OCSP response may answer for the certificates of an issuer (RFC 6960 §4.2.2.2).
public enum ResponderAuthority: Sendable, Hashable {
    /// The issuer's own key signed.
    case issuer
    /// A certificate with id-kp-OCSPSigning that the issuer's key signed.
    case delegated(Certificate)
    /// A responder that a trust domain names for itself.
    case local(domain: String)
}

extension BasicOCSPResponse {
    /// Why the response's signer may answer for an issuer's certificates; `nil` when it may not or the signature is bad.
    ///
    /// Not judged: whether a delegated responder's certificate is valid, unrevoked and without unprocessed critical
    /// extensions, and whether the issuer leads to an anchor; ``CertificateGraph`` does.
    /// - Parameters:
    ///   - candidates: Certificates among which the responder's may be, besides the enclosed ones.
    ///   - domains: Domains whose own responders count.
    /// - Complexity: At most 16 signature verifications, however many certificates are enclosed.
    public func authority(
        for issuer: Certificate, candidates: [Certificate] = [], trusting domains: [TrustDomain] = []
    ) -> ResponderAuthority? {
        var verifications = 0
        return authorities(
            for: issuer, candidates: candidates,
            local: domains.flatMap { domain in domain.responders.map { (domain.name, $0) } },
            knowing: VerifiedSignatures()
        ) { _, _ in
            verifications += 1
            return verifications <= 16
        }.first
    }

    /// Every reason why the signer may answer, the strongest first.
    ///
    /// - Parameter mayVerify: Asked before each signature verification, with the object's fingerprint and the signer.
    func authorities(
        for issuer: Certificate, candidates: [Certificate], local: [(domain: String, certificate: Certificate)],
        knowing verified: VerifiedSignatures, mayVerify: ([UInt8], Certificate) -> Bool
    ) -> [ResponderAuthority] {
        let fingerprint = (try? DigestAlgorithm.sha256.digest(of: bytes)) ?? []
        func isSigned(by signer: Certificate) -> Bool {
            mayVerify(fingerprint, signer) && (try? self.isSigned(by: signer, knowing: verified)) == true
        }
        var found: [ResponderAuthority] = []
        if names(issuer), isSigned(by: issuer) { found.append(.issuer) }
        for responder in certificates + candidates
        where found.isEmpty && responder.maySignResponses && responder != issuer
            && responder.issuer == issuer.subject && names(responder)
        {
            let isDelegated =
                mayVerify(responder.fingerprint, issuer)
                && (try? responder.isSigned(by: issuer, knowing: verified)) == true
            if isDelegated, isSigned(by: responder) { found.append(.delegated(responder)) }
        }
        for (domain, responder) in local where names(responder) && isSigned(by: responder) {
            found.append(.local(domain: domain))
        }
        return found
    }
}

extension Certificate {
    /// Whether the issuer lets the holder sign OCSP responses: id-kp-OCSPSigning (RFC 6960 §4.2.2.2).
    var maySignResponses: Bool { extendedKeyUsage?.contains(.ocspSigning) ?? false }
}
