// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Under `--json` standard output is one JSON value of the described shape and nothing else.
@Suite("JSON of dossier (docs/schemas)")
struct JSONTests {
    private let bench: Bench
    private let store: [String]

    init() throws {
        bench = try Bench()
        store = ["--store", "sqlite:\(bench.path("store"))", "--passphrase-file", Bench.shared("vault-passphrase")]
    }

    /// Every command, with the schema that its output follows; `nil` where no schema stands.
    private func runs() throws -> [(schema: String?, outcome: DossierTool.Outcome, name: String)] {
        var runs: [(String?, DossierTool.Outcome, String)] = []
        func run(_ schema: String?, _ arguments: [String]) throws -> DossierTool.Outcome {
            let outcome = try DossierTool.run(arguments + ["--json"])
            runs.append((schema, outcome, arguments.prefix(2).joined(separator: " ")))
            return outcome
        }
        let signed = bench.path("signed.pdf")
        let sign = ["sign"] + Bench.trust() + Bench.key("official")
        _ = try run("sign-v1", sign + ["--output", signed, Bench.sample("pdfs/birth-certificate.pdf")])
        let broken = try bench.write(Array("%PDF-1.4".utf8), "broken.pdf")
        _ = try run("sign-v1", sign + ["--output", bench.path("out"), Bench.samplePDFs[0], broken])
        _ = try run("sign-v1", sign + ["--output", bench.path("a.xml.p7s"), Bench.sample("dossiers/ct01.xml")])
        let verify = ["verify"] + Bench.trust()
        let files = [signed, broken, bench.path("none"), bench.path("a.xml.p7s"), Bench.samplePDFs[0]]
        _ = try run("verify-report-v1", verify + files)
        _ = try run("verify-report-v1", verify + ["--at", "2035-01-01T00:00:00Z", signed])
        _ = try run("verify-report-v1", ["verify", "--revocation", "off", signed])
        _ = try run("verify-report-v1", verify + ["--list", bench.write(Array(signed.utf8), "list")])
        let line = try DossierTool.run(verify + ["--json-lines", signed])
        runs.append(("verify-report-v1#/$defs/line", line, "verify --json-lines"))
        for name in ["citizen", "tsa"] {
            let certificate = Bench.shared("pki/\(name).crt")
            _ = try run("certificate-v1", ["certificate"] + Bench.trust() + [certificate])
            _ = try run("certificate-v1", ["certificate", "--purpose", "signing", certificate])
            _ = try run(
                "certificate-v1", ["certificate", "--at", "2035-01-01T00:00:00Z"] + Bench.trust() + [certificate])
        }
        let assemble = ["assemble"] + Bench.trust() + Bench.key("citizen")
        let dossier = ["--dossier", "T-1", "--procedure", "1.004222", "--output", bench.path("d")]
        _ = try run(
            nil, assemble + dossier + ["birth-certificate=\(signed)", "other=\(Bench.sample("dossiers/photo.jpg"))"])
        _ = try run("examine-v1", ["examine"] + Bench.trust() + [bench.path("d")])
        try bench.write([1], "d/attachments/002-photo.jpg")
        try bench.write([1], "d/attachments/x")
        _ = try run("examine-v1", ["examine"] + Bench.trust() + [bench.path("d")])
        try bench.write(Array("{}".utf8), "d/dossier.json")
        _ = try run("examine-v1", ["examine"] + Bench.trust() + [bench.path("d")])

        let created = try run(nil, ["vault", "create"] + store)
        let vault = store + ["--vault", created.json["vault"] as? String ?? ""]
        _ = try run(nil, ["vault", "unlock-check"] + vault)
        _ = try run("vault-list-v1", ["vault", "list"] + vault)
        let description = ["--description", Bench.sample("pdfs/fields.json")]
        let bytes = try Data(contentsOf: URL(filePath: signed))
        let named = try bench.write([UInt8](bytes), "named/birth-certificate.pdf")
        let added = try run(
            "vault-list-v1#/$defs/document",
            ["vault", "add"] + vault + Bench.trust() + description + ["--type", "birth-certificate", named])
        _ = try run(
            "vault-list-v1#/$defs/document",
            ["vault", "add"] + vault + ["--type", "other", Bench.sample("dossiers/photo.jpg")])
        let id = added.json["id"] as? String ?? ""
        _ = try run("vault-list-v1#/$defs/document", ["vault", "show"] + vault + [id])
        _ = try run(nil, ["vault", "get"] + vault + ["--output", bench.path("back"), id])
        _ = try run("vault-list-v1", ["vault", "list"] + vault)
        _ = try run("vault-verify-v1", ["vault", "verify"] + vault)
        _ = try run("plan-v1", ["plan", "--procedure", "1.004222"] + vault)
        _ = try run("plan-all-v1", ["plan", "--all"] + vault)
        _ = try run(nil, ["procedures", "list"])
        _ = try run(nil, ["procedures", "show", "1.004222"])
        let catalogue = DossierTool.root.appending(path: "Sources/OnceOnly/Data/procedures.json").path()
        _ = try run(nil, ["procedures", "lint", catalogue])
        _ = try run(nil, ["testpki", "init", bench.path("pki")])

        let large = try bench.write(Array(repeating: 7, count: 200_000), "large")
        _ = try run("vault-list-v1#/$defs/document", ["vault", "add"] + vault + ["--type", "other", large])
        let contents = FileManager.default.enumerator(atPath: bench.path("store/contents"))?.compactMap {
            $0 as? String
        }
        let name = "store/contents/" + (contents?.max { $0.count < $1.count } ?? "")
        try bench.write(bench.read(name).flipped(at: 1000), name)
        _ = try run("vault-verify-v1", ["vault", "verify"] + vault)
        return runs
    }

    @Test func `every command prints one JSON value that follows its schema`() throws {
        let runs = try runs()
        let statuses: Set<Int32> = [0, 1, 2, 65, 66, 74]
        var described: [(String, Data, String)] = []
        for run in runs {
            #expect(statuses.contains(run.outcome.status), "\(run.name): \(run.outcome.errors)")
            #expect(throws: Never.self, "\(run.name)") {
                try JSONSerialization.jsonObject(with: run.outcome.outputBytes)
            }
            if let schema = run.schema { described.append((schema, run.outcome.outputBytes, run.name)) }
        }
        #expect(described.count > 15)
        try validate(described)
    }

    @Test func `the schemas refuse what the tool does not print`() throws {
        let good = #"{"complete":true,"freshness":"anchored","documents":1,"head":null,"problems":[]}"#
        try validate([("vault-verify-v1", Data(good.utf8), "good")])
        let bad = [
            ("vault-verify-v1", good.replacingOccurrences(of: "anchored", with: "fresh")),
            ("vault-verify-v1", good.replacingOccurrences(of: "\"complete\":true,", with: "")),
            ("sign-v1", #"{"files":[{"path":"a"}]}"#), ("sign-v1", #"{"files":[]}"#),
            ("certificate-v1", #"{"indication":"PASSED"}"#), ("vault-list-v1", #"{"documents":[{"id":"x"}]}"#),
            ("examine-v1", #"{"version":2,"indication":"TOTAL-PASSED","attachments":[],"added":[],"findings":[]}"#),
        ]
        for (schema, text) in bad {
            guard let faults = try faults([(schema, Data(text.utf8), "bad")]) else { return }
            #expect(!faults.isEmpty, "\(text)")
        }
    }

    private func validate(_ results: [(schema: String, json: Data, name: String)]) throws {
        guard let faults = try faults(results) else { return }
        #expect(faults == "", "\(faults)")
    }

    /// Faults that the peer's validator finds, one per line; `nil` after saying that there is no peer.
    private func faults(_ results: [(schema: String, json: Data, name: String)]) throws -> String? {
        guard let python = DossierTool.python else {
            print("skipped: \(results.count) results against docs/schemas: no Python with the peers")
            return nil
        }
        let folder = DossierTool.root.appending(path: "docs/schemas").path()
        var present: [[String: String]] = []
        for result in results {
            let parts = result.schema.split(separator: "#").map(String.init)
            let file = "\(folder)/\(parts[0]).schema.json"
            guard FileManager.default.fileExists(atPath: file) else {
                print("skipped: \(result.name) against \(parts[0]): there is no such schema")
                continue
            }
            present.append([
                "schema": file, "part": parts.count > 1 ? "#" + parts[1] : "",
                "json": String(decoding: result.json, as: UTF8.self), "name": result.name,
            ])
        }
        let script = """
            import json, sys, jsonschema
            for case in json.load(sys.stdin):
                schema = json.load(open(case["schema"], encoding="utf-8"))
                jsonschema.Draft202012Validator.check_schema(schema)
                if case["part"]:
                    schema = {"$defs": schema["$defs"], "$ref": case["part"]}
                for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(case["json"])):
                    print(case["name"], error.json_path, error.message[:300])
            """
        let outcome = try DossierTool.run(
            python, ["-c", script], input: try JSONSerialization.data(withJSONObject: present),
            environment: ["PYTHONIOENCODING": "utf-8"])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }
}
