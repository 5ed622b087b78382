// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes
import Hummingbird

/// Consent, signature and submission of a dossier.
struct SubmissionPages {
    let site: PortalSite
    private static let daysForUse: Int64 = 30
    private static let uses = 3

    func add(to routes: Routes) {
        routes.action("/procedures/:code/consent", for: .citizen, from: "/procedures/:code") {
            visit, form, parameters in
            let (_, plan) = try await plan(visit, form, parameters.get("code"))
            return try await consent(plan, form, visit)
        }
        routes.action("/procedures/:code/submit", for: .citizen, limit: .upload, from: "/procedures/:code") {
            visit, form, parameters in
            guard let session = visit.session else { throw PortalError.signInNeeded }
            let code = parameters.get("code")
            return try await session.once("submit \(form["dossier"] ?? "")") {
                // Sent before, perhaps by going back to the page: the dossier is there, and nothing is granted twice.
                if let own = form["dossier"], let sent = try await site.world.desk.dossier(own),
                    sent.sender.subject == session.identity.subject
                {
                    return .redirect("/dossiers/\(sent.code)")
                }
                let (procedure, plan) = try await plan(visit, form, code)
                return try await submit(procedure, plan, form, visit)
            }
        }
    }

    /// The plan again, from the vault as it is now: what the form says of it counts for nothing.
    private func plan(_ visit: Visit, _ form: Form, _ code: String?) async throws -> (
        Procedure, ReusePlan
    ) {
        let procedure = try Planning(site: site).procedure(code, on: visit.today)
        let answers = Dictionary(
            form.fields(beginning: "q.").map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        let plan = try await Planning(site: site).plan(procedure, answers: answers, isFresh: true, visit)
        guard plan.isCovered, plan.openQuestions.isEmpty else {
            throw PortalError.badForm(
                Phrase(vi: "Hồ sơ chưa đủ giấy tờ.", en: "The dossier does not have everything it needs."))
        }
        return (procedure, plan)
    }

    /// Asks for consent: the question with the dossier's code is kept in the session, so that what is agreed to is what was
    /// shown.
    private func consent(
        _ plan: ReusePlan, _ form: Form, _ visit: Visit, problem: String? = nil
    ) async throws -> Answer {
        let t = visit.words
        var pending = visit.session?.pendingConsent
        if pending?.question.procedure != plan.procedure
            || pending?.question.disclosures != plan.disclosure
            || pending?.language != visit.language || problem == nil
        {
            let question = ConsentQuestion(
                for: plan, dossier: try await site.world.desk.newCode(on: visit.today),
                to: .init(name: site.world.agencyName, code: "T01.01"), from: visit.now,
                until: visit.now.adding(seconds: Self.daysForUse * 86_400), uses: Self.uses)
            pending = Session.PendingConsent(question: question, language: visit.language)
            visit.session?.ask(pending)
        }
        guard let pending else { throw PortalError.signInNeeded }
        let lines = pending.text.split(separator: "\n").map { line -> HTML in
            "<p>\(foreign: String(line))</p>"
        }
        let carried =
            (form.fields(beginning: "q.").map { ("q." + $0.name, $0.value) }
            + form.fields(beginning: "v.").map { ("v." + $0.name, $0.value) }).map {
                Parts.hidden($0.0, $0.1)
            }
        let declared = plan.form.filter { $0.applies != .no }.compactMap {
            field -> (name: String, value: HTML)? in
            guard let value = form.text("v.\(field.id)") else { return nil }
            return (t(field.name), "\(foreign: value)")
        }
        let papers = plan.disclosure.map { disclosure -> HTML in
            let sensitive: HTML =
                disclosure.sensitivity == .sensitive
                ? " <strong>(\(t(disclosure.sensitivity.name)))</strong>" : .none
            let needs = plan.requirements.filter { disclosure.requirements.contains($0.id) }.map {
                t($0.name)
            }
            .joined(separator: "; ")
            return """
                <li><strong>\(foreign: disclosure.evidence.name)</strong>\(sensitive)<br><span class="hint">\(t("vì", "for")): \(needs)</span></li>
                """
        }
        var alert: HTML = .none
        if let problem { alert = "<p class=\"alert\" role=\"alert\">\(problem)</p>" }
        var second: HTML = .none
        if !pending.question.sensitive.isEmpty {
            second = """
                <div class="option"><input type="checkbox" id="sensitive" name="sensitive" value="yes"><label for="sensitive">\(t("Tôi đồng ý riêng với việc đọc dữ liệu nhạy cảm nêu trên.", "I agree expressly to the reading of the sensitive data named above."))</label></div>
                """
        }
        let body: HTML = """
            \(alert)
            <h2>\(t("Bạn chia sẻ gì, với ai, để làm gì", "What you share, with whom, what for"))</h2>
            <ul class="list">\(papers)</ul>
            \(Parts.facts([
                (t("Nơi nhận", "Recipient"), "\(foreign: site.world.agencyName)"),
                (t("Mục đích", "Purpose"), "\(t(pending.question.purposeText))"),
                (t("Đến", "Until"), "\(t.time(pending.question.notAfter))"),
                (t("Số lần đọc", "Times"), "\(pending.question.uses)"),
            ]))
            <p class="hint">\(t("Giấy tờ không bị sao chép vào hồ sơ: cơ quan đọc chúng trong kho, mỗi lần đọc đều được ghi lại trước khi mở.", "Documents are not copied into the dossier: the agency reads them in the vault, and every reading is logged before it opens."))</p>
            <details open><summary>\(t("Nguyên văn nội dung đồng ý", "The words that you agree to"))</summary><div class="quote">\(lines)</div></details>
            <details><summary>\(t("Tờ khai", "The form")) (\(declared.count))</summary>\(Parts.facts(declared))</details>
            <form method="post" action="/procedures/\(plan.procedure.code)/submit">\(Parts.token(visit))\(Parts.hidden("dossier", pending.question.dossier))\(carried)
            <div class="option"><input type="checkbox" id="agree" name="agree" value="yes"><label for="agree">\(t("Tôi đồng ý với nội dung trên, cho riêng mục đích này.", "I agree to the above, for this purpose only."))</label></div>
            \(second)
            <p class="hint">\(t("Khi nộp, hồ sơ được ký bằng chứng thư thử nghiệm của bạn.", "On submission the dossier is signed with your test certificate."))</p>
            <button>\(t("Ký và nộp hồ sơ", "Sign and submit"))</button></form>
            """
        return .page(
            title: t("Xem lại và đồng ý", "Review and consent"), body,
            status: problem == nil ? .ok : .badRequest)
    }

    private func submit(_ procedure: Procedure, _ plan: ReusePlan, _ form: Form, _ visit: Visit)
        async throws -> Answer
    {
        let t = visit.words
        let vault = try await site.vault(visit)
        let identity = try visit.identity()
        // What was asked must be what the plan, made anew, would disclose; else it is asked again.
        guard let pending = visit.session?.pendingConsent, pending.question.procedure == plan.procedure,
            pending.question.disclosures == plan.disclosure
        else {
            return try await consent(
                plan, form, visit,
                problem: t(
                    "Kho đã thay đổi từ khi hỏi. Xin xem lại và đồng ý lần nữa.",
                    "The vault has changed since you were asked. Please look again."))
        }
        // Another page asked another question since: what was shown here is not what would be signed.
        guard form["dossier"] == pending.question.dossier else {
            return try await consent(
                plan, form, visit,
                problem: t(
                    "Câu hỏi trên trang vừa gửi không còn là câu hỏi mới nhất. Xin xem lại và đồng ý lần nữa.",
                    "The page that you sent does not have the newest question. Please look at this one and agree again."
                ))
        }
        guard form["agree"] == "yes", pending.question.sensitive.isEmpty || form["sensitive"] == "yes"
        else {
            return try await consent(
                plan, form, visit,
                problem: t(
                    "Bạn chưa đánh dấu đồng ý. Không có gì được gửi.",
                    "You have not ticked that you agree. Nothing was sent."))
        }
        let consent = try Consent(
            to: pending.question, shown: pending.text, in: pending.language,
            answer: .init(
                by: identity.subject, agrees: true, agreesToSensitive: form["sensitive"] == "yes",
                channel: "portal",
                at: visit.now))
        let release = site.world.release
        let issued = try await vault.grant(
            consent, to: release.recipient(at: visit.now), release: .by(release.releaser(at: visit.now)),
            at: visit.now)
        do {
            if let escrow = issued.escrow { try await release.service.register(escrow, at: visit.now) }
            try await handIn(pending.question.dossier, procedure, plan, form, vault, issued, visit)
        } catch {
            // A consent without its dossier serves nobody.
            if let end = try? await vault.revoke(
                issued.grant.id, reason: "the dossier was not handed in", at: visit.now)
            {
                _ = try? await release.service.revoke(end, at: visit.now)
            }
            throw error
        }
        visit.session?.ask(nil)
        visit.session?.say(t("Hồ sơ đã được ký và nộp.", "The dossier was signed and submitted."))
        return .redirect("/dossiers/\(pending.question.dossier)")
    }

    /// Signs form, grant and the ticket for the result, and gives them to the agency.
    private func handIn(
        _ code: String, _ procedure: Procedure, _ plan: ReusePlan, _ form: Form, _ vault: Vault, _ issued: IssuedGrant,
        _ visit: Visit
    ) async throws {
        let identity = try visit.identity()
        let person = try site.world.person(identity)
        let values = Dictionary(
            form.fields(beginning: "v.").map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        let ticket = try await vault.issueTicket(
            for: code, until: visit.now.adding(seconds: 180 * 86_400))
        let attachments = [
            Attachment(
                name: "to-khai.xml", type: "declaration-form",
                source: MemorySource(DeclarationForm.xml(plan, values: values, applicant: identity.subject))
            ),
            Attachment(
                name: ReceivedDossier.grantName, type: ReceivedDossier.grantType,
                source: MemorySource(issued.package.bytes)),
            Attachment(ticket),
        ]
        let dossier = Dossier(
            code: code, for: .init(code: procedure.code, version: procedure.version),
            attachments: attachments)
        let sealed = try await dossier.signed(
            by: person.signer, checking: SignerCheck(site.world.validator), at: visit.now)
        try await site.keepAnchor(of: vault)
        try await site.world.desk.receive(
            ReceivedDossier(sealed, of: plan.procedure, from: identity, at: visit.now))
    }
}
