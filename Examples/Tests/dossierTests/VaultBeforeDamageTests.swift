// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// What stands before an entry that does not hold is read, said to be less than all, and put back elsewhere.
@Suite("Vaults with dossier: one entry that does not hold")
struct VaultBeforeDamageTests {
    private let bench: Bench
    private let vault: String
    private let first: String

    /// Two documents, and a deposit that waits.
    init() throws {
        bench = try Bench()
        let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
        let store = ["--store", "sqlite:\(bench.path("store"))"]
        let created = try DossierTool.run(["vault", "create", "--json"] + store + secret)
        guard created.status == 0, let vault = created.json["vault"] as? String else { throw Bench.Unexpected(created) }
        let place = ["--json"] + store + ["--vault", vault] + secret
        var ids: [String] = []
        for (name, byte) in [("a", 1), ("b", 2)] as [(String, UInt8)] {
            let added = try DossierTool.run(
                ["vault", "add"] + place + ["--type", "other", bench.write([byte], name)])
            guard let id = added.json["id"] as? String else { throw Bench.Unexpected(added) }
            ids.append(id)
        }
        let ticket = try DossierTool.run(
            ["vault", "ticket"] + place + ["--dossier", "H29", "--output", bench.path("ticket")])
        let deposit = try DossierTool.run(
            ["vault", "deposit"] + store + ["--ticket", bench.path("ticket"), "--depositor", "x", bench.path("a")])
        guard ticket.status == 0, deposit.status == 0 else { throw Bench.Unexpected(deposit) }
        (self.vault, first) = (vault, ids[0])
    }

    private func run(
        _ command: String, _ arguments: [String] = [], store: String = "store"
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            [
                "vault", command, "--json", "--store", "sqlite:\(bench.path(store))", "--vault", vault,
                "--passphrase-file", Bench.shared("vault-passphrase"),
            ] + arguments)
    }

    /// Changes the payload of the last entry.
    private func damage() throws {
        let script = """
            import glob, sqlite3, sys
            for path in glob.glob(sys.argv[1] + "/shard-*.sqlite"):
                base = sqlite3.connect(path)
                base.execute("UPDATE entry SET payload = zeroblob(length(payload)) WHERE place = (SELECT max(place) FROM entry)")
                base.commit(); base.close()
            """
        let outcome = try DossierTool.run(
            URL(filePath: "/usr/bin/env"), ["python3", "-c", script, bench.path("store")])
        guard outcome.status == 0 else { throw Bench.Unexpected(outcome) }
    }

    private func count(_ outcome: DossierTool.Outcome) -> Int? { (outcome.json["documents"] as? [Any])?.count }

    @Test func `a vault that holds is read whole, with and without the option, and its export names what waits`() throws
    {
        for option in [[], ["--before-damage"]] {
            let list = try run("list", option)
            #expect(list.status == 0 && count(list) == 2 && list.json["endsBefore"] == nil)
        }
        let export = ["--output", bench.path("file"), "--code-file", bench.path("code")]
        let waiting = try run("export", export)
        #expect(waiting.status == 0 && waiting.json["depositsWaiting"] as? Int == 1)
        #expect(waiting.errors.contains("dossier vault inbox"))
        #expect(try run("inbox").status == 0)
        let all = try run("export", ["--originals", "--output", bench.path("zip")])
        #expect(all.status == 0 && all.json["depositsWaiting"] as? Int == 0 && all.errors.isEmpty, "\(all.errors)")
    }

    @Test func `what stands before it is listed, taken out, exported and put back elsewhere`() throws {
        try damage()
        let closed = try run("list")
        #expect(closed.status == 74 && closed.errors.contains("--before-damage"), "\(closed.errors)")
        #expect(try run("get", ["--output", bench.path("none"), first]).status == 74 && !bench.exists("none"))

        let list = try run("list", ["--before-damage"])
        #expect(list.status == 74 && count(list) == 1)
        let end = try #require(list.json["endsBefore"] as? [String: Any])
        #expect(end["entry"] as? Int == end["last"] as? Int && end["error"] as? String == "damaged")
        #expect(end["freshness"] as? String == "unanchored")
        #expect(try SchemaPeer.faults(list.outputBytes, by: "vault-list-v1") == "")
        #expect(try run("show", ["--before-damage", first]).status == 74)
        #expect(try run("get", ["--before-damage", "--output", bench.path("back"), first]).status == 74)
        #expect(try bench.read("back") == [1])
        #expect(try run("add", ["--type", "other", bench.path("a")]).status == 74)

        let export = ["--before-damage", "--output", bench.path("file"), "--code-file", bench.path("code")]
        let written = try run("export", export)
        #expect(written.status == 74 && written.json["depositsWaiting"] as? Int == 1, "\(written.errors)")
        let back = try DossierTool.run([
            "vault", "import", "--json", "--store", "sqlite:\(bench.path("other"))", "--code-file", bench.path("code"),
            "--reason", "x", bench.path("file"),
        ])
        #expect(back.status == 0 && back.json["vault"] as? String == vault, "\(back.errors)")
        #expect(try run("verify", store: "other").status == 0)
        #expect(try run("add", ["--type", "other", bench.path("b")], store: "other").status == 0)
        #expect(try count(run("list", store: "other")) == 2)
    }

    @Test func `each version that show names is taken out by its id, and no other`() throws {
        let shown = try run("show", [first])
        let versions = try #require(shown.json["versions"] as? [[String: Any]])
        #expect(versions.count == 1 && versions[0]["writer"] as? String == String(repeating: "0", count: 32))
        let id = try #require(versions[0]["versionId"] as? String)
        #expect(id == shown.json["versionId"] as? String)
        let output = ["--output", bench.path("one")]
        #expect(try run("get", ["--version-id", "zz"] + output + [first]).status == 64)
        #expect(try run("get", ["--version-id", id, "--newest-readable"] + output + [first]).status == 64)
        let none = String(repeating: "0", count: 32)
        #expect(try run("get", ["--version-id", none] + output + [first]).status == 66 && !bench.exists("one"))
        #expect(try run("get", ["--version-id", id] + output + [first]).status == 0)
        #expect(try bench.read("one") == [1])
    }
}
