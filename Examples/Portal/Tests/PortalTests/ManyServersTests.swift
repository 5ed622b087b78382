// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing
import VaultPostgreSQL

// Serialised: each case starts a server of PostgreSQL.
@Suite(.serialized) struct `Portal, several servers over one PostgreSQL` {
    private static let answers = [
        ("q.home", "rented-or-lent"), ("q.movesWithSpouse", "wife"), ("q.movesWithChild", "no"),
    ]
    private static let papers = ["citizen-card-scan", "marriage-certificate", "lawful-home-proof", "host-consent"]

    private func arguments(_ database: TestDatabase) -> [String] {
        [
            "--store", database.address("vaults"), "--log", database.address("logs"),
            "--world", "\(database.folder)/world",
        ]
    }

    /// Two processes that begin at once: tables and world are made once.
    private func start(_ arguments: [String]) async throws -> (ServedPortal, ServedPortal) {
        @concurrent func one() async throws -> ServedPortal { try ServedPortal(arguments: arguments) }
        async let first = one()
        async let second = one()
        return try await (first, second)
    }

    /// The citizen's log as it lies in the database: which events, in order.
    private func events(of vault: VaultID, _ database: TestDatabase) async throws -> [AccessRecord.Kind] {
        let store = try await PostgreSQLAccessLogStore(PostgreSQLStoreURL(database.address("logs")))
        let entries = try await store.entries(of: vault, from: 0, limit: 1000)
        await store.close()
        return try entries.compactMap { try AccessLogEntry(parsing: $0).record?.kind }
    }

    /// A citizen with papers from sessions at both, who applies at the second; the code of the dossier and the vault.
    private func apply(_ here: SocketBrowser, _ there: SocketBrowser) throws -> (code: String, vault: VaultID) {
        try here.signIn("citizen-1")
        try here.makeVault()
        try there.signIn("citizen-1")
        #expect(try there.unlock("không phải câu này") == 403)
        #expect(try there.unlock() == 303)
        for (number, paper) in Self.papers.enumerated() {
            let (writes, reads) = number.isMultiple(of: 2) ? (here, there) : (there, here)
            _ = try writes.get("/vault")
            #expect(try writes.post("/vault/samples/\(paper).pdf").status == 303)
            #expect(try reads.get("/vault").text.contains("\(paper).pdf"))
        }
        let page = try there.get("/vault/leaks").text
        let start = try #require(page.firstRange(of: "<code>"))
        let vault = try #require(VaultID(String(page[start.upperBound...].prefix { $0 != "<" })))
        _ = try there.get("/procedures/1.004222")
        let asked = try there.post("/procedures/1.004222/consent", Self.answers).text
        let question = try #require(asked.firstRange(of: "name=\"dossier\" value=\""))
        let agreed =
            Self.answers + [
                ("agree", "yes"), ("v.declarant.fullName", "Nguyễn Văn Thử"),
                ("dossier", String(asked[question.upperBound...].prefix { $0 != "\"" })),
            ]
        let sent = try there.post("/procedures/1.004222/submit", agreed)
        #expect(sent.status == 303)
        return (try #require(sent.location?.split(separator: "/").last.map(String.init)), vault)
    }

    /// Kills a portal at the instant when its release waits for the log: the database has the request, nobody will have
    /// the answer.
    private func kill(
        _ portal: ServedPortal, releasing code: String, for official: SocketBrowser, from vault: VaultID,
        _ database: TestDatabase
    ) async throws {
        _ = try official.get("/office/\(code)")
        try database.sql(
            "BEGIN; UPDATE logs.access_log SET size = size WHERE id = '\\x\(vault)'; PREPARE TRANSACTION 'held'")
        try official.send(form: "/office/\(code)/open")
        var waiting = 0
        let deadline = Date().addingTimeInterval(10)
        while waiting == 0, Date() < deadline {
            try await Task.sleep(for: .milliseconds(20))
            waiting = Int(try database.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")) ?? 0
        }
        #expect(waiting == 1, "the release waits for the log")
        portal.kill()
        try database.sql("ROLLBACK PREPARED 'held'")
    }

    @Test func `a citizen applies at the one process, it is killed in a release, and the other goes on`() async throws {
        let settings = ["max_prepared_transactions=2"]
        guard let database = try TestDatabase(settings, cases: "the portal over PostgreSQL") else { return }
        let (first, second) = try await start(arguments(database))
        defer { first.stop() }
        let (here, there) = (SocketBrowser(first), SocketBrowser(second))
        let (code, vault) = try apply(here, there)
        // The agency finds at the one what was handed in at the other, and reads once at each of the two.
        let (official, other) = (SocketBrowser(first), SocketBrowser(second))
        for browser in [official, other] {
            try browser.signIn("official-1")
            #expect(try browser.get("/office").text.contains(code))
        }
        _ = try official.get("/office/\(code)")
        #expect(try official.post("/office/\(code)/open").status == 303)
        #expect(try official.get("/office/\(code)/papers/0").status == 200)
        try await kill(second, releasing: code, for: other, from: vault, database)
        // Three uses: one is given, the killed one counts, one is left.
        _ = try official.get("/office/\(code)")
        #expect(try official.post("/office/\(code)/open").status == 303)
        #expect(try official.post("/office/\(code)/open").status == 403)
        let events = try await events(of: vault, database)
        #expect(events.count { $0 == .released } == 3)
        #expect(events.count { $0 == .granted } == 1 && events.count { $0 == .unlockFailed } == 1)
        let log = try here.get("/log").text
        #expect(log.ranges(of: AccessRecord.Kind.released.name.vi.dropFirst()).count == 3)
        // The citizen goes on where the portal is left, and withdraws there what was agreed to at the other.
        #expect(try here.post("/vault/samples/birth-certificate.pdf").status == 303)
        let start = try #require(log.firstRange(of: "action=\"/grants/"))
        let grant = log[start.upperBound...].prefix { $0 != "/" }
        #expect(try here.post("/grants/\(grant)/revoke").status == 303)
        // A server that comes up again has it all.
        let third = try ServedPortal(arguments: arguments(database))
        defer { third.stop() }
        let later = SocketBrowser(third)
        try later.signIn("citizen-1")
        #expect(try later.unlock() == 303)
        let list = try later.get("/vault").text
        for paper in Self.papers + ["birth-certificate"] { #expect(list.contains("\(paper).pdf")) }
        #expect(try later.get("/dossiers/\(code)").status == 200)
        #expect(
            try later.get("/log").text.ranges(of: AccessRecord.Kind.released.name.vi.dropFirst()).count == 3)
    }

    @Test func `what it is started with wrongly is said in one line a language, without a secret`() throws {
        guard let database = try TestDatabase(cases: "wrong starts of the portal") else { return }
        let (store, log, world) = (database.address("v"), database.address("l"), "\(database.folder)/w")
        try database.write("geheim-9482\n", to: "wrong")
        let exposed = try database.write("{}", to: "exposed")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: exposed)
        let given = store.replacing("dossier@", with: "dossier:geheim-9482@")
        let cases: [(code: Int32, arguments: [String])] = [
            (64, ["--store", store]), (64, ["--store", store, "--log", log]),
            (64, ["--folder", "x", "--store", store, "--log", log, "--world", world]),
            (64, ["postgres://dossier:geheim-9482@localhost/x"]), (64, ["--port", "geheim-9482"]),
            (78, ["--store", given, "--log", log, "--world", world]),
            (78, ["--store", store, "--log", given, "--world", world]),
            (78, ["--store", database.address("v", password: "wrong"), "--log", log, "--world", world]),
            (78, ["--store", database.address("v", password: "none"), "--log", log, "--world", world]),
            (78, ["--store", database.address("v", trusting: "/etc/hostname"), "--log", log, "--world", world]),
            (78, ["--store", store.replacing("/dossier?", with: "/none?"), "--log", log, "--world", world]),
            (78, ["--store", database.address("pg_catalog"), "--log", log, "--world", world]),
            (78, ["--store", store, "--log", store, "--world", world]),
            (78, ["--store", store, "--log", log, "--world", exposed]),
            (78, ["--store", store, "--log", log, "--world", try database.write("geheim-9482", to: "malformed")]),
            (78, ["--store", store, "--log", log, "--world", "\(database.folder)/none/w"]),
            (78, ["--store", "mysql://geheim-9482@x/y", "--log", log, "--world", world]),
            (78, ["--folder", exposed]),
        ]
        for (code, arguments) in cases {
            let said = try ServedPortal.refusal(arguments)
            let place: Comment = "\(arguments): \(said.text)"
            #expect(said.code == code, place)
            let lines = said.text.split(separator: "\n")
            #expect(lines.count == (code == 64 ? 4 : 2), place)
            #expect(lines.allSatisfy { $0.hasPrefix("portal-demo: ") && $0.count < 300 }, place)
            // Which of the two addresses it is about.
            if code == 78, arguments[0] == "--store" {
                #expect(["--store: ", "--log: ", "\(database.folder)/"].contains { lines[0].contains($0) }, place)
            }
            #expect(!said.text.contains("geheim") && !said.text.contains("password="), place)
        }
    }
}
