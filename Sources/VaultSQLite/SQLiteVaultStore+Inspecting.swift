// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import FoundationEssentials
import GRDB

extension SQLiteVaultStore: InspectableVaultStore {
    /// Compares the tables' definitions with those of the format, and every index with the rows that it leads to; a database of
    /// up to 64 MiB is looked at whole.
    ///
    /// Reading a vault goes through most indexes and so finds what is wrong in them; the one over operations is read by
    /// appends alone, and what a row repeats of its index by nobody.
    public func inspect(_ vault: VaultID) async throws(VaultError) {
        try await read(vault) { db in
            try Shard.checkDefinitions(db)
            // A trigger would change rows that nobody asked it to.
            let others = try Int64.fetchOne(
                db, sql: "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')")
            guard others == 0 else {
                throw VaultError(.damaged, object: "database", "it has triggers or views, which the format has not")
            }
            try Self.checkStructure(db)
            guard let row = try Self.vault(db, vault) else { return }
            guard try Data.fetchOne(db, sql: "SELECT id FROM vault WHERE no = ?", arguments: [row.no]) == vault.data
            else { throw Self.damagedIndex("vault") }
            let entries = try Self.compared(db, row.no, "entry", "entry_operation", "operation")
            guard entries == row.head.sequence + 1 else { throw Self.damagedIndex("entry_operation") }
            _ = try Self.compared(db, row.no, "slot", "slot_id", "id")
            _ = try Self.compared(db, row.no, "key_record", "key_record_version", "version")
            _ = try Self.compared(db, row.no, "content", "content_id", "id")
            _ = try Self.compared(db, row.no, "deposit", "deposit_id", "id")
            _ = try Self.compared(db, row.no, "packed", "packed_id", "id")
            let wrong = try Int64.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM pack
                    WHERE vault = ?1 AND live <> (SELECT count(*) FROM packed WHERE vault = ?1 AND pack = pack.no)
                    """, arguments: [row.no])
            guard wrong == 0 else { throw Self.damagedIndex("pack") }
            // Whatever changes the store next would overwrite these.
            let doomed = try Int64.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM wiping JOIN pack ON pack.no = wiping.pack
                    JOIN packed ON packed.vault = ?1 AND packed.pack = pack.no
                        AND packed.place < wiping.place + wiping.size AND packed.place + packed.size > wiping.place
                    WHERE pack.vault = ?1
                    """, arguments: [row.no])
            guard doomed == 0 else {
                throw VaultError(.damaged, object: "wiping", "a content that is there is to be overwritten")
            }
        }
    }

    /// Octets of a database up to which SQLite looks at its whole structure: at some 200 MB a second.
    private static let mostChecked: Int64 = 64 << 20

    /// Has SQLite look at the pages themselves: what is wrong in a table without rows of this vault is read by nobody else.
    ///
    /// A larger database holds many vaults; of it only what the vault itself reads is looked at.
    private static func checkStructure(_ db: Database) throws {
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let size = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        guard size > 0, pages <= Self.mostChecked / size else { return }
        guard try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") == "ok" else {
            throw VaultError(.damaged, object: "database", "SQLite finds its structure damaged")
        }
    }

    private static func damagedIndex(_ name: String) -> VaultError {
        VaultError(.damaged, object: name, "the index does not fit its table")
    }

    /// Entries of an index for a vault, when each leads to a row that says the same.
    private static func compared(
        _ db: Database, _ no: Int64, _ table: String, _ index: String, _ column: String
    ) throws -> Int64 {
        let counted = try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM \(table) INDEXED BY \(index) WHERE vault = ?", arguments: [no])
        let same = try Int64.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM (SELECT rowid AS place, \(column) AS own FROM \(table) INDEXED BY \(index)
                    WHERE vault = ?1) AS found CROSS JOIN \(table) AS row ON row.rowid = found.place
                WHERE row.vault = ?1 AND row.\(column) = found.own
                """, arguments: [no])
        guard let counted, counted == same else { throw damagedIndex(index) }
        return counted
    }
}
