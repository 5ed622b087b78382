// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// A plan as markup: each requirement with the document that meets it and why, or what is missing.
struct PlanView {
    let t: Words
    let catalogue: ProcedureCatalogue

    func requirements(_ plan: ReusePlan) -> HTML {
        let items = plan.requirements.filter { $0.applies != .no }.map { requirement($0, plan) }
        return "<ul class=\"plan\">\(items)</ul>"
    }

    private func requirement(_ requirement: RequirementPlan, _ plan: ReusePlan) -> HTML {
        let mark: HTML =
            requirement.status.isSatisfied
            ? "<span class=\"mark-ok\"><span aria-hidden=\"true\">✔</span> \(t(requirement.status.name))</span>"
            : requirement.status == .toBeCompleted
                ? "<span class=\"mark-none\"><span aria-hidden=\"true\">✎</span> \(t(requirement.status.name))</span>"
                : "<span class=\"mark-bad\"><span aria-hidden=\"true\">✘</span> \(t(requirement.status.name))</span>"
        let chosen = requirement.items.compactMap { item -> HTML? in
            guard let choice = item.choice else { return nil }
            return """
                <p class="why"><a href="/vault/documents/\(choice.evidence.id)">\(foreign: choice.evidence.name)</a>: \(t(choice.reason.name)); \(t(choice.assurance.name))</p>
                """
        }
        let rejected = requirement.rejected.map { rejected -> HTML in
            let reasons = rejected.reasons.map { t($0.name) }.joined(separator: ", ")
            return
                "<p class=\"why\">\(t("Không dùng", "Not used")) \(foreign: rejected.evidence.name): \(reasons)</p>"
        }
        let gaps = plan.gaps.filter { $0.requirement == requirement.id && $0.reason != .toBeCompleted }
            .map {
                gap -> HTML in
                "<p class=\"why\">\(t.sentence(gap.explanation))</p>"
            }
        return "<li><h3>\(t(requirement.name))</h3><p>\(mark)</p>\(chosen)\(rejected)\(gaps)</li>"
    }

    func forecast(_ plan: ReusePlan) -> HTML {
        guard !plan.forecast.isEmpty else { return .none }
        let items = plan.forecast.map { forecast -> HTML in
            "<li>\(foreign: forecast.evidence.name): \(t(forecast.kind.name)) \(t.day(forecast.lastDay))</li>"
        }
        return
            "<details><summary>\(t("Sắp hết hạn", "What will end")) (\(items.count))</summary><ul>\(items)</ul></details>"
    }

    /// The fields of the form, filled in where documents agree.
    func form(_ plan: ReusePlan) -> HTML {
        let fields = plan.form.filter { $0.applies != .no }.map { field -> HTML in
            let sources = field.candidates.map { candidate -> HTML in
                "<li>\(foreign: candidate.value) – \(foreign: candidate.provenance.evidence.name), \(t(candidate.provenance.assurance.name))</li>"
            }
            let findings = field.findings.map { finding -> HTML in
                "<li>\(foreign: t(finding.explanation))</li>"
            }
            var from: HTML = .none
            if !sources.isEmpty {
                from =
                    "<details><summary>\(t(field.state.name))</summary><ul>\(sources)\(findings)</ul></details>"
            }
            return
                "<div class=\"row\">\(Parts.field("v.\(field.id)", t(field.name), value: field.value ?? ""))\(from)</div>"
        }
        return "<div class=\"form\">\(fields)</div>"
    }
}
