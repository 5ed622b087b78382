// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension PathSearch {
    /// What OCSP states of a certificate. Pure: signatures were checked when the graph was built.
    ///
    /// - Parameters:
    ///   - above: Indices of the rest of the path, the issuer first and the anchor last.
    mutating func responseStatements(
        of certificate: Certificate, above: ArraySlice<Int>, at time: Instant
    ) -> [RevocationStatement] {
        guard let issuer = above.first else { return [] }
        return statements(graph.nodes[issuer].answers[certificate] ?? [], above, time)
    }

    private mutating func statements(
        _ answers: [OCSPAnswer], _ above: ArraySlice<Int>, _ time: Instant
    ) -> [RevocationStatement] {
        var found: [RevocationStatement?] = []
        for answer in answers {
            let (standing, chain) = standing(of: answer, above, time)
            switch standing {
            case .accepted: found.append(answer.statement(answers: answer.isIssued(by: graph.horizon), chain))
            // Nobody vouches for the responder now: its word is enough to refuse, not to accept.
            case .unclear: found.append(answer.statement(answers: false, chain))
            case .refused: break
            }
        }
        return found.compactMap(\.self)
    }

    private enum Standing { case accepted, unclear, refused }

    /// Whether the signer of a response may be believed (RFC 6960 §4.2.2.2 and §4.2.2.2.1), with the path of a delegated one.
    private mutating func standing(
        of answer: OCSPAnswer, _ above: ArraySlice<Int>, _ time: Instant
    ) -> (Standing, [PathResult.Link]) {
        switch answer.authority {
        case .issuer: return (.accepted, [])
        case .local(let domain):
            return (above.last.map { graph.nodes[$0].anchorOf } == domain ? .accepted : .refused, [])
        case .delegated(let responder, let others):
            // Valid when it signed; a response in the hands of the verifier does not end with its signer's certificate.
            let node = CertificateGraph.Node(certificate: responder, anchorOf: nil)
            guard responder.isValid(at: answer.producedAt), node.rulesBroken.isEmpty,
                responder.keyUsage.map({ !$0.isDisjoint(with: [.digitalSignature, .nonRepudiation]) }) ?? true
            else { return (.refused, []) }
            let issuer = above.first.map {
                PathResult.Link(certificate: graph.nodes[$0].certificate, revocation: .notAsked)
            }
            func chain(_ status: RevocationStatus, _ statement: RevocationStatement? = nil) -> [PathResult.Link] {
                [PathResult.Link(responder, status, statement)] + [issuer].compactMap(\.self)
            }
            if responder.hasNoRevocationCheck { return (.accepted, chain(.notAsked)) }
            // A responder that was revoked after it signed may have signed afterwards and written an earlier date.
            let instant = max(time, answer.producedAt)
            let found = RevocationEvaluation.finding(
                for: responder,
                by: listStatements(of: node, above: above, at: instant)
                    + statements(others, above, instant), at: instant)
            switch found.status {
            case .good: return (.accepted, chain(found.status, found.statement))
            case .revoked: return (.refused, [])
            // Where the authority names no source, it leaves the choice to the verifier (§4.2.2.2.1): what is known counts.
            case .notAsked, .stale, .unknown:
                return (responder.namesRevocationSource ? .unclear : .accepted, chain(found.status))
            }
        }
    }
}
