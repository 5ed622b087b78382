// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension Procedure {
    /// Plans the procedure against the documents of a vault.
    ///
    /// - Parameters:
    ///   - evidence: The documents.
    ///   - applicant: For whom the procedure is carried out.
    ///   - answers: Answers by ``Question/id``; an answer that is not on offer counts as none.
    ///   - date: The day of filing, by which validity and age are judged. Whether the procedure is in force on that day
    ///     is not checked; see ``ProcedureCatalogue/procedure(_:on:)``.
    ///   - decisionBy: The day by which the authority decides, at the earliest `date`; see
    ///     ``decisionDay(filedOn:calendar:)``.
    /// - Complexity: linear in the requirements times the documents of the types they name.
    public func plan(
        using evidence: EvidenceSet, for applicant: Applicant, answers: [String: String] = [:], on date: CalendarDate,
        decisionBy: CalendarDate
    ) -> ReusePlan {
        var numbering = ProcedureIndex.Numbering()
        let index = ProcedureIndex(self, numbering: &numbering)
        let planner = Planner(
            evidence: evidence, applicant: applicant, date: date, listCount: numbering.listCount)
        return planner.plan(self, index, answers: usable(answers), decisionBy: max(date, decisionBy))
    }

    /// The answers that are on offer.
    func usable(_ answers: [String: String]) -> [String: String] {
        guard !answers.isEmpty else { return answers }
        return answers.filter { id, answer in
            questions.contains { $0.id == id && $0.options.contains { $0.value == answer } }
        }
    }
}

extension ProcedureCatalogue {
    /// Plans every procedure in force on a day, in the order of the catalogue: what can be applied for with these
    /// documents?
    ///
    /// Each plan equals the one that ``Procedure/plan(using:for:answers:on:decisionBy:)`` makes. Requirements that
    /// procedures share are evaluated once.
    ///
    /// - Parameters:
    ///   - evidence: The documents.
    ///   - applicant: For whom.
    ///   - answers: Answers by procedure code and question.
    ///   - date: The day of filing.
    ///   - decisionBy: The day by which each authority decides.
    public func plans(
        using evidence: EvidenceSet, for applicant: Applicant, answers: [String: [String: String]] = [:],
        on date: CalendarDate, decisionBy: CalendarDate
    ) -> [ReusePlan] {
        plans(using: evidence, for: applicant, answers: answers, on: date) { _ in decisionBy }
    }

    /// Plans every procedure in force on a day, each with its own day of decision.
    ///
    /// - Parameters:
    ///   - evidence: The documents.
    ///   - applicant: For whom.
    ///   - answers: Answers by procedure code and question.
    ///   - date: The day of filing.
    ///   - decisionBy: The day by which the authority of a procedure decides.
    public func plans(
        using evidence: EvidenceSet, for applicant: Applicant, answers: [String: [String: String]] = [:],
        on date: CalendarDate, decisionBy: (Procedure) -> CalendarDate
    ) -> [ReusePlan] {
        let planner = Planner(
            evidence: evidence, applicant: applicant, date: date, listCount: index.listCount)
        var plans: [ReusePlan] = []
        plans.reserveCapacity(procedures.count)
        for place in procedures.indices where procedures[place].isInForce(on: date) {
            plans.append(
                planner.plan(
                    procedures[place], index.procedures[place],
                    answers: answers.isEmpty ? [:] : procedures[place].usable(answers[procedures[place].code] ?? [:]),
                    decisionBy: max(date, decisionBy(procedures[place]))))
        }
        return plans
    }
}
