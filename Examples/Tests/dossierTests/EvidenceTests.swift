// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `verify --evidence` and `--from-evidence`.
@Suite("Evidence bundles of dossier verify")
struct EvidenceTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private static let unzip = URL(filePath: "/usr/bin/unzip")

    init() throws { bench = try Bench() }

    private func again(_ files: [String], _ options: [String] = [], from name: String = "e.zip") throws
        -> DossierTool.Outcome
    {
        try DossierTool.run(["verify", "--json", "--from-evidence", bench.path(name)] + options + files)
    }

    private func member(_ name: String, of archive: String = "e.zip") throws -> Data {
        try DossierTool.run(Self.unzip, ["-p", bench.path(archive), name]).outputBytes
    }

    @Test func `what services gave once judges the files again without them, byte for byte`() throws {
        var server = try TestServer()
        let online = try #require(server).remap()
        let signed = try bench.sign(form, as: "signed.pdf", ["--tsa", try #require(server).address + "/tsa"])
        let text = try bench.write(Array("nội dung".utf8), "letter.txt")
        let signature = try bench.sign(text, by: "company", as: "letter.txt.p7s")
        let anchors = Array(Bench.trust().prefix(4))
        let question = ["verify", "--json", "--expect-signer", "citizen-id:000000000001", "--existed-at"]
        let today = Date().ISO8601Format()
        let options = question + [today, "--evidence", bench.path("e.zip")] + anchors + online
        let files = [signed, text, form, signature]
        let first = try DossierTool.run(options + files)
        #expect(first.status == 3, "\(first.errors)")
        #expect(first.indication == "TOTAL-PASSED")
        #expect(try DossierTool.run(["verify", "--json"] + anchors + [signed]).status == 2, "offline it lacks lists")
        server = nil
        let second = try again(files)
        #expect(second.outputBytes == first.outputBytes, "\(second.errors)")
        #expect(second.status == first.status)
        #expect(second.errors.contains("worth what its origin is worth"))
        // In other places, in another order.
        let moved = try files.reversed().map { file in
            let name = "moved-" + URL(filePath: file).lastPathComponent
            return try bench.write([UInt8](Data(contentsOf: URL(filePath: file))), name)
        }
        #expect(try again(moved).outputBytes == first.outputBytes)
        #expect(try DossierTool.run(Self.unzip, ["-tqq", bench.path("e.zip")]).status == 0)
        #expect(try member("report.json") == first.outputBytes)
        #expect(try SchemaPeer.faults(member("evidence.json"), by: "evidence-v1") == "")
        #expect(try SchemaPeer.faults(member("policy/policy.json"), by: "policy-v1") == "")
        let names = try DossierTool.run(Self.unzip, ["-Z1", bench.path("e.zip")]).output
        for folder in ["certificates/", "revocation-lists/", "ocsp-responses/", "time-stamps/", "policy/"] {
            #expect(names.contains(folder), "\(folder)")
        }
        #expect(names.hasPrefix("evidence.json\n"))
    }

    @Test func `the same question gives the same archive, and each file goes out as it was`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        let options = ["verify", "--at", "2026-12-01T00:00:00Z", "--revocation", "off", "--policy", "etsi-2026"]
        for name in ["a.zip", "b.zip"] {
            let outcome = try DossierTool.run(
                options + ["--evidence", bench.path(name)] + Bench.trust() + [signed, bench.path("none.pdf")])
            #expect(outcome.status == 66, "\(outcome.errors)")
        }
        #expect(try bench.read("a.zip") == bench.read("b.zip"))
        let report = try member("report.json", of: "a.zip")
        let second = try again([signed], from: "a.zip")
        #expect(second.outputBytes == report)
        #expect(second.status == 65, "one file could not be read then")
        #expect(second.files.last?["error"] != nil)
        let lines = try DossierTool.run(["verify", "--json-lines", "--from-evidence", bench.path("a.zip"), signed])
        #expect(lines.output.split(separator: "\n").count == 2)
    }

    @Test func `a folder with a file that cannot be judged is judged again as a whole`() throws {
        let broken = try bench.write(Array("%PDF-1.4\nbroken\n".utf8), "in/b.pdf")
        let signed = try bench.sign(form, as: "in/a.pdf")
        try FileManager.default.createSymbolicLink(
            atPath: bench.path("in/c.pdf"), withDestinationPath: bench.path("nowhere"))
        let folder = bench.path("in")
        let first = try bench.verify(folder, options: ["--evidence", bench.path("e.zip")])
        #expect(first.status == 65 && first.files.count == 3, "\(first.errors)")
        for files in [[folder], [signed], [broken, signed]] {
            let second = try again(files)
            #expect(second.outputBytes == first.outputBytes, "\(second.errors)")
            #expect(second.status == 65)
        }
        // In another folder too; but no other file beside, and none that was judged may be missing or changed.
        try FileManager.default.moveItem(atPath: folder, toPath: bench.path("moved"))
        #expect(try again([bench.path("moved")]).outputBytes == first.outputBytes)
        try bench.write(Array("text".utf8), "moved/d.pdf")
        let more = try again([bench.path("moved")])
        #expect(more.status == 65 && more.outputBytes.isEmpty && more.errors.contains("otherFile"))
        try FileManager.default.removeItem(atPath: bench.path("moved/d.pdf"))
        #expect(try again([bench.path("moved/b.pdf")]).status == 66)
        #expect(try again([bench.path("moved/a.pdf"), broken]).outputBytes == first.outputBytes, "it may be gone")
        let twice = try again([bench.path("moved/a.pdf"), bench.path("moved/b.pdf"), bench.path("moved/b.pdf")])
        #expect(twice.status == 65 && twice.errors.contains("otherFile"))
        try bench.write(bench.read("moved/a.pdf").flipped(at: 200), "moved/a.pdf")
        #expect(try again([bench.path("moved")]).errors.contains("otherFile"))
    }

    @Test func `other files, other archives and questions of one's own are refused`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        #expect(try bench.verify(signed, options: ["--evidence", bench.path("e.zip")]).status == 0)
        #expect(try again([signed]).status == 0)
        #expect(try bench.verify(signed, options: ["--evidence", bench.path("e.zip")]).status == 73)
        #expect(try bench.verify(signed, options: ["--evidence", signed, "--force"]).status == 64)
        let whole = try bench.read("signed.pdf")
        let changed = try bench.write(whole.flipped(at: 200), "changed.pdf")
        let refused = try again([changed])
        #expect(refused.status == 65 && refused.outputBytes.isEmpty && refused.errors.contains("otherFile"))
        #expect(try again([signed, form]).status == 65, "a file that was not judged")
        let empty = try DossierTool.run(["verify", "--json", "--from-evidence", bench.path("e.zip")])
        #expect(empty.status == 64)
        #expect(try again([bench.path("none")]).status == 66)
        #expect(try again([signed], from: "none.zip").status == 66)
        try bench.write(bench.read("e.zip") + [0], "longer.zip")
        try bench.write(Array("no archive".utf8), "text.zip")
        for name in ["longer.zip", "text.zip"] { #expect(try again([signed], from: name).status == 65) }
        let contradictions: [[String]] = [
            Array(Bench.trust().prefix(2)), ["--material", Bench.shared("pki/material")], ["--online"],
            ["--at", "2026-12-01T00:00:00Z"], ["--existed-at", "2026-01-01T00:00:00Z"], ["--policy", "strict"],
            ["--revocation", "required"], ["--expect-signer", "mst:1"], ["--evidence", bench.path("f.zip")],
            ["--allow-private", "localhost"],
        ]
        for options in contradictions { #expect(try again([signed], options).status == 64, "\(options)") }
        #expect(!bench.exists("f.zip"))
    }

    @Test func `an archive of evidence is signed and verified like any file`() throws {
        let signed = try bench.sign(form, as: "signed.pdf")
        #expect(try bench.verify(signed, options: ["--evidence", bench.path("e.zip")]).status == 0)
        let seal = try bench.sign(bench.path("e.zip"), by: "official", as: "e.zip.p7s")
        #expect(try bench.verify(seal).status == 0)
        var bytes = try bench.read("e.zip")
        bytes[bytes.count / 2] ^= 1
        try bench.write(bytes, "e.zip")
        #expect(try bench.verify(seal).status == 1)
        #expect(try again([signed]).status == 65)
    }
}
