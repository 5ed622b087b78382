// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// One run of the engine: the inputs of a plan, and the steps that make it.
struct Planning {
    let procedure: Procedure
    let evidence: EvidenceSet
    let applicant: Applicant
    let answers: [String: String]
    let date: CalendarDate
    let decisionBy: CalendarDate

    func plan() -> ReusePlan {
        let matches = procedure.requirements.map(match)
        let disclosure = disclosure(of: matches)
        let disclosed = Set(disclosure.map(\.evidence))
        let form = procedure.form.fields.map { prefill($0, disclosed: disclosed) }
        return ReusePlan(
            procedure: procedure, documentTypes: evidence.types.version, on: date, decisionBy: decisionBy,
            answers: answers, openQuestions: openQuestions(), requirements: matches.map(\.plan),
            gaps: matches.compactMap(\.gap), form: form, disclosure: disclosure, forecast: forecast(of: matches))
    }

    func applicability(of condition: Condition?) -> RequirementPlan.Applicability {
        switch condition?.holds(for: answers) {
        case true?: .yes
        case false?: .no
        case nil: condition == nil ? .yes : .depends
        }
    }

    private func openQuestions() -> [String] {
        let conditions =
            procedure.requirements.map(\.condition) + procedure.form.fields.map(\.condition)
            + procedure.form.fields.flatMap(\.sources).map(\.condition)
        var open: Set<String> = []
        for case let condition? in conditions where condition.holds(for: answers) == nil {
            open.formUnion(condition.questions.filter { answers[$0] == nil })
        }
        return procedure.questions.map(\.id).filter(open.contains)
    }

    /// Only what is chosen for a requirement that is known to apply: one document serves several requirements.
    private func disclosure(of matches: [RequirementMatch]) -> [Disclosure] {
        var order: [EvidenceReference] = []
        var found: [EvidenceReference: (requirements: [String], sensitivity: Sensitivity)] = [:]
        for match in matches where match.plan.applies == .yes && (match.plan.status.isSatisfied || match.isCompletable)
        {
            for entry in match.chosen {
                let reference = entry.evidence.reference
                if found[reference] == nil { order.append(reference) }
                let before = found[reference]?.requirements ?? []
                guard before.last != match.plan.id else { continue }
                found[reference] = (before + [match.plan.id], entry.type.sensitivity)
            }
        }
        return order.compactMap { reference in
            found[reference].map {
                Disclosure(evidence: reference, requirements: $0.requirements, sensitivity: $0.sensitivity)
            }
        }
    }

    private func forecast(of matches: [RequirementMatch]) -> [ExpiryForecast] {
        var forecast: [ExpiryForecast] = []
        for match in matches where match.plan.applies != .no {
            for (specification, entry) in match.pairs {
                func add(_ kind: ExpiryForecast.Kind, _ lastDay: CalendarDate?) {
                    guard let lastDay else { return }
                    forecast.append(
                        ExpiryForecast(
                            evidence: entry.evidence.reference, requirement: match.plan.id, kind: kind,
                            lastDay: lastDay, beforeDecision: lastDay < decisionBy))
                }
                add(.validity, entry.lastDay)
                if let months = specification.freshnessMonths {
                    add(.freshness, entry.evidence.issuedOn?.adding(months: months))
                }
            }
        }
        // Swift's sort is stable: days that are equal keep the order of the procedure.
        return forecast.sorted { $0.lastDay < $1.lastDay }
    }
}
