// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Synchronization
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Servers that are killed under writers", .serialized)
struct FailoverTests {
    /// Devices that store documents until they are told to stop, and what was acknowledged to them.
    private final class Writers: Sendable {
        let code = RecoveryCode(random: SystemRandom())
        private let state = Mutex<(stored: [VaultID: [DocumentID]], isOver: Bool)>(([:], false))

        var count: Int { state.withLock { $0.stored.values.reduce(0) { $0 + $1.count } } }
        var stored: [VaultID: [DocumentID]] { state.withLock { $0.stored } }
        private var isOver: Bool { state.withLock { $0.isOver } }

        func stop() { state.withLock { $0.isOver = true } }

        func write(_ count: Int, in store: any VaultStore) async throws {
            try await withThrowingTaskGroup { group in
                for number in 0..<count {
                    group.addTask {
                        let vault = try await Vault.create(
                            name: "kho \(number)", in: store, unlocking: [.recoveryCode(self.code)], at: Samples.time)
                        while !self.isOver {
                            let size = number == 0 ? 70_000 : 1000
                            let document = try await Samples.store(Samples.bytes(size), in: vault).document
                            self.state.withLock { $0.stored[vault.id, default: []].append(document) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        /// Waits until so many more documents were acknowledged.
        func more(_ number: Int) async throws {
            let goal = count + number
            for _ in 0..<3000 where count < goal { try await Task.sleep(nanoseconds: 10_000_000) }
            #expect(count >= goal, "writing does not go on")
        }

        func check(in store: any VaultStore) async throws {
            for (vault, documents) in stored {
                let opened = try await Vault.open(vault, in: store, unlocking: .recoveryCode(code))
                let listed = try await opened.list().map(\.id)
                #expect(Set(documents).isSubset(of: listed), "an acknowledged document is lost")
                #expect(Set(listed).count == listed.count && listed.count == documents.count, "a duplicate")
                #expect(try await opened.verify().isComplete)
            }
        }
    }

    @Test func `a server that is killed under writers and comes back has everything acknowledged`() async throws {
        guard PostgreSQLServer.isInstalled(cases: "killing the server") else { return }
        let server = try PostgreSQLServer()
        let store = try await TestStores.open(server.url("durability=single-node&retry=30&timeout=10"))
        let writers = Writers()
        async let writing: Void = writers.write(4, in: store)
        let rounds = 3
        for _ in 0..<rounds {
            try await writers.more(30)
            try server.command("kill a")
            try server.command("start a")
        }
        try await writers.more(30)
        writers.stop()
        try await writing
        try await writers.check(in: store)
        let activity = store.activity
        print(
            "killed \(rounds) times: \(writers.count) documents acknowledged, all there; \(activity.retries) attempts repeated, \(activity.adoptions) entries adopted, \(activity.repeats) repeated"
        )
        await store.close()
    }

    @Test func `of three servers the primary is killed, and the standby that is ahead goes on`() async throws {
        guard PostgreSQLServer.isInstalled(cases: "three servers with a quorum") else { return }
        let server = try PostgreSQLServer(["synchronous_standby_names=ANY 1 (a,b,c)"])
        let ports = try [server.port] + ["b", "c"].map { try #require(Int(server.command("standby \($0)"))) }
        let url = server.url(ports: ports, "retry=40&timeout=10")
        let store = try await TestStores.open(url)
        let health = try await store.health()
        #expect(health[0].waitsFor == "ANY 1 (a,b,c)" && health[0].isolatesVaults)
        let writers = Writers()
        async let writing: Void = writers.write(4, in: store)
        try await writers.more(40)
        try server.command("kill a")
        let behind = try ["b", "c"].map { try server.sql("SELECT pg_last_wal_receive_lsn()", node: $0) }
        let isAhead =
            try server.sql(
                "SELECT pg_wal_lsn_diff('\(behind[0])', '\(behind[1])') >= 0", node: "b") == "t"
        let (next, other) = isAhead ? ("b", "c") : ("c", "b")
        try server.command("promote \(next)")
        try server.command("follow \(other) \(next)")
        try await writers.more(40)
        writers.stop()
        try await writing
        try await writers.check(in: store)
        print(
            "the primary of three killed: \(writers.count) documents acknowledged, all there; \(store.activity.adoptions) entries adopted"
        )
        await store.close()
    }
}
