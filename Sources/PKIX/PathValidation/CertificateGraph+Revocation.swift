// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension CertificateGraph {
    /// RFC 5280 §6.3.3 for lists of the certificate's issuer; acceptance and freshness by EN 319 102-1 §5.2.5.
    ///
    /// A good answer needs a list that covers the certificate, signed with the issuer's own key or with another key of the
    /// same name whose certificate holds. For a bad one an entry in any list of that name is enough, also in a delta list
    /// or one for other distribution points.
    ///
    /// - Parameters:
    ///   - issuer: Index of the issuer's node.
    ///   - above: Indices of the rest of the path, the anchor last.
    func revocationStatus(
        of certificate: Certificate, issuer: Int, above: ArraySlice<Int>, at time: Instant
    ) -> (status: RevocationStatus, list: CertificateRevocationList?) {
        let answering = [issuer] + otherListSigners(of: issuer, above: above, at: time)
        var lists: [(list: CertificateRevocationList, answers: Bool)] = []
        for (index, node) in nodes.enumerated()
        where node.leadsToAnchor && node.certificate.subject == nodes[issuer].certificate.subject {
            let answers = answering.contains(index) && Self.maySignLists(node.certificate)
            lists += node.lists.map { ($0, answers && $0.covers(certificate)) }
        }
        return Self.status(of: certificate, by: lists, at: time)
    }

    private static func status(
        of certificate: Certificate, by lists: [(list: CertificateRevocationList, answers: Bool)], at time: Instant
    ) -> (status: RevocationStatus, list: CertificateRevocationList?) {
        var best: (status: RevocationStatus, list: CertificateRevocationList?) = (.unknown, nil)
        for (list, answers) in lists.sorted(by: { $0.list.thisUpdate > $1.list.thisUpdate })
        where answers || list.scope.entriesAreOfIssuer {
            let entry: CertificateRevocationList.Entry?
            do { entry = try list.entry(for: certificate.serialNumber) } catch { continue }
            if let entry, entry.revocationDate <= time, entry.reason != .removeFromCRL {
                // A hold ends when a later list, known at the instant, no longer names the certificate.
                if entry.reason == .certificateHold, case .good(let newer) = best.status, newer <= time { continue }
                return (.revoked(since: entry.revocationDate, reason: entry.reason), list)
            }
            // A list issued before the certificate, or after its end, need not know it.
            guard answers, list.thisUpdate >= certificate.notBefore, list.thisUpdate <= certificate.notAfter else {
                continue
            }
            guard let nextUpdate = list.nextUpdate, nextUpdate >= time else {
                if case .unknown = best.status { best = (.stale(nextUpdate: list.nextUpdate), list) }
                continue
            }
            if case .good = best.status { continue }
            best = (.good(thisUpdate: list.thisUpdate), list)
        }
        return best
    }

    /// Nodes of the same name as an issuer whose lists may answer for its certificates: the same anchor above, valid, not
    /// revoked themselves. Their own revocation is judged by lists of their issuer's own key only, so that nothing answers
    /// for itself.
    private func otherListSigners(of issuer: Int, above: ArraySlice<Int>, at time: Instant) -> [Int] {
        let superiors = [issuer] + above
        let subject = nodes[issuer].certificate.subject
        return nodes.indices.filter { index in
            let node = nodes[index]
            guard index > 0, index != issuer, node.certificate.subject == subject, !node.lists.isEmpty,
                Self.maySignLists(node.certificate)
            else { return false }
            if above.contains(index)
                || node.anchorOf != nil && node.anchorOf == nodes[superiors[superiors.count - 1]].anchorOf
            {
                return true
            }
            guard node.certificate.isValid(at: time), !Self.hasUnprocessed(node.certificate) else { return false }
            return node.issuers.contains { superior in
                guard superiors.contains(superior), Self.maySignLists(nodes[superior].certificate) else { return false }
                let lists = nodes[superior].lists.map { ($0, $0.covers(node.certificate)) }
                guard case .good = Self.status(of: node.certificate, by: lists, at: time).status else { return false }
                return true
            }
        }
    }

    private static func maySignLists(_ certificate: Certificate) -> Bool {
        certificate.keyUsage?.contains(.crlSign) ?? true
    }
}
