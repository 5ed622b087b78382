// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension Planning {
    /// All reasons against a document for a specification, gravest first; empty when it will do.
    func reasonsAgainst(_ entry: EvidenceSet.Entry, for specification: EvidenceSpecification) -> [RejectionReason] {
        var reasons = reasonsAgainst(entry, concerning: specification.subjects)
        let evidence = entry.evidence
        if specification.fieldValues.contains(where: { !(entry.values[$0.key] ?? []).contains($0.value) }) {
            reasons.append(.wrongContent)
        }
        if !specification.forms.contains(evidence.form) { reasons.append(.wrongForm) }
        if isOfWrongIssuer(entry, for: specification) { reasons.append(.wrongIssuer) }
        if entry.assurance < specification.minimumAssurance, !reasons.contains(.wrongIssuer) {
            reasons.append(.unverified)
        }
        if let issuedOn = evidence.issuedOn {
            if let months = specification.freshnessMonths, issuedOn.adding(months: months) < date {
                reasons.append(.stale)
            }
        } else if specification.freshnessMonths != nil || entry.isEndUnknown {
            reasons.append(.issueDateUnknown)
        }
        return reasons
    }

    /// The reasons that hold whatever a document is wanted for: such a document is never offered, nor read for a form.
    func reasonsAgainst(_ entry: EvidenceSet.Entry, concerning roles: [SubjectRole]) -> [RejectionReason] {
        var reasons: [RejectionReason] = []
        let evidence = entry.evidence
        if !applicant.isConcerned(by: evidence.subjects, as: roles) { reasons.append(.wrongSubject) }
        if evidence.status == .superseded || entry.isOutdated { reasons.append(.superseded) }
        if evidence.status == .revoked { reasons.append(.revoked) }
        if evidence.status == .expired || entry.lastDay.map({ $0 < date }) ?? false { reasons.append(.expired) }
        if evidence.signature.verdict == .failed { reasons.append(.signatureInvalid) }
        if let issuedOn = evidence.issuedOn, issuedOn > date { reasons.append(.notYetIssued) }
        return reasons
    }

    private func isOfWrongIssuer(_ entry: EvidenceSet.Entry, for specification: EvidenceSpecification) -> Bool {
        let issuers = specification.issuers.isEmpty ? entry.type.issuers : specification.issuers
        if let kind = entry.evidence.issuer.kind {
            // `other` documents may come from anybody unless the requirement says who.
            let isOpen = specification.issuers.isEmpty && issuers.contains(.other)
            if !isOpen && !issuers.contains(kind) { return true }
        } else if !specification.issuers.isEmpty {
            return true
        }
        // An agency's own statement needs no signature; a holder's statement is not made better by one.
        guard specification.minimumAssurance > .selfDeclared, entry.evidence.assurance != .agencyVerified,
            entry.evidence.signature.verdict == .passed
        else { return false }
        let domains = specification.trustDomains.isEmpty ? entry.type.trustDomains : specification.trustDomains
        return !(entry.evidence.signature.trustDomain.map(domains.contains) ?? false)
    }
}

extension EvidenceSet.Entry {
    /// The type gives the document an end that counts from a day of issue that is not known.
    var isEndUnknown: Bool {
        guard case .months = type.validity else { return false }
        return lastDay == nil
    }
}
