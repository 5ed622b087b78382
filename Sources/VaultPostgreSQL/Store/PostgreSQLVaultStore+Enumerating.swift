// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore: EnumerableVaultStore {
    public func vaults(after vault: VaultID?, limit: Int) async throws(VaultError) -> [VaultListing] {
        var (page, last): ([VaultListing], VaultID?) = ([], vault)
        let start = vault.map { Self.shard(of: $0, count: clusters.count) } ?? 0
        for cluster in clusters[start...] {
            guard page.count < limit else { break }
            let queries = [
                Query(sql: "SELECT set_config('dossier.heads', 'all', true)"),
                Query(
                    sql: """
                        SELECT id, sequence, hash FROM \(cluster.address.access.schema).vault WHERE id > $1
                        ORDER BY id LIMIT $2
                        """, [.octets(last?.octets ?? []), .number(Int64(limit - page.count))]),
            ]
            page += try await cluster.perform("vaults") { session, _ throws(PostgreSQLError) in
                let rows = try session.run(queries)[1]
                var found: [VaultListing] = []
                for row in 0..<rows.count {
                    guard let id = VaultID(octets: try rows.octets(row, 0)),
                        let hash = Digest32(octets: try rows.octets(row, 2))
                    else { throw PostgreSQLError(.damaged, object: "vault", "the row's id or hash") }
                    found.append(
                        VaultListing(id: id, head: JournalHead(sequence: try rows.number(row, 1), hash: hash)))
                }
                return found
            }
            last = nil
        }
        return page
    }

    public func slotRecords(of vault: VaultID) async throws(VaultError) -> [SlotID: [UInt8]] {
        let cluster = cluster(of: vault)
        let query = Query(
            sql: "SELECT id, record FROM \(cluster.address.access.schema).slot WHERE vault = $1",
            [.octets(vault.octets)])
        return try await cluster.read(vault, [query]) { rows throws(PostgreSQLError) in
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
        let cluster = cluster(of: vault)
        let query = Query(
            sql: """
                SELECT version, record FROM \(cluster.address.access.schema).key_record
                WHERE vault = $1 AND version > $2 ORDER BY version LIMIT $3
                """,
            [.octets(vault.octets), .octets(version?.octets ?? []), .number(Int64(max(0, limit)))])
        return try await cluster.read(vault, [query]) { rows throws(PostgreSQLError) in
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
