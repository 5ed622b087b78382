// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `sign --level` in every format, judged by `verify` with anchors alone and by peers.
@Suite("Levels and formats of dossier sign")
struct SigningLevelTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private let xml = Bench.sample("dossiers/ct01.xml")
    /// Anchors without any material: what is judged with them stands in the file.
    private static let anchors = Array(Bench.trust().prefix(4))

    init() throws { bench = try Bench() }

    private func sign(
        _ options: [String], _ files: [String], as name: String, by subscriber: String = "citizen"
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["sign", "--json"] + Bench.trust() + Bench.key(subscriber) + options + ["--output", bench.path(name)]
                + files)
    }

    private func judge(_ name: String, _ options: [String] = []) throws -> DossierTool.Outcome {
        try DossierTool.run(["verify", "--json"] + Self.anchors + options + [bench.path(name)])
    }

    @Test(arguments: ["b-t", "b-lt", "b-lta"])
    func `every format reaches the level, and the file alone is enough from B-LT`(level: String) throws {
        let server = try #require(try TestServer())
        let online = server.remap()
        let cases: [(format: String, files: [String], name: String, reported: String)] = [
            ("auto", [form], "a.pdf", "PAdES"), ("cades", [xml], "a.p7s", "CAdES"),
            ("cades-enveloping", [xml], "b.p7s", "CAdES"), ("asic-e", [form, xml], "a.asice", "ASiC-E"),
            ("asic-s", [xml], "a.asics", "ASiC-S"),
        ]
        for (format, files, name, reported) in cases {
            let options = ["--format", format, "--level", level, "--tsa", server.address + "/tsa"] + online
            let signed = try sign(options, files, as: name)
            #expect(signed.status == 0, "\(name): \(signed.errors)")
            #expect(signed.files.map { $0["format"] as? String } == files.map { _ in reported })
            #expect(signed.files.allSatisfy { $0["level"] as? String == level.uppercased() })
            let detached = format == "cades" ? ["--detached", xml] : []
            let verified = try judge(name, detached + (level == "b-t" ? online : []))
            #expect(verified.status == 0, "\(name): \(verified.findings) \(verified.subIndication ?? "")")
            #expect(verified.signature["level"] as? String == level.uppercased(), "\(name)")
            #expect(verified.files.first?["format"] as? String == reported)
            guard level != "b-t", ["auto", "cades"].contains(format) else { continue }
            let peer = try ask(name, content: format == "cades" ? xml : nil, archived: level == "b-lta")
            #expect(peer ?? "OK" == "OK", "\(name)")
        }
    }

    /// What pyHanko says of an archived PDF with the root alone, else with the lists of the infrastructure, because its
    /// judgement of time-stamped signatures reads none from the file; `nil` without the peer.
    private func ask(_ name: String, content: String?, archived: Bool) throws -> String? {
        guard let python = DossierTool.python else { return nil }
        let isPDF = content == nil
        let lists =
            isPDF && archived ? [] : ["public-root", "public-issuing"].map { Bench.shared("pki/material/\($0).crl") }
        let pair: [Any] = [bench.path(name), content.map { $0 as Any } ?? NSNull()]
        let files: [Any] = isPDF ? [bench.path(name)] : [pair]
        let request: [String: Any] = [
            "time": Int(Date().timeIntervalSince1970), "process": isPDF && archived ? "lta" : "time",
            "roots": [Bench.shared("pki/trust/public/root.crt")], "certificates": [String](), "lists": lists,
            "responses": [String](), "files": files,
        ]
        let script = DossierTool.root.appending(path: "Tests/Python/ades_peer.py").path()
        let outcome = try DossierTool.run(
            python, [script], input: try JSONSerialization.data(withJSONObject: request))
        try #require(outcome.status == 0, "\(outcome.errors)")
        let answers = try JSONSerialization.jsonObject(with: outcome.outputBytes) as? [[String: Any]]
        let answer = answers?.first
        return answer?["status"] as? String == "OK" ? "OK" : "\(answer ?? [:])"
    }

    @Test func `OpenSSL accepts a detached signature of each level`() throws {
        let server = try #require(try TestServer())
        for level in ["b-b", "b-t", "b-lt", "b-lta"] {
            let options = ["--format", "cades", "--level", level, "--tsa", server.address + "/tsa"] + server.remap()
            #expect(try sign(options, [xml], as: "\(level).p7s", by: "company").status == 0)
            let root = try DossierTool.run(
                URL(filePath: "/usr/bin/openssl"),
                ["x509", "-inform", "DER", "-in", Bench.shared("pki/trust/public/root.crt")])
            try bench.write([UInt8](root.outputBytes), "root.pem")
            let verified = try DossierTool.run(
                URL(filePath: "/usr/bin/openssl"),
                [
                    "cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in",
                    bench.path("\(level).p7s"), "-content", xml, "-CAfile", bench.path("root.pem"), "-out", "/dev/null",
                ])
            #expect(verified.status == 0, "\(level): \(verified.errors)")
        }
    }

    @Test func `a container holds every file as it was and fails with any other`() throws {
        #expect(try sign(["--format", "asic-e"], [form, xml], as: "d.asice").status == 0)
        let unzip = URL(filePath: "/usr/bin/unzip")
        #expect(try DossierTool.run(unzip, ["-tqq", bench.path("d.asice")]).status == 0)
        let media = try DossierTool.run(unzip, ["-p", bench.path("d.asice"), "mimetype"])
        #expect(media.output == "application/vnd.etsi.asic-e+zip")
        for file in [form, xml] {
            let name = URL(filePath: file).lastPathComponent
            let content = try DossierTool.run(unzip, ["-p", bench.path("d.asice"), name])
            #expect(try content.outputBytes == Data(contentsOf: URL(filePath: file)))
        }
        #expect(try bench.verify(bench.path("d.asice")).status == 0)
        let bytes = try bench.read("d.asice")
        let inside = try #require(bytes.offset(of: "<?xml"))
        let changed = try bench.verify(bench.write(bytes.flipped(at: inside + 60), "changed.asice"))
        #expect(changed.status == 1)
        // A second person signs the container.
        let second = try sign([], [bench.path("d.asice")], as: "e.asice", by: "official")
        #expect(second.status == 0 && second.files.first?["format"] as? String == "ASiC-E", "\(second.errors)")
        let both = try bench.verify(bench.path("e.asice"))
        #expect(both.status == 0)
        #expect((both.files.first?["signatures"] as? [Any])?.count == 2)
    }

    @Test func `a level that cannot be reached is 69 and nothing is written`() throws {
        let server = try #require(try TestServer())
        let tsa = ["--tsa", server.address + "/tsa"]
        // The lists of the issuing authority are at hand, that of the root is not.
        let poor =
            Self.anchors
            + ["pki/material/public-issuing.crl", "pki/material/public-issuing.crt"].flatMap {
                ["--material", Bench.shared($0)]
            }
        for (format, file) in [("auto", form), ("cades", xml), ("asic-e", xml), ("asic-s", xml)] {
            for level in ["b-lt", "b-lta"] {
                let arguments =
                    ["--format", format, "--level", level, "--revocation", "if-available", "--policy", "etsi-2026"]
                    + tsa + ["--output", bench.path("out"), file]
                let outcome = try DossierTool.run(["sign"] + poor + Bench.key("citizen") + arguments)
                #expect(outcome.status == 69, "\(format) \(level): \(outcome.status) \(outcome.errors)")
                let dead = ["--format", format, "--level", level, "--tsa", "http://127.0.0.1:1/", "--tsa-timeout", "1"]
                #expect(try sign(dead, [file], as: "out").status == 69)
            }
        }
        #expect(bench.names.isEmpty)
        #expect(try sign(["--level", "b-lt"] + tsa, [form], as: "out").status == 0, "with all material at hand")
    }

    @Test func `what cannot be a container is refused and leaves nothing`() throws {
        let existing = try bench.write([1], "there.asice")
        let cases: [(options: [String], files: [String], output: String, status: Int32)] = [
            (["--format", "asic-s"], [form, xml], "out", 64), (["--format", "asic-x"], [form], "out", 64),
            (["--format", "asic-e"], [form, bench.path("none")], "out", 66),
            (["--format", "asic-e"], [bench.folder.path()], "out", 65),
            (["--format", "asic-e"], [form, form], "out", 64), (["--format", "asic-e"], [form], "there.asice", 73),
            (["--format", "asic-e", "--certify", "1"], [form], "out", 64),
            (["--level", "b-lt"], [form], "out", 64),
            (["--level", "B-LT", "--tsa", "http://a.example/"], [form], "out", 64),
            (["--commitment", "nonsense"], [form], "out", 64), (["--role", ""], [form], "out", 64),
        ]
        for (options, files, output, status) in cases {
            let outcome = try sign(options, files, as: output)
            #expect(outcome.status == status, "\(options): \(outcome.status) \(outcome.errors)")
        }
        #expect(bench.names == ["there.asice"])
        #expect(try sign(["--format", "asic-e", "--force"], [form], as: "there.asice").status == 0)
        #expect(try bench.verify(existing).status == 0)
    }

    @Test func `role and commitment are signed in every format`() throws {
        for (format, file) in [("auto", form), ("cades", xml), ("cades-enveloping", xml), ("asic-e", xml)] {
            let name = "out-\(format)"
            let statements = ["--role", "Chủ tịch", "--commitment", "approval", "--commitment", "1.2.3.4"]
            #expect(try sign(["--format", format] + statements, [file], as: name).status == 0)
            let detached = format == "cades" ? ["--detached", file] : []
            #expect(try bench.verify(bench.path(name), options: detached).status == 0, "\(format)")
        }
        let peer = try DossierTool.run(
            URL(filePath: "/usr/bin/openssl"), ["asn1parse", "-inform", "DER", "-in", bench.path("out-cades")])
        #expect(peer.output.contains("Chủ tịch") || peer.output.contains("UTF8STRING"))
        #expect(peer.output.contains(":1.2.3.4") && peer.output.contains("id-smime-cti-ets-proofOfApproval"))
    }
}
