// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// How the lists of a requirement stand, whatever the requirement is called and whichever procedure asks for it.
final class RequirementOutcome {
    /// A document of the list that is followed, with those that are exactly as good.
    final class Pair: Sendable {
        let specification: EvidenceSpecification
        /// The documents that would do, in the order of choice; never empty.
        let candidates: [EvidenceSet.Entry]
        /// How many of the first candidates nothing but their identifier tells apart.
        let tied: Int
        /// Place of the specification in the list.
        let item: Int

        init(specification: EvidenceSpecification, candidates: [EvidenceSet.Entry], tied: Int, item: Int) {
            self.specification = specification
            self.candidates = candidates
            self.tied = tied
            self.item = item
        }
    }

    let list: Int
    let status: RequirementStatus
    let items: [RequirementPlan.Item]
    let rejected: [RequirementPlan.Rejection]
    let pairs: [Pair]
    /// What is to be done, or `nil` when the requirement is met for good.
    let ways: [[Gap.Need]]?
    /// Its documents are disclosed: it is met, or nothing but documents made within the dossier is missing.
    let isDisclosed: Bool

    init(_ lists: [[EvidenceSpecification]], planner: Planner, board: Planner.Board) {
        let matches = lists.map { $0.map { SpecificationMatch($0, planner: planner, board: board) } }
        let best = Self.bestList(of: matches, board)
        let list = matches.indices.contains(best) ? matches[best] : []
        let isMet = list.allSatisfy(\.isMet)
        let types = planner.evidence.types
        self.list = best
        status = Self.status(of: list, at: best, board)
        items = list.map { Self.item($0, types, board) }
        rejected = Self.rejections(of: matches, planner)
        pairs = list.enumerated().compactMap { place, match in
            guard let winner = match.candidates.first else { return nil }
            let tied = match.candidates.prefix {
                $0.strength == winner.strength && $0.lastDay == winner.lastDay && board.lasts($0) == board.lasts(winner)
            }
            return Pair(
                specification: match.specification, candidates: match.candidates, tied: tied.count, item: place)
        }
        isDisclosed = status.isSatisfied || (isMet && status == .toBeCompleted)
        switch status {
        case .satisfied, .satisfiedByAlternative: ways = nil
        default:
            ways =
                isMet
                ? [Self.needs(list.filter { $0.specification.madeInDossier || $0.expires(board) }, types)]
                : matches.map { Self.needs($0.filter { !$0.isMet || $0.specification.madeInDossier }, types) }
        }
    }

    /// Lists that are met and last, then lists that are met, then the list that is nearest; the author's order decides.
    private static func bestList(of lists: [[SpecificationMatch]], _ board: Planner.Board) -> Int {
        guard lists.count > 1 else { return 0 }
        func rank(_ list: [SpecificationMatch]) -> (Int, Int, Int) {
            let unmet = list.filter { !$0.isMet }
            if unmet.isEmpty { return (0, list.contains { $0.expires(board) } ? 1 : 0, 0) }
            return (1, unmet.count, -(unmet.map(\.nearness).min() ?? -1))
        }
        var best = 0
        var bestRank = rank(lists[0])
        for index in lists.indices.dropFirst() {
            let rank = rank(lists[index])
            if rank < bestRank { (best, bestRank) = (index, rank) }
        }
        return best
    }

    private static func status(
        of list: [SpecificationMatch], at index: Int, _ board: Planner.Board
    ) -> RequirementStatus {
        guard let worst = list.filter({ !$0.isMet }).min(by: { $0.nearness < $1.nearness }) else {
            if list.contains(where: \.specification.madeInDossier) { return .toBeCompleted }
            if list.contains(where: { $0.expires(board) }) { return .expiresBeforeDecision }
            return index == 0 ? .satisfied : .satisfiedByAlternative
        }
        return worst.nearest?.status ?? .missing
    }

    private static func item(
        _ match: SpecificationMatch, _ types: DocumentTypeCatalogue, _ board: Planner.Board
    ) -> RequirementPlan.Item {
        let specification = match.specification
        return RequirementPlan.Item(
            documentType: specification.documentType, name: types.name(of: specification.documentType),
            madeInDossier: specification.madeInDossier,
            choice: match.candidates.first.map { winner in
                RequirementPlan.Choice(
                    winner, reason: reason(for: winner, over: match.candidates.dropFirst().first, board),
                    runnersUp: match.candidates.dropFirst().map(\.reference))
            })
    }

    private static func reason(
        for winner: EvidenceSet.Entry, over next: EvidenceSet.Entry?, _ board: Planner.Board
    ) -> SelectionReason {
        guard let next else { return .onlyCandidate }
        if board.lasts(winner) && !board.lasts(next) { return .lastsUntilDecision }
        if winner.strength != next.strength { return .strongerProof }
        return winner.lastDay == next.lastDay ? .firstByIdentifier : .longerValidity
    }

    /// Every document of the types in question that no list could use, once.
    private static func rejections(
        of lists: [[SpecificationMatch]], _ planner: Planner
    ) -> [RequirementPlan.Rejection] {
        guard lists.contains(where: { $0.contains { !$0.rejected.isEmpty } }) else { return [] }
        // With one document asked for, nothing can be refused here and accepted there.
        let isSingle = lists.count == 1 && lists[0].count == 1
        var settled: Set<Int> = isSingle ? [] : Set(lists.joined().flatMap(\.candidates).map(\.index))
        var rejections: [RequirementPlan.Rejection] = []
        for match in lists.joined() {
            for (entry, bits) in match.rejected where isSingle || settled.insert(entry.index).inserted {
                var lastDay: CalendarDate?
                if bits.contains(.expired) {
                    lastDay = entry.lastDay
                } else if bits.contains(.stale) {
                    lastDay = match.specification.lastFreshDay(issuedOn: entry.evidence.issuedOn)
                }
                rejections.append(.init(evidence: entry.reference, reasons: planner.list(bits), lastDay: lastDay))
            }
        }
        return rejections
    }

    private static func needs(_ list: [SpecificationMatch], _ types: DocumentTypeCatalogue) -> [Gap.Need] {
        list.map { match in
            let specification = match.specification
            let type = types[specification.documentType]
            let kinds = specification.issuers.isEmpty ? type?.issuers ?? [] : specification.issuers
            let levels = specification.issuerLevels
            return Gap.Need(
                documentType: specification.documentType, name: types.name(of: specification.documentType),
                subjects: specification.subjects,
                issuers: levels.isEmpty ? kinds : kinds.filter { levels.contains($0.level) },
                registers: type?.registers ?? [], reason: match.nearest, madeInDossier: specification.madeInDossier)
        }
    }
}

/// One specification matched with the documents of its type.
struct SpecificationMatch {
    let specification: EvidenceSpecification
    /// Documents that would do, in decision order, those that last until the decision first.
    let candidates: [EvidenceSet.Entry]
    let rejected: [(entry: EvidenceSet.Entry, reasons: RejectionReason.Bits)]
    /// The leading reason of the rejected document that is nearest to being usable.
    let nearest: RejectionReason?
    /// How near that is; −1 when there is no document at all.
    let nearness: Int

    init(_ specification: EvidenceSpecification, planner: Planner, board: Planner.Board) {
        self.specification = specification
        var lasting: [EvidenceSet.Entry] = []
        var ending: [EvidenceSet.Entry] = []
        var rejected: [(EvidenceSet.Entry, RejectionReason.Bits)] = []
        var nearest: RejectionReason.Bits = []
        if !specification.madeInDossier {
            for entry in planner.evidence.entries(of: specification.documentType) {
                let reasons = planner.reasonsAgainst(entry, for: specification)
                if !reasons.isEmpty {
                    rejected.append((entry, reasons))
                    if nearest.isEmpty || reasons.nearness > nearest.nearness { nearest = reasons }
                } else if board.lasts(entry) {
                    lasting.append(entry)
                } else {
                    ending.append(entry)
                }
            }
        }
        candidates = ending.isEmpty ? lasting : lasting + ending
        self.rejected = rejected
        self.nearest = planner.list(nearest).first
        nearness = nearest.isEmpty ? -1 : nearest.nearness
    }

    var isMet: Bool { specification.madeInDossier || !candidates.isEmpty }

    /// Its best document ends before the decision.
    func expires(_ board: Planner.Board) -> Bool { candidates.first.map { !board.lasts($0) } ?? false }
}

extension DocumentTypeCatalogue {
    func name(of type: String) -> Phrase { self[type]?.name ?? Phrase(vi: type, en: type) }
}

extension RequirementPlan.Choice {
    init(_ entry: EvidenceSet.Entry, reason: SelectionReason, runnersUp: [EvidenceReference]) {
        self.init(
            evidence: entry.reference, reason: reason, lastDay: entry.lastDay, assurance: entry.assurance,
            form: entry.evidence.form, runnersUp: runnersUp)
    }
}
