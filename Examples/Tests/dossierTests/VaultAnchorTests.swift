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
