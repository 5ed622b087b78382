// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Commands of which a part fails: what was done is said and kept, what was not is said too.
@Suite("Vaults with dossier: half of it went wrong")
struct VaultSlipTests {
    private let bench: Bench
    private let vault: String

    init() throws {
        bench = try Bench()
        let outcome = try DossierTool.run([
            "vault", "create", "--json", "--store", "sqlite:\(bench.path("store"))", "--passphrase-file",
            Bench.shared("vault-passphrase"),
        ])
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = id
    }

    private var place: [String] { ["--store", "sqlite:\(bench.path("store"))", "--vault", vault] }

    private func run(
        _ command: [String], _ arguments: [String] = [], secret: [String]? = nil
    ) throws -> DossierTool.Outcome {
        let secret = secret ?? ["--passphrase-file", Bench.shared("vault-passphrase")]
        return try DossierTool.run(["vault"] + command + ["--json"] + place + secret + arguments)
    }

    /// Runs SQL in the one database of the store that has rows, as damage would.
    private func damage(_ sql: String) throws {
        let script = """
            import glob, sqlite3, sys
            for path in glob.glob(sys.argv[1] + "/shard-*.sqlite"):
                base = sqlite3.connect(path); base.execute(sys.argv[2]); base.commit(); base.close()
            """
        let outcome = try DossierTool.run(
            URL(filePath: "/usr/bin/env"), ["python3", "-c", script, bench.path("store"), sql])
        guard outcome.status == 0 else { throw Bench.Unexpected(outcome) }
    }

    private func files(_ outcome: DossierTool.Outcome) -> [String] {
        (outcome.json["failures"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String }
    }

    @Test func `a code that took the place of the passphrase is kept although the rest failed`() throws {
        _ = try run(["add"], ["--type", "other", bench.write([1], "a")])
        #expect(try run(["slots", "change"], ["--new-recovery-code-file", bench.path("first")]).status == 0)
        let first = ["--recovery-code-file", bench.path("first")]
        #expect(try run(["list"]).status == 77)
        try damage("CREATE TRIGGER worn BEFORE UPDATE ON key_record BEGIN SELECT RAISE(ABORT, 'worn out'); END")
        let changed = try run(["slots", "change"], ["--new-recovery-code-file", bench.path("second")], secret: first)
        #expect(changed.status == 74 && changed.errors.contains("dossier vault rotate"), "\(changed.errors)")
        #expect(try run(["list"], secret: first).status == 77)
        let opened = try run(["list"], secret: ["--recovery-code-file", bench.path("second")])
        #expect(opened.status == 0 && (opened.json["documents"] as? [Any])?.count == 1)
        // One that opens nothing goes: a code is not given by a secret that does not open the vault.
        #expect(
            try run(["slots", "change"], ["--new-recovery-code-file", bench.path("third")], secret: first).status == 77)
        #expect(!bench.exists("third"))
    }

    @Test(arguments: [false, true])
    func `a document without its key keeps no secret from being changed, and is named`(isLost: Bool) throws {
        var documents: [String] = []
        for number in 1...2 as ClosedRange<UInt8> {
            let added = try run(["add"], ["--type", "other", bench.write([number], "\(number)")])
            documents.append(try #require(added.json["id"] as? String))
        }
        if isLost { try damage("DELETE FROM key_record WHERE rowid = (SELECT min(rowid) FROM key_record)") }
        let changed = try run(["slots", "change"], ["--new-recovery-code-file", bench.path("code")])
        #expect(changed.status == 0, "\(changed.errors)")
        #expect(documents.count { changed.errors.contains($0) } == (isLost ? 1 : 0), "\(changed.errors)")
        #expect(try run(["list"]).status == 77)
        let secret = ["--recovery-code-file", bench.path("code")]
        let read = try documents.map {
            try run(["get"], ["--output", bench.path($0), $0], secret: secret).status
        }
        #expect(read.sorted() == (isLost ? [0, 74] : [0, 0]))
        #expect(try run(["rotate"], secret: secret).errors.isEmpty != isLost)
    }

    @Test func `what cannot be read keeps no other file from being stored, and all are reported`() throws {
        let (one, two) = (try bench.write([1], "một.txt"), try bench.write([2], "hai.txt"))
        let missing = bench.path("thiếu.txt")
        let stored = try run(["add"], ["--type", "other", "--anchor", bench.path("anchor"), one, missing, two])
        #expect(stored.status == 66)
        #expect(
            (stored.json["documents"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == [
                "một.txt", "hai.txt",
            ])
        #expect(files(stored) == [missing] && stored.errors.contains(missing))
        #expect((try run(["list"]).json["documents"] as? [Any])?.count == 2)
        #expect(try run(["list"], ["--anchor", bench.path("anchor")]).status == 0)
        // Alone it is an error as before; with nothing wrong nothing is said to be.
        #expect(try run(["add"], ["--type", "other", missing]).status == 66)
        let good = try run(["add"], ["--type", "other", one, two])
        #expect(good.status == 0 && good.json["failures"] == nil && (good.json["documents"] as? [Any])?.count == 2)
        // The secret is asked for once, and what is wrong with it is no fault of a file.
        let wrong = try run(
            ["add"], ["--type", "other", one, two], secret: ["--passphrase-file", Bench.shared("wrong-passphrase")])
        #expect(wrong.status == 77 && wrong.outputBytes.isEmpty && wrong.messages.count == 1)
    }

    @Test func `a name that is no UTF-8 is shown, and the others go in`() throws {
        let one = try bench.write([1], "một.txt")
        let script = """
            name=$(printf 'ca\\351.txt'); cd "$1"; shift; echo hai > "$name"; tool="$1"; shift
            "$tool" "$@" "$name"
            """
        func shell(_ arguments: [String]) throws -> DossierTool.Outcome {
            try DossierTool.run(
                URL(filePath: "/bin/sh"),
                ["-c", script, "sh", bench.folder.path(), DossierTool.executable.path()] + arguments,
                environment: ["LANG": "en_US.UTF-8"])
        }
        let add = ["vault", "add", "--json"] + place + ["--passphrase-file", Bench.shared("vault-passphrase")]
        let stored = try shell(add + ["--type", "other", one])
        #expect(
            stored.status == 65 && stored.errors.contains("ca\\xe9.txt: the name is not in UTF-8"), "\(stored.errors)")
        #expect((stored.json["documents"] as? [Any])?.count == 1 && files(stored).count == 1)
        #expect(try shell(add + ["--type", "other"]).status == 65)
        // Nor is a result written under a name that was not asked for.
        let id = try #require((stored.json["documents"] as? [[String: Any]])?.first?["id"] as? String)
        let get = ["vault", "get"] + place + ["--passphrase-file", Bench.shared("vault-passphrase"), id]
        let before = bench.names
        #expect(try shell(get + ["--output"]).status == 65)
        #expect(bench.names == before)
        #expect(try DossierTool.run(get + ["--output", bench.path("cà.txt")]).status == 0)
    }

    @Test func `what is wrong with a new secret is found before a vault is put back`() throws {
        _ = try run(["add"], ["--type", "other", bench.write([1], "a")])
        #expect(
            try run(["export"], ["--output", bench.path("backup"), "--code-file", bench.path("code")]).status == 0)
        let back = [
            "vault", "import", "--json", "--store", "sqlite:\(bench.path("new"))", "--code-file", bench.path("code"),
        ]
        #expect(
            try DossierTool.run(back + ["--new-passphrase-file", bench.path("none"), bench.path("backup")]).status == 66
        )
        let new = try bench.write(Array("mật khẩu mới\n".utf8), "new-passphrase")
        let done = try DossierTool.run(back + ["--new-passphrase-file", new, bench.path("backup")])
        #expect(done.status == 0, "\(done.errors)")
        let opened = try DossierTool.run([
            "vault", "list", "--store", "sqlite:\(bench.path("new"))", "--vault", vault, "--passphrase-file", new,
        ])
        #expect(opened.status == 0)
        // A code that no vault took is not left behind.
        let again = try DossierTool.run(
            back + ["--new-recovery-code-file", bench.path("unused"), bench.path("backup")])
        #expect(again.status == 73 && !bench.exists("unused"))
    }

    @Test func `of a device and a passphrase at once neither is passed over`() throws {
        let device = try DossierTool.run(["vault", "slots", "new-device", "--output", bench.path("device")])
        let card = ["--device-card", try bench.write(Array(device.outputBytes), "card")]
        let new = ["--new-passphrase-file", try bench.write(Array("mật khẩu khác\n".utf8), "other")]
        #expect(try run(["slots", "add"], card + new).status == 64)
        #expect((try run(["slots", "list"]).json["slots"] as? [Any])?.count == 1)
        #expect(try run(["slots", "add"], card).status == 0)
        #expect(try run(["slots", "add"], new).status == 0)
    }

    @Test func `a deposit that was put aside is shown until it is discarded, and then its ticket is good again`() throws
    {
        let ticket = try run(["ticket"], ["--dossier", "H29", "--output", bench.path("ticket")])
        let id = try #require(ticket.json["ticket"] as? String)
        let file = try bench.write([1, 2, 3], "letter")
        let deposit = [
            "vault", "deposit", "--store", "sqlite:\(bench.path("store"))", "--ticket", bench.path("ticket"),
            "--depositor",
            "x", file,
        ]
        #expect(try DossierTool.run(deposit).status == 0)
        try damage("UPDATE deposit SET record = zeroblob(length(record))")
        let put = try run(["inbox"])
        #expect(put.status == 0 && (put.json["quarantined"] as? [String: String])?.keys.contains(id) == true)
        let aside = try run(["inbox"])
        #expect((aside.json["aside"] as? [String: String])?.keys.contains(id) == true)
        #expect((aside.json["quarantined"] as? [String: String])?.isEmpty == true)
        #expect(try DossierTool.run(deposit).status == 73)
        #expect(try run(["inbox"], ["--discard", "zz"]).status == 64)
        #expect(try run(["inbox"], ["--discard", String(repeating: "0", count: 32)]).status == 66)
        let discarded = try run(["inbox"], ["--discard", id])
        #expect(discarded.json["discarded"] as? [String] == [id])
        #expect(try DossierTool.run(deposit).status == 0)
        #expect(try run(["inbox"]).json["documents"] as? [String] == [id])
        #expect(try run(["verify"]).status == 0)
    }

    @Test func `what no grant, ticket or vault can have is wrong usage, said in words of its own`() throws {
        let ticket = ["--dossier", "H29", "--output", bench.path("ticket")]
        for wrong in [["--largest=-1"], ["--until", "2020-01-01T00:00:00Z"], ["--dossier", "a\u{1}b"]] {
            let refused = try run(["ticket"], ticket + wrong)
            #expect(refused.status == 64 && !bench.exists("ticket") && !refused.errors.contains("document"), "\(wrong)")
        }
        #expect(try run(["ticket"], ticket + ["--largest=9", "--until", "2099-01-01T00:00:00+07:00"]).status == 0)
        let grant = [
            "--recipient", bench.path("none"), "--unattended", "--procedure", "1", "--dossier", "T", "--text-file",
            bench.path("none"), "--package", bench.path("package"),
        ]
        let (id, until) = (String(repeating: "0", count: 32), ["--until", "2099-01-01T00:00:00Z"])
        #expect(try run(["grant"], grant + until + ["--uses=0", id]).status == 64)
        #expect(try run(["grant"], grant + until + ["--uses=1001", id]).status == 64)
        #expect(try run(["grant"], grant + until + [id, id]).status == 64)
        #expect(try run(["grant"], grant + ["--until", "2020-01-01T00:00:00Z", id]).status == 64)
        #expect(try run(["grant"], grant + until + ["--uses=1000", id]).status == 66, "the card is missing")
        let create = ["vault", "create", "--passphrase-file", Bench.shared("vault-passphrase"), "--store"]
        for name in ["", "a\nb", String(repeating: "a", count: 256)] {
            let refused = try DossierTool.run(
                create + ["sqlite:\(bench.path("bad"))", "--name", name, "--language", "vi"])
            #expect(refused.status == 64 && refused.errors.contains("byte chữ"), "\(refused.errors)")
            #expect(!bench.exists("bad"))
        }
        #expect(try DossierTool.run(create + ["sqlite:\(bench.path("good"))", "--name", "👪"]).status == 0)
    }

    @Test func `a closed standard stream is no file of the vault, and a reader that has gone is no success`() throws {
        let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let file = try bench.write(large, "large")
        func shell(_ redirection: String, _ command: [String]) throws -> DossierTool.Outcome {
            let call = "tool=$1; shift; \"$tool\" \"$@\" \(redirection)"
            let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
            return try DossierTool.run(
                URL(filePath: "/bin/bash"),
                ["-c", call, "bash", DossierTool.executable.path(), "vault", command[0]] + place + secret
                    + command.dropFirst(),
                environment: ["LANG": "en_US.UTF-8"])
        }
        let add = ["add", "--type", "other", file]
        #expect(try shell("2>&-", add).status == 0)
        #expect(try shell("<&-", add).status == 0)
        #expect(try shell(">&-", add).status == 74)
        #expect(try shell(">&- 2>&-", add).status == 74)
        let gone = try shell("| true; exit ${PIPESTATUS[0]}", ["list"])
        #expect(gone.status == 74 && gone.errors.isEmpty, "\(gone.errors)")
        let rows = try #require(try run(["list"]).json["documents"] as? [[String: Any]])
        #expect(rows.count == 4)
        for row in rows {
            let id = try #require(row["id"] as? String)
            #expect(try shell("2>&-", ["get", "--force", "--output", bench.path("out"), id]).status == 0)
            #expect(try bench.read("out") == large)
        }
        #expect(try run(["verify"]).status == 0)
    }

    @Test func `why a ticket takes no document is said in words about the ticket`() throws {
        func ticket(_ name: String, _ more: [String] = []) throws {
            #expect(try run(["ticket"], ["--dossier", "H29", "--output", bench.path(name)] + more).status == 0)
        }
        func deposit(_ name: String, _ more: [String] = []) throws -> DossierTool.Outcome {
            try DossierTool.run(
                ["vault", "deposit", "--store", place[1], "--ticket", bench.path(name), "--depositor", "x"] + more
                    + [bench.path("letter")])
        }
        _ = try bench.write([1, 2, 3], "letter")
        try ticket("ended", ["--until", "2098-01-01T00:00:00+07:00"])
        let ended = try deposit("ended", ["--at", "2097-12-31T17:00:01Z"])
        #expect(ended.status == 77 && ended.errors.contains("the ticket ended at 2097-12-31T17:00:00Z"))
        #expect(try deposit("ended", ["--at", "2097-12-31T17:00:00Z"]).status == 0)
        try ticket("small", ["--largest", "2"])
        let small = try deposit("small")
        #expect(small.status == 65 && small.errors.contains("larger than the 2 octets"))
        try ticket("exact", ["--largest", "3"])
        #expect(try deposit("exact").status == 0)
        let used = try deposit("exact")
        #expect(used.status == 73 && used.errors.contains("with this ticket already"))
        try ticket("typed")
        for type in ["no-such-type", "o\n0123456789abcdef0123456789abcdef  id  y  agency-verified"] {
            #expect(try deposit("typed", ["--type", type]).status == 64)
        }
        #expect(try deposit("typed", ["--type", "other"]).status == 0)
    }

    @Test func `a store that is copied to itself is no copy`() throws {
        let store = "sqlite:\(bench.path("store"))"
        try FileManager.default.createSymbolicLink(
            atPath: bench.path("link"), withDestinationPath: bench.path("store"))
        for same in [store, "sqlite:\(bench.path("link"))", "sqlite:\(bench.path("./store/"))"] {
            #expect(try DossierTool.run(["store", "copy", "--store", store, "--to", same]).status == 64, "\(same)")
        }
        let other = "sqlite:\(bench.path("other"))"
        #expect(try DossierTool.run(["store", "init", "--store", other]).status == 0)
        #expect(try DossierTool.run(["store", "copy", "--store", store, "--to", other]).status == 0)
    }

    @Test func `an identifier that was lost is found in the store`() throws {
        let listed = try DossierTool.run(["store", "list", "--json", "--store", "sqlite:\(bench.path("store"))"])
        let rows = listed.json["vaults"] as? [[String: Any]]
        #expect(rows?.compactMap { $0["vault"] as? String } == [vault] && rows?.first?["entries"] as? Int == 2)
        #expect(try DossierTool.run(["store", "list", "--store", "sqlite:\(bench.path("none"))"]).status == 66)
    }

    @Test func `of several commands that name one file for a secret one has it, and the others are told`() async throws
    {
        let (tool, vault, place) = (DossierTool.self, vault, place)
        let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
        _ = try run(["add"], ["--type", "other", bench.write([1], "a")])
        func atOnce(_ arguments: [String]) async throws -> [Int32] {
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<4 {
                    group.addTask { try tool.run(["vault"] + arguments + place + secret).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
        }
        let code = bench.path("code")
        let added = try await atOnce(["slots", "add", "--new-recovery-code-file", code])
        #expect(added == [0, 73, 73, 73])
        #expect(try run(["list"], secret: ["--recovery-code-file", code]).status == 0)
        // One export and the code that opens it.
        let export = try await atOnce(["export", "--output", bench.path("out"), "--code-file", bench.path("out-code")])
        #expect(export == [0, 73, 73, 73])
        let back = try DossierTool.run([
            "vault", "import", "--json", "--store", "sqlite:\(bench.path("new"))", "--code-file",
            bench.path("out-code"),
            bench.path("out"),
        ])
        #expect(back.status == 0 && back.json["vault"] as? String == vault, "\(back.errors)")
        // Without --force two results in one file are one too many, with it the last one stands.
        let id = try #require((try run(["list"]).json["documents"] as? [[String: Any]])?.first?["id"] as? String)
        #expect(try await atOnce(["get", "--output", bench.path("got"), id]) == [0, 73, 73, 73])
        #expect(try await atOnce(["get", "--force", "--output", bench.path("got"), id]) == [0, 0, 0, 0])
        #expect(try bench.read("got") == [1])
    }

    @Test func `a result may have the longest name that there is`() throws {
        let added = try run(["add"], ["--type", "other", bench.write([7], "a")])
        let id = try #require(added.json["id"] as? String)
        let name = String(repeating: "a", count: 255)
        #expect(try run(["get"], ["--output", bench.path(name), id]).status == 0)
        #expect(try bench.read(name) == [7])
        #expect(try run(["get"], ["--force", "--output", bench.path(name), id]).status == 0)
        #expect(try run(["get"], ["--output", bench.path(name + "a"), id]).status == 73)
        #expect(bench.names.allSatisfy { !$0.hasSuffix(".tmp") })
    }
}
