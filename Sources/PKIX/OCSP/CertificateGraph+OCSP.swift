// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension CertificateGraph {
    /// What OCSP states of a certificate. Pure: signatures were checked when the graph was built.
    ///
    /// - Parameters:
    ///   - issuer: Index of the issuer's node.
    ///   - above: Indices of the rest of the path, the anchor last.
    func responseStatements(
        of certificate: Certificate, issuer: Int, above: ArraySlice<Int>, at time: Instant
    ) -> [RevocationStatement] {
        statements(nodes[issuer].answers[certificate] ?? [], issuer, above, time)
    }

    private func statements(
        _ answers: [OCSPAnswer], _ issuer: Int, _ above: ArraySlice<Int>, _ time: Instant
    ) -> [RevocationStatement] {
        answers.compactMap { answer in
            switch standing(of: answer, issuer, above, time) {
            case .accepted: answer.statement(answers: true)
            // Nobody vouches for the responder now: its word is enough to refuse, not to accept.
            case .unclear: answer.statement(answers: false)
            case .refused: nil
            }
        }
    }

    private enum Standing { case accepted, unclear, refused }

    /// Whether the signer of a response may be believed (RFC 6960 §4.2.2.2 and §4.2.2.2.1).
    private func standing(
        of answer: OCSPAnswer, _ issuer: Int, _ above: ArraySlice<Int>, _ time: Instant
    ) -> Standing {
        switch answer.authority {
        case .issuer: return .accepted
        case .local(let domain): return nodes[above.last ?? issuer].anchorOf == domain ? .accepted : .refused
        case .delegated(let responder, let others):
            // Valid when it signed; a response in the hands of the verifier does not end with its signer's certificate.
            guard responder.isValid(at: answer.producedAt), !Self.hasUnprocessed(responder),
                responder.keyUsage.map({ !$0.isDisjoint(with: [.digitalSignature, .nonRepudiation]) }) ?? true
            else { return .refused }
            // Where the authority names no source, it leaves the choice to the verifier (§4.2.2.2.1).
            if responder.hasNoRevocationCheck || !responder.namesRevocationSource { return .accepted }
            // A responder that was revoked after it signed may have signed afterwards and written an earlier date.
            let instant = max(time, answer.producedAt)
            let found = RevocationEvaluation.finding(
                for: responder,
                by: listStatements(of: responder, issuer: issuer, above: above, at: instant)
                    + statements(others, issuer, above, instant), at: instant)
            switch found.status {
            case .good: return .accepted
            case .revoked: return .refused
            case .notAsked, .stale, .unknown: return .unclear
            }
        }
    }
}
