// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// A dossier as the receiving agency examines it: every way of tampering with an attachment or the manifest is refused.
@Suite("Examining dossiers with dossier (docs/formats/dossier-v1.md)")
struct ExamineTests {
    private let bench: Bench
    private let signedForm: String

    init() throws {
        bench = try Bench()
        // The commune has signed the birth certificate, and the citizen countersigned it: an earlier end of file exists.
        let first = try bench.sign(Bench.sample("pdfs/birth-certificate.pdf"), by: "commune", as: "first.pdf")
        signedForm = try bench.sign(first, by: "citizen", as: "giay-khai-sinh.pdf")
        let outcome = try DossierTool.run(
            ["assemble"] + Bench.trust() + Bench.key("citizen")
                + ["--dossier", "T01.01-261121-0001", "--procedure", "1.004222", "--output", bench.path("d")]
                + [
                    "birth-certificate=\(signedForm)", "declaration-form=\(Bench.sample("pdfs/ct01-declaration.pdf"))",
                    "declaration-form=\(Bench.sample("dossiers/ct01.xml"))",
                    "other=\(Bench.sample("dossiers/photo.jpg"))",
                ])
        guard outcome.status == 0 else { throw Bench.Unexpected(outcome) }
    }

    private let birth = "d/attachments/001-giay-khai-sinh.pdf"
    private let form = "d/attachments/002-ct01-declaration.pdf"
    private let xml = "d/attachments/003-ct01.xml"
    private let photo = "d/attachments/004-photo.jpg"

    private func examine(_ options: [String] = [], pki: String = "pki") throws -> DossierTool.Outcome {
        try DossierTool.run(["examine", "--json"] + Bench.trust(pki) + options + [bench.path("d")])
    }

    /// Makes one change in a copy of the dossier's folder, checks the answer, and puts the folder back.
    private func refused(
        status: Int32 = 1, _ findings: Set<String>, saying text: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, _ change: () throws -> Void
    ) throws {
        let manager = FileManager.default
        try? manager.removeItem(atPath: bench.path("kept"))
        try manager.copyItem(atPath: bench.path("d"), toPath: bench.path("kept"))
        try change()
        let outcome = try examine()
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
        let found = (outcome.json["findings"] as? [[String: Any]] ?? [])
        let codes = Set(found.compactMap { $0["code"] as? String })
        #expect(codes == findings, "\(found)", sourceLocation: sourceLocation)
        if let text {
            let said = found.contains { ($0["en"] as? String)?.contains(text) == true }
            #expect(said, "\(found)", sourceLocation: sourceLocation)
        }
        try manager.removeItem(atPath: bench.path("d"))
        try manager.moveItem(atPath: bench.path("kept"), toPath: bench.path("d"))
        #expect(try examine().status == 0, "the untouched twin", sourceLocation: sourceLocation)
    }

    private func move(_ from: String, _ to: String) throws {
        try FileManager.default.moveItem(atPath: bench.path(from), toPath: bench.path(to))
    }

    @Test func `the whole dossier passes and lists what it holds`() throws {
        let outcome = try examine()
        #expect(outcome.status == 0)
        #expect(outcome.json["indication"] as? String == "TOTAL-PASSED")
        #expect(outcome.json["dossier"] as? String == "T01.01-261121-0001")
        let items = try #require(outcome.json["attachments"] as? [[String: Any]])
        #expect(
            items.map { $0["name"] as? String } == [
                "giay-khai-sinh.pdf", "ct01-declaration.pdf", "ct01.xml", "photo.jpg",
            ])
        #expect((items[0]["signers"] as? [String])?.count == 2, "what was signed already keeps its signatures")
        #expect(items[1]["signers"] as? [String] == ["Nguyễn Văn Thử (TEST)"])
        #expect(items[2]["signers"] as? [String] == [])
        let before = try bench.read("giay-khai-sinh.pdf")
        #expect(try bench.read(birth) == before)
    }

    @Test func `a missing, added, renamed, truncated, changed, swapped or reordered attachment is named`() throws {
        let jpeg = try bench.read(photo)
        let document = try bench.read(xml)
        try refused(["attachment"], saying: "4. photo.jpg: missing") {
            try FileManager.default.removeItem(atPath: bench.path(photo))
        }
        try refused(["attachment-added"], saying: "005-extra.txt") {
            try bench.write([1], "d/attachments/005-extra.txt")
        }
        try refused(["attachment-added"], saying: "note.txt") { try bench.write([1], "d/attachments/note.txt") }
        try refused(["attachment-added"]) { try bench.write(jpeg, "d/attachments/0004-photo.jpg") }
        try refused(["attachment"], saying: "renamed to picture.jpg") {
            try move(photo, "d/attachments/004-picture.jpg")
        }
        try refused(["attachment"], saying: "truncated to 100 bytes") {
            try bench.write(Array(jpeg.prefix(100)), photo)
        }
        try refused(["attachment"], saying: "truncated to 0 bytes") { try bench.write([], photo) }
        try refused(["attachment"], saying: "its content was changed") {
            try bench.write(jpeg.flipped(at: jpeg.count - 3), photo)
        }
        try refused(["attachment"], saying: "its content was changed") { try bench.write(jpeg + [0], photo) }
        try refused(["attachment"], saying: "swapped with attachment 3") { try bench.write(document, photo) }
        try refused(["attachment"], saying: "swapped with attachment") {
            try move(photo, "d/attachments/x")
            try move(xml, "d/attachments/004-ct01.xml")
            try move("d/attachments/x", "d/attachments/003-photo.jpg")
        }
        try refused(["attachment"], saying: "missing") {
            try FileManager.default.removeItem(atPath: bench.path("d/attachments"))
        }
        try refused(["attachment", "attachment-unreadable"]) {
            try FileManager.default.removeItem(atPath: bench.path(photo))
            try FileManager.default.createDirectory(atPath: bench.path(photo), withIntermediateDirectories: false)
        }
        try refused(["attachment-added"]) {
            try FileManager.default.createDirectory(
                atPath: bench.path("d/attachments/005-folder"), withIntermediateDirectories: false)
        }
    }

    @Test func `a PDF cut at an earlier end of file is valid alone and caught by the dossier`() throws {
        let whole = try bench.read(birth)
        let earlier = try bench.read("first.pdf")
        #expect(whole.starts(with: earlier) && whole.count > earlier.count)
        let alone = try bench.verify(bench.write(earlier, "cut.pdf"))
        #expect(alone.status == 0, "nothing in the file itself tells that it was longer")
        try refused(["attachment"], saying: "truncated to \(earlier.count) bytes") { try bench.write(earlier, birth) }
    }

    @Test func `a byte changed in a signed attachment is refused for its digest and its signature`() throws {
        let whole = try bench.read(form)
        let stream = try #require(whole.offset(of: "stream"))
        try refused(["attachment", "attachment-signature"]) { try bench.write(whole.flipped(at: stream + 100), form) }
    }

    @Test func `any changed byte of the manifest is refused`() throws {
        let manifest = try bench.read("d/dossier.json")
        for index in stride(from: 0, to: manifest.count, by: max(1, manifest.count / 24)) {
            let codes: Set<String> = ["manifest-signature"]
            try bench.write(manifest.flipped(at: index), "d/dossier.json")
            let outcome = try examine()
            #expect(outcome.status == 1, "byte \(index)")
            let found = Set((outcome.json["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String })
            #expect(found.isSuperset(of: codes), "byte \(index): \(found)")
        }
        try bench.write(manifest + [10], "d/dossier.json")
        #expect(try examine().status == 1)
        try bench.write([], "d/dossier.json")
        #expect(try examine().status == 1)
        try bench.write(manifest, "d/dossier.json")
        #expect(try examine().status == 0)
    }

    @Test func `a signature of another dossier, of nobody known, or none at all is refused`() throws {
        let original = try bench.read("d/dossier.json.p7s")
        let other = try bench.write(Array(#"{"version":1}"#.utf8), "other.json")
        _ = try bench.sign(other, as: "other.p7s")
        try refused(["manifest-signature"]) { try bench.write(bench.read("other.p7s"), "d/dossier.json.p7s") }

        let foreign = try DossierTool.run(
            ["sign"] + Bench.trust("other-pki") + Bench.key("citizen", of: "other-pki")
                + ["--output", bench.path("foreign.p7s"), bench.path("d/dossier.json")])
        #expect(foreign.status == 0)
        try refused(status: 2, ["manifest-signature"]) {
            try bench.write(bench.read("foreign.p7s"), "d/dossier.json.p7s")
        }
        let value = original.count - 20
        try refused(["manifest-signature"]) { try bench.write(original.flipped(at: value), "d/dossier.json.p7s") }

        try bench.write(Array("no signature".utf8), "d/dossier.json.p7s")
        #expect(try examine().status == 65)
        try FileManager.default.removeItem(atPath: bench.path("d/dossier.json.p7s"))
        #expect(try examine().status == 66)
        try bench.write(original, "d/dossier.json.p7s")
        #expect(try examine().status == 0)
    }

    @Test func `the examiner's trust and clock decide`() throws {
        #expect(try examine(pki: "other-pki").status == 2)
        #expect(try examine(["--at", "2035-01-01T00:00:00Z"]).status == 2)
        #expect(try examine().status == 0)
    }
}
