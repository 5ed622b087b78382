// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore: EnumerableVaultStore {
    public func vaults(after vault: VaultID?, limit: Int) async throws(VaultError) -> [VaultListing] {
        // Every vault has a row at its home, wherever it lies; its rows elsewhere are passed over.
        var (page, last): ([VaultListing], VaultID?) = ([], vault)
        let start = vault.map { home(of: $0) } ?? 0
        for shard in start..<homes {
            while page.count < limit {
                let rows = try await rows(shard, after: last, limit: limit - page.count)
                guard let end = rows.last else { break }
                last = end.id
                for row in rows where home(of: row.id) == shard {
                    // One that lies elsewhere, or comes or goes, says its head there.
                    guard let head = row.isHere ? row.head : try await head(of: row.id) else { continue }
                    page.append(VaultListing(id: row.id, head: head))
                }
            }
            last = nil
        }
        return page
    }

    private struct Row: Sendable {
        let id: VaultID
        let head: JournalHead?
        let isHere: Bool
    }

    private func rows(_ shard: Int, after last: VaultID?, limit: Int) async throws(VaultError) -> [Row] {
        let cluster = clusters[shard]
        let queries = [
            Query(sql: "SELECT set_config('dossier.heads', 'all', true)"),
            Query(
                sql: """
                    SELECT id, sequence, hash, standing::bigint FROM \(cluster.address.access.schema).vault
                    WHERE id > $1 ORDER BY id LIMIT $2
                    """, [.octets(last?.octets ?? []), .number(Int64(limit))]),
        ]
        return try await cluster.perform("vaults", reading: true) { session, _ async throws(PostgreSQLError) in
            let rows = try await session.run(queries)[1]
            var found: [Row] = []
            for row in 0..<rows.count {
                guard let id = VaultID(octets: try rows.octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "vault", "the row's id")
                }
                let isHere = try rows.number(row, 3) == 0
                let hash = Digest32(octets: try rows.octets(row, 2))
                guard hash != nil || !isHere else {
                    throw PostgreSQLError(.damaged, object: "vault", "the row's hash")
                }
                let sequence = try rows.number(row, 1)
                found.append(
                    Row(id: id, head: hash.map { JournalHead(sequence: sequence, hash: $0) }, isHere: isHere))
            }
            return found
        }
    }

    public func slotRecords(of vault: VaultID) async throws(VaultError) -> [SlotID: [UInt8]] {
        try await read(vault) {
            [Query(sql: "SELECT id, record FROM \($0.schema).slot WHERE vault = $1", [.octets(vault.octets)])]
        } _: { rows throws(PostgreSQLError) in
            var slots: [SlotID: [UInt8]] = [:]
            for row in 0..<rows[0].count {
                guard let id = SlotID(octets: try rows[0].octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "slot", "the row's id")
                }
                slots[id] = try rows[0].octets(row, 1)
            }
            return slots
        }
    }

    public func keyRecords(
        of vault: VaultID, after version: VersionID?, limit: Int
    ) async throws(VaultError) -> [(version: VersionID, record: [UInt8])] {
        let values: [Query.Value] = [
            .octets(vault.octets), .octets(version?.octets ?? []), .number(Int64(max(0, limit))),
        ]
        return try await read(vault) {
            [
                Query(
                    sql: """
                        SELECT version, record FROM \($0.schema).key_record
                        WHERE vault = $1 AND version > $2 ORDER BY version LIMIT $3
                        """, values)
            ]
        } _: { rows throws(PostgreSQLError) in
            var records: [(version: VersionID, record: [UInt8])] = []
            for row in 0..<rows[0].count {
                guard let version = VersionID(octets: try rows[0].octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "key record", "the row's version")
                }
                records.append((version, try rows[0].octets(row, 1)))
            }
            return records
        }
    }
}
