// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import FoundationEssentials
import GRDB

extension SQLiteVaultStore: EnumerableVaultStore {
    public func vaults(after vault: VaultID?, limit: Int) async throws(VaultError) -> [VaultListing] {
        var (page, last): ([VaultListing], VaultID?) = ([], vault)
        for number in (vault.map { folder.shard(of: $0) } ?? 0)..<folder.shards where page.count < limit {
            let (start, room) = (last?.data ?? Data(), limit - page.count)
            page += try await read(shard: number) { db in
                let rows = try Row.fetchAll(
                    db, sql: "SELECT id, sequence, hash FROM vault WHERE id > ? ORDER BY id LIMIT ?",
                    arguments: [start, room])
                return try rows.map { row in
                    guard let id = VaultID(octets: try Self.octets(row, "id")),
                        let hash = Digest32(octets: try Self.octets(row, "hash"))
                    else { throw VaultError(.damaged, object: "vault", "a row of the store") }
                    let sequence = try Self.value(row, "sequence", as: Int64.self)
                    return VaultListing(id: id, head: JournalHead(sequence: sequence, hash: hash))
                }
            }
            last = nil
        }
        return page
    }

    public func slotRecords(of vault: VaultID) async throws(VaultError) -> [SlotID: [UInt8]] {
        try await read(vault) { db in
            guard let no = try Self.vault(db, vault)?.no else { return [:] }
            var slots: [SlotID: [UInt8]] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT id, record FROM slot WHERE vault = ?", arguments: [no]) {
                guard let id = SlotID(octets: try Self.octets(row, "id")) else {
                    throw VaultError(.damaged, object: "slot", "the row's id")
                }
                slots[id] = try Self.octets(row, "record")
            }
            return slots
        }
    }

    public func keyRecords(
        of vault: VaultID, after version: VersionID?, limit: Int
    ) async throws(VaultError) -> [(version: VersionID, record: [UInt8])] {
        try await read(vault) { db in
            guard let no = try Self.vault(db, vault)?.no else { return [] }
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT version, record FROM key_record WHERE vault = ? AND version > ? ORDER BY version LIMIT ?",
                arguments: [no, version?.data ?? Data(), limit])
            return try rows.map { row in
                guard let version = VersionID(octets: try Self.octets(row, "version")) else {
                    throw VaultError(.damaged, object: "key record", "the row's version")
                }
                return (version, try Self.octets(row, "record"))
            }
        }
    }
}
