// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// The papers that a dossier cites: named by the grant, read only when an official asks for them.
struct GrantedPapersView {
    let site: PortalSite
    let t: Words

    func html(_ dossier: ReceivedDossier, _ package: GrantPackage, _ visit: Visit) async throws -> HTML {
        let opened: OpenedGrant
        do {
            guard let found = try await site.opened(in: dossier, visit) else { return closed(dossier, package, visit) }
            opened = found
        } catch let refusal as ReleaseRefusal {
            let alert: HTML = "<p class=\"alert\" role=\"alert\">\(t.sentence(refusal.phrase)).</p>"
            return alert + closed(dossier, package, visit)
        }
        var items: [HTML] = []
        for (index, paper) in opened.papers.enumerated() {
            items.append(await item(paper, index, dossier, visit))
        }
        return """
            <p>\(t("Đã đọc trong kho của công dân lúc", "Read in the citizen's vault at")) \(t.time(opened.at)), \(t("mục nhật ký số", "log entry")) \(opened.entry); \(t("còn được đọc", "times left")): \(opened.usesLeft).</p>
            <ul class="plan">\(items)</ul>
            """
    }

    private func closed(_ dossier: ReceivedDossier, _ package: GrantPackage, _ visit: Visit) -> HTML {
        let terms = package.grant.terms
        let items = package.grant.items.map { item -> HTML in
            "<li>\(foreign: item.name) <span class=\"hint\">\(t.size(item.size))</span></li>"
        }
        return """
            <ol>\(items)</ol>
            \(Parts.facts([
                (t("Mục đích duy nhất", "Only purpose"), "\(t(terms.purposeText))"),
                (t("Được đọc đến", "Until"), "\(t.time(terms.notAfter))"), (t("Số lần", "Times"), "\(terms.uses)"),
            ]))
            \(Parts.button(visit, "/office/\(dossier.code)/open", t("Đọc giấy tờ (được ghi vào nhật ký của công dân)", "Read the documents (it goes into the citizen's log)")))
            """
    }

    private func item(
        _ paper: OpenedGrant.Paper, _ index: Int, _ dossier: ReceivedDossier, _ visit: Visit
    ) async -> HTML {
        let type = site.world.types[paper.item.type].map { t($0.name) } ?? paper.item.type
        guard let bytes = paper.bytes else {
            let rows = paper.fields.map { field -> (name: String, value: HTML) in
                (
                    site.world.types[paper.item.type]?.field(field.name).map { t($0.name) } ?? field.name,
                    "\(foreign: field.value)"
                )
            }
            return
                "<li><h3>\(foreign: paper.item.name)</h3><p class=\"hint\">\(type) · \(t("chỉ các trường được phép", "granted values only"))</p>\(Parts.facts(rows))\(copy(paper, index, dossier, type))</li>"
        }
        let report = await site.report(
            on: UploadedFile(name: paper.item.name, bytes: bytes), at: visit.now)
        let verdict = VerdictView(t: t)
        let inner = (report.report?.signatures ?? []).map { verdict.signature($0) }
        var details: HTML = .none
        if !inner.isEmpty {
            details =
                "<details><summary>\(t("Chữ ký trong tệp", "Signatures in the file")) (\(inner.count))</summary>\(inner)</details>"
        }
        return """
            <li><h3>\(foreign: paper.item.name)</h3>
            <p class="hint">\(type) · \(t.size(paper.item.size)) · <a href="/office/\(dossier.code)/papers/\(index)">\(t("tải về giấy tờ", "download document")) \(index + 1)</a></p>
            <p>\(verdict.mark(report.report?.indication))</p><p class="why">\(verdict.sentence(report))</p>\(details)\(copy(paper, index, dossier, type))</li>
            """
    }

    /// The eleven particulars that go with a copy.
    private func copy(
        _ paper: OpenedGrant.Paper, _ index: Int, _ dossier: ReceivedDossier, _ type: String
    ) -> HTML {
        let rows = paper.copy.rows(in: t.language, typeName: type).map { row -> (name: String, value: HTML) in
            (row.name, "\(foreign: row.value.isEmpty ? "–" : row.value)")
        }
        return """
            <details><summary>\(t("Thông tin kèm bản sao", "What goes with the copy")) \(index + 1) (\(rows.count))</summary>\(Parts.facts(rows))
            <p><a href="/office/\(dossier.code)/papers/\(index)/copy">\(t("tải về thông tin kèm bản sao", "download what goes with copy")) \(index + 1)</a></p></details>
            """
    }
}
