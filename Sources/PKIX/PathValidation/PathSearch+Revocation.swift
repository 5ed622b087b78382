// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// A question about revocation, as it comes up on many paths.
struct RevocationQuestion: Hashable {
    let certificate: Int
    let issuer: Int
    let anchor: Int
}

/// A question about the signer of a list.
struct SignerQuestion: Hashable {
    let signer: Int
    let anchor: Int
}

/// What a list of a signer may do.
enum ListSignerStanding {
    /// The signer's path holds: its lists answer.
    case answers
    /// The path cannot be judged, or only its time is over: its lists may revoke, but say good of none.
    case revokesOnly
    /// The path fails, or there is none to the same anchor.
    case none
}

extension PathSearch {
    /// What lists and responses say of a certificate of a path at the instant, weighed by ``RevocationEvaluation``.
    ///
    /// - Parameters:
    ///   - index: Where the certificate stands in the path; not the anchor.
    ///   - path: Indices of nodes, the anchor last.
    mutating func revocationFinding(of index: Int, in path: [Int]) -> RevocationEvaluation.Finding {
        let above = path[(index + 1)...]
        let question = RevocationQuestion(
            certificate: path[index], issuer: path[index + 1], anchor: path[path.count - 1])
        if let known = findings[question] { return known }
        let cutsBefore = cuts
        let node = graph.nodes[path[index]]
        var finding = RevocationEvaluation.finding(
            for: node.certificate,
            by: listStatements(of: node, above: above, at: time)
                + responseStatements(of: node.certificate, above: above, at: time), at: time)
        // RFC 9608: nothing is to be expected; a revocation that is there all the same counts.
        if case .revoked = finding.status {
        } else if node.certificate.saysNoRevocationAvailable {
            finding = (.notAsked, nil)
        }
        if cuts == cutsBefore { findings[question] = finding }
        return finding
    }

    /// RFC 5280 §6.3.3: what lists say of a certificate that need not be part of the graph.
    ///
    /// - Parameters:
    ///   - above: Indices of the rest of its path, the issuer first and the anchor last.
    ///   - issued: Only lists of this thisUpdate are read; `nil` for all.
    mutating func listStatements(
        of node: CertificateGraph.Node, above: ArraySlice<Int>, at instant: Instant, issued: Instant? = nil
    ) -> [RevocationStatement] {
        guard let anchor = above.last else { return [] }
        let certificate = node.certificate
        let points = node.constraints.distributionPoints + [DistributionPoint(ofIssuer: certificate.issuer)]
        var statements: [RevocationStatement] = []
        for signer in graph.listSigners(for: node) {
            let (standing, chain) = standing(of: signer, of: certificate, above: above, anchor)
            guard standing != .none else { continue }
            statements += Self.statements(
                on: certificate, points,
                by: graph.nodes[signer].lists.filter { list in issued.map { list.thisUpdate == $0 } ?? true },
                mayAnswer: standing == .answers, issuedBy: graph.horizon, at: instant
            ).map { $0.signed(by: graph.nodes[signer].certificate, chain) }
        }
        return statements
    }

    /// Whether the lists of a signer may answer for a certificate (RFC 5280 §6.3.3 (f)): cRLSign, and the signer is the
    /// issuer's own key, stands in the path above, or has a path of its own that holds at the instant and ends in the same
    /// anchor.
    ///
    /// - Returns: With the path of its own, if it has one.
    private mutating func standing(
        of signer: Int, of certificate: Certificate, above: ArraySlice<Int>, _ anchor: Int
    ) -> (ListSignerStanding, [PathResult.Link]) {
        let node = graph.nodes[signer]
        guard node.certificate.keyUsage?.contains(.crlSign) ?? true else { return (.none, []) }
        if above.contains(signer) { return (.answers, []) }
        if let domain = node.anchorOf {
            let isIssuer = domain == graph.nodes[anchor].anchorOf && node.certificate.subject == certificate.issuer
            return (isIssuer ? .answers : .none, [])
        }
        let question = SignerQuestion(signer: signer, anchor: anchor)
        if let known = standings[question] { return known }
        guard node.leadsToAnchor, pending.count < 4, !pending.contains(signer) else {
            cuts += 1
            return (.none, [])
        }
        let cutsBefore = cuts
        pending.insert(signer)
        let result = best(from: signer, .any, .required, endingIn: anchor)
        pending.remove(signer)
        let standing: ListSignerStanding
        switch result?.outcome {
        case .passed: standing = .answers
        case .indeterminate: standing = .revokesOnly
        case .failed:
            standing = result?.faults.allSatisfy { $0.rule == .expired } == true ? .revokesOnly : .none
        case nil: standing = .none
        }
        let chain = result?.chain ?? []
        if cuts == cutsBefore { standings[question] = (standing, chain) }
        return (standing, chain)
    }

    /// What the lists of one signer say of a certificate, each complete list also joined with its delta lists.
    private static func statements(
        on certificate: Certificate, _ points: [DistributionPoint], by lists: [CertificateRevocationList],
        mayAnswer: Bool, issuedBy horizon: Instant?, at time: Instant
    ) -> [RevocationStatement] {
        let isAuthority = certificate.basicConstraints?.isAuthority ?? false
        // Each list is searched once, however many it is joined with.
        let read: [(list: CertificateRevocationList, entry: Entry)] = lists.compactMap { list in
            list.hasUnprocessed ? nil : (try? Entry(list, certificate)).map { (list, $0) }
        }
        let deltas = read.filter { $0.list.baseNumber != nil }
        func answersNow(_ list: CertificateRevocationList) -> Bool {
            mayAnswer && horizon.map { list.thisUpdate <= $0 } ?? true
        }
        var statements: [RevocationStatement] = []
        for (list, entry) in read {
            var reasons: RevocationReasons = []
            if list.issuingDistributionPoint?.covers(authority: isAuthority) ?? true {
                for point in points { reasons.formUnion(point.reasons(of: list, for: certificate)) }
            }
            // A list that is not one of the certificate's can still revoke it, but only its issuer's own.
            guard !reasons.isEmpty || list.issuer == certificate.issuer else { continue }
            let isComplete = list.baseNumber == nil && !reasons.isEmpty
            // A delta list for a later base shows that a stale list's successor exists and is missing.
            let isStale = list.nextUpdate.map { $0 < time } ?? true
            let isSuperseded =
                isComplete && isStale
                && deltas.contains { $0.list.isDelta(forLaterThan: list) && $0.list.thisUpdate <= time }
            statements.append(
                RevocationStatement(
                    thisUpdate: list.thisUpdate, nextUpdate: list.nextUpdate, revocation: entry.revocation,
                    answers: answersNow(list) && isComplete && !isSuperseded, reasons: reasons,
                    keepsExpiredSince: list.keepsExpiredSince, list: list))
            guard isComplete else { continue }
            for (delta, newer) in deltas where delta.updates(list) {
                statements.append(
                    RevocationStatement(
                        thisUpdate: delta.thisUpdate, nextUpdate: delta.nextUpdate,
                        revocation: newer.isPresent ? newer.revocation : entry.revocation,
                        answers: answersNow(list) && answersNow(delta),
                        reasons: reasons, keepsExpiredSince: list.keepsExpiredSince, list: delta))
            }
        }
        return statements
    }

    /// What a list has under the certificate's number.
    private struct Entry {
        let isPresent: Bool
        /// `nil` when there is none, or when the entry takes an earlier one back.
        let revocation: RevocationStatement.Revocation?

        init(_ list: CertificateRevocationList, _ certificate: Certificate) throws(DERSyntaxError) {
            let entry = try list.entry(for: certificate.serialNumber, issuedBy: certificate.issuer)
            isPresent = entry != nil
            revocation = entry.flatMap {
                $0.reason == .removeFromCRL
                    ? nil
                    : RevocationStatement.Revocation(
                        date: $0.revocationDate, reason: $0.reason, invalidityDate: $0.invalidityDate)
            }
        }
    }
}

extension CertificateRevocationList {
    /// Whether this delta list brings a complete one up to date (RFC 5280 §5.2.4, §6.3.3 (c)).
    fileprivate func updates(_ list: CertificateRevocationList) -> Bool {
        guard isDelta(ofScopeOf: list), let baseNumber, let number, let listNumber = list.number else { return false }
        return !listNumber.isBelow(baseNumber) && listNumber.isBelow(number)
    }

    /// Whether this delta list can only be joined with a later list than a complete one.
    fileprivate func isDelta(forLaterThan list: CertificateRevocationList) -> Bool {
        guard isDelta(ofScopeOf: list), let baseNumber, let listNumber = list.number else { return false }
        return listNumber.isBelow(baseNumber)
    }

    private func isDelta(ofScopeOf list: CertificateRevocationList) -> Bool {
        guard baseNumber != nil, !hasUnprocessed, issuer == list.issuer,
            authorityKeyIdentifier == list.authorityKeyIdentifier
        else { return false }
        func point(_ list: CertificateRevocationList) -> [UInt8]? {
            list.extensions.first { $0.identifier == .issuingDistributionPoint }?.value
        }
        return point(self) == point(list)
    }
}

extension [UInt8] {
    /// Whether a non-negative INTEGER's octets are a smaller number than another's.
    fileprivate func isBelow(_ other: [UInt8]) -> Bool {
        count != other.count ? count < other.count : lexicographicallyPrecedes(other)
    }
}
