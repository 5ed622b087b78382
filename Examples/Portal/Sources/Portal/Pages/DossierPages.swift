// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Hummingbird

/// Following one's own dossiers.
struct DossierPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/dossiers", for: .citizen) { visit, _ in try await list(visit) }
        routes.page("/dossiers/:code", for: .citizen) { visit, parameters in
            try await page(visit, parameters.get("code"))
        }
    }

    private func list(_ visit: Visit) async throws -> Answer {
        let t = visit.words
        let own = try await site.world.desk.all().filter {
            $0.sender.subject == visit.session?.identity.subject
        }
        let items = own.map { dossier -> HTML in
            let state =
                dossier.results.isEmpty
                ? t("đang giải quyết", "being decided") : t("đã có kết quả", "decided")
            return
                "<li><a href=\"/dossiers/\(dossier.code)\">\(dossier.code)</a> – \(t(dossier.procedure.name)): <strong>\(state)</strong><br><span class=\"hint\">\(t.time(dossier.receivedAt))</span></li>"
        }
        var body: HTML =
            "<p>\(t("Bạn chưa nộp hồ sơ nào.", "You have not handed in anything yet."))</p>"
        if !own.isEmpty { body = "<ul class=\"list\">\(items)</ul>" }
        return .page(
            title: t("Hồ sơ của tôi", "My dossiers"),
            "\(body)<p><a class=\"button\" href=\"/procedures\">\(t("Làm thủ tục", "Start a procedure"))</a></p>"
        )
    }

    private func page(_ visit: Visit, _ code: String?) async throws -> Answer {
        let t = visit.words
        guard let code, let dossier = try await site.world.desk.dossier(code),
            dossier.sender.subject == (try visit.identity().subject)
        else { throw PortalError.notFound }
        let items = dossier.manifest.attachments.map { entry -> HTML in
            "<li>\(foreign: entry.name) <span class=\"hint\">\(t.size(entry.size))</span></li>"
        }
        let results = dossier.results.map { result -> HTML in
            "<li><strong>\(foreign: result.name)</strong><br><span class=\"hint\">\(t("do", "by")) \(foreign: result.by), \(t.time(result.at))</span></li>"
        }
        var outcome: HTML = "<p>\(t("Cơ quan chưa trả kết quả.", "There is no result yet."))</p>"
        if !results.isEmpty {
            outcome =
                "<ul class=\"list\">\(results)</ul><p>\(t("Kết quả đã được gửi vào kho của bạn; mở kho để nhận.", "The result was left in your vault; open the vault to receive it."))</p><p><a class=\"button\" href=\"/vault\">\(t("Mở kho", "Open the vault"))</a></p>"
        }
        let terms = try dossier.package()?.grant.terms.textShown ?? ""
        let lines = terms.split(separator: "\n").map { line -> HTML in "<p>\(foreign: String(line))</p>"
        }
        let body: HTML = """
            \(Parts.facts([
                (t("Thủ tục", "Procedure"), "\(t(dossier.procedure.name)) (\(dossier.procedure.code))"),
                (t("Nộp lúc", "Handed in"), "\(t.time(dossier.receivedAt))"),
                (t("Nơi nhận", "Recipient"), "\(foreign: site.world.agencyName)"),
            ]))
            <h2>\(t("Kết quả", "Result"))</h2>\(outcome)
            <h2>\(t("Thành phần đã ký và nộp", "Signed and handed in"))</h2><ol>\(items)</ol>
            <h2>\(t("Điều bạn đã đồng ý", "What you agreed to"))</h2><div class="quote">\(lines)</div>
            <p><a class="button second" href="/log">\(t("Ai đã xem, và rút lại sự đồng ý", "Who has read, and withdrawing consent"))</a></p>
            """
        return .page(title: t("Hồ sơ \(dossier.code)", "Dossier \(dossier.code)"), body)
    }
}
