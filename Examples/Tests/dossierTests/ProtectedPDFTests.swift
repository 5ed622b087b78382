// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Files that qpdf encrypted and pyHanko signed afterwards, with a key of the test infrastructure.
@Suite("Password-protected PDFs with dossier — ISO 32000-2 §7.6")
struct ProtectedPDFTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    /// An encrypted and signed file; `nil` without the peers.
    private func signed(_ options: [String] = ["256"], user: String = "mật khẩu") throws -> String? {
        let qpdf = URL(filePath: "/usr/bin/qpdf")
        guard let python = DossierTool.python, FileManager.default.isExecutableFile(atPath: qpdf.path()) else {
            print("skipped: encrypted PDFs: qpdf and pyHanko are needed (1 case)")
            return nil
        }
        let encrypted = try DossierTool.run(
            qpdf,
            ["--allow-weak-crypto", "--password-mode=unicode", "--encrypt", user, "owner-pass"] + options + [
                "--", Bench.sample("pdfs/marriage-certificate.pdf"), bench.path("plain.pdf"),
            ])
        try #require(encrypted.status == 0, "\(encrypted.errors)")
        let script = DossierTool.root.appending(path: "Tests/Python/pdf_peer.py").path()
        let run = try DossierTool.run(
            python,
            [
                "-B", script, "sign", bench.path("plain.pdf"), user, bench.path("signed.pdf"),
                Bench.shared("pki/citizen.p12"), "test",
            ])
        try #require(run.status == 0, "\(run.errors)")
        return bench.path("signed.pdf")
    }

    private func password(_ text: String, as name: String = "password") throws -> [String] {
        ["--pdf-password-file", try bench.write(Array(text.utf8), name)]
    }

    @Test func `a protected PDF with a signature beside it needs no password, one that is signed itself does`() throws {
        guard let file = try signed() else { return }
        let plain = bench.path("plain.pdf")
        #expect(try bench.verify(plain).status == 77)
        _ = try bench.sign(plain, by: "company", as: "plain.pdf.p7s", ["--format", "cades"])
        #expect(try bench.verify(plain).status == 0)
        #expect(try bench.verify(file).status == 77)
        _ = try bench.sign(file, by: "company", as: "signed.pdf.p7s", ["--format", "cades"])
        let beside = try bench.verify(file)
        #expect(beside.status == 0 && beside.files.first?["signatureFile"] != nil)
        let own = try bench.verify(file, options: try password("owner-pass"))
        #expect(own.status == 0 && own.files.first?["signatureFile"] == nil)
    }

    @Test func `with the user's or the owner's password the file passes, without one it is 77 and says why`() throws {
        guard let file = try signed() else { return }
        for text in ["mật khẩu\n", "owner-pass\r\nsecond line"] {
            let judged = try bench.verify(file, options: try password(text))
            #expect(judged.status == 0, "\(judged.errors) \(judged.subIndication ?? "")")
            #expect(judged.signature["integrity"] as? String == "intact")
            #expect((judged.signature["coverage"] as? [String: Any])?["scope"] as? String == "entire-file")
        }
        let plain = Bench.sample("pdfs/host-consent.pdf")
        for options in [[], try password("another", as: "wrong")] {
            let refused = try bench.verify(file, plain, options: options)
            #expect(refused.status == 77)
            #expect(refused.files.first?["error"] != nil)
            #expect(refused.files.last?["format"] as? String == "PDF", "the other file is judged")
            let text = try DossierTool.run(["verify"] + Bench.trust() + options + [file])
            #expect(text.status == 77)
            #expect(text.messages.first?.hasPrefix("dossier: error: \(file): the PDF is protected: ") == true)
            #expect(
                text.messages.last == "dossier: hint: verify it with --pdf-password-file; a protected PDF is not signed"
            )
            #expect(!text.errors.contains("another"))
        }
        #expect(try bench.verify(file, options: ["--pdf-password-file", bench.path("none")]).status == 66)
        try bench.write([0xff, 0xfe], "no-text")
        #expect(try bench.verify(file, options: ["--pdf-password-file", bench.path("no-text")]).status == 65)
    }

    @Test func `a file that is encrypted is not signed, and what to do is said in both languages`() throws {
        let qpdf = URL(filePath: "/usr/bin/qpdf")
        guard FileManager.default.isExecutableFile(atPath: qpdf.path()) else {
            print("skipped: signing an encrypted PDF: qpdf is not installed")
            return
        }
        let (file, out) = (bench.path("open.pdf"), bench.path("out.pdf"))
        let run = try DossierTool.run(
            qpdf, ["--encrypt", "", "owner", "256", "--", Bench.sample("pdfs/host-consent.pdf"), file])
        try #require(run.status == 0, "\(run.errors)")
        for (language, hint) in [
            ("vi", "dossier: hint: bỏ mã hóa trước khi ký, ví dụ bằng qpdf --decrypt"),
            ("en", "dossier: hint: take the encryption away before signing, for example with qpdf --decrypt"),
        ] {
            let refused = try DossierTool.run(
                ["sign", "--language", language] + Bench.trust() + Bench.key("citizen") + ["--output", out, file])
            #expect(refused.status == 65 && refused.messages.last == hint, "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: out))
        }
        let plain = bench.path("plain.pdf")
        try #require(DossierTool.run(qpdf, ["--decrypt", file, plain]).status == 0)
        let signed = try DossierTool.run(["sign"] + Bench.trust() + Bench.key("citizen") + ["--output", out, plain])
        #expect(signed.status == 0, "\(signed.errors)")
    }

    @Test func `a changed file fails with the password as it would without encryption`() throws {
        guard let file = try signed(["128", "--use-aes=y"], user: "user-pass") else { return }
        let options = try password("user-pass")
        #expect(try bench.verify(file, options: options).status == 0)
        let bytes = try bench.read("signed.pdf")
        // Inside the signed page, away from the structure.
        let stream = try #require(bytes.offset(of: "stream"))
        try bench.write(bytes.flipped(at: stream + 40), "signed.pdf")
        let changed = try bench.verify(file, options: options)
        #expect(changed.status == 1 || changed.status == 65)
    }

    @Test func `inspect and extract take the password, sign refuses the file`() throws {
        guard let file = try signed(user: "user-pass") else { return }
        let options = try password("user-pass")
        #expect(try DossierTool.run(["inspect", "--json", "--strict", file]).status == 77)
        let inspected = try DossierTool.run(["inspect", "--json", "--strict"] + options + [file])
        #expect(inspected.status == 0 && (inspected.json["signatures"] as? [Any])?.count == 1)
        let extract = ["extract", "--signature", "S-1"] + Bench.trust() + ["--output", bench.path("out.pdf"), file]
        #expect(try DossierTool.run(extract).status == 77)
        #expect(try DossierTool.run(extract + options).status == 0)
        #expect(try bench.read("out.pdf") == bench.read("signed.pdf"))
        let again = try DossierTool.run(
            ["sign"] + Bench.trust() + Bench.key("company") + ["--output", bench.path("again.pdf"), file])
        #expect(again.status == 77)
        #expect(!bench.exists("again.pdf"))
    }

    @Test func `evidence holds no password, which is given again`() throws {
        guard let file = try signed(user: "user-pass") else { return }
        let options = try password("user-pass")
        let first = try bench.verify(file, options: options + ["--evidence", bench.path("e.zip")])
        #expect(first.status == 0)
        #expect(!(try bench.read("e.zip")).contains(text: "user-pass"))
        let again = ["verify", "--json", "--from-evidence", bench.path("e.zip"), file]
        #expect(try DossierTool.run(again).status == 77)
        #expect(try DossierTool.run(again + options).outputBytes == first.outputBytes)
    }
}

extension [UInt8] {
    fileprivate func contains(text: String) -> Bool { offset(of: text) != nil }
}
