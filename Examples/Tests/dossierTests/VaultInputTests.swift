// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Odd files, names and moments given to `dossier vault`: nothing is lost by a slip, and no healthy vault is called damaged.
@Suite("Vaults with dossier: odd input")
struct VaultInputTests {
    private let bench: Bench
    private let vault: String

    init() throws {
        bench = try Bench()
        let outcome = try DossierTool.run([
            "vault", "create", "--json", "--store", "sqlite:\(bench.path("store"))", "--passphrase-file",
            Bench.shared("vault-passphrase"), "--anchor", bench.path("anchor"),
        ])
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = id
    }

    private func run(_ command: String, _ arguments: [String] = [], secret: String? = nil) throws -> DossierTool.Outcome
    {
        try DossierTool.run(
            [
                "vault", command, "--json", "--store", "sqlite:\(bench.path("store"))", "--vault", vault,
                "--passphrase-file", secret ?? Bench.shared("vault-passphrase"),
            ] + arguments)
    }

    private func added(_ text: String, _ name: String) throws -> String {
        let outcome = try run("add", ["--type", "other", try bench.write(Array(text.utf8), name)])
        guard outcome.status == 0, let id = outcome.json["id"] as? String else { throw Bench.Unexpected(outcome) }
        return id
    }

    private func create(_ store: String, passphrase octets: [UInt8]) throws -> DossierTool.Outcome {
        try DossierTool.run([
            "vault", "create", "--json", "--store", "sqlite:\(bench.path(store))", "--passphrase-file",
            try bench.write(octets, "passphrase-of-\(store)"),
        ])
    }

    private func opens(_ store: String, _ created: DossierTool.Outcome, with octets: [UInt8]) throws -> Int32 {
        try DossierTool.run([
            "vault", "unlock-check", "--store", "sqlite:\(bench.path(store))", "--vault",
            created.json["vault"] as? String ?? "", "--passphrase-file", try bench.write(octets, UUID().uuidString),
        ]).status
    }

    @Test func `no result is written over a file of the store or one that opens the vault, even when forced`() throws {
        let id = try added(String(repeating: "một ", count: 20_000), "one")
        let files = try FileManager.default.subpathsOfDirectory(atPath: bench.path("store")).sorted().filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: bench.path("store/\($0)"), isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        let before = try files.map { try bench.read("store/\($0)") }
        for file in files + ["contents/x", "shard-00.sqlite"] {
            let path = bench.path("store/\(file)")
            #expect(try run("get", ["--force", "--output", path, id]).status == 64, "\(file)")
            #expect(try run("export", ["--force", "--originals", "--output", path]).status == 64, "\(file)")
        }
        try FileManager.default.createSymbolicLink(
            atPath: bench.path("link"), withDestinationPath: bench.path("store"))
        let linked = bench.path("link/manifest.json")
        #expect(try run("get", ["--force", "--output", linked, id]).status == 64)
        #expect(try files.map { try bench.read("store/\($0)") } == before)
        let anchor = try bench.read("anchor")
        let options = ["--anchor", bench.path("anchor"), "--force", "--output", bench.path("anchor"), id]
        #expect(try run("get", options).status == 64)
        #expect(
            try run("erase", ["--anchor", bench.path("a2"), "--reason", "", "--statement", bench.path("a2"), id])
                .status == 64)
        #expect(try bench.read("anchor") == anchor)
        // Beside them a result is welcome.
        #expect(try run("get", ["--output", bench.path("store/beside"), id]).status == 0)
        #expect(try run("get", ["--force", "--output", bench.path("store/beside"), id]).status == 0)
        #expect(try run("get", ["--output", "", id]).status == 64)
        #expect(try run("verify").status == 0)
    }

    @Test func `a passphrase is text that is not empty, with or without the mark of an editor`() throws {
        let text = Array("mật khẩu".precomposedStringWithCanonicalMapping.utf8)
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let marked = try create("marked", passphrase: mark + text + [13, 10])
        #expect(marked.status == 0)
        #expect(try opens("marked", marked, with: text) == 0)
        #expect(try opens("marked", marked, with: mark + text) == 0)
        #expect(
            try opens("marked", marked, with: Array("mật khẩu".decomposedStringWithCanonicalMapping.utf8)) == 0)
        #expect(try opens("marked", marked, with: text + [0x20]) == 77)
        for (name, octets) in [
            ("latin", [0x61, 0xe0]), ("wide", [0xff, 0xfe, 0x61, 0x00]), ("none", []), ("line", [10]),
        ] {
            let refused = try create(name, passphrase: octets.map { UInt8($0) })
            #expect(refused.status == 65, "\(name)")
            #expect(!FileManager.default.fileExists(atPath: bench.path(name)))
        }
        #expect(try opens("marked", marked, with: [0x61, 0xe0]) == 65)
        #expect(try opens("marked", marked, with: []) == 77)
        let slot = try run("slots", ["--new-passphrase-file", try bench.write([], "empty")])
        #expect(slot.status == 64, "slots takes none")
        let added = try DossierTool.run([
            "vault", "slots", "add", "--store", "sqlite:\(bench.path("store"))", "--vault", vault,
            "--passphrase-file", Bench.shared("vault-passphrase"), "--new-passphrase-file", bench.path("empty"),
        ])
        #expect(added.status == 65)
    }

    @Test func `an anchor that cannot be kept is said before anything is changed, one that is missing is said`() throws
    {
        let file = try bench.write([1], "one")
        let refused = try run("add", ["--type", "other", "--anchor", bench.path("none/anchor"), file])
        #expect(refused.status == 73)
        #expect((try run("list").json["documents"] as? [Any])?.isEmpty == true)
        let stored = try run("add", ["--type", "other", "--anchor", bench.path("new"), file])
        #expect(stored.status == 0 && stored.errors.contains("there is no anchor"))
        let again = try run("list", ["--anchor", bench.path("new")])
        #expect(again.status == 0 && !again.errors.contains("anchor"))
        // A link to the anchor stays one.
        try FileManager.default.createSymbolicLink(atPath: bench.path("link"), withDestinationPath: bench.path("new"))
        let before = try bench.read("new")
        #expect(try run("add", ["--type", "other", "--anchor", bench.path("link"), file]).status == 0)
        #expect(try bench.read("new") != before)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: bench.path("link")) == bench.path("new"))
    }

    @Test func `a file that only seems empty is not stored as an empty one`() throws {
        #expect(try run("add", ["--type", "other", "/proc/version"]).status == 65)
        #expect(try run("add", ["--type", "other", try bench.write([], "empty")]).status == 0)
    }

    @Test func `what looks like a day and is none is not put into a statement of erasure`() throws {
        let id = try added("hai", "two")
        #expect(try run("erase", ["--reason", "", "--remaining", "bản sao=2027-13-01", id]).status == 64)
        #expect(try run("show", [id]).status == 0)
        let erased = try run("erase", ["--reason", "", "--remaining", "bản sao=2027-12-01", "--remaining", "a=b", id])
        let rows = erased.json["remaining"] as? [[String: Any]]
        #expect(rows?.map { $0["what"] as? String } == ["bản sao", "a=b"])
        #expect(rows?.first?["until"] as? String == "2027-12-01")
    }

    @Test func `verifying says who wrote last`() throws {
        let report = try run("verify")
        #expect(report.json["lastWriter"] as? String == String(repeating: "0", count: 32))
    }

    @Test func `a vault that others give new keys is never called damaged, and every export of it is whole`()
        async throws
    {
        _ = try added("ba", "three")
        let (store, vault, bench) = ("sqlite:\(bench.path("store"))", vault, bench)
        let secret = ["--store", store, "--vault", vault, "--passphrase-file", Bench.shared("vault-passphrase")]
        let rotations = Task.detached {
            for _ in 0..<6 {
                let outcome = try DossierTool.run(["vault", "rotate"] + secret)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
        }
        for round in 0..<5 {
            for command in ["list", "verify", "slots"] {
                let outcome = try run(command)
                #expect(outcome.status == 0, "\(command): \(outcome.errors)\(outcome.output)")
            }
            let (file, code) = (bench.path("export-\(round)"), bench.path("code-\(round)"))
            let exported = try run("export", ["--output", file, "--code-file", code])
            #expect(exported.status == 0, "\(exported.errors)")
            let imported = try DossierTool.run([
                "vault", "import", "--store", "sqlite:\(bench.path("copy-\(round)"))", "--code-file", code, file,
            ])
            #expect(imported.status == 0, "\(imported.errors)")
        }
        try await rotations.value
    }

    @Test func `a recovery code that was not given to the vault is not left lying about; one that was is`() throws {
        let slots = ["slots", "add", "--store", "sqlite:\(bench.path("store"))", "--vault", vault]
        let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
        let code = bench.path("code")
        let added = try DossierTool.run(["vault"] + slots + secret + ["--new-recovery-code-file", code])
        #expect(added.status == 0 && FileManager.default.fileExists(atPath: code))
        // 32 slots at most, of which 8 are passphrases: filled up with passphrases first.
        for number in 0..<8 {
            let full = try DossierTool.run(
                ["vault"] + slots + secret
                    + ["--new-passphrase-file", try bench.write(Array("mật khẩu \(number)".utf8), "new-\(number)")])
            #expect(full.status == (number < 7 ? 0 : 65))
        }
        let device = try DossierTool.run(["vault", "slots", "new-device", "--output", bench.path("device")])
        let card = try bench.write(Array(device.outputBytes), "card")
        #expect(try DossierTool.run(["vault"] + slots + secret + ["--device-card", card]).status == 0)
        // A device may not give the vault a code.
        let other = bench.path("other-code")
        let refused = try DossierTool.run(
            ["vault"] + slots + ["--device-key-file", bench.path("device"), "--new-recovery-code-file", other])
        #expect(refused.status == 77 && !FileManager.default.fileExists(atPath: other))
        let all = try run("slots").json["slots"] as? [[String: Any]]
        let kept = all?.filter { $0["kind"] as? String != "device" }.compactMap { $0["id"] as? String } ?? []
        let none = try DossierTool.run(
            ["vault", "slots", "remove", "--store", "sqlite:\(bench.path("store"))", "--vault", vault] + secret + kept)
        #expect(none.status == 65 && none.errors.contains("must stay"))
    }

    @Test func `a file that is no ticket is said to be none`() throws {
        let file = try bench.write([1, 2, 3], "letter")
        let refused = try DossierTool.run([
            "vault", "deposit", "--store", "sqlite:\(bench.path("store"))", "--ticket", file, "--depositor", "x", file,
        ])
        #expect(refused.status == 65 && refused.errors.contains("not a ticket"))
        #expect(try run("ticket", ["--dossier", "H29", "--output", bench.path("ticket")]).status == 0)
        let deposit = [
            "vault", "deposit", "--store", "sqlite:\(bench.path("store"))", "--ticket", bench.path("ticket"),
        ]
        #expect(try DossierTool.run(deposit + ["--depositor", "x", file]).status == 0)
        let again = try DossierTool.run(deposit + ["--depositor", "x", file])
        #expect(again.status == 73 && !again.errors.contains("this vault"))
    }

    @Test func `a passphrase comes out of a pipe, and each command takes one line of it`() throws {
        let pipe = bench.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        func writing(_ text: String) -> Thread {
            let writer = Thread { try? Data(text.utf8).write(to: URL(filePath: pipe), options: []) }
            writer.start()
            return writer
        }
        let genuine = String(
            decoding: try Data(contentsOf: URL(filePath: Bench.shared("vault-passphrase"))), as: UTF8.self)
        _ = writing(genuine)
        #expect(try run("unlock-check", secret: pipe).status == 0)
        _ = writing(genuine.trimmingCharacters(in: .newlines) + "\r\nmore\n")
        #expect(try run("unlock-check", secret: pipe).status == 0)
        _ = writing("wrong\n" + genuine)
        #expect(try run("unlock-check", secret: pipe).status == 77)
        // Nothing comes.
        _ = writing("")
        #expect(try run("unlock-check", secret: pipe).status == 77)
        let lines = try bench.write(
            Array((genuine.trimmingCharacters(in: .newlines) + "\nmột mật khẩu khác\n").utf8), "lines")
        let both = try DossierTool.run(
            URL(filePath: "/bin/sh"),
            [
                "-c", "cat \"$1\" | { shift; \"$0\" \"$@\"; }", DossierTool.executable.path(), lines, "vault", "slots",
                "add",
                "--store", "sqlite:\(bench.path("store"))", "--vault", vault, "--label", "hai", "--passphrase-file",
                "/dev/stdin", "--new-passphrase-file", "/dev/stdin",
            ], environment: ["PATH": "/usr/bin:/bin"])
        #expect(both.status == 0, "\(both.errors)")
        let other = try bench.write(Array("một mật khẩu khác\n".utf8), "other-passphrase")
        #expect(try run("unlock-check", secret: other).status == 0)
    }
}
