// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// An answer about one certificate whose signature was checked while a graph was built.
struct OCSPAnswer: Sendable {
    /// Why the signer of a response may answer (RFC 6960 §4.2.2.2).
    enum Authority: Sendable {
        /// The issuer's own key signed.
        case issuer
        /// A certificate that the issuer's key signed and that has id-kp-OCSPSigning, with what others say about it.
        case delegated(Certificate, answers: [OCSPAnswer])
        /// A responder that a trust domain names for itself.
        case local(domain: String)
    }

    /// The response.
    let response: OCSPResponse
    /// Its answer about the certificate.
    let single: OCSPSingleResponse
    /// When it was signed.
    let producedAt: Instant
    /// Why it counts.
    let authority: Authority
    /// Whether a hash of the certificate stands in the answer: the responder knew the certificate itself.
    let knowsCertificate: Bool

    /// Whether nothing in it is dated after an instant: signed later, or known to be so later.
    func isIssued(by horizon: Instant?) -> Bool {
        horizon.map { producedAt <= $0 && single.thisUpdate <= $0 } ?? true
    }

    /// What the answer states; `nil` when it states nothing.
    ///
    /// - Parameters:
    ///   - answers: Whether the responder may say that the certificate is good.
    ///   - chain: The path of a delegated responder up to the issuer.
    func statement(answers: Bool, _ chain: [PathResult.Link]) -> RevocationStatement? {
        var revocation: RevocationStatement.Revocation?
        switch single.status {
        case .unknown, .revoked(_, .removeFromCRL): return nil
        case .good: break
        case .revoked(let since, let reason):
            revocation = RevocationStatement.Revocation(
                date: since, reason: reason, invalidityDate: single.invalidityDate)
        }
        if let next = single.nextUpdate, next < single.thisUpdate, revocation == nil { return nil }
        var statement = RevocationStatement(
            // Without a next update newer information is always to be had: fresh only for what was before.
            thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate ?? single.thisUpdate, revocation: revocation,
            answers: answers)
        statement.keepsExpiredSince = single.archiveCutoff
        statement.namesCertificate = knowsCertificate
        statement.response = response
        guard case .delegated(let responder, _) = authority else { return statement }
        return statement.signed(by: responder, chain)
    }
}
