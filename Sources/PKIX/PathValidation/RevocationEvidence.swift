// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// One piece of revocation information about one certificate of a path, whenever it was issued.
///
/// Past validation slides its time along such pieces (EN 319 102-1 §5.6.2.2); ``PathResult`` has only the one that decided.
public struct RevocationEvidence: Sendable {
    /// A certificate's revocation as stated.
    public struct Revocation: Sendable, Hashable {
        /// Since when the certificate cannot be relied on.
        public let since: Instant
        /// Why.
        public let reason: RevocationReason?

        package init(since: Instant, reason: RevocationReason?) {
            self.since = since
            self.reason = reason
        }
    }
    /// The list, when it is one.
    public let list: CertificateRevocationList?
    /// The response, when it is one.
    public let response: OCSPResponse?
    /// thisUpdate.
    public let thisUpdate: Instant
    /// nextUpdate; `nil` when none is stated.
    public let nextUpdate: Instant?
    /// The revocation that it states, if any.
    public let revocation: Revocation?
    /// Whether its signer may answer for the certificate and knew it; otherwise only a revocation in it counts.
    public let answers: Bool
    /// Whose key signed it; `nil` for the issuer of the certificate in the path.
    public let issuer: Certificate?
    /// That certificate's own path, as in ``PathResult/Link/revocationIssuerChain``.
    public let issuerChain: [PathResult.Link]

    package init(
        list: CertificateRevocationList? = nil, response: OCSPResponse? = nil, thisUpdate: Instant,
        nextUpdate: Instant?, revocation: Revocation? = nil, answers: Bool = true, issuer: Certificate? = nil,
        issuerChain: [PathResult.Link] = []
    ) {
        self.list = list
        self.response = response
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.revocation = revocation
        self.answers = answers
        self.issuer = issuer
        self.issuerChain = issuerChain
    }
}

extension CertificateGraph {
    /// Most instants of issue that are looked at for one certificate, the newest first.
    private static let mostInstants = 16

    /// What is known of the revocation of every certificate of a path below its anchor, each piece judged when it was
    /// issued. Pure. A delta list counts with its complete list where ``evaluate(at:purpose:revocation:parameters:)`` is
    /// asked, not here.
    ///
    /// - Returns: One array per link but the anchor, in the order of the chain, newest pieces first.
    public func revocationEvidence(for path: PathResult) -> [[RevocationEvidence]] {
        let indices = path.chain.compactMap { link in nodes.firstIndex { $0.certificate == link.certificate } }
        guard indices.count == path.chain.count, indices.count > 1 else { return [] }
        return indices.dropLast().indices.map { position in
            let above = indices[(position + 1)...]
            let node = nodes[indices[position]]
            let responses = nodes[indices[position + 1]].answers[node.certificate] ?? []
            let issued = Set(listSigners(for: node).flatMap { nodes[$0].lists.map(\.thisUpdate) })
                .union(responses.map(\.producedAt))
            return issued.sorted(by: >).prefix(Self.mostInstants).flatMap { instant in
                var search = PathSearch(self, at: instant, PathParameters())
                let lists = search.listStatements(of: node, above: above, at: instant, issued: instant)
                let answers = search.responseStatements(of: node.certificate, above: above, at: instant)
                    .filter { $0.response?.basic?.producedAt == instant }
                return (lists + answers).map { $0.evidence(about: node.certificate) }
            }
        }
    }
}

extension RevocationStatement {
    fileprivate func evidence(about certificate: Certificate) -> RevocationEvidence {
        RevocationEvidence(
            list: list, response: response, thisUpdate: thisUpdate, nextUpdate: nextUpdate,
            revocation: revocation.map { RevocationEvidence.Revocation(since: $0.since, reason: $0.reason) },
            answers: answers && reasons.isSuperset(of: .all) && knows(certificate), issuer: signer,
            issuerChain: signerChain)
    }
}
