// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import SignatureValidation

/// A verification report as one page of HTML: everything inside, no script, nothing loaded from anywhere, made to be read
/// on a screen and printed on A4.
///
/// Every text that comes out of a file is escaped and cannot change the direction of what stands around it. Files are added
/// one by one, so that only their markup is held.
public struct HTMLReport: Sendable {
    private let head: VerificationReport
    private let language: Language
    private let outline: ReportOutline
    private var body = ""
    private var counts: [String: Int] = [:]
    private var order: [String] = []

    /// Begins a page.
    ///
    /// - Parameter head: Policy, time and remarks of the run; its files are added first.
    public init(_ head: VerificationReport, in language: Language) {
        self.head = head
        self.language = language
        outline = ReportOutline(language: language, policy: head.policy)
        for file in head.files { add(file) }
    }

    /// Adds the report on one file.
    public mutating func add(_ report: FileReport) {
        let file = outline.file(report)
        if counts[file.verdict] == nil { order.append(file.verdict) }
        counts[file.verdict, default: 0] += 1
        body += "<section class=\"file\">\n<h2>\(Self.text(file.path))</h2>\n"
        body += "<p>\(badge(file.verdict, file.indication))</p>\n"
        body += list(file.rows)
        body += remarks(file.remarks)
        for signature in file.signatures { body += article(signature) }
        body += "</section>\n"
    }

    /// The whole page in UTF-8.
    public var bytes: [UInt8] {
        let title = Phrase(vi: "Kết quả kiểm tra chữ ký số", en: "Verification of digital signatures")[language]
        let meaning = Phrase(
            vi: """
                Trang này nêu những gì đã kiểm tra theo chính sách trên và kết quả; không khẳng định giá trị pháp lý của \
                tài liệu.
                """,
            en: """
                This page says what was checked under the policy named above and what was found; it does not say whether \
                a document has legal effect.
                """)[language]
        let rows = [
            ReportOutline.Row(
                label: Phrase(vi: "Thời điểm kiểm tra", en: "Time of judgement")[language],
                value: "\(head.validationTime.text(atOffset: 25_200)) (\(head.validationTime))"),
            ReportOutline.Row(
                label: Phrase(vi: "Chính sách", en: "Policy")[language],
                value: "\(head.policy.id) (\(head.policy.version))"),
            ReportOutline.Row(
                label: Phrase(vi: "Tóm tắt", en: "Summary")[language],
                value: order.map { "\($0): \(counts[$0] ?? 0)" }.joined(separator: " · ")),
        ]
        let page = """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>\(Self.escape(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header>
            <h1>\(Self.escape(title))</h1>
            \(list(rows))\(remarks(head.findings.map(outline.remark)))<p class="meaning">\(Self.escape(meaning))</p>
            </header>
            <main>
            \(body)</main>
            </body>
            </html>

            """
        return Array(page.utf8)
    }

    private func article(_ signature: ReportOutline.Signature) -> String {
        var html = "<article>\n<h3>\(Self.text(signature.title))</h3>\n"
        html += "<p>\(badge(signature.verdict, signature.indication))"
        if signature.twoValued != signature.verdict {
            let label = Phrase(vi: "theo hai mức", en: "in two values")[language]
            html += " <span class=\"two\">(\(Self.escape(label)): \(Self.escape(signature.twoValued)))</span>"
        }
        html += "</p>\n"
        if let reason = signature.reason { html += "<p>\(Self.text(reason))</p>\n" }
        if let remedy = signature.remedy {
            let label = Phrase(vi: "Nên làm", en: "What to do")[language]
            html += "<p class=\"remedy\"><strong>\(Self.escape(label)):</strong> \(Self.text(remedy))</p>\n"
        }
        html += list(signature.fields) + list(signature.details)
        for table in signature.tables {
            html += "<table>\n<caption>\(Self.escape(table.title))</caption>\n<thead><tr>"
            for cell in table.head { html += "<th scope=\"col\">\(Self.escape(cell))</th>" }
            html += "</tr></thead>\n<tbody>\n"
            for row in table.rows {
                let cells = zip(table.head, row).map { head, cell in
                    "<td data-label=\"\(Self.escape(head))\">\(Self.text(cell))</td>"
                }
                html += "<tr>" + cells.joined() + "</tr>\n"
            }
            html += "</tbody>\n</table>\n"
        }
        return html + remarks(signature.remarks) + "</article>\n"
    }

    private func list(_ rows: [ReportOutline.Row]) -> String {
        guard !rows.isEmpty else { return "" }
        return "<dl>\n" + rows.map { "<dt>\(Self.escape($0.label))</dt><dd>\(Self.text($0.value))</dd>\n" }.joined()
            + "</dl>\n"
    }

    private func remarks(_ remarks: [ReportOutline.Remark]) -> String {
        guard !remarks.isEmpty else { return "" }
        let items = remarks.map { remark in
            "<li class=\"\(remark.severity.rawValue)\"><strong>\(Self.escape(remark.severityWord)):</strong> "
                + "\(Self.text(remark.text)) <code>\(Self.escape(remark.code))</code></li>\n"
        }
        return "<ul>\n" + items.joined() + "</ul>\n"
    }

    /// The verdict in words with a sign, so that it stands without colours as well.
    private func badge(_ verdict: String, _ indication: Indication?) -> String {
        let (sign, style) =
            switch indication {
            case .totalPassed: ("✔", "passed")
            case .totalFailed: ("✘", "failed")
            case .indeterminate: ("?", "open")
            case nil: ("–", "none")
            }
        return "<span class=\"verdict \(style)\">\(sign) \(Self.escape(verdict))</span>"
    }

    /// Text as content of an element, in isolation from the direction of writing around it; an instant is not broken over
    /// two lines.
    static func text(_ text: String) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            isInstant(word) ? "<span class=\"instant\">\(escape(String(word)))</span>" : escape(String(word))
        }
        return "<bdi>\(words.joined(separator: " "))</bdi>"
    }

    /// Whether a word is a date or an instant of ISO 8601, with whatever punctuation stands around it.
    private static func isInstant(_ word: Substring) -> Bool {
        guard (10...40).contains(word.utf8.count) else { return false }
        let core = word.utf8.drop { !(0x30...0x39).contains($0) }
        guard core.count >= 10 else { return false }
        return core.prefix(10).enumerated().allSatisfy { index, byte in
            index == 4 || index == 7 ? byte == 0x2d : (0x30...0x39).contains(byte)
        }
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static let style = """
        body { font: 15px/1.45 "Noto Sans", "DejaVu Sans", Arial, sans-serif; color: #1a1a1a; background: #fff;
          max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; border-top: 2px solid #444; padding-top: .8rem; }
        h3 { font-size: 1rem; margin-bottom: .2rem; }
        article { border: 1px solid #999; border-radius: 4px; padding: .2rem .9rem .8rem; margin: .8rem 0; }
        dl { display: grid; grid-template-columns: minmax(11rem, 30%) 1fr; gap: .15rem .8rem; margin: .6rem 0; }
        dt { color: #444; } dd { margin: 0; }
        table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92em; }
        caption { text-align: left; font-weight: bold; padding: .2rem 0; }
        th, td { border: 1px solid #aaa; padding: .25rem .4rem; text-align: left; vertical-align: top; }
        .verdict { font-weight: bold; padding: .1rem .5rem; border: 2px solid; border-radius: 4px; }
        .passed { color: #0b5d1e; } .failed { color: #a31515; } .open { color: #7a4b00; } .none { color: #444; }
        li.failure { color: #a31515; } .remedy { background: #f3f3f3; padding: .3rem .6rem; } .meaning { font-size: .9em; }
        code { font-size: .85em; color: #555; }
        .instant { white-space: nowrap; }
        @media screen and (max-width: 38rem) {
          body { margin: .8rem auto; padding: 0 .7rem; } article { padding: .2rem .6rem .6rem; }
          dl { grid-template-columns: 1fr; gap: 0; } dt { font-size: .88em; margin-top: .45rem; }
          thead { display: none; } table, tbody, tr, td, caption { display: block; }
          tr { border: 1px solid #aaa; margin-bottom: .4rem; padding: .2rem .5rem; } td { border: 0; padding: .1rem 0; }
          td::before { content: attr(data-label) ": "; color: #555; } }
        @page { size: A4; margin: 15mm; }
        @media print { body { font-size: 10pt; max-width: none; margin: 0; padding: 0; }
          article { break-inside: auto; } dl, tr, h2, h3, caption { break-inside: avoid; } h2, h3, caption { break-after: avoid; } }
        """
}
