// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// What `verify` tells people: text, the page of HTML, expectations and proofs of the caller.
@Suite("Reports of dossier verify")
struct VerifyReportTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")

    init() throws { bench = try Bench() }

    private func verify(_ options: [String], _ language: String = "en") throws -> DossierTool.Outcome {
        try DossierTool.run(["verify", "--language", language] + Bench.trust() + options)
    }

    @Test func `the text always has the seven fields, the criteria and a remedy`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let fields = [
            "vi": [
                "Tổ chức cấp chứng thư", "Chủ thể ký", "Đơn vị quản lý chứng thư", "Thời điểm ký", "Tính toàn vẹn",
                "Hiệu lực tại thời điểm ký", "Thời hạn chứng thư", "Phụ lục II",
            ],
            "en": [
                "Issuing authority", "Signer", "Unit managing the certificate", "Signing time", "Integrity",
                "Valid at signing time", "Certificate validity", "Appendix II",
            ],
        ]
        for (language, labels) in fields {
            let good = try verify([signed], language)
            #expect(good.status == 0)
            for label in labels { #expect(good.output.contains(label), "\(label)") }
            for id in ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "2.4"] {
                #expect(good.output.contains("      \(id) "), "\(id)")
            }
            #expect(!good.output.contains("→"), "nothing to remedy")
            #expect(!good.output.contains("001099000001"), "the number is masked")
            let open = try DossierTool.run(["verify", "--language", language, signed])
            #expect(open.status == 2)
            #expect(open.output.contains("→") && open.output.contains("NO_CERTIFICATE_CHAIN_FOUND"))
            #expect(open.output.contains(language == "vi" ? "Chưa xác định được" : "Could not be determined"))
            #expect(!open.output.contains(": Hợp lệ"))
        }
    }

    @Test func `the page is whole, is not overwritten and is written for answers as well`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let page = bench.path("report.html")
        let outcome = try verify(["--html", page, signed, form])
        #expect(outcome.status == 3)
        let html = String(decoding: try bench.read("report.html"), as: UTF8.self)
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">") && html.hasSuffix("</html>\n"))
        #expect(html.contains("Nguyễn Văn Thử (TEST)") && html.contains("No digital signature found"))
        #expect(!html.contains("001099000001"))
        for word in [
            "<script", "javascript:", "onload", "http://", "https://", "<img", "<link", "src=", "@import", "url(",
        ] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(try verify(["--html", page, signed]).status == 73)
        #expect(try verify(["--html", page, "--force", signed]).status == 0)
        #expect(try verify(["--html", signed, "--force", signed]).status == 64)
        #expect(try verify(["--html", bench.path("none/report.html"), signed]).status == 73)
        let vietnamese = bench.path("bao-cao.html")
        _ = try verify(["--html", vietnamese, signed], "vi")
        #expect(String(decoding: try bench.read("bao-cao.html"), as: UTF8.self).contains("<html lang=\"vi\">"))
        let failing = try verify(["--json", "--html", bench.path("error.html"), bench.path("none.pdf")])
        #expect(failing.status == 66 && bench.exists("error.html"))
        #expect(failing.files.first?["error"] != nil)
    }

    @Test func `a file's name cannot speak in the page or to the terminal`() throws {
        let name = "<script>alert(1)</script>&\u{202e}fdp.\u{1b}[31mx"
        let path = try bench.write(Array("text".utf8), name.replacingOccurrences(of: "/", with: "∕"))
        let outcome = try verify(["--html", bench.path("report.html"), path])
        let html = String(decoding: try bench.read("report.html"), as: UTF8.self)
        #expect(!html.contains("<script") && html.contains("&lt;script&gt;"))
        for text in [html, outcome.output] {
            #expect(!text.unicodeScalars.contains("\u{202e}") && !text.unicodeScalars.contains("\u{1b}"))
        }
    }

    @Test func `the expected signer is compared, and is never a reason against a signature`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let cases = [
            ("citizen-id:001099000001", "match"), ("CCCD:001099000002", "mismatch"), ("mst:0106323762", "absent"),
        ]
        for (expectation, answer) in cases {
            let outcome = try bench.verify(signed, options: ["--expect-signer", expectation])
            #expect(outcome.status == 0, "\(expectation)")
            #expect(outcome.signature["signerMatch"] as? String == answer)
        }
        #expect(try bench.verify(signed).signature["signerMatch"] is NSNull)
        for wrong in ["001099000001", "name:Thử", "citizen-id:"] {
            #expect(try bench.verify(signed, options: ["--expect-signer", wrong]).status == 64, "\(wrong)")
        }
    }

    @Test func `a caller's proof moves the proved time, a claim never does`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let later = ["--at", "2035-01-01T00:00:00Z", "--revocation", "off"]
        let proof = ["--existed-at", ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -60))]
        let without = try bench.verify(signed)
        #expect(without.signature["bestSignatureTimeSource"] as? String == "validation-time")
        let with = try bench.verify(signed, options: proof)
        #expect(with.status == 0)
        #expect(with.signature["bestSignatureTimeSource"] as? String == "caller")
        #expect(with.signature["existenceProof"] as? String == "--existed-at")
        let expired = try bench.verify(signed, options: later)
        #expect(expired.status == 2)
        let proved = try bench.verify(signed, options: later + proof)
        #expect(proved.signature["bestSignatureTimeSource"] as? String == "caller")
        #expect(proved.signature["indication"] as? String != "TOTAL-FAILED")
        for wrong in ["yesterday", "2026-01-01T00:00:00"] {
            #expect(try bench.verify(signed, options: ["--existed-at", wrong]).status == 64)
        }
        #expect(
            try bench.verify(signed, options: ["--at", "2026-11-21T00:00:00Z", "--existed-at", "2030-01-01T00:00:00Z"])
                .status == 64)
    }

    @Test func `existence of a file that is signed elsewhere proves nothing about the signature`() throws {
        let letter = try bench.write(Array("nội dung".utf8), "letter.txt")
        let signature = try bench.sign(letter, as: "letter.txt.p7s")
        let proof = ["--existed-at", ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -60))]
        #expect(
            try bench.verify(letter, options: proof).signature["bestSignatureTimeSource"] as? String
                == "validation-time")
        #expect(try bench.verify(signature, options: proof).signature["bestSignatureTimeSource"] as? String == "caller")
    }

    @Test func `every shipped policy is named in the report`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        for policy in ["vietnam-2026", "etsi-2026", "strict", "rfc5280"] {
            let outcome = try bench.verify(signed, options: ["--policy", policy])
            #expect((outcome.json["policy"] as? [String: String])?["id"] == policy)
            #expect([0, 2].contains(outcome.status), "\(policy)")
        }
    }
}
