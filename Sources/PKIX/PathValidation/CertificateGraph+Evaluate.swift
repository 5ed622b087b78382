// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension CertificateGraph {
    /// Judges the certificate at an instant. Pure: the same arguments give the same result.
    ///
    /// - Parameters:
    ///   - time: The instant; every certificate of the path must be valid then (shell model).
    ///   - purpose: What the certificate is to be used for.
    ///   - revocation: What missing revocation information means.
    ///   - parameters: What is asked of certificate policies.
    /// - Returns: The best path: one that passes, else one that leaves the question open, else one that fails.
    public func evaluate(
        at time: Instant, purpose: CertificatePurpose, revocation: RevocationMode,
        parameters: PathParameters = PathParameters()
    ) -> PathResult {
        var search = PathSearch(self, at: time, parameters)
        if !isOverAllowance, let best = search.best(from: 0, purpose, revocation) { return best }
        let (path, rule) = search.isOverBudget || isOverBudget ? ([0], PathRule.overBudget) : deadEnd()
        let links = path.map { PathResult.Link(certificate: nodes[$0].certificate, revocation: .notAsked) }
        return PathResult(
            outcome: rule.isIndeterminate ? .indeterminate : .failed, chain: links, trustDomain: nil,
            faults: [PathResult.Fault(rule: rule, certificateIndex: path.count - 1)], revocationMode: revocation,
            time: time, pathsTried: search.pathsTried)
    }

    /// Why no path leads to an anchor: the way to the first certificate on which every named issuer's key fails, or none.
    ///
    /// Only authorities that a good signature leads to are followed, so nobody can bring in a bad one of his own.
    private func deadEnd() -> (path: [Int], rule: PathRule) {
        var paths = [[0]]
        var seen: Set<Int> = [0]
        var next = 0
        while next < paths.count {
            let path = paths[next]
            next += 1
            let node = nodes[path[path.count - 1]]
            if node.hasBadSignature, node.issuers.isEmpty { return (path, .signature) }
            for issuer in node.issuers where seen.insert(issuer).inserted { paths.append(path + [issuer]) }
        }
        return ([0], .noPath)
    }
}
