// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import Foundation
import SignatureValidation
import TestPKI
import Testing

@Suite struct `Pages of HTML for reports` {
    private let bench: Bench

    init() throws { bench = try Bench.shared.get() }

    private func page(_ files: [FileReport], _ language: Language = .vietnamese) -> String {
        let report = VerificationReport(
            policy: .vietnam2026, validationTime: Bench.now, files: files,
            findings: [Finding(.warning, code: "a-code", Phrase(vi: "<b>vi</b>", en: "<b>en</b>"))])
        return String(decoding: HTMLReport(report, in: language).bytes, as: UTF8.self)
    }

    /// Names of the elements in order, an end tag with a slash; `nil` for markup that is not closed.
    private func tags(_ html: String) -> [String]? {
        var tags: [String] = []
        var rest = html[...]
        while let open = rest.firstIndex(of: "<") {
            guard let close = rest[open...].firstIndex(of: ">") else { return nil }
            tags.append(String(rest[rest.index(after: open)..<close].prefix { $0 != " " }))
            rest = rest[rest.index(after: close)...]
        }
        return tags
    }

    @Test func `elements are closed in order, and nothing but known elements occurs`() async throws {
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "official")
        let files = [
            try bench.report(signed), try bench.report([1, 2, 3]),
            try bench.report(signed, bench.validator(trusting: [])),
            FileReport(path: "x", format: nil, sha256: nil, report: nil, error: Phrase(vi: "lỗi", en: "fault")),
        ]
        for language in [Language.vietnamese, .english] {
            let tags = try #require(self.tags(page(files, language)))
            var open: [String] = []
            for tag in tags where tag != "!DOCTYPE" && tag != "meta" {
                if tag.hasPrefix("/") { #expect(open.popLast() == String(tag.dropFirst())) } else { open.append(tag) }
            }
            #expect(open.isEmpty)
            let known: Set = [
                "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article",
                "h1",
                "h2", "h3", "p", "span", "strong", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th",
                "td",
                "ul", "li", "code", "bdi",
            ]
            #expect(Set(tags.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }).subtracting(known) == [])
        }
    }

    @Test func `text from outside is escaped, isolated and free of controls`() throws {
        let path = "\"'><img src=x onerror=alert(1)>&amp;\u{202e}\u{2066}\u{0}\u{1b}[2J\u{85}\n</bdi>"
        let file = FileReport(path: path, format: nil, sha256: nil, report: nil)
        let html = page([file])
        let found = "<bdi>&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;"
        #expect(html.contains(found))
        #expect(!html.contains("<img") && !html.contains("<b>"))
        let forbidden: Set<Unicode.Scalar> = ["\u{202e}", "\u{2066}", "\u{0}", "\u{1b}", "\u{85}"]
        #expect(forbidden.isDisjoint(with: html.unicodeScalars))
        #expect(forbidden.isDisjoint(with: file.text(in: .english, policy: .vietnam2026).joined().unicodeScalars))
        #expect(
            page([FileReport(path: "Đơn đề nghị (bản 2).pdf", format: nil, sha256: nil, report: nil)])
                .contains("<bdi>Đơn đề nghị (bản 2).pdf</bdi>"))
    }

    @Test func `the page is in one language, carries its own style and claims nothing about law`() async throws {
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "official")
        let vietnamese = page([try bench.report(signed)])
        let english = page([try bench.report(signed)], .english)
        #expect(vietnamese.contains("Hợp lệ: 1") && !vietnamese.contains("Valid"))
        #expect(english.contains("Valid: 1") && !english.contains("Hợp lệ"))
        #expect(vietnamese.contains("không khẳng định giá trị pháp lý"))
        #expect(english.contains("@page") && english.contains("@media print"))
        #expect(english.contains("default-src 'none'"))
        let open = page([try bench.report(signed, bench.validator(trusting: []))])
        #expect(open.contains("Chưa xác định được") && open.contains("chưa đủ căn cứ") && !open.contains("✔"))
        #expect(page([try bench.report(signed)]) == vietnamese, "the same report gives the same bytes")
        // On a narrow screen every cell stands with the head of its column, and no instant is broken over two lines.
        #expect(vietnamese.contains("<td data-label=\"Thu hồi\">") && !vietnamese.contains("<td>"))
        #expect(english.contains("@media screen and (max-width"))
        #expect(english.contains("<span class=\"instant\">(\(Bench.now))</span>"))
    }
}
