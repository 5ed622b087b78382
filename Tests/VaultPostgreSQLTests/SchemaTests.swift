// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Tables of a store and their versions")
struct SchemaTests {
    @Test(arguments: 0..<Migration.newest)
    func `a store of an earlier version is brought up and keeps everything`(version: Int64) async throws {
        guard let server = try PostgreSQLServer.shared(cases: "migrations") else { return }
        let schema = TestStores.newSchema()
        let address = try PostgreSQLStoreURL(server.url(schema: schema))
        let vault = try TestStores.vault()
        var batch = try TestStores.batch(after: nil, count: 2)
        batch.slots = [SlotID(random: SystemRandom()): [1, 2]]
        batch.contents = [ContentID(random: SystemRandom()): [3]]
        if version > 0 {
            let session = try Session.connect(to: try #require(address.clusters.first), wake: WakeSignal())
            let place = Greeting.Place(store: [UInt8](repeating: 9, count: 16), shard: 0, shards: 1)
            _ = try await Migrator.bringUp(session, schema: schema, place: place, newest: version)
            let rows = try await session.run([
                Query(Statements(schema: schema, .singleNode).scope, [.text(vault.description)]),
                AppendStatement.query(batch, batch.entries[0], to: vault, schema: schema),
            ])
            #expect(try rows[1].number(0, 0) == 1)
            await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLVaultStore(address) }
        }
        #expect(try await PostgreSQLVaultStore.prepare(address) == [Int(version)])
        #expect(try await PostgreSQLVaultStore.prepare(address) == [Int(Migration.newest)])
        let store = try await PostgreSQLVaultStore(address)
        if version > 0 {
            #expect(try await store.head(of: vault) == batch.head)
            #expect(try await store.entries(of: vault, from: 0, limit: 9) == batch.entries)
            #expect(try await store.slots(of: vault) == [[1, 2]])
            #expect(try await store.contentSize(try #require(batch.contents.keys.first), of: vault) == 1)
        }
        #expect(
            try await store.append(TestStores.batch(after: version > 0 ? batch.head : nil), to: vault) == .committed)
        await store.close()
    }

    @Test func `tables of a newer version are refused, unless they say that they may be used`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "newer tables") else { return }
        let schema = TestStores.newSchema()
        let address = try PostgreSQLStoreURL(server.url(schema: schema))
        _ = try await PostgreSQLVaultStore.prepare(address)
        try server.sql("INSERT INTO \(schema).migration VALUES (90, \(Migration.newest))")
        let store = try await PostgreSQLVaultStore(address)
        await store.close()
        try server.sql("INSERT INTO \(schema).migration VALUES (91, 91)")
        await #expect(throws: VaultError(.newerVersion, "")) { _ = try await PostgreSQLVaultStore(address) }
        await #expect(throws: VaultError(.newerVersion, "")) { _ = try await PostgreSQLVaultStore.prepare(address) }
    }

    @Test func `a schema with other tables is not taken over, and one without tables is no store`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "foreign tables") else { return }
        let schema = TestStores.newSchema()
        let address = try PostgreSQLStoreURL(server.url(schema: schema))
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLVaultStore(address) }
        try server.sql("CREATE SCHEMA \(schema) AUTHORIZATION dossier; CREATE TABLE \(schema).other (x int)")
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLVaultStore.prepare(address) }
        try server.sql("DROP TABLE \(schema).other")
        #expect(try await PostgreSQLVaultStore.prepare(address) == [0])
    }

    @Test func `several who make a store at once make one`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "concurrent migrations") else { return }
        for _ in 0..<3 {
            let address = try PostgreSQLStoreURL(server.url(schema: TestStores.newSchema()))
            let versions = try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await PostgreSQLVaultStore.prepare(address) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(versions.sorted() == [0] + [Int](repeating: Int(Migration.newest), count: 3))
        }
    }
}
