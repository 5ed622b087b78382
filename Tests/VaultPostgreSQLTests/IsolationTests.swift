// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Row level security: a connection sees one vault")
struct IsolationTests {
    private static let tables = ["vault", "entry", "slot", "key_record", "content", "piece", "deposit"]

    /// A session as the plain role, which owns the tables.
    private static func session(_ store: PostgreSQLVaultStore) throws -> Session {
        let address = try #require(store.address.clusters.first)
        return try Session.connect(to: address, wake: WakeSignal())
    }

    private static func fill(_ store: PostgreSQLVaultStore) async throws -> VaultID {
        let vault = try TestStores.vault()
        var batch = try TestStores.batch(after: nil)
        batch.slots = [SlotID(random: SystemRandom()): [1]]
        batch.keyRecords = [VersionID(random: SystemRandom()): [2]]
        batch.contents = [ContentID(random: SystemRandom()): [3]]
        _ = try await store.append(batch, to: vault)
        let size = Statements.pieceSize + 1
        let octets = [UInt8](repeating: 7, count: Int(size))
        try await store.putContent(
            ContentID(random: SystemRandom()), of: vault, size: size, from: OctetStream(octets))
        try await store.putDeposit(StoredDeposit(id: DepositID(random: SystemRandom()), record: [4]), of: vault)
        return vault
    }

    @Test func `without a vault no row, with a vault its rows, in every table`() async throws {
        try await TestStores.with(cases: "row level security") { store, server in
            let (first, second) = (try await Self.fill(store), try await Self.fill(store))
            let session = try Self.session(store)
            let schema = store.clusters[0].statements.schema
            for table in Self.tables {
                let column = table == "vault" ? "id" : "vault"
                let all = Query(sql: "SELECT count(*), count(DISTINCT \(column)) FROM \(schema).\(table)")
                let both = try server.sql("SELECT count(DISTINCT \(column)) FROM \(schema).\(table)")
                #expect(both == "2", "the administrator sees both in \(table)")
                #expect(try await session.run([all])[0].number(0, 0) == 0, "\(table) without a vault")
                let scoped = try await session.run([store.clusters[0].scope(first), all])
                #expect(try scoped[1].number(0, 0) > 0, "\(table) with its vault")
                #expect(try scoped[1].number(0, 1) == 1, "\(table) with its vault")
                let foreign = try await session.run([
                    store.clusters[0].scope(first),
                    Query(
                        sql: "SELECT count(*) FROM \(schema).\(table) WHERE \(column) = $1", [.octets(second.octets)]),
                ])
                #expect(try foreign[1].number(0, 0) == 0, "\(table) of another vault")
            }
            // The setting ends with its transaction.
            #expect(try await session.run([Query(sql: "SELECT count(*) FROM \(schema).vault")])[0].number(0, 0) == 0)
        }
    }

    @Test func `writing and deleting another vault's rows is refused or finds nothing`() async throws {
        try await TestStores.with(cases: "row level security, writing") { store, server in
            let (first, second) = (try await Self.fill(store), try await Self.fill(store))
            let session = try Self.session(store)
            let (cluster, schema) = (store.clusters[0], store.clusters[0].statements.schema)
            let insert = Query(
                sql: "INSERT INTO \(schema).slot (vault, id, record) VALUES ($1, $2, $2)",
                [.octets(second.octets), .octets([1])])
            do throws(PostgreSQLError) {
                _ = try await session.run([cluster.scope(first), insert])
                Issue.record("a foreign row was written")
            } catch {
                #expect(error.kind == .state("42501"))
            }
            _ = try await session.run([cluster.scope(second), insert])
            _ = try await session.run([cluster.scope(first), Query(sql: "DELETE FROM \(schema).entry")])
            #expect(try await store.entries(of: first, from: 0, limit: 9).isEmpty)
            #expect(try await store.entries(of: second, from: 0, limit: 9).count == 1)
            let health = try await store.health()
            #expect(health.map(\.isolatesVaults) == [true])
        }
    }

    @Test func `who lists vaults sees heads and nothing else`() async throws {
        try await TestStores.with(cases: "row level security, heads") { store, _ in
            _ = try await Self.fill(store)
            let session = try Self.session(store)
            let schema = store.clusters[0].statements.schema
            let heads = Query(sql: "SELECT set_config('dossier.heads', 'all', true)")
            for table in Self.tables {
                let rows = try await session.run([heads, Query(sql: "SELECT count(*) FROM \(schema).\(table)")])
                #expect(try rows[1].number(0, 0) == (table == "vault" ? 1 : 0), "\(table)")
            }
            let changed = try await session.run([
                heads, Query(sql: "UPDATE \(schema).vault SET sequence = 9 RETURNING sequence"),
            ])
            #expect(changed[1].count == 0)
        }
    }
}
