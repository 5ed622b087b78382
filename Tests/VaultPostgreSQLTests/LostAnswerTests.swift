// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Answers of PostgreSQL that never come")
struct LostAnswerTests {
    /// A store behind a proxy, without TLS so that the proxy can read.
    private func with(
        _ options: String = "", cases: String,
        _ body: (PostgreSQLVaultStore, CuttingProxy) async throws -> Void
    ) async throws {
        guard let server = try PostgreSQLServer.shared(cases: cases) else { return }
        let proxy = try CuttingProxy(before: server.port)
        let settings = "durability=single-node&sslmode=disable&timeout=5&retry=10&pool=2" + options
        let url = server.url(schema: TestStores.newSchema(), ports: [proxy.port], settings)
        let store = try await TestStores.open(url)
        do { try await body(store, proxy) } catch {
            proxy.end()
            throw error
        }
        await store.close()
        proxy.end()
    }

    @Test(arguments: CuttingProxy.Trouble.allCases)
    func `an append whose answer is lost is put exactly once and acknowledged`(
        trouble: CuttingProxy.Trouble
    ) async throws {
        try await with(cases: "lost answers") { store, proxy in
            let vault = try TestStores.vault()
            let first = try TestStores.batch(after: nil)
            proxy.plan(trouble, at: "dk_append_new")
            #expect(try await store.append(first, to: vault) == .committed)
            let second = try TestStores.batch(after: first.head)
            proxy.plan(trouble, at: "dk_append_next")
            #expect(try await store.append(second, to: vault) == .committed)
            #expect(try await store.head(of: vault) == second.head)
            #expect(try await store.entries(of: vault, from: 0, limit: 9) == first.entries + second.entries)
            #expect(proxy.troubles == 2)
            #expect(store.activity.adoptions == (trouble == .beforeRequest ? 0 : 2))
            #expect(store.activity.appends == (trouble == .beforeRequest ? 2 : 0))
            #expect(store.activity.busyConnections == 0)
        }
    }

    @Test func `an append whose answer is lost, and that somebody overtook, is acknowledged or refused rightly`()
        async throws
    {
        try await with(cases: "lost answers and others") { store, proxy in
            let vault = try TestStores.vault()
            let first = try TestStores.batch(after: nil)
            _ = try await store.append(first, to: vault)
            let (mine, other) = (try TestStores.batch(after: first.head), try TestStores.batch(after: first.head))
            proxy.plan(.beforeRequest, at: "dk_append_next")
            async let sent = store.append(mine, to: vault)
            async let raced = store.append(other, to: vault)
            let outcomes = try await [sent, raced]
            #expect(outcomes.filter { $0 == .committed }.count == 1)
            let head = try await store.head(of: vault)
            #expect(head == (outcomes[0] == .committed ? mine.head : other.head))
            #expect(outcomes.contains(.conflict(head)))
        }
    }

    @Test func `a step of a rotation that arrives after the next one began changes nothing`() async throws {
        try await TestStores.with(cases: "late steps of a rotation") { store, _ in
            let vault = try TestStores.vault()
            let version = VersionID(random: SystemRandom())
            var first = try TestStores.batch(after: nil)
            first.keyRecords = [version: [1]]
            _ = try await store.append(first, to: vault)
            let cluster = store.clusters[0]
            // What the network would hold back: the packets of the step, as they were sent.
            let step = [
                cluster.scope(vault), Query(cluster.statements.holdVault, [.octets(vault.octets)]),
                Query(
                    cluster.statements.replaceKeyRecords,
                    [.octets(vault.octets), .octetsList([version.octets]), .octetsList([[2]]), .number(0)]),
            ]
            func arrive() async throws -> Int64 {
                try await cluster.perform("x") { session, _ async throws(PostgreSQLError) in
                    try await session.run(step)[2].number(0, 0)
                }
            }
            #expect(try await arrive() == 1)
            #expect(try await store.keyRecord(of: version, in: vault) == [2])
            // The next rotation begins with an entry.
            #expect(try await store.append(TestStores.batch(after: first.head), to: vault) == .committed)
            try await store.replaceKeyRecords([version: [3]], in: vault)
            #expect(try await arrive() == 0)
            #expect(try await store.keyRecord(of: version, in: vault) == [3])
        }
    }

    @Test(arguments: CuttingProxy.Trouble.allCases)
    func `every other change is repeated until it is answered`(trouble: CuttingProxy.Trouble) async throws {
        try await with(cases: "lost answers of other changes") { store, proxy in
            let vault = try TestStores.vault()
            let version = VersionID(random: SystemRandom())
            var first = try TestStores.batch(after: nil)
            first.keyRecords = [version: [1]]
            _ = try await store.append(first, to: vault)
            proxy.plan(trouble, at: "dk_replace_key")
            try await store.replaceKeyRecords([version: [2]], in: vault)
            #expect(try await store.keyRecord(of: version, in: vault) == [2])
            let small = ContentID(random: SystemRandom())
            proxy.plan(trouble, at: "dk_put_content")
            try await store.putContent(small, of: vault, size: 3, from: OctetStream([1, 2, 3]))
            #expect(try await store.contentSize(small, of: vault) == 3)
            proxy.plan(trouble, at: "dk_delete_contents")
            try await store.deleteContents([small], of: vault)
            #expect(try await store.contentSize(small, of: vault) == nil)
            let deposit = StoredDeposit(id: DepositID(random: SystemRandom()), record: [5])
            proxy.plan(trouble, at: "dk_put_deposit")
            try await store.putDeposit(deposit, of: vault)
            #expect(try await store.deposits(of: vault, limit: 9) == [deposit])
            proxy.plan(trouble, at: "dk_delete_deposits")
            try await store.deleteDeposits([deposit.id], of: vault)
            #expect(try await store.deposits(of: vault, limit: 9).isEmpty)
            #expect(proxy.troubles == 5)
        }
    }

    @Test(arguments: CuttingProxy.Trouble.allCases)
    func `a large content is there wholly or not at all`(trouble: CuttingProxy.Trouble) async throws {
        try await with(cases: "lost answers of large contents") { store, proxy in
            let vault = try TestStores.vault()
            _ = try await store.append(TestStores.batch(after: nil), to: vault)
            let octets = SystemRandom().bytes(2 << 20)
            for word in ["dk_put_piece", "dk_put_content"] {
                let id = ContentID(random: SystemRandom())
                proxy.plan(trouble, at: word)
                do {
                    try await store.putContent(id, of: vault, size: Int64(octets.count), from: OctetStream(octets))
                    #expect(try await store.content(id, of: vault, in: 0..<Int64(octets.count)) == octets)
                } catch let error as VaultError {
                    #expect([.storeFailure, .busy].contains(error.code), "\(error)")
                    #expect(try await store.contentSize(id, of: vault) == nil)
                }
            }
            #expect(proxy.troubles == 2)
        }
    }

    @Test func `without patience a lost answer is told as unknown, and the same batch finds what was done`()
        async throws
    {
        try await with("&retry=0", cases: "no patience") { store, proxy in
            let vault = try TestStores.vault()
            let first = try TestStores.batch(after: nil)
            proxy.plan(.insteadOfAnswer, at: "dk_append_new")
            await #expect(throws: VaultError(.storeFailure, "")) { _ = try await store.append(first, to: vault) }
            #expect(try await store.append(first, to: vault) == .repeated(0))
            // Who only asked has changed nothing, whatever became of the answer.
            proxy.plan(.insteadOfAnswer, at: "dk_head")
            await #expect(throws: VaultError(.busy, "")) { _ = try await store.head(of: vault) }
            #expect(try await store.head(of: vault) == first.head)
        }
    }

    @Test func `a commit whose wait for a standby is cut short is not acknowledged`() async throws {
        guard PostgreSQLServer.isInstalled(cases: "a wait for standbys that is cut short") else { return }
        let server = try PostgreSQLServer()
        let schema = TestStores.newSchema()
        _ = try await PostgreSQLVaultStore.prepare(PostgreSQLStoreURL(server.url(schema: schema)))
        try server.command("set a synchronous_standby_names=ANY 1 (nobody)")
        let store = try await PostgreSQLVaultStore(PostgreSQLStoreURL(server.url(schema: schema, "retry=1&pool=2")))
        let vault = try TestStores.vault()
        let batch = try TestStores.batch(after: nil)
        let appending = Task { try await store.append(batch, to: vault) }
        let cancelling = Task {
            var count = 0
            while !Task.isCancelled {
                let cancelled = try server.sql(
                    "SELECT count(*) FILTER (WHERE pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                )
                count += Int(cancelled) ?? 0
                try? await Task.sleep(nanoseconds: 20_000_000)
            }
            return count
        }
        await #expect(throws: VaultError(.storeFailure, "")) { _ = try await appending.value }
        cancelling.cancel()
        let cancelled = try await cancelling.value
        // The first wait, and every one of a head that was written to make sure.
        #expect(cancelled >= 2 && store.activity.appends == 0 && store.activity.adoptions == 0)
        await store.close()
        try server.command("set a synchronous_standby_names=")
        let single = try await PostgreSQLVaultStore(PostgreSQLStoreURL(server.url(schema: schema)))
        #expect(try await single.append(batch, to: vault) == .repeated(0))
        await single.close()
    }
}
