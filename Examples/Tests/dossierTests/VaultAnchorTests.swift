// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// The file that keeps a vault's newest head outside its store.
@Suite("Anchors with dossier: the newest head stays")
struct VaultAnchorTests {
    private let bench: Bench
    private let vault: [String]

    init() throws {
        bench = try Bench()
        let store = [
            "--store", "sqlite:\(bench.path("store"))", "--passphrase-file", Bench.shared("vault-passphrase"),
        ]
        let outcome = try DossierTool.run(
            ["vault", "create", "--json", "--anchor", bench.path("anchor")] + store)
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = store + ["--vault", id]
    }

    private func verified(_ anchor: String) throws -> (freshness: String?, sequence: Int?) {
        let outcome = try DossierTool.run(["vault", "verify", "--json", "--anchor", bench.path(anchor)] + vault)
        let head = outcome.json["head"] as? [String: Any]
        return (outcome.json["freshness"] as? String, head?["sequence"] as? Int)
    }

    @Test func `an anchor takes the place of no other file and of no other vault's anchor`() throws {
        let other = bench.path("other")
        let passphrase = try bench.write(Array("một mật khẩu thử nghiệm\n".utf8), "passphrase")
        func create(_ anchor: String, _ more: [String]) throws -> Int32 {
            try DossierTool.run(["vault", "create", "--store", "sqlite:\(other)", "--anchor", anchor] + more).status
        }
        let both = bench.path("both")
        let secret = ["--passphrase-file", passphrase]
        #expect(try create(both, secret + ["--recovery-code-file", both]) == 64)
        #expect(try create(passphrase, secret) == 64)
        #expect(try bench.read("passphrase") == Array("một mật khẩu thử nghiệm\n".utf8))
        let text = try bench.write([1, 2, 3], "text")
        #expect(try create(text, secret) == 65 && bench.read("text") == [1, 2, 3])
        let before = try bench.read("anchor")
        #expect(try create(bench.path("anchor"), secret) == 73 && bench.read("anchor") == before)
        #expect(!bench.exists("both") && !bench.exists("other"), "nothing was made")
        let code = try DossierTool.run(
            ["vault", "slots", "add", "--anchor", both, "--new-recovery-code-file", both] + vault)
        #expect(code.status == 64 && !bench.exists("both"))
        #expect(try create(bench.path("new"), secret + ["--recovery-code-file", bench.path("code")]) == 0)
        let foreign = try DossierTool.run(["vault", "list", "--anchor", bench.path("new")] + vault)
        #expect(foreign.status == 65 && foreign.errors.contains("another vault"), "\(foreign.errors)")
        #expect(try DossierTool.run(["vault", "list", "--anchor", bench.path("anchor")] + vault).status == 0)
    }

    @Test func `a store that was put back is accepted, and a damaged vault keeps no other from being copied`() throws {
        let file = try bench.write(Array(repeating: 7, count: 100_000), "paper")
        let (anchor, from) = (["--anchor", bench.path("anchor")], "sqlite:\(bench.path("store"))")
        #expect(try DossierTool.run(["vault", "add", "--type", "other", file] + anchor + vault).status == 0)
        let store = URL(filePath: bench.path("store"))
        try FileManager.default.copyItem(at: store, to: URL(filePath: bench.path("backup")))
        #expect(try DossierTool.run(["vault", "add", "--type", "other", file] + anchor + vault).status == 0)
        try FileManager.default.removeItem(at: store)
        try FileManager.default.moveItem(at: URL(filePath: bench.path("backup")), to: store)
        #expect(try DossierTool.run(["vault", "list"] + anchor + vault).status == 74)
        let accepted = try DossierTool.run(["vault", "accept-older", "--reason", "máy chủ hỏng"] + anchor + vault)
        #expect(accepted.status == 0 && accepted.errors.contains("given up"), "\(accepted.errors)")
        #expect(try verified("anchor").freshness == "anchored")
        #expect(try DossierTool.run(["vault", "accept-older", "--reason", "x"] + anchor + vault).status == 74)

        let second = try DossierTool.run(["vault", "create", "--json"] + vault[..<4])
        let id = try #require(second.json["vault"] as? String)
        let folder = bench.path("store/contents/\(vault[5])")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
        #expect(try DossierTool.run(["store", "init", "--store", "sqlite:\(bench.path("to"))"]).status == 0)
        let copied = try DossierTool.run(
            ["store", "copy", "--json", "--store", from, "--to", "sqlite:\(bench.path("to"))"])
        #expect(copied.status == 74 && copied.errors.contains(vault[5]))
        #expect((copied.json["vaults"] as? [[String: Any]])?.map { $0["vault"] as? String } == [id])
        #expect(
            (copied.json["failures"] as? [[String: String]]) == [["error": "damaged", "vault": vault[5]]])
    }

    @Test func `of several that write at once with one anchor none puts an older head in its place`() async throws {
        let first = try bench.read("anchor")
        let count = 4
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in 0..<count {
                let file = try bench.write(Array("giấy \(number)".utf8), "paper-\(number)")
                group.addTask { @concurrent in
                    try DossierTool.run(
                        ["vault", "add", "--type", "other", "--anchor", bench.path("anchor"), file] + vault
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 0, count: count))
        let newest = try bench.read("anchor")
        #expect(newest != first)
        let (freshness, sequence) = try verified("anchor")
        #expect(freshness == "anchored")
        // It is the head itself: a store that went back by one entry would be found out.
        let text = String(decoding: newest, as: UTF8.self)
        #expect(text.contains(" \(try #require(sequence)) "), "\(text)")
        // An older anchor that is given is brought up, and the vault is not taken for another's.
        _ = try bench.write(first, "older")
        #expect(try verified("older").freshness == "anchored")
        let file = try bench.write(Array("giấy cuối".utf8), "last")
        let added = try DossierTool.run(
            ["vault", "add", "--type", "other", "--anchor", bench.path("older"), file] + vault)
        #expect(added.status == 0, "\(added.errors)")
        #expect(try verified("older").freshness == "anchored")
        #expect(try bench.read("anchor") == newest)
    }
}
