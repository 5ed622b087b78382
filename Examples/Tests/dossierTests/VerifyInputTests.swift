// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// What `verify` takes: files, folders, lists, detached signatures beside their content.
@Suite("Inputs of dossier verify")
struct VerifyInputTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")

    init() throws { bench = try Bench() }

    private func paths(_ outcome: DossierTool.Outcome) -> [String] {
        outcome.files.compactMap { ($0["path"] as? String).map { URL(filePath: $0).lastPathComponent } }
    }

    private func copy(_ path: String, to name: String) throws {
        try bench.write([UInt8](Data(contentsOf: URL(filePath: path))), name)
    }

    @Test func `a folder stands for its files in order of their paths, unsigned ones included`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        try copy(signed, to: "in/b.pdf")
        try copy(form, to: "in/a.pdf")
        try copy(signed, to: "in/deeper/below/c.pdf")
        try bench.write(Array("text".utf8), "in/d.txt")
        try FileManager.default.createSymbolicLink(
            atPath: bench.path("in/loop"), withDestinationPath: bench.path("in"))
        let outcome = try bench.verify(bench.path("in"))
        // Byte by byte: d.txt before deeper/…, because the full stop comes before letters.
        #expect(paths(outcome) == ["a.pdf", "b.pdf", "d.txt", "c.pdf"])
        #expect(outcome.status == 3, "two files carry no signature")
        #expect(outcome.files.filter { $0["indication"] is NSNull }.count == 2)
        let again = try bench.verify(bench.path("in") + "/")
        #expect(again.files.map { $0["path"] as? String } == outcome.files.map { $0["path"] as? String })
        try FileManager.default.createDirectory(atPath: bench.path("empty"), withIntermediateDirectories: true)
        let empty = try bench.verify(bench.path("empty"))
        #expect(empty.status == 3 && empty.files.isEmpty)
    }

    @Test func `a list names files and folders, one on each line`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        try copy(signed, to: "in/b.pdf")
        let lines = "\(signed)\r\n\(bench.path("in"))\n\n\(bench.path("none.pdf"))\n"
        let list = try bench.write(Array(lines.utf8), "list")
        let outcome = try bench.verify(options: ["--list", list])
        #expect(paths(outcome) == ["signed.pdf", "b.pdf", "none.pdf"])
        #expect(outcome.status == 66)
        #expect(outcome.files.last?["error"] != nil)
        #expect(try bench.verify(form, options: ["--list", list]).files.count == 4)
        #expect(try bench.verify(options: ["--list", bench.path("nothing")]).status == 66)
        #expect(try bench.verify(signed, options: ["--list", list, "--detached", form]).status == 64)
        #expect(try bench.verify().status == 64)
    }

    @Test func `a detached signature and its content find each other from either side`() throws {
        let text = try bench.write(Array("nội dung".utf8), "letter.txt")
        let signature = try bench.sign(text, as: "letter.txt.p7s")
        let fromSignature = try bench.verify(signature)
        #expect(fromSignature.status == 0)
        #expect(fromSignature.files.first?["contentFile"] as? String == text)
        let fromContent = try bench.verify(text)
        #expect(fromContent.status == 0)
        #expect(fromContent.files.first?["signatureFile"] as? String == signature)
        #expect(fromContent.files.first?["path"] as? String == text)
        #expect(try bench.verify(bench.folder.path()).status == 0)
        try bench.write(Array("nội dung khác".utf8), "letter.txt")
        #expect(try bench.verify(text).status == 1)
        try bench.write(Array("no signature".utf8), "letter.txt.p7s")
        let broken = try bench.verify(text)
        #expect(broken.status == 65 && broken.errors.isEmpty)
        try FileManager.default.removeItem(atPath: signature)
        #expect(try bench.verify(text).status == 3)
    }

    /// An ASiC-E of nothing but its media type, as Python's zipfile writes it.
    private static let emptyContainer = """
        UEsDBBQAAAAAAAAAIQCKIflFHwAAAB8AAAAIAAAAbWltZXR5cGVhcHBsaWNhdGlvbi92bmQuZXRzaS5hc2ljLWUremlwUEsBAhQD\
        FAAAAAAAAAAhAIoh+UUfAAAAHwAAAAgAAAAAAAAAAAAAAIABAAAAAG1pbWV0eXBlUEsFBgAAAAABAAEANgAAAEUAAAAAAA==
        """

    @Test func `a PDF or container without a signature of its own is judged by the one beside it`() throws {
        let whole = [UInt8](try Data(contentsOf: URL(filePath: form)))
        let container = try #require(Data(base64Encoded: Self.emptyContainer))
        let files = [
            try bench.write(whole, "a.pdf"), try bench.write(Array("junk\n".utf8) + whole, "junk.pdf"),
            try bench.write(Array("%PDF-1.4\nbroken\n".utf8), "broken.pdf"),
            try bench.write(Array(container), "c.asice"),
        ]
        for file in files {
            let alone = try bench.verify(file)
            #expect(alone.status == 3 || alone.status == 65, "\(file): \(alone.status)")
            let name = URL(filePath: file).lastPathComponent + ".p7s"
            let signature = try bench.sign(file, as: name, ["--format", "cades"])
            let judged = try bench.verify(file)
            #expect(judged.status == 0, "\(file): \(judged.status) \(judged.errors)")
            #expect(judged.files.first?["signatureFile"] as? String == signature)
            #expect(judged.files.first?["format"] as? String == "CAdES")
            let changed = [UInt8](try Data(contentsOf: URL(filePath: file))) + [0x0a]
            try bench.write(changed, URL(filePath: file).lastPathComponent)
            #expect(try bench.verify(file).status == 1, "\(file)")
        }
        // Its own structure is what inspect shows.
        let inspected = try DossierTool.run(["inspect", "--json", bench.path("a.pdf")])
        #expect(inspected.json["format"] as? String == "PDF", "\(inspected.errors)")
    }

    @Test func `a PDF that is signed itself is judged by its own signature, whatever lies beside it`() throws {
        let signed = try bench.sign(form, as: "a.pdf")
        _ = try bench.sign(signed, by: "company", as: "a.pdf.p7s", ["--format", "cades"])
        let judged = try bench.verify(signed)
        #expect(judged.status == 0)
        #expect(judged.files.first?["format"] as? String == "PAdES")
        #expect(judged.files.first?["signatureFile"] == nil)
        try bench.write(bench.read("a.pdf").flipped(at: 200), "a.pdf")
        let changed = try bench.verify(signed)
        #expect(changed.status == 1)
        #expect(changed.files.first?["signatureFile"] == nil)
    }

    @Test func `each line of --json-lines is what --json says of the file`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let files = [signed, form, bench.path("none.pdf"), signed]
        let options = ["verify", "--at", "2027-01-01T00:00:00Z"] + Bench.trust() + files
        let whole = try DossierTool.run(options + ["--json"])
        let lines = try DossierTool.run(options + ["--json-lines"])
        #expect(lines.status == whole.status)
        let objects = try lines.output.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.count == 4)
        for (object, file) in zip(objects, whole.files) {
            var bare = object
            for member in ["version", "policy", "validationTime"] { bare[member] = nil }
            #expect(NSDictionary(dictionary: bare) == NSDictionary(dictionary: file))
            #expect(object["validationTime"] as? String == whole.json["validationTime"] as? String)
        }
        #expect(try DossierTool.run(options + ["--json", "--json-lines"]).status == 64)
    }

    @Test func `many files come out in the order given, however long each takes`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let small = try bench.write([1], "small")
        let files = (0..<120).map { $0 % 3 == 0 ? signed : small }
        let outcome = try DossierTool.run(["verify", "--json"] + Bench.trust() + files)
        #expect(outcome.files.map { $0["path"] as? String } == files)
        #expect(outcome.files.map { $0["indication"] as? String == "TOTAL-PASSED" } == files.map { $0 == signed })
    }

    /// A process of root opens every folder, so that this says nothing there.
    @Test(.enabled(if: geteuid() != 0))
    func `a folder that cannot be opened is named, and what it holds is not passed over`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        try copy(signed, to: "in/a.pdf")
        try copy(signed, to: "in/closed/b.pdf")
        #expect(try bench.verify(bench.path("in")).status == 0)
        #expect(chmod(bench.path("in/closed"), 0) == 0)
        defer { chmod(bench.path("in/closed"), 0o700) }
        for folder in ["in", "in/closed"] {
            let outcome = try bench.verify(bench.path(folder))
            #expect(outcome.status == 77)
            #expect(paths(outcome).last == "closed")
        }
    }

    @Test func `a signature of a kind that is not judged is an error, not a file without one`() throws {
        let marks =
            "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignatureValue>AA==</SignatureValue></Signature>"
        let signed = [
            "a.xml": "\u{feff}\n<form>\(marks)</form>",
            "b.json": #"{"payload":"e30","signatures":[{"protected":"e30","signature":"AA"}]}"#,
            "c.jws": "eyJhbGciOiJFUzI1NiJ9..AAAA\n",
            "g.eml":
                "From: a@example.test\nContent-Type: multipart/signed;\n protocol=\"application/pkcs7-signature\"\n\n--x\n",
            "h.eml":
                "MIME-Version: 1.0\r\nContent-Type: application/x-pkcs7-mime; smime-type=signed-data\r\n\r\nAAAA\r\n",
        ]
        for (name, text) in signed {
            let outcome = try bench.verify(try bench.write(Array(text.utf8), name))
            #expect(outcome.status == 65, "\(name)")
            #expect(outcome.files.first?["error"] != nil)
        }
        let others = [
            "d.xml": "<form><Signature/></form>", "e.json": #"{"payload":"e30"}"#, "f.txt": "eyJ. words . more",
            "i.eml": "From: a@example.test\n\nContent-Type: multipart/signed\n",
            "j.eml": "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA\n",
        ]
        for (name, text) in others {
            #expect(try bench.verify(try bench.write(Array(text.utf8), name)).status == 3, "\(name)")
        }
        // A detached signature beside such a file is judged as ever.
        let xml = bench.path("a.xml")
        _ = try bench.sign(xml, as: "a.xml.p7s")
        #expect(try bench.verify(xml).status == 0)
    }
}
