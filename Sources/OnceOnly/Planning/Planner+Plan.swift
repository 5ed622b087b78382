// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension Planner {
    typealias Slot = PlanRecipe.Slot

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
        slots.reserveCapacity(procedure.requirements.count)
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
        let recipe = PlanRecipe(
            reader: reader, fields: procedure.form.fields, keys: index.fields, states: states,
            requirements: requirements, slots: slots, decisionBy: decisionBy)
        return ReusePlan(
            procedure: procedure, documentTypes: evidence.types.version, on: date, decisionBy: decisionBy,
            answers: answers, openQuestions: openQuestions, requirements: requirements, gaps: gaps, recipe: recipe)
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
}
