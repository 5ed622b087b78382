// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Hummingbird

/// The page of who was handed a signed file.
struct VerifierPages {
    let site: PortalSite

    func add(to routes: Routes) {
        routes.page("/verify") { visit, _ in form(visit) }
        routes.upload("/verify") { visit, form, files, _ in
            guard let file = files.first else { throw PortalError.badForm(FormWords.noFile) }
            return await verdict(file, visit)
        }
        routes.page("/verify/report/:id") { visit, parameters in
            guard let id = parameters.get("id"), let report = site.reports.report(id, at: visit.now)
            else {
                throw PortalError.notFound
            }
            if visit.query["as"] == "json" {
                return .file(
                    try report.json(), name: "verification-report.json", mediaType: "application/json")
            }
            return .file(
                HTMLReport(report, in: visit.language).bytes, name: "verification-report.html",
                mediaType: "text/html")
        }
    }

    private func upload(_ visit: Visit) -> HTML {
        let t = visit.words
        return """
            <form method="post" action="/verify" enctype="multipart/form-data" data-upload>\(Parts.token(visit))
            <div class="field"><label for="f-file">\(t("Tệp cần kiểm tra", "The file to check"))</label>
            <p class="hint" id="f-file-hint">\(t("PDF, CAdES (.p7m, .p7s), ASiC; tối đa", "PDF, CAdES (.p7m, .p7s), ASiC; at most")) \(t.size(Int64(site.settings.largestUpload))). \(t("Tệp chỉ ở trong bộ nhớ và bị bỏ ngay sau khi trả lời.", "The file stays in memory and is dropped once answered."))</p>
            <input id="f-file" name="file" type="file" required aria-describedby="f-file-hint"></div>
            <button>\(t("Kiểm tra", "Check"))</button>\(UploadScript.progress(t))</form>
            """
    }

    private func form(_ visit: Visit) -> Answer {
        let t = visit.words
        let body: HTML = """
            <p class="lead">\(t("Chọn một tệp đã ký. Cổng trả lời bằng lời: ai ký, tệp có bị sửa không, chứng thư có hiệu lực không, và vì sao.", "Choose a signed file. The answer comes in words: who signed, whether the file was changed, whether the certificate holds, and why."))</p>
            \(upload(visit))
            <p class="hint">\(t("Bản trình diễn chỉ tin hai gốc thử nghiệm. Chữ ký thật vì thế sẽ được trả lời là chưa thể kết luận hoặc không hợp lệ.", "The demonstration trusts two test roots only, so a real signature will be answered as not conclusive or not valid."))</p>
            """
        return .page(title: t("Kiểm tra chữ ký số", "Check a digital signature"), body, hasUpload: true)
    }

    private func verdict(_ file: UploadedFile, _ visit: Visit) async -> Answer {
        let t = visit.words
        let report = await site.report(on: file, at: visit.now)
        let whole = VerificationReport(
            policy: site.world.validator.policy, validationTime: visit.now, files: [report])
        let id = site.reports.put(whole, at: visit.now)
        let facts = Parts.facts([
            (t("Tệp", "File"), "\(foreign: file.name)"),
            (t("Kích thước", "Size"), "\(t.size(Int64(file.bytes.count)))"),
            ("SHA-256", "<code>\(report.sha256 ?? "–")</code>"),
            (t("Thời điểm kiểm tra", "Time of judgement"), "\(t.time(visit.now))"),
            (t("Chính sách", "Policy"), "\(whole.policy.id) (\(whole.policy.version))"),
        ])
        let body: HTML = """
            <h2>\(t("Kết luận", "Verdict"))</h2>
            \(VerdictView(t: t).html(report))
            <h2>\(t("Lưu kết quả", "Save the report"))</h2>
            <p>\(t("Trong 10 phút tới:", "During the next 10 minutes:"))
            <a href="/verify/report/\(id)?as=html">\(t("báo cáo HTML", "report as HTML"))</a> ·
            <a href="/verify/report/\(id)?as=json">\(t("báo cáo JSON", "report as JSON"))</a></p>
            \(facts)
            <h2>\(t("Kiểm tra tệp khác", "Check another file"))</h2>
            \(upload(visit))
            """
        return .page(title: t("Kết quả kiểm tra", "What was found"), body, hasUpload: true)
    }
}
