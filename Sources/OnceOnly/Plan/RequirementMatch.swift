// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// A requirement matched with the documents, before the plan is put together.
struct RequirementMatch {
    let plan: RequirementPlan
    let gap: Gap?
    /// The specifications of the followed list that have a document, with it.
    let pairs: [(specification: EvidenceSpecification, entry: EvidenceSet.Entry)]
    /// Nothing but documents made within the dossier is missing.
    let isCompletable: Bool

    var chosen: [EvidenceSet.Entry] { pairs.map(\.entry) }
}

/// One specification matched with the documents of its type.
struct SpecificationMatch {
    let specification: EvidenceSpecification
    /// Documents that would do, in decision order, those that last until the decision first.
    let candidates: [EvidenceSet.Entry]
    let rejected: [(entry: EvidenceSet.Entry, reasons: [RejectionReason])]

    var isMet: Bool { specification.madeInDossier || !candidates.isEmpty }

    /// The leading reason of the rejected document that is nearest to being usable.
    var nearest: RejectionReason? {
        rejected.compactMap { $0.reasons.first }.max { $0.nearness < $1.nearness }
    }

    /// −1 when there is no document at all.
    var nearness: Int { nearest?.nearness ?? -1 }
}

extension Planning {
    func match(_ requirement: Requirement) -> RequirementMatch {
        let applies = applicability(of: requirement.condition)
        if applies == .no {
            let plan = RequirementPlan(
                id: requirement.id, name: requirement.name, applies: .no, status: .notRequired, list: 0, items: [],
                rejected: [])
            return RequirementMatch(plan: plan, gap: nil, pairs: [], isCompletable: false)
        }
        let lists = requirement.lists.map { $0.map(match) }
        let index = bestList(of: lists)
        let list = lists.indices.contains(index) ? lists[index] : []
        let isMet = list.allSatisfy(\.isMet)
        let status = status(of: list, at: index)
        let plan = RequirementPlan(
            id: requirement.id, name: requirement.name, applies: applies, status: status, list: index,
            items: list.map(item), rejected: rejections(of: lists))
        let gap =
            status == .satisfied || status == .satisfiedByAlternative
            ? nil
            : Gap(
                requirement: requirement.id, name: requirement.name, reason: status,
                isBlocking: applies == .yes && status != .expiresBeforeDecision,
                ways: isMet ? [needs(of: list, expiring: true)] : lists.map { needs(of: $0, expiring: false) })
        return RequirementMatch(
            plan: plan, gap: gap,
            pairs: list.compactMap { match in match.candidates.first.map { (match.specification, $0) } },
            isCompletable: isMet && status == .toBeCompleted)
    }

    /// Lists that are met and last, then lists that are met, then the list that is nearest; the author's order decides.
    private func bestList(of lists: [[SpecificationMatch]]) -> Int {
        func rank(_ list: [SpecificationMatch]) -> (Int, Int, Int) {
            let unmet = list.filter { !$0.isMet }
            if unmet.isEmpty { return (0, list.contains(where: expires) ? 1 : 0, 0) }
            return (1, unmet.count, -(unmet.map(\.nearness).min() ?? -1))
        }
        var best = 0
        for index in lists.indices.dropFirst() where rank(lists[index]) < rank(lists[best]) { best = index }
        return best
    }

    private func status(of list: [SpecificationMatch], at index: Int) -> RequirementStatus {
        guard let worst = list.filter({ !$0.isMet }).min(by: { $0.nearness < $1.nearness }) else {
            if list.contains(where: \.specification.madeInDossier) { return .toBeCompleted }
            if list.contains(where: expires) { return .expiresBeforeDecision }
            return index == 0 ? .satisfied : .satisfiedByAlternative
        }
        return worst.nearest?.status ?? .missing
    }

    private func expires(_ match: SpecificationMatch) -> Bool {
        match.candidates.first.map { !lasts($0) } ?? false
    }

    private func lasts(_ entry: EvidenceSet.Entry) -> Bool { entry.lastDay.map { $0 >= decisionBy } ?? true }

    private func item(_ match: SpecificationMatch) -> RequirementPlan.Item {
        let choice = match.candidates.first.map { winner in
            RequirementPlan.Choice(
                evidence: winner.evidence.reference,
                reason: reason(for: winner, over: match.candidates.dropFirst().first),
                lastDay: winner.lastDay, runnersUp: match.candidates.dropFirst().map(\.evidence.reference))
        }
        return RequirementPlan.Item(
            documentType: match.specification.documentType, name: name(of: match.specification.documentType),
            madeInDossier: match.specification.madeInDossier, choice: choice)
    }

    private func reason(for winner: EvidenceSet.Entry, over next: EvidenceSet.Entry?) -> SelectionReason {
        guard let next else { return .onlyCandidate }
        if lasts(winner) && !lasts(next) { return .lastsUntilDecision }
        if winner.strength != next.strength { return .strongerProof }
        return winner.lastDay == next.lastDay ? .firstByIdentifier : .longerValidity
    }

    private func name(of type: String) -> Phrase { evidence.types[type]?.name ?? Phrase(vi: type, en: type) }

    /// Every document of the types in question that no list could use, once.
    private func rejections(of lists: [[SpecificationMatch]]) -> [RequirementPlan.Rejection] {
        let usable = Set(lists.joined().flatMap(\.candidates).map(\.evidence.reference))
        var seen: Set<EvidenceReference> = []
        var rejections: [RequirementPlan.Rejection] = []
        for match in lists.joined() {
            for (entry, reasons) in match.rejected {
                let reference = entry.evidence.reference
                guard !usable.contains(reference), seen.insert(reference).inserted else { continue }
                rejections.append(
                    .init(evidence: reference, reasons: reasons, lastDay: lastDay(entry, reasons, match.specification)))
            }
        }
        return rejections
    }

    private func lastDay(
        _ entry: EvidenceSet.Entry, _ reasons: [RejectionReason], _ specification: EvidenceSpecification
    ) -> CalendarDate? {
        if reasons.contains(.expired) { return entry.lastDay }
        guard reasons.contains(.stale), let months = specification.freshnessMonths else { return nil }
        return entry.evidence.issuedOn?.adding(months: months)
    }

    /// What a list lacks; for a list that is met, what is to be made or renewed.
    private func needs(of list: [SpecificationMatch], expiring: Bool) -> [Gap.Need] {
        list.filter {
            expiring ? $0.specification.madeInDossier || expires($0) : !$0.isMet || $0.specification.madeInDossier
        }
        .map { match in
            let type = evidence.types[match.specification.documentType]
            let narrowed = match.specification.issuers
            return Gap.Need(
                documentType: match.specification.documentType, name: name(of: match.specification.documentType),
                subjects: match.specification.subjects, issuers: narrowed.isEmpty ? type?.issuers ?? [] : narrowed,
                registers: type?.registers ?? [], reason: match.nearest,
                madeInDossier: match.specification.madeInDossier)
        }
    }

    private func match(_ specification: EvidenceSpecification) -> SpecificationMatch {
        guard !specification.madeInDossier else {
            return SpecificationMatch(specification: specification, candidates: [], rejected: [])
        }
        var lasting: [EvidenceSet.Entry] = []
        var ending: [EvidenceSet.Entry] = []
        var rejected: [(EvidenceSet.Entry, [RejectionReason])] = []
        for entry in evidence.entries(of: specification.documentType) {
            let reasons = reasonsAgainst(entry, for: specification)
            if !reasons.isEmpty {
                rejected.append((entry, reasons))
            } else if lasts(entry) {
                lasting.append(entry)
            } else {
                ending.append(entry)
            }
        }
        return SpecificationMatch(specification: specification, candidates: lasting + ending, rejected: rejected)
    }
}
