// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension Planner {
    /// One chosen document: for which requirement, and what else would have done as well.
    struct Slot {
        /// Place of the requirement in the plan.
        let requirement: Int
        let pair: RequirementOutcome.Pair
        /// The document is disclosed.
        let isDisclosed: Bool
        var entry: EvidenceSet.Entry
    }

    /// The plan of one procedure.
    ///
    /// - Parameters:
    ///   - procedure: The procedure.
    ///   - index: Its repeated parts, numbered as this planner expects.
    ///   - answers: Usable answers.
    ///   - decisionBy: The day of decision, not before the day of the plan.
    func plan(
        _ procedure: Procedure, _ index: ProcedureIndex, answers: [String: String], decisionBy: CalendarDate
    ) -> ReusePlan {
        let board = board(decisionBy: decisionBy)
        let openQuestions = evaluateConditions(procedure, index, answers)
        var requirements: [RequirementPlan] = []
        requirements.reserveCapacity(procedure.requirements.count)
        var gaps: [Gap] = []
        var slots: [Slot] = []
        var hasTies = false
        let asked = procedure.requirements
        for place in asked.indices {
            let key = index.requirements[place]
            let applies = state(of: key.condition)
            guard applies != .no else {
                requirements.append(
                    RequirementPlan(
                        id: asked[place].id, name: asked[place].name, applies: .no, status: .notRequired, list: 0,
                        items: [], rejected: []))
                continue
            }
            let outcome: RequirementOutcome
            if let known = board.outcomes[key.lists] {
                outcome = known
            } else {
                outcome = RequirementOutcome(asked[place].lists, planner: self, board: board)
                board.outcomes[key.lists] = outcome
            }
            requirements.append(
                RequirementPlan(
                    id: asked[place].id, name: asked[place].name, applies: applies, status: outcome.status,
                    list: outcome.list, items: outcome.items, rejected: outcome.rejected))
            if let ways = outcome.ways {
                gaps.append(
                    Gap(
                        requirement: asked[place].id, name: asked[place].name, reason: outcome.status,
                        isBlocking: applies == .yes && outcome.status != .expiresBeforeDecision, ways: ways))
            }
            let isDisclosed = applies == .yes && outcome.isDisclosed
            for pair in outcome.pairs {
                if isDisclosed && pair.tied > 1 { hasTies = true }
                slots.append(
                    Slot(requirement: place, pair: pair, isDisclosed: isDisclosed, entry: pair.candidates[0]))
            }
        }
        if hasTies && slots.count > 1 { settleTies(&slots, &requirements) }
        var disclosed = EntrySet(count: evidence.entries.count)
        for slot in slots where slot.isDisclosed { disclosed.insert(slot.entry.index) }
        return ReusePlan(
            procedure: procedure, documentTypes: evidence.types.version, on: date, decisionBy: decisionBy,
            answers: answers, openQuestions: openQuestions, requirements: requirements, gaps: gaps,
            form: PlannedForm(
                PlannedForm.Recipe(
                    reader: reader, fields: procedure.form.fields, keys: index.fields, states: states,
                    disclosed: disclosed)), disclosure: disclosure(of: slots, requirements),
            forecast: forecast(of: slots, requirements, decisionBy: decisionBy))
    }

    private func state(of condition: Int) -> RequirementPlan.Applicability {
        condition < 0 ? .yes : states[condition]
    }

    /// Evaluates the distinct conditions of a procedure, and returns the questions that leave one of them open.
    private func evaluateConditions(
        _ procedure: Procedure, _ index: ProcedureIndex, _ answers: [String: String]
    ) -> [String] {
        states.removeAll(keepingCapacity: true)
        guard !index.conditions.isEmpty else { return [] }
        var isOpen: [Bool] = []
        for (place, condition) in index.conditions.enumerated() {
            switch answers.isEmpty ? nil : condition.holds(for: answers) {
            case true?: states.append(.yes)
            case false?: states.append(.no)
            case nil:
                // Without answers a condition is open, unless nothing has to be answered for it.
                if answers.isEmpty, index.questions[place].isEmpty, let holds = condition.holds(for: answers) {
                    states.append(holds ? .yes : .no)
                    continue
                }
                states.append(.depends)
                if isOpen.isEmpty { isOpen = Array(repeating: false, count: procedure.questions.count) }
                for question in index.questions[place]
                where answers.isEmpty || answers[procedure.questions[question].id] == nil {
                    isOpen[question] = true
                }
            }
        }
        guard !isOpen.isEmpty else { return [] }
        return procedure.questions.indices.filter { isOpen[$0] }.map { procedure.questions[$0].id }
    }

    /// Only what is chosen for a requirement that is known to apply: one document serves several requirements.
    private func disclosure(of slots: [Slot], _ requirements: [RequirementPlan]) -> [Disclosure] {
        var found: [(entry: EvidenceSet.Entry, requirements: [String], fields: [String], isWhole: Bool)] = []
        for slot in slots where slot.isDisclosed {
            let id = requirements[slot.requirement].id
            let fields = slot.pair.specification.sufficientFields
            if let place = found.firstIndex(where: { $0.entry === slot.entry }) {
                if found[place].requirements.last != id { found[place].requirements.append(id) }
                found[place].isWhole = found[place].isWhole || fields.isEmpty
                for field in fields where !found[place].fields.contains(field) { found[place].fields.append(field) }
            } else {
                found.append((slot.entry, [id], fields, fields.isEmpty))
            }
        }
        return found.map {
            Disclosure(
                evidence: $0.entry.reference, requirements: $0.requirements, fields: $0.isWhole ? [] : $0.fields,
                sensitivity: $0.entry.type.sensitivity)
        }
    }

    private func forecast(
        of slots: [Slot], _ requirements: [RequirementPlan], decisionBy: CalendarDate
    ) -> [ExpiryForecast] {
        var forecast: [ExpiryForecast] = []
        for slot in slots {
            func add(_ kind: ExpiryForecast.Kind, _ lastDay: CalendarDate?) {
                guard let lastDay else { return }
                forecast.append(
                    ExpiryForecast(
                        evidence: slot.entry.reference, requirement: requirements[slot.requirement].id, kind: kind,
                        lastDay: lastDay, beforeDecision: lastDay < decisionBy))
            }
            add(.validity, slot.entry.lastDay)
            add(.freshness, slot.pair.specification.lastFreshDay(issuedOn: slot.entry.evidence.issuedOn))
        }
        // Swift's sort is stable: days that are equal keep the order of the procedure.
        if forecast.count > 1 { forecast.sort { $0.lastDay < $1.lastDay } }
        return forecast
    }
}

/// A set of entries of a vault.
struct EntrySet: Sendable {
    private var words: [UInt64]

    init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

    mutating func insert(_ index: Int) { words[index / 64] |= 1 << UInt64(index % 64) }

    func contains(_ index: Int) -> Bool { words[index / 64] & 1 << UInt64(index % 64) != 0 }
}
