// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly

/// A plan as text: what is there and why, what is missing, what is filled in from where.
enum PlanText {
    static func print(_ plan: ReusePlan, isShort: Bool) {
        let language = Console.language
        let verdict =
            plan.isCovered
            ? Phrase(vi: "đủ giấy tờ trong kho", en: "the vault has everything")
            : Phrase(vi: "còn thiếu giấy tờ", en: "something is missing")
        Console.print(
            "\(plan.procedure.code)  \(plan.procedure.name[language]) (\(plan.procedure.version)): \(verdict[language])"
        )
        if isShort { return }
        for requirement in plan.requirements where requirement.applies != .no {
            Console.print("  [\(requirement.status.name[language])] \(requirement.name[language])")
            for item in requirement.items {
                guard let choice = item.choice else { continue }
                Console.print("      ← \(choice.evidence.name): \(choice.reason.name[language])")
            }
            for rejected in requirement.rejected {
                let reasons = rejected.reasons.map { $0.name[language] }.joined(separator: ", ")
                Console.print("      ✗ \(rejected.evidence.name): \(reasons)")
            }
        }
        if !plan.gaps.isEmpty {
            Console.say(Phrase(vi: "  Còn phải làm:", en: "  Still to do:"))
            for gap in plan.gaps { Console.print("    • \(gap.explanation[language])") }
        }
        let filled = plan.form.filter { $0.applies != .no }
        if !filled.isEmpty { Console.say(Phrase(vi: "  Tờ khai:", en: "  Form:")) }
        for field in filled {
            let origin =
                field.candidates.first.map { " ← \($0.provenance.evidence.name) (\($0.provenance.field))" } ?? ""
            Console.print(
                "    \(field.name[language]): \(field.value ?? "…") [\(field.state.name[language])]\(field.value == nil ? "" : origin)"
            )
        }
        for forecast in plan.forecast {
            Console.print("    ⏳ \(forecast.evidence.name): \(forecast.kind.name[language]) \(forecast.lastDay)")
        }
    }
}
