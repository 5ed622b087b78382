// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `inspect` shows structure without a verdict, `extract` gives what was signed after one.
@Suite("Inspecting and extracting with dossier")
struct InspectTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private let xml = Bench.sample("dossiers/ct01.xml")

    init() throws { bench = try Bench() }

    private func inspect(_ path: String, _ options: [String] = []) throws -> DossierTool.Outcome {
        try DossierTool.run(["inspect", "--json"] + options + [path])
    }

    private func extract(
        _ file: String, _ id: String, as name: String, _ options: [String] = [], trust: [String] = Bench.trust()
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["extract", "--json", "--signature", id] + trust + options + ["--output", bench.path(name), file])
    }

    @Test func `revisions, signatures, attributes and certificates of a PDF are listed as pyHanko counts them`() throws
    {
        let first = try bench.sign(
            form, by: "official", as: "1.pdf", ["--role", "Chủ tịch", "--commitment", "approval"])
        let second = try bench.sign(first, by: "company", as: "2.pdf")
        let outcome = try inspect(second, ["--strict"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try SchemaPeer.faults(outcome.outputBytes, by: "inspect-v1") == "")
        let signatures = try #require(outcome.json["signatures"] as? [[String: Any]])
        #expect(signatures.map { $0["id"] as? String } == ["S-1", "S-2"])
        #expect(signatures[0]["roles"] as? [String] == ["Chủ tịch"])
        let names = (signatures[0]["attributes"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        #expect(Set(names).isSuperset(of: ["content-type", "message-digest", "signing-certificate-v2"]))
        #expect(!names.contains("signing-time"), "PAdES has /M instead")
        #expect(!outcome.output.contains("TOTAL-"), "no verdict")
        #expect(!outcome.output.contains("001099000001"))
        let revisions = try #require(outcome.json["revisions"] as? [[String: Any]])
        #expect(revisions.last?["kind"] as? String == "signature")
        guard let python = DossierTool.python else { return }
        let script = """
            import sys; from pyhanko.pdf_utils.reader import PdfFileReader
            before, after = [PdfFileReader(open(path, "rb")) for path in sys.argv[1:]]
            # A linearised file has two sections in one revision.
            print(after.xrefs.total_revisions - before.xrefs.total_revisions, len(after.embedded_regular_signatures))
            """
        let peer = try DossierTool.run(python, ["-c", script, form, second])
        let before = try #require(try inspect(form).json["revisions"] as? [Any])
        #expect(peer.output == "\(revisions.count - before.count) \(signatures.count)\n", "\(peer.errors)")
    }

    @Test func `every format is shown as JSON of its schema and as text`() throws {
        try bench.write([UInt8](try Data(contentsOf: URL(filePath: xml))), "ct01.xml")
        for (format, name, shown) in [
            ("cades", "ct01.xml.p7s", "CAdES"), ("cades-enveloping", "b.p7s", "CAdES"), ("asic-e", "a.asice", "ASiC-E"),
            ("asic-s", "a.asics", "ASiC-S"),
        ] {
            let signed = try bench.sign(bench.path("ct01.xml"), as: name, ["--format", format])
            let outcome = try inspect(signed, ["--strict"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try SchemaPeer.faults(outcome.outputBytes, by: "inspect-v1") == "", "\(name)")
            #expect(outcome.json["format"] as? String == shown)
            #expect((outcome.json["signatures"] as? [Any])?.count == 1)
            let text = try DossierTool.run(["inspect", signed])
            #expect(text.status == 0 && text.output.contains("S-1"))
        }
    }

    @Test func `what is no signed file is refused, and strict refuses what departs from the format`() throws {
        let garbage = try bench.write(Array("%PDF-1.7\nnothing".utf8), "garbage.pdf")
        for (path, status) in [(garbage, 65), (bench.path("none"), 66), (xml, 65), (form, 0)] as [(String, Int32)] {
            let outcome = try inspect(path)
            #expect(outcome.status == status, "\(path): \(outcome.errors)")
            #expect(outcome.output.isEmpty == (status != 0))
        }
        #expect(try DossierTool.run(["inspect"]).status == 64)
        let attacked = Bench.sample("attacks")
        var departing = 0
        let files = FileManager.default.enumerator(atPath: attacked)?.compactMap { $0 as? String } ?? []
        for name in files.sorted() where name.hasSuffix(".pdf") {
            let loose = try inspect(attacked + "/" + name)
            let strict = try inspect(attacked + "/" + name, ["--strict"])
            #expect([0, 65].contains(loose.status) && [0, 65].contains(strict.status), "\(name)")
            if loose.status == 0 {
                #expect(loose.outputBytes == strict.outputBytes)
                #expect(try SchemaPeer.faults(loose.outputBytes, by: "inspect-v1") == "", "\(name)")
                if strict.status == 65 { departing += 1 }
            }
        }
        #expect(departing > 0)
    }

    @Test func `the revision that was signed first is taken out and stands by itself`() throws {
        let first = try bench.sign(form, by: "official", as: "1.pdf")
        let second = try bench.sign(first, by: "company", as: "2.pdf")
        let outcome = try extract(second, "S-1", as: "back.pdf")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try SchemaPeer.faults(outcome.outputBytes, by: "extract-v1") == "")
        #expect(try bench.read("back.pdf") == bench.read("1.pdf"))
        #expect(try extract(second, "S-2", as: "whole.pdf").status == 0)
        #expect(try bench.read("whole.pdf") == bench.read("2.pdf"))
    }

    @Test func `content and files of containers come out as they were signed`() throws {
        let content = [UInt8](try Data(contentsOf: URL(filePath: xml)))
        try bench.write(content, "ct01.xml")
        for format in ["cades", "cades-enveloping", "asic-s"] {
            let signed = try bench.sign(bench.path("ct01.xml"), as: "\(format).signed", ["--format", format])
            let detached = format == "cades" ? ["--detached", bench.path("ct01.xml")] : []
            #expect(try extract(signed, "S-1", as: "\(format).out", detached).status == 0)
            #expect(try bench.read("\(format).out") == content)
        }
        let signed = try DossierTool.run(
            ["sign", "--format", "asic-e"] + Bench.trust() + Bench.key("citizen")
                + ["--output", bench.path("a.asice"), bench.path("ct01.xml"), form])
        #expect(signed.status == 0, "\(signed.errors)")
        let container = bench.path("a.asice")
        #expect(try extract(container, "S-1", as: "entry", ["--entry", "ct01.xml"]).status == 0)
        #expect(try bench.read("entry") == content)
        for (options, status) in [([], 64), (["--entry", "none"], 66), (["--entry", "mimetype"], 66)]
            as [([String], Int32)]
        {
            #expect(try extract(container, "S-1", as: "none", options).status == status)
        }
        #expect(try extract(bench.path("cades-enveloping.signed"), "S-1", as: "none", ["--entry", "a"]).status == 64)
        let bytes = try bench.read("a.asice")
        let inside = try #require(bytes.offset(of: "<?xml"))
        let changed = try bench.write(bytes.flipped(at: inside + 60), "changed.asice")
        for options in [[], ["--unverified"]] {
            #expect(try extract(changed, "S-1", as: "none", ["--entry", "ct01.xml"] + options).status == 1)
        }
        #expect(!bench.exists("none"))
    }

    @Test func `what did not pass is not taken out, and what is broken never`() throws {
        let signed = try bench.sign(form, as: "a.pdf")
        let bytes = try bench.read("a.pdf")
        let broken = try bench.write(bytes.flipped(at: 700), "broken.pdf")
        let there = bench.names
        #expect(try extract(signed, "S-1", as: "out", trust: []).status == 2)
        #expect(try extract(broken, "S-1", as: "out").status != 0)
        #expect(try extract(broken, "S-1", as: "out", ["--unverified"]).status != 0)
        #expect(try extract(signed, "S-9", as: "out").status == 3)
        #expect(try extract(bench.path("none"), "S-1", as: "out").status == 66)
        #expect(try extract(signed, "S-1", as: "broken.pdf").status == 73)
        #expect(try extract(signed, "S-1", as: "a.pdf", ["--force"]).status == 64)
        #expect(bench.names == there)
        #expect(try extract(signed, "S-1", as: "out", ["--unverified"], trust: []).status == 0)
        #expect(try bench.read("out") == bytes)
    }

    @Test func `the level shown is what the structure allows, whatever is trusted`() throws {
        let server = try #require(try TestServer())
        for (format, name) in [("pades", "a.pdf"), ("cades-enveloping", "a.p7s"), ("asic-e", "a.asice")] {
            for level in ["b-b", "b-t", "b-lt", "b-lta"] {
                let services = level == "b-b" ? [] : ["--tsa", server.address + "/tsa"] + server.remap()
                let options = ["--format", format, "--level", level, "--force"] + services
                let inspected = try inspect(bench.sign(form, as: name, options))
                let signatures = inspected.json["signatures"] as? [[String: Any]]
                #expect(signatures?.first?["level"] as? String == level.uppercased(), "\(format)")
                #expect(try SchemaPeer.faults(inspected.outputBytes, by: "inspect-v1") == "")
            }
        }
    }
}
