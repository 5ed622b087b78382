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
    ///   - decisionBy: The day by which the authority decides, at the earliest `date`; working days and holidays are the
    ///     caller's.
    /// - Complexity: linear in the requirements times the documents of the types they name.
    public func plan(
        using evidence: EvidenceSet, for applicant: Applicant, answers: [String: String] = [:], on date: CalendarDate,
        decisionBy: CalendarDate
    ) -> ReusePlan {
        let usable = answers.filter { id, answer in
            questions.contains { $0.id == id && $0.options.contains { $0.value == answer } }
        }
        let planning = Planning(
            procedure: self, evidence: evidence, applicant: applicant, answers: usable, date: date,
            decisionBy: max(date, decisionBy))
        return planning.plan()
    }
}

extension ProcedureCatalogue {
    /// Plans every procedure in force on a day, in the order of the catalogue: what can be applied for with these
    /// documents?
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
        procedures(on: date).map {
            $0.plan(using: evidence, for: applicant, answers: answers[$0.code] ?? [:], on: date, decisionBy: decisionBy)
        }
    }
}
