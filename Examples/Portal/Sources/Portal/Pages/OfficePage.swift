// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// One dossier on the official's desk, examined anew each time it is looked at.
struct OfficePage {
    let site: PortalSite

    func answer(_ dossier: ReceivedDossier, _ visit: Visit) async throws -> Answer {
        let t = visit.words
        let verdict = VerdictView(t: t)
        let examination = try await examine(dossier, visit)
        let items = examination.items.map { item -> HTML in
            let type = name(of: item.entry.type, t)
            let intact: HTML =
                item.status == .intact
                ? "<span class=\"mark-ok\"><span aria-hidden=\"true\">✔</span> \(t.sentence(item.status.phrase))</span>"
                : "<span class=\"mark-bad\"><span aria-hidden=\"true\">✘</span> \(t.sentence(item.status.phrase))</span>"
            let signatures = item.signatures?.signatures ?? []
            let inner = signatures.map { verdict.signature($0) }
            var details: HTML = .none
            if !signatures.isEmpty {
                details =
                    "<details><summary>\(t("Chữ ký trong tệp", "Signatures in the file")) (\(signatures.count))</summary>\(inner)</details>"
            }
            var mark: HTML =
                "<span class=\"mark-none\"><span aria-hidden=\"true\">–</span> \(t("không có chữ ký riêng", "no signature of its own"))</span>"
            if let indication = item.signatures?.indication { mark = verdict.mark(indication) }
            return """
                <li><h3>\(item.entry.ordinal). \(foreign: item.entry.name)</h3>
                <p class="hint">\(type) · \(item.entry.mediaType) · \(t.size(item.entry.size)) · <a href="/office/\(dossier.code)/attachments/\(item.entry.ordinal)">\(t("tải về", "download")) \(item.entry.ordinal)</a></p>
                <p>\(intact) \(mark)</p>\(details)</li>
                """
        }
        var cited: HTML = .none
        if let package = try dossier.package() {
            let lines = package.grant.terms.textShown.split(separator: "\n")
                .map { line -> HTML in "<p>\(foreign: String(line))</p>" }
            cited = """
                <h2>\(t("Giấy tờ dẫn từ kho", "Documents cited from the vault"))</h2>
                \(try await GrantedPapersView(site: site, t: t).html(dossier, package, visit))
                <details><summary>\(t("Điều công dân đã đồng ý", "What the citizen agreed to"))</summary><div class="quote">\(lines)</div></details>
                """
        }
        let body: HTML = """
            \(Parts.facts([
                (t("Thủ tục", "Procedure"), "\(t(dossier.procedure.name)) (\(dossier.procedure.code))"),
                (t("Người nộp", "From"), "\(foreign: dossier.sender.name)"),
                (t("Nhận lúc", "Received"), "\(t.time(dossier.receivedAt))"),
            ]))
            <h2>\(t("Kết luận cho cả hồ sơ", "Verdict on the whole dossier"))</h2>
            <p class="verdict">\(verdict.mark(examination.indication))</p>
            \(verdict.remarks(examination.findings))
            \(examination.manifestReport.signatures.map { verdict.signature($0) })
            <h2>\(t("Từng thành phần", "Each attachment"))</h2>
            <ul class="plan">\(items)</ul>
            \(cited)
            \(results(dossier, visit))
            """
        return .page(
            title: t("Hồ sơ \(dossier.code)", "Dossier \(dossier.code)"), body, hasUpload: dossier.results.isEmpty)
    }

    /// A document type in words; the two that only a dossier has are no documents of the vault.
    private func name(of type: String, _ t: Words) -> String {
        switch type {
        case ReceivedDossier.grantType: t("quyền đọc giấy tờ trong kho", "leave to read documents in the vault")
        case Attachment.ticketType: t("vé gửi kết quả vào kho", "ticket for the result")
        default: site.world.types[type].map { t($0.name) } ?? type
        }
    }

    @concurrent private func examine(_ dossier: ReceivedDossier, _ visit: Visit) async throws
        -> DossierExamination
    {
        try dossier.examination(by: site.world.validator, at: visit.now)
    }

    private func results(_ dossier: ReceivedDossier, _ visit: Visit) -> HTML {
        let t = visit.words
        if let result = dossier.results.first {
            return """
                <h2>\(t("Kết quả đã trả", "The result"))</h2>
                \(Parts.facts([
                    (t("Tệp", "File"), "\(foreign: result.name)"), (t("Người trả", "By"), "\(foreign: result.by)"),
                    (t("Lúc", "At"), "\(t.time(result.at))"), ("SHA-256", "<code>\(result.sha256)</code>"),
                    (t("Biên nhận gửi vào kho", "Receipt of the deposit"), "<code>\(result.receipt.deposit)</code>"),
                ]))
                """
        }
        let procedure = site.world.procedures.procedure(dossier.procedure.code, on: visit.today)
        let types = site.world.types.types.map { (value: $0.code, name: t($0.name)) }
        return """
            <h2>\(t("Trả kết quả", "Answer"))</h2>
            <form method="post" action="/office/\(dossier.code)/result" enctype="multipart/form-data" data-upload>\(Parts.token(visit))
            <div class="field"><label for="f-file">\(t("Kết quả (PDF)", "The result (PDF)"))</label>
            <p class="hint" id="f-file-hint">\(t("Được ký bằng chữ ký thử nghiệm của", "Signed with the test signature of")) \(foreign: site.world.agencyName) \(t("và gửi niêm phong vào kho của người nộp.", "and left sealed in the citizen's vault."))</p>
            <input id="f-file" name="file" type="file" accept="application/pdf" required aria-describedby="f-file-hint"></div>
            \(Parts.choice("type", t("Loại kết quả", "Kind of result"), types, chosen: procedure?.results.first))
            \(Parts.field("number", t("Số, ký hiệu (nếu có)", "Number (if any)")))
            \(Parts.field("validUntil", t("Có giá trị đến (nếu có)", "Valid until (if any)"), type: "date"))
            <button>\(t("Ký và trả vào kho", "Sign and return to the vault"))</button>\(UploadScript.progress(t))</form>
            """
    }
}
