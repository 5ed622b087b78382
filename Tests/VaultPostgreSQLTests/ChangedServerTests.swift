// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("PostgreSQL: servers and tables that are changed under a store that is open")
struct ChangedServerTests {
    private static func refusal(_ body: () async throws -> Void) async -> VaultError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? VaultError
        }
    }

    @Test func `a server that stops keeping what it acknowledges gets no changes over connections that stand`()
        async throws
    {
        guard PostgreSQLServer.isInstalled(cases: "settings that change under open connections") else { return }
        let server = try PostgreSQLServer()
        let store = try await TestStores.open(server.url("durability=single-node&retry=1&pool=1"))
        let logs = try PostgreSQLStoreURL(server.url(schema: "access", "durability=single-node&retry=1&pool=1"))
        try await PostgreSQLAccessLogStore.prepare(logs)
        let log = try await PostgreSQLAccessLogStore(logs)
        let vault = try TestStores.vault()
        let first = try TestStores.batch(after: nil)
        #expect(try await store.append(first, to: vault) == .committed)
        #expect(try await log.append(AccessLogAppend(expecting: 0, entries: [[1]], records: [:]), to: vault))
        let second = try TestStores.batch(after: first.head)
        let content = ContentID(random: SystemRandom())
        for setting in ["synchronous_commit", "full_page_writes", "fsync"] {
            try server.command("set a \(setting)=off")
            let refusals = [
                await Self.refusal { _ = try await store.append(second, to: vault) },
                await Self.refusal {
                    try await store.putContent(content, of: vault, size: 1, from: OctetStream([1]))
                },
                await Self.refusal {
                    _ = try await log.append(AccessLogAppend(expecting: 1, entries: [[2]], records: [:]), to: vault)
                },
            ]
            for refusal in refusals {
                #expect(
                    refusal?.code == .notPermitted && refusal?.detail.contains("could be lost") == true, "\(setting)")
            }
            try server.command("set a \(setting)=on")
            #expect(try await store.head(of: vault) == first.head)
            #expect(try await store.contentSize(content, of: vault) == nil)
            #expect(try await log.size(of: vault) == 1)
        }
        // Set right again, the same calls are taken.
        #expect(try await store.append(second, to: vault) == .committed)
        try await store.putContent(content, of: vault, size: 1, from: OctetStream([1]))
        #expect(try await log.append(AccessLogAppend(expecting: 1, entries: [[2]], records: [:]), to: vault))
        await log.close()
        await store.close()
    }

    @Test func `a primary that no longer waits for standbys gets no changes over connections that stand`() async throws
    {
        guard PostgreSQLServer.isInstalled(cases: "standbys that are no longer waited for") else { return }
        let server = try PostgreSQLServer(["synchronous_standby_names=ANY 1 (b)"])
        _ = try server.command("standby b")
        let store = try await TestStores.open(server.url("retry=1&pool=1"))
        let vault = try TestStores.vault()
        let first = try TestStores.batch(after: nil)
        #expect(try await store.append(first, to: vault) == .committed)
        // What a cluster's keeper does that prefers going on to waiting.
        try server.command("kill b")
        try server.command("set a synchronous_standby_names=")
        let second = try TestStores.batch(after: first.head)
        let refusal = await Self.refusal { _ = try await store.append(second, to: vault) }
        #expect(refusal?.code == .notPermitted && refusal?.detail.contains("no standby") == true)
        try server.command("start b")
        try server.command("set a synchronous_standby_names=ANY 1 (b)")
        #expect(try await store.append(second, to: vault) == .committed)
        await store.close()
    }

    @Test func `health says when row level security was taken off a table, or somebody put a trigger or rule on one`()
        async throws
    {
        try await TestStores.with(cases: "tables that were changed") { store, server in
            let schema = store.clusters[0].statements.schema
            _ = try await store.append(TestStores.batch(after: nil), to: try TestStores.vault())
            func health() async throws -> (Bool, Int) {
                let health = try await store.health()[0]
                return (health.isolatesVaults, health.alterations)
            }
            #expect(try await health() == (true, 0))
            for (change, back) in [
                ("ALTER TABLE @entry DISABLE ROW LEVEL SECURITY", "ALTER TABLE @entry ENABLE ROW LEVEL SECURITY"),
                ("ALTER TABLE @slot NO FORCE ROW LEVEL SECURITY", "ALTER TABLE @slot FORCE ROW LEVEL SECURITY"),
                ("CREATE POLICY more ON @entry USING (true)", "DROP POLICY more ON @entry"),
            ] {
                try server.sql(change.replacing("@", with: schema + "."))
                #expect(try await health() == (false, 0), "\(change)")
                try server.sql(back.replacing("@", with: schema + "."))
                #expect(try await health() == (true, 0), "\(back)")
            }
            try server.sql(
                """
                CREATE FUNCTION \(schema).nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE TRIGGER nothing BEFORE INSERT ON \(schema).entry FOR EACH ROW EXECUTE FUNCTION \(schema).nothing()
                """)
            #expect(try await health() == (true, 1))
            try server.sql("CREATE RULE nothing AS ON DELETE TO \(schema).content DO INSTEAD NOTHING")
            #expect(try await health() == (true, 2))
            try server.sql("DROP RULE nothing ON \(schema).content; DROP TRIGGER nothing ON \(schema).entry")
            #expect(try await health() == (true, 0))
            try server.sql("DROP TABLE \(schema).piece")
            await #expect(throws: VaultError(.damaged, "")) { _ = try await store.health() }
        }
    }
}
