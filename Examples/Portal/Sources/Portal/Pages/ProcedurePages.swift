// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Hummingbird

/// What can be applied for, and the plan of one procedure.
struct ProcedurePages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/procedures", for: .citizen) { visit, _ in try await overview(visit) }
        routes.page("/procedures/:code", for: .citizen) { visit, parameters in
            let procedure = try Planning(site: site).procedure(parameters.get("code"), on: visit.today)
            let answers = Dictionary(
                visit.query.fields(beginning: "q.").map { ($0.name, $0.value) },
                uniquingKeysWith: { first, _ in first }
            )
            let plan = try await Planning(site: site).plan(procedure, answers: answers, visit)
            return page(procedure, plan, visit)
        }
    }

    private func overview(_ visit: Visit) async throws -> Answer {
        let t = visit.words
        let plans = try await Planning(site: site).overview(visit)
        let groups = Readiness.allCases.map { readiness -> HTML in
            let group = plans.filter { $0.readiness == readiness }
            guard !group.isEmpty else { return .none }
            let items = group.map { plan -> HTML in
                let missing = plan.gaps.filter { $0.isBlocking && $0.reason != .toBeCompleted }
                    .map { "\(t($0.name)): \(t($0.reason.name).lowercased())" }.joined(separator: "; ")
                let note: HTML = missing.isEmpty ? .none : "<br><span class=\"hint\">\(missing)</span>"
                return
                    "<li><a href=\"/procedures/\(plan.procedure.code)\">\(t(plan.procedure.name))</a> <span class=\"hint\">\(plan.procedure.code)</span>\(note)</li>"
            }
            return
                "<section><h2>\(t.sentence(readiness.name))</h2><ul class=\"list\">\(items)</ul></section>"
        }
        let body: HTML = """
            <p class="lead">\(t("Với giấy tờ đang có trong kho, hôm nay bạn làm được những thủ tục nào?", "With what the vault has, what can you apply for today?"))</p>
            \(groups)
            <p class="hint">\(t(site.world.procedures.remark))</p>
            """
        return .page(title: t("Thủ tục", "Procedures"), body)
    }

    private func page(_ procedure: Procedure, _ plan: ReusePlan, _ visit: Visit) -> Answer {
        let t = visit.words
        let view = PlanView(t: t, catalogue: site.world.procedures)
        var questions: HTML = .none
        if !procedure.questions.isEmpty {
            let asked = procedure.questions.map { question in
                Parts.radios(
                    "q.\(question.id)", t(question.name), question.options.map { ($0.value, t($0.name)) },
                    chosen: plan.answers[question.id])
            }
            questions = """
                <h2>\(t("1. Trường hợp của bạn", "1. Your case"))</h2>
                <form method="get" action="/procedures/\(procedure.code)">\(asked)
                <button class="second">\(t("Xem giấy tờ cần có", "See what is needed"))</button></form>
                """
        }
        let hidden = plan.answers.sorted { $0.key < $1.key }.map {
            Parts.hidden("q.\($0.key)", $0.value)
        }
        var next: HTML = """
            <p class="alert">\(t("Chưa nộp được: hãy trả lời các câu hỏi và bổ sung giấy tờ còn thiếu vào kho.", "Not yet: please answer the questions and put what is missing into the vault."))
            <a href="/vault/add">\(t("Cất giấy tờ", "Put a document in"))</a> · <a href="/vault/samples">\(t("Giấy tờ mẫu", "Sample papers"))</a></p>
            """
        if plan.openQuestions.isEmpty, plan.isCovered {
            next = """
                <form method="post" action="/procedures/\(procedure.code)/consent">\(Parts.token(visit))\(hidden)
                <h2>\(t("3. Tờ khai", "3. The form"))</h2>
                <p class="hint">\(t("Các ô đã được điền sẵn từ giấy tờ trong kho; bạn sửa được. Chỗ giấy tờ nói khác nhau thì để trống để bạn quyết định.", "Values were filled in from the vault; you can change them. Where documents differ, nothing is filled in: you decide."))</p>
                \(view.form(plan))
                <button>\(t("Tiếp tục: xem và đồng ý", "Continue: review and consent"))</button></form>
                """
        }
        let body: HTML = """
            <p class="hint">\(procedure.code) · \(t("phiên bản", "version")) \(procedure.version) · \(t.sentence(procedure.authority.name))</p>
            \(questions)
            <h2>\(t("2. Giấy tờ", "2. Documents"))</h2>
            \(view.requirements(plan))\(view.forecast(plan))\(next)
            <p class="hint">\(t(procedure.source))</p>
            """
        return .page(title: t(procedure.name), body)
    }
}
