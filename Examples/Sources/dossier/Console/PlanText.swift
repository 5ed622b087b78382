// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly

/// A plan as text: what is there and why, what is missing, what is filled in from where.
enum PlanText {
    /// What can be applied for, nearest first, with what is missing.
    static func printOverview(_ plans: [ReusePlan]) {
        for readiness in Readiness.allCases {
            let group = plans.filter { $0.readiness == readiness }
            guard !group.isEmpty else { continue }
            Console.say(readiness.name)
            for plan in group {
                Console.print(
                    "  \(plan.procedure.code)  \(plan.procedure.name[Console.language]) (\(plan.procedure.version))")
                for gap in plan.gaps where gap.isBlocking && gap.reason != .toBeCompleted {
                    Console.print("      • \(gap.name[Console.language]): \(gap.reason.name[Console.language])")
                }
            }
        }
    }

    static func print(_ plan: ReusePlan, _ catalogue: ProcedureCatalogue) {
        let language = Console.language
        let verdict =
            plan.isCovered
            ? Phrase(vi: "đủ giấy tờ trong kho", en: "the vault has everything")
            : Phrase(vi: "còn thiếu giấy tờ", en: "something is missing")
        Console.print(
            "\(plan.procedure.code)  \(plan.procedure.name[language]) (\(plan.procedure.version)): \(verdict[language])"
        )
        for requirement in plan.requirements where requirement.applies != .no {
            Console.print("  [\(requirement.status.name[language])] \(requirement.name[language])")
            for item in requirement.items {
                guard let choice = item.choice else { continue }
                let proof = choice.assurance == .selfDeclared ? "; \(choice.assurance.name[language])" : ""
                Console.print("      ← \(choice.evidence.name): \(choice.reason.name[language])\(proof)")
            }
            for rejected in requirement.rejected {
                let reasons = rejected.reasons.map { $0.name[language] }.joined(separator: ", ")
                Console.print("      ✗ \(rejected.evidence.name): \(reasons)")
            }
        }
        if !plan.gaps.isEmpty {
            Console.say(Phrase(vi: "  Còn phải làm:", en: "  Still to do:"))
            for gap in plan.gaps {
                Console.print("    • \(gap.explanation[language])")
                for need in gap.ways.joined() where !need.madeInDossier {
                    for procedure in catalogue.procedures(producing: need.documentType, on: plan.on) {
                        Console.print("        → \(procedure.code)  \(procedure.name[language])")
                    }
                }
            }
        }
        let filled = plan.form.filter { $0.applies != .no }
        if !filled.isEmpty { Console.say(Phrase(vi: "  Tờ khai:", en: "  Form:")) }
        for field in filled {
            let origin =
                field.candidates.first.map { " ← \($0.provenance.evidence.name) (\($0.provenance.field))" } ?? ""
            Console.print(
                "    \(field.name[language]): \(field.value ?? "…") [\(field.state.name[language])]\(field.value == nil ? "" : origin)"
            )
            for finding in field.findings { Console.print("      ! \(finding.explanation[language])") }
        }
        for forecast in plan.forecast {
            Console.print("    ⏳ \(forecast.evidence.name): \(forecast.kind.name[language]) \(forecast.lastDay)")
        }
    }
}
