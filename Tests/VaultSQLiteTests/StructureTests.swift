// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Foundation
import GRDB
import Testing
import VaultSQLite
import VaultTesting

@Suite("Structure of a database — docs/formats/vault-v1.md §9")
struct StructureTests {
    /// Changes the closed database of a store with one vault.
    private func inspected(
        _ change: (_ database: DatabaseQueue, _ path: String) throws -> Void
    ) async throws -> VaultError? {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let id = try await {
            let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
            let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
            _ = try await Samples.store([1, 2, 3], in: vault)
            try await store.inspect(vault.id)
            return vault.id
        }()
        let database = try DatabaseQueue(path: path + "/shard-00.sqlite")
        try database.inDatabase { db in try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try change(database, path + "/shard-00.sqlite")
        try? database.close()
        do {
            try await SQLiteVaultStore(path: path).inspect(id)
            return nil
        } catch { return error }
    }

    @Test func `a page of an empty table that counts cells which are not there is damage; an unchanged one is not`()
        async throws
    {
        let whole = try await inspected { _, _ in }
        #expect(whole == nil)
        let damaged = try await inspected { database, path in
            let root = try database.read { db in
                try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'deposit'")
            }
            try database.close()
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            // File format of SQLite, §1.6: the cells of a page are counted at its fourth octet.
            try file.seek(toOffset: UInt64((try #require(root) - 1) * 4096 + 4))
            try file.write(contentsOf: Data([16]))
            try file.close()
        }
        #expect(damaged == VaultError(.damaged, ""))
    }

    @Test func `a table's name that is no text is damage`() async throws {
        let damaged = try await inspected { database, _ in
            try database.inDatabase { db in
                try db.execute(
                    sql: """
                        PRAGMA writable_schema = ON;
                        UPDATE sqlite_master SET name = CAST(name AS BLOB) WHERE name = 'deposit';
                        """)
            }
        }
        #expect(damaged == VaultError(.damaged, ""))
    }
}
