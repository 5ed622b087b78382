// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Consent, release and log through the tool.
@Suite("Grants and the access log with dossier (docs/formats/grant-v1.md)")
struct VaultGrantTests {
    private let bench: Bench
    private let vault: [String]

    init() throws {
        bench = try Bench()
        let store = [
            "--store", "sqlite:\(bench.path("store"))", "--passphrase-file", Bench.shared("vault-passphrase"),
        ]
        let outcome = try DossierTool.run(["vault", "create", "--json"] + store)
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = store + ["--vault", id]
    }

    private func run(_ command: String, _ arguments: [String]) throws -> DossierTool.Outcome {
        try DossierTool.run(["vault", command, "--json"] + arguments)
    }

    private func card(_ subscriber: String, _ role: String) throws {
        let made = try run(
            "agency-card",
            Bench.trust() + Bench.key(subscriber) + [
                "--role", role, "--key-output", bench.path("\(role).key"), "--output", bench.path("\(role).card"),
            ])
        guard made.status == 0 else { throw Bench.Unexpected(made) }
    }

    private var service: [String] {
        [
            "--release-log", bench.path("log.sqlite"), "--service-card", bench.path("release-service.card"),
            "--service-key", bench.path("release-service.key"),
        ]
    }

    private func open(_ output: String, _ more: [String] = [], key: String = "recipient.key") throws
        -> DossierTool.Outcome
    {
        try run(
            "open-grant",
            Bench.trust() + service + [
                "--store", vault[1], "--package", bench.path("package"), "--recipient", bench.path("recipient.card"),
                "--key", bench.path(key), "--official", "cán bộ 12", "--output", bench.path(output),
            ] + more)
    }

    @Test func `a grant is given, opened with a log, listed, revoked, and then opens nothing`() throws {
        try card("commune", "recipient")
        try card("official", "release-service")
        let file = try bench.write(Array("giấy tờ thử nghiệm".utf8), "paper.txt")
        let added = try run("add", vault + ["--type", "other", file])
        let document = try #require(added.json["id"] as? String)
        let text = try bench.write(Array("Tôi đồng ý cho đọc giấy tờ thử nghiệm.\n".utf8), "text")
        let granted = try run(
            "grant",
            vault + Bench.trust() + [
                "--recipient", bench.path("recipient.card"), "--service-card", bench.path("release-service.card"),
                "--domain", "public-duty", "--procedure", "1.004222", "--dossier", "T-1", "--text-file", text,
                "--until", "2099-01-01T00:00:00Z", "--uses", "1", "--package", bench.path("package"), "--escrow",
                bench.path("escrow"), document,
            ])
        #expect(granted.status == 0, "\(granted.errors)")
        let grant = try #require(granted.json["id"] as? String)
        // Without escrow the service keeps nothing; with another key nothing opens.
        #expect(try open("none").status == 77)
        #expect(try open("none", ["--escrow", bench.path("escrow")], key: "release-service.key").status == 77)
        let opened = try open("out", ["--escrow", bench.path("escrow")])
        #expect(opened.status == 0, "\(opened.errors)")
        #expect(try bench.read("out/\(document)") == bench.read("paper.txt"))
        // One use; then revoked.
        #expect(try open("again").status == 77)
        let revoked = try run("revoke", vault + ["--output", bench.path("revocation"), grant])
        #expect(revoked.status == 0, "\(revoked.errors)")
        #expect(try open("again", ["--grant-revocation", bench.path("revocation")]).status == 77)
        let listed = try run("grants", vault)
        let rows = try #require(listed.json["grants"] as? [[String: Any]])
        #expect(rows.map { $0["standing"] as? String } == ["revoked"])
        let log = try run("log", vault + Bench.trust() + service)
        #expect(log.status == 0, "\(log.errors)")
        let entries = try #require(log.json["entries"] as? [[String: Any]])
        #expect(
            entries.reversed().map { $0["kind"] as? String } == [
                "granted", "refused", "released", "refused", "revoked", "refused",
            ])
        #expect(log.json["standing"] as? String == "unwitnessed")
        #expect(try run("log", vault + Bench.trust() + service).status == 0, "and again, against the anchor")
    }

    /// A vault whose log has an entry.
    private func unlockedAndLogged() throws {
        try card("official", "release-service")
        try card("commune", "recipient")
        let file = try bench.write(Array("giấy tờ thử nghiệm".utf8), "paper.txt")
        let document = try #require(try run("add", vault + ["--type", "other", file]).json["id"] as? String)
        let text = try bench.write(Array("Tôi đồng ý cho đọc giấy tờ thử nghiệm.\n".utf8), "text")
        let granted = try run(
            "grant",
            vault + Bench.trust() + [
                "--recipient", bench.path("recipient.card"), "--service-card", bench.path("release-service.card"),
                "--domain", "public-duty", "--procedure", "1.004222", "--dossier", "T-1", "--text-file", text,
                "--until", "2099-01-01T00:00:00Z", "--uses", "9", "--package", bench.path("package"), "--escrow",
                bench.path("escrow"), document,
            ])
        guard granted.status == 0 else { throw Bench.Unexpected(granted) }
    }

    @Test func `a witness in another process cosigns a log that goes on, and no other log`() throws {
        try unlockedAndLogged()
        #expect(try open("one", ["--escrow", bench.path("escrow")]).status == 0)
        let made = try DossierTool.run(["witness", "make", "--json", "--state", bench.path("witness")])
        let key = try #require(made.json["witness"] as? String)
        let serve =
            "'\(DossierTool.executable.path(percentEncoded: false))' witness serve --state '\(bench.path("witness"))' --service-card '\(bench.path("release-service.card"))'"
        func log(_ key: String) throws -> DossierTool.Outcome {
            try run("log", vault + Bench.trust() + service + ["--witness-command", serve, "--witness-key", key])
        }
        let first = try log(key)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.json["standing"] as? String == "witnessed")
        #expect(try log(String(repeating: "ab", count: 32)).json["standing"] as? String == "unwitnessed", "another key")
        // What whoever keeps the log would have to do to show somebody else another one.
        let files = ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm"]
        let before = files.map { (name: $0, bytes: try? bench.read($0)) }
        #expect(try open("two").status == 0)
        let second = try log(key)
        #expect(second.json["standing"] as? String == "witnessed")
        #expect((second.json["size"] as? Int ?? 0) > (first.json["size"] as? Int ?? 0))
        for file in before {
            try? FileManager.default.removeItem(atPath: bench.path(file.name))
            if let bytes = file.bytes { _ = try bench.write(bytes, file.name) }
        }
        #expect(try log(key).status == 74, "the log is shorter than what was cosigned")
        #expect(try open("three").status == 0)
        let other = try log(key)
        #expect(other.status == 74, "as long, and with another entry")
        #expect(other.errors.contains("fork"))
        #expect(try run("log", vault + ["--witness-command", "true"] + Bench.trust() + service).status == 64)
    }

    @Test func `a witness that gives no answer is not waited for for ever`() throws {
        try unlockedAndLogged()
        #expect(try open("one", ["--escrow", bench.path("escrow")]).status == 0)
        let key = String(repeating: "ab", count: 32)
        let start = ContinuousClock.now
        for command in ["sleep 300", "echo nonsense; sleep 300"] {
            let asked = try run(
                "log", vault + Bench.trust() + service + ["--witness-command", command, "--witness-key", key])
            #expect(asked.status == 69, "\(asked.errors)")
        }
        // The command itself would take ten minutes.
        #expect(ContinuousClock.now - start < .seconds(240))
        #expect(try DossierTool.run(["witness", "make", "--state", bench.path("witness")]).status == 0)
        let long = try DossierTool.run(
            [
                "witness", "serve", "--state", bench.path("witness"), "--service-card",
                bench.path("release-service.card"),
            ], input: Data(repeating: 97, count: 200_000) + Data("\nseen \(vault[5])\n".utf8))
        #expect(long.status == 0 && long.output == "refused damaged\nseen 0\n", "\(long.output)")
    }

    @Test func `what an agency calls its staff makes one line, and a device sees readings that it may not note`() throws
    {
        try unlockedAndLogged()
        let forged = try open("one", ["--escrow", bench.path("escrow"), "--official", "A\n7  2026-01-01  revoked  B"])
        #expect(forged.status == 64 || forged.status == 65)
        let made = try DossierTool.run(["vault", "slots", "new-device", "--output", bench.path("device")])
        _ = try bench.write(Array(made.output.utf8), "device.card")
        let added = try DossierTool.run(
            ["vault", "slots", "add"] + vault + ["--device-card", bench.path("device.card")])
        #expect(added.status == 0, "\(added.errors)")
        #expect(try open("two", ["--escrow", bench.path("escrow")]).status == 0)
        let place = vault.firstIndex(of: "--passphrase-file").map { Array(vault[..<$0] + vault[($0 + 2)...]) } ?? vault
        let seen = try run("log", place + ["--device-key-file", bench.path("device")] + Bench.trust() + service)
        #expect(seen.status == 0, "\(seen.errors)")
        #expect((seen.json["entries"] as? [Any])?.count == 2 && seen.errors.contains("may not write"))
        #expect(try run("log", vault + Bench.trust() + service).status == 0)
    }
}
