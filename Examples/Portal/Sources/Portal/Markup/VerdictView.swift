// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// A verdict in plain words: what holds, what does not, why, and what can be done.
struct VerdictView {
    let t: Words

    /// The mark of an indication: sign and words, so that it does not rest on a colour.
    func mark(_ indication: Indication?) -> HTML {
        switch indication {
        case .totalPassed:
            "<span class=\"mark-ok\"><span aria-hidden=\"true\">✔</span> \(t(Indication.totalPassed.phrase))</span>"
        case .totalFailed:
            "<span class=\"mark-bad\"><span aria-hidden=\"true\">✘</span> \(t(Indication.totalFailed.phrase))</span>"
        case .indeterminate:
            "<span class=\"mark-open\"><span aria-hidden=\"true\">?</span> \(t(Indication.indeterminate.phrase))</span>"
        case nil:
            "<span class=\"mark-none\"><span aria-hidden=\"true\">–</span> \(t("Không có chữ ký số", "No digital signature"))</span>"
        }
    }

    /// One sentence on what a file proves.
    func sentence(_ report: FileReport) -> String {
        if let error = report.error { return t.sentence(error) }
        guard let document = report.report, let first = document.signatures.first,
            let verdict = document.indication
        else {
            return t(
                "Tệp này không có chữ ký số. Không ai ngoài người đưa tệp bảo đảm cho nội dung.",
                "This file carries no digital signature. Nobody but the person who gave it vouches for it.")
        }
        let signer = first.facts.signingCertificate?.subject.commonName ?? "?"
        switch verdict {
        case .totalPassed:
            return t(
                "\(DisplayText.harmless(signer)) đã ký tệp này; từ khi ký tệp không bị sửa, và chứng thư của người ký có hiệu lực.",
                "\(DisplayText.harmless(signer)) signed this file; it was not changed since, and the signer's certificate holds."
            )
        case .totalFailed:
            return t(
                "Không nên tin tệp này: chữ ký không hợp lệ.",
                "Do not trust this file: a signature on it does not hold.")
        case .indeterminate:
            return t(
                "Chưa thể kết luận: còn thiếu thông tin để tin hoặc bác bỏ chữ ký.",
                "No conclusion can be drawn: something is missing to trust or to reject the signature.")
        }
    }

    /// The verdict on a whole file.
    func html(_ report: FileReport) -> HTML {
        let signatures = (report.report?.signatures ?? []).map(signature)
        let remarks = remarks(report.findings)
        return """
            <p class="verdict">\(mark(report.report?.indication))</p>
            <p class="lead">\(sentence(report))</p>
            \(remarks)\(signatures)
            """
    }

    /// The verdict on the signatures of a document.
    func html(_ report: DocumentReport?) -> HTML {
        guard let report, !report.signatures.isEmpty else {
            return "<p class=\"verdict\">\(mark(nil))</p>"
        }
        return "<p class=\"verdict\">\(mark(report.indication))</p>\(report.signatures.map(signature))"
    }

    func signature(_ report: SignatureReport) -> HTML {
        let facts = report.facts
        let title =
            "\(t("Chữ ký", "Signature")) \(facts.id) · \(facts.format.rawValue) · \(facts.level?.rawValue ?? "NOT-BASELINE")"
        var reason: HTML = .none
        if report.indication != .totalPassed {
            reason =
                "<p><strong>\(t("Vì sao", "Why")):</strong> \(foreign: report.explanation(in: t.language))</p>"
            if let remedy = report.remedy {
                reason =
                    reason + "<p><strong>\(t("Nên làm", "What to do")):</strong> \(t.sentence(remedy))</p>"
            }
        }
        let rows = report.requiredFields.map { field -> (name: String, value: HTML) in
            (t(field.key.phrase), "\(foreign: t(field.value))")
        }
        return """
            <section class="card">
            <h3>\(foreign: title)</h3>
            <p>\(mark(report.indication))</p>
            \(reason)\(Parts.facts(rows))\(remarks(report.findings))
            </section>
            """
    }

    func remarks(_ findings: [Finding]) -> HTML {
        guard !findings.isEmpty else { return .none }
        let items = findings.map { finding -> HTML in
            let word =
                switch finding.severity {
                case .failure: t("Lỗi", "Failure")
                case .warning: t("Lưu ý", "Warning")
                case .information: t("Thông tin", "Information")
                }
            return "<li><strong>\(word):</strong> \(foreign: t(finding.phrase))</li>"
        }
        return "<ul class=\"remarks\">\(items)</ul>"
    }
}
