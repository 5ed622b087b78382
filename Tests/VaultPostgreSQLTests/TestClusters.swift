// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import VaultPostgreSQL

/// Several clusters, which are databases of the server that the tests share.
struct TestClusters {
    let server: PostgreSQLServer
    let schema: String
    let databases: [String]

    init?(_ count: Int, cases: String) throws {
        guard let server = try PostgreSQLServer.shared(cases: cases) else { return nil }
        let schema = TestStores.newSchema()
        (self.server, self.schema) = (server, schema)
        databases = (0..<count).map { "\(schema)x\($0)" }
        for database in databases { try server.command("sql a CREATE DATABASE \(database) OWNER dossier") }
    }

    /// The address of a store in the first so many of them.
    func address(_ count: Int? = nil, _ options: String = "pool=4") throws -> PostgreSQLStoreURL {
        let place = "localhost:\(server.port)"
        let shards = databases.prefix(count ?? databases.count).dropFirst().map { "&shard=\(place)/\($0)" }.joined()
        return try PostgreSQLStoreURL(
            "postgres://dossier:test@\(place)/\(databases[0])?sslrootcert=\(server.folder)/server.crt&schema=\(schema)"
                + "&durability=single-node&\(options)\(shards)")
    }

    /// A store in the first so many of them; tables are made.
    func open(_ count: Int? = nil, _ options: String = "pool=4") async throws -> PostgreSQLVaultStore {
        _ = try await PostgreSQLVaultStore.prepare(address(count, options))
        return try await PostgreSQLVaultStore(address(count, options))
    }

    /// Rows of a vault in each table, cluster by cluster, beside its head.
    static func rows(of vault: VaultID, in store: PostgreSQLVaultStore) async throws -> [Int64] {
        var counts: [Int64] = []
        for cluster in store.clusters {
            let text = VaultCopy.tables.map { "(SELECT count(*) FROM @\($0) WHERE vault = $1)" }.joined(
                separator: " + ")
            let queries = [cluster.scope(vault), cluster.query("SELECT (\(text))::bigint", [.octets(vault.octets)])]
            counts.append(
                try await cluster.perform("x") { session, _ async throws(PostgreSQLError) in
                    try await session.run(queries)[1].number(0, 0)
                })
        }
        return counts
    }

    /// The clusters in which a vault can be written.
    static func accepting(_ vault: VaultID, in store: PostgreSQLVaultStore) async throws -> [Int] {
        var found: [Int] = []
        for shard in store.clusters.indices where try await store.standing(of: vault, in: shard)?.state == .here {
            found.append(shard)
        }
        return found
    }
}

/// Everything that a vault has in a store.
struct VaultImage: Equatable {
    var head: JournalHead?
    var entries: [StoredEntry]
    var slots: [SlotID: [UInt8]]
    var keys: [VersionID: [UInt8]]
    var contents: [ContentID: [UInt8]]
    var deposits: [StoredDeposit]

    init(_ vault: VaultID, in store: any EnumerableVaultStore) async throws {
        head = try await store.head(of: vault)
        entries = try await store.entries(of: vault, from: 0, limit: 100_000)
        slots = try await store.slotRecords(of: vault)
        keys = [:]
        for (version, record) in try await store.keyRecords(of: vault, after: nil, limit: 100_000) {
            keys[version] = record
        }
        let ids = try await store.contents(of: vault, after: nil, limit: 100_000)
        contents = try await store.contents(ids, of: vault, limit: 1 << 30)
        deposits = try await store.deposits(of: vault, limit: 1000)
    }

    /// Makes a vault of opaque octets with some of everything.
    static func make(in store: PostgreSQLVaultStore, home: Int? = nil) async throws -> VaultID {
        var vault = try TestStores.vault()
        while let home, store.home(of: vault) != home { vault = try TestStores.vault() }
        var head: JournalHead?
        for number in 0..<5 {
            var batch = try TestStores.batch(after: head)
            batch.slots = [SlotID(random: SystemRandom()): [1, UInt8(number)]]
            batch.keyRecords = [VersionID(random: SystemRandom()): [2, UInt8(number)]]
            batch.contents = [ContentID(random: SystemRandom()): SystemRandom().bytes(300)]
            if number == 3 { batch.dropping.payloads = [1] }
            #expect(try await store.append(batch, to: vault) == .committed)
            head = batch.head
        }
        let large = SystemRandom().bytes(Int(Statements.pieceSize) + 17)
        try await store.putContent(
            ContentID(random: SystemRandom()), of: vault, size: Int64(large.count), from: OctetStream(large))
        for _ in 0..<2 {
            try await store.putDeposit(
                StoredDeposit(id: DepositID(random: SystemRandom()), record: SystemRandom().bytes(40)), of: vault)
        }
        return vault
    }
}
