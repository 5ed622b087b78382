// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// What `sign` writes into a PDF: appearances, fields, certifications.
@Suite("Fields and appearances of dossier sign")
struct PDFSigningTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private let seal = DossierTool.root.appending(path: "docs/appearance/agency.png").path()

    init() throws { bench = try Bench() }

    private func sign(
        _ options: [String], _ file: String, as name: String, by subscriber: String = "citizen"
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["sign", "--json"] + Bench.trust() + Bench.key(subscriber) + options
                + ["--output", bench.path(name), file])
    }

    private func text(_ name: String) throws -> String {
        try DossierTool.run(URL(filePath: "/usr/bin/pdftotext"), ["-raw", bench.path(name), "-"]).output
    }

    @Test(
        arguments: [
            ("person", [], "Nguyễn Văn Thử (TEST)"),
            ("citizen", ["--identifier", "CCCD 0010******01"], "0010******01"),
            ("copy", ["--agency-name", "UBND phường Thử"], "SAO Y"), ("copy-of-copy", [], "SAO LỤC"),
            ("excerpt", [], "TRÍCH SAO"), ("annex", ["--document-number", "12/QĐ-UBND"], "12/QĐ-UBND"),
            ("digitised", ["--agency-name", "Sở Thử"], "Sở Thử"), ("certified-copy", [], "BẢN SAO"),
        ] as [(String, [String], String)])
    func `a preset is shown, read back by pdftotext, and passes`(
        preset: String, options: [String], shown: String
    ) throws {
        let signed = try sign(["--appearance", preset] + options, form, as: "out.pdf")
        #expect(signed.status == 0, "\(signed.errors)")
        #expect(try text("out.pdf").contains(shown))
        #expect(try bench.verify(bench.path("out.pdf")).status == 0)
    }

    @Test func `a person signs, a number is given, an agency signs, and both signatures hold`() throws {
        let first = try sign(
            [
                "--appearance", "person", "--field", "person", "--rectangle", "320,60,240,70", "--reserve-field",
                "agency=250,60,70,70", "--reserve-text", "number=60,700,200,20",
            ], form, as: "1.pdf", by: "official")
        #expect(first.status == 0, "\(first.errors)")
        let second = try sign(
            ["--fill", "number=Số: 12/QĐ-UBND", "--field", "agency", "--appearance", "agency", "--image", seal],
            bench.path("1.pdf"), as: "2.pdf", by: "commune")
        #expect(second.status == 0, "\(second.errors)")
        let report = try bench.verify(bench.path("2.pdf"))
        #expect(report.status == 0, "\(report.output)")
        #expect((report.files.first?["signatures"] as? [Any])?.count == 2)
        #expect(try text("2.pdf").contains("Số: 12/QĐ-UBND"))
        #expect(try sign(["--reserve-field", "late"], bench.path("2.pdf"), as: "3.pdf").status == 65)
        #expect(try sign(["--field", "agency"], bench.path("2.pdf"), as: "3.pdf").status == 65, "signed already")
    }

    @Test func `a certification allows what it says and no more`() throws {
        for (permission, allowed) in [("1", false), ("2", true), ("3", true)] {
            let certified = "certified-\(permission).pdf"
            #expect(try sign(["--certify", permission, "--reason", "Ban hành"], form, as: certified).status == 0)
            #expect(try bench.verify(bench.path(certified)).status == 0)
            let second = try sign([], bench.path(certified), as: "second-\(permission).pdf", by: "company")
            #expect((second.status == 0) == allowed, "\(permission): \(second.errors)")
            if allowed { #expect(try bench.verify(bench.path("second-\(permission).pdf")).status == 0) }
        }
        #expect(try sign(["--certify", "2"], bench.path("certified-2.pdf"), as: "again.pdf").status == 65)
        guard let python = DossierTool.python else { return }
        let script = """
            import sys; from pyhanko.pdf_utils.reader import PdfFileReader
            signature = PdfFileReader(open(sys.argv[1], "rb")).embedded_regular_signatures[0]
            print(signature.docmdp_level.value, signature.sig_object["/Reason"])
            """
        let peer = try DossierTool.run(
            python, ["-c", script, bench.path("certified-2.pdf")], environment: ["PYTHONIOENCODING": "utf-8"])
        #expect(peer.output == "2 Ban hành\n", "\(peer.errors)")
    }

    @Test func `wrong options of PDFs are refused and nothing is written`() throws {
        let xml = Bench.sample("dossiers/ct01.xml")
        let garbage = try bench.write(Array("no picture".utf8), "garbage.png")
        let cases: [(options: [String], file: String, status: Int32)] = [
            (["--appearance", "nobody"], form, 64), (["--appearance", "agency"], form, 64),
            (["--appearance", "annex"], form, 64), (["--appearance", "person", "--rectangle", "1,2,3"], form, 64),
            (["--appearance", "person", "--rectangle", "1,2,0,4"], form, 64), (["--rectangle", "1,2,3,4"], form, 64),
            (["--certify", "4"], form, 64), (["--certify", "x"], form, 64), (["--page", "0"], form, 64),
            (["--reserve-text", "a"], form, 64), (["--fill", "a"], form, 64), (["--field", ""], form, 64),
            (["--appearance", "citizen"], xml, 64), (["--certify", "1"], xml, 64),
            (["--appearance", "citizen", "--page", "99"], form, 65), (["--fill", "none=x"], form, 65),
            (["--field", "a.b"], form, 65), (["--appearance", "person", "--image", garbage], form, 65),
            (["--appearance", "person", "--image", bench.path("none.png")], form, 66),
        ]
        for (options, file, status) in cases {
            let outcome = try sign(options, file, as: "out")
            #expect(outcome.status == status, "\(options): \(outcome.status) \(outcome.errors)")
        }
        #expect(bench.names == ["garbage.png"])
    }

    @Test(arguments: [[], Array("not a PDF".utf8)])
    func `what is only named a PDF is not signed as another file unless that is asked for`(content: [UInt8]) throws {
        let named = try bench.write(content, "named.pdf")
        let refused = try sign([], named, as: "out.pdf")
        #expect(refused.status == 65, "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: bench.path("out.pdf")))
        let asked = try sign(["--format", "cades"], named, as: "named.pdf.p7s")
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(try bench.verify(bench.path("named.pdf.p7s")).status == 0)
    }
}
