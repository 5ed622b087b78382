// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `sign` with many files, and what it says of the signer.
@Suite("Batches and the check of the signer in dossier sign")
struct BatchTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private static let anchors = Array(Bench.trust().prefix(4))

    init() throws { bench = try Bench() }

    private func inputs(_ count: Int) throws -> [String] {
        try (0..<count).map { try bench.write(Array("kết quả số \($0)".utf8), "in/\($0).txt") }
    }

    private func asked(_ log: String) throws -> [String] {
        String(decoding: try bench.read(log), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `500 files cost one question about the signer, and a broken one stops no other`() throws {
        let server = try #require(try TestServer(["--log", bench.path("log")]))
        var files = try inputs(500)
        files[250] = bench.path("none.txt")
        let signed = try DossierTool.run(
            ["sign", "--json"] + Self.anchors + Bench.key("citizen") + server.remap()
                + ["--output", bench.path("out")] + files)
        #expect(signed.status == 66)
        #expect(signed.files.count == 500)
        #expect(signed.files.map { $0["path"] as? String } == files)
        #expect(signed.files.enumerated().allSatisfy { ($1["error"] == nil) == ($0 != 250) })
        #expect(try SchemaPeer.faults(signed.outputBytes, by: "sign-v1") == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).count == 499)
        let questions = try asked("log").filter { $0.hasPrefix("POST") && $0.contains("ocsp") }
        #expect(questions.count == 1, "\(questions)")
        let signer = signed.json["signer"] as? [String: Any]
        #expect(signer?["verdict"] as? String == "valid")
        #expect((signed.json["overrides"] as? [Any])?.isEmpty == true)
        let sample = [0, 249, 251, 499].flatMap { [bench.path("out/\($0).txt.p7s")] }
        for signature in sample {
            let content = bench.path("in/\(URL(filePath: signature).deletingPathExtension().lastPathComponent)")
            #expect(try bench.verify(signature, options: ["--detached", content]).status == 0)
        }
    }

    @Test func `each signature of a batch has a time-stamp of its own, and material is fetched once`() throws {
        let server = try #require(try TestServer(["--log", bench.path("log")]))
        let files = try inputs(12)
        let signed = try DossierTool.run(
            ["sign", "--json", "--level", "b-lt", "--tsa", server.address + "/tsa"] + Self.anchors
                + Bench.key("citizen") + server.remap() + ["--output", bench.path("out")] + files)
        #expect(signed.status == 0, "\(signed.errors)")
        let asked = try asked("log")
        #expect(asked.count { $0.hasPrefix("POST /tsa") } == 12)
        // The responder is asked once about the signer, each list is fetched once; the authority's status is in one of them.
        let (questions, lists) = (asked.filter { $0.contains("ocsp") }, asked.filter { $0.hasPrefix("GET") })
        #expect(questions.count == 1, "\(questions)")
        #expect(Set(lists).count == lists.count, "\(lists)")
        #expect(asked.count == 12 + questions.count + lists.count)
    }

    @Test func `an interrupted batch keeps what is finished and names the rest`() throws {
        let files = try inputs(3_000)
        let process = Process()
        process.executableURL = DossierTool.executable
        process.arguments =
            ["sign", "--json"] + Bench.trust() + Bench.key("company") + ["--output", bench.path("out")] + files
        let output = bench.path("report.json")
        try Data().write(to: URL(filePath: output))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, !bench.exists("out/5.txt.p7s") { usleep(2_000) }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        let report = try JSONSerialization.jsonObject(with: Data(bench.read("report.json"))) as? [String: Any]
        let results = try #require(report?["files"] as? [[String: Any]])
        #expect(results.count == 3_000)
        let done = results.compactMap { $0["output"] as? String }
        #expect((1..<3_000).contains(done.count))
        let there = try FileManager.default.contentsOfDirectory(atPath: bench.path("out"))
        #expect(Set(done.map { URL(filePath: $0).lastPathComponent }) == Set(there), "no other, no half file")
        let last = try #require(done.last)
        let content = bench.path("in/\(URL(filePath: last).deletingPathExtension().lastPathComponent)")
        #expect(try bench.verify(last, options: ["--detached", content]).status == 0)
    }

    @Test func `a signer that cannot be judged needs a reason, one that is not valid gets none accepted`() throws {
        let sign = ["sign", "--json"] + Bench.key("citizen")
        let refused = try DossierTool.run(sign + Self.anchors + ["--output", bench.path("a.pdf"), form])
        #expect(refused.status == 69)
        let options = ["--override", "biên bản số 12", "--output", bench.path("a.pdf")]
        let taken = try DossierTool.run(sign + Self.anchors + options + [form])
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(taken.errors.contains("the reason given: biên bản số 12"))
        let signer = try #require(taken.json["signer"] as? [String: Any])
        #expect(signer["verdict"] as? String == "overridden" && signer["override"] as? String == "biên bản số 12")
        #expect((signer["detail"] as? String)?.isEmpty == false)
        #expect(taken.json["overrides"] as? [[String: String]] == [["subject": "signer", "reason": "biên bản số 12"]])
        #expect(try SchemaPeer.faults(taken.outputBytes, by: "sign-v1") == "")
        let needless = try DossierTool.run(
            sign + Bench.trust() + ["--override", "x", "--output", bench.path("b.pdf"), form])
        #expect(needless.status == 0 && (needless.json["overrides"] as? [Any])?.isEmpty == true)
        #expect(
            try DossierTool.run(sign + Bench.trust() + ["--override", " ", "--output", bench.path("c.pdf"), form])
                .status == 64)
        let old = ["sign"] + Bench.key("citizen", of: "old-pki") + Bench.trust("old-pki")
        #expect(try DossierTool.run(old + ["--override", "x", "--output", bench.path("d.pdf"), form]).status == 77)
        #expect(!bench.exists("c.pdf") && !bench.exists("d.pdf"))
    }

    @Test func `revocation information older than the signature is said when signing`() throws {
        let server = try #require(try TestServer())
        for (format, file, name) in [("pades", form, "a.pdf"), ("cades", form, "a.p7s"), ("asic-e", form, "a.asice")] {
            let signed = try DossierTool.run(
                [
                    "sign", "--json", "--level", "b-lt", "--format", format, "--tsa", server.address + "/tsa",
                    "--output", bench.path(name),
                ] + Bench.trust() + Bench.key("citizen") + [file])
            #expect(signed.status == 0, "\(signed.errors)")
            let findings = signed.files.first?["findings"] as? [[String: Any]] ?? []
            #expect(findings.contains { $0["code"] as? String == "revocation-before-signature" }, "\(name)")
            #expect(try SchemaPeer.faults(signed.outputBytes, by: "sign-v1") == "")
            let fresh = try DossierTool.run(
                [
                    "sign", "--json", "--level", "b-lt", "--format", format, "--tsa", server.address + "/tsa",
                    "--force",
                    "--output", bench.path(name),
                ] + Self.anchors + server.remap() + Bench.key("citizen") + [file])
            #expect((fresh.files.first?["findings"] as? [Any])?.isEmpty == true, "\(name): \(fresh.output)")
        }
    }
}
