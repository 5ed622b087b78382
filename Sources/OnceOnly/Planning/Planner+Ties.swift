// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension Planner {
    /// Chooses among documents that nothing but their identifier tells apart, so that few are disclosed.
    ///
    /// A document that is disclosed anyway is taken; then, again and again, the one that serves most of the requirements
    /// still open, the first in the order of requirements and of decision among equals. Which document is chosen where
    /// proof or validity decide is not touched.
    func settleTies(_ slots: inout [Slot], _ requirements: inout [RequirementPlan]) {
        var chosen: Set<Int> = []
        var open: [Int] = []
        for (place, slot) in slots.enumerated() where slot.isDisclosed {
            if slot.pair.tied > 1 { open.append(place) } else { chosen.insert(slot.entry.index) }
        }
        func settle(_ place: Int, _ entry: EvidenceSet.Entry) {
            guard entry !== slots[place].entry else { return }
            slots[place].entry = entry
            let slot = slots[place]
            requirements[slot.requirement] = requirements[slot.requirement].replacing(item: slot.pair.item) {
                RequirementPlan.Choice(
                    entry, reason: .fewerDocuments,
                    runnersUp: slot.pair.candidates.filter { $0 !== entry }.map(\.reference))
            }
        }
        while !open.isEmpty {
            open.removeAll { place in
                let tied = slots[place].pair.candidates.prefix(slots[place].pair.tied)
                guard let known = tied.first(where: { chosen.contains($0.index) }) else { return false }
                settle(place, known)
                return true
            }
            var counts: [Int: Int] = [:]
            for place in open {
                let pair = slots[place].pair
                for entry in pair.candidates.prefix(pair.tied) { counts[entry.index, default: 0] += 1 }
            }
            var best: (index: Int, count: Int)?
            for place in open {
                let pair = slots[place].pair
                for entry in pair.candidates.prefix(pair.tied) {
                    let count = counts[entry.index] ?? 0
                    if best.map({ count > $0.count }) ?? true { best = (entry.index, count) }
                }
            }
            guard let best else { return }
            chosen.insert(best.index)
        }
    }
}

extension RequirementPlan {
    /// The same with another choice for one of its items.
    fileprivate func replacing(item place: Int, choice: () -> Choice) -> RequirementPlan {
        var items = items
        let item = items[place]
        items[place] = Item(
            documentType: item.documentType, name: item.name, madeInDossier: item.madeInDossier, choice: choice())
        return RequirementPlan(
            id: id, name: name, applies: applies, status: status, list: list, items: items, rejected: rejected)
    }
}
