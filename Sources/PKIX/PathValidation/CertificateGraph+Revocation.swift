// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

extension CertificateGraph {
    /// What lists and responses say of a certificate at an instant, weighed by ``RevocationEvaluation``.
    ///
    /// - Parameters:
    ///   - issuer: Index of the issuer's node.
    ///   - above: Indices of the rest of the path, the anchor last.
    func revocationFinding(
        of certificate: Certificate, issuer: Int, above: ArraySlice<Int>, at time: Instant
    ) -> RevocationEvaluation.Finding {
        let finding = RevocationEvaluation.finding(
            for: certificate,
            by: listStatements(of: certificate, issuer: issuer, above: above, at: time)
                + responseStatements(of: certificate, issuer: issuer, above: above, at: time), at: time)
        // RFC 9608: nothing is to be expected; a revocation that is there all the same counts.
        if case .revoked = finding.status { return finding }
        return certificate.saysNoRevocationAvailable ? (.notAsked, nil) : finding
    }

    /// RFC 5280 §6.3.3 for lists of the certificate's issuer; acceptance and freshness by EN 319 102-1 §5.2.5.
    ///
    /// A good answer needs a list that covers the certificate, signed with the issuer's own key or with another key of the
    /// same name whose certificate holds. For a bad one an entry in any list of that name is enough, also in a delta list
    /// or one for other distribution points.
    ///
    /// - Parameters:
    ///   - issuer: Index of the issuer's node.
    ///   - above: Indices of the rest of the path, the anchor last.
    func listStatements(
        of certificate: Certificate, issuer: Int, above: ArraySlice<Int>, at time: Instant
    ) -> [RevocationStatement] {
        let answering = [issuer] + otherListSigners(of: issuer, above: above, at: time)
        var statements: [RevocationStatement] = []
        for (index, node) in nodes.enumerated()
        where node.leadsToAnchor && node.certificate.subject == nodes[issuer].certificate.subject {
            let answers = answering.contains(index) && Self.maySignLists(node.certificate)
            statements += node.lists.compactMap {
                Self.statement(of: $0, on: certificate, answers: answers && $0.covers(certificate))
            }
        }
        return statements
    }

    /// What a list says of a certificate; `nil` when it can say nothing.
    private static func statement(
        of list: CertificateRevocationList, on certificate: Certificate, answers: Bool
    ) -> RevocationStatement? {
        guard answers || list.scope.entriesAreOfIssuer else { return nil }
        let entry: CertificateRevocationList.Entry?
        do { entry = try list.entry(for: certificate.serialNumber) } catch { return nil }
        var revocation: RevocationStatement.Revocation?
        if let entry, entry.reason != .removeFromCRL {
            revocation = RevocationStatement.Revocation(
                date: entry.revocationDate, reason: entry.reason, invalidityDate: entry.invalidityDate)
        }
        return RevocationStatement(
            thisUpdate: list.thisUpdate, nextUpdate: list.nextUpdate, revocation: revocation, answers: answers,
            list: list)
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
                let statements = nodes[superior].lists.compactMap {
                    Self.statement(of: $0, on: node.certificate, answers: $0.covers(node.certificate))
                }
                let finding = RevocationEvaluation.finding(for: node.certificate, by: statements, at: time)
                guard case .good = finding.status else { return false }
                return true
            }
        }
    }

    private static func maySignLists(_ certificate: Certificate) -> Bool {
        certificate.keyUsage?.contains(.crlSign) ?? true
    }
}
