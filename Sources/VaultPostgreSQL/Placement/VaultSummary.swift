// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// What a cluster has of a vault that is being moved, in a few octets; made by the cluster itself.
struct VaultSummary: Sendable, Equatable {
    /// Rows of one table.
    struct Part: Sendable, Equatable {
        let count: Int64
        let digest: [UInt8]?
    }

    let entries: Part
    let slots: Part
    let keyRecords: Part
    /// Ids and sizes; the octets are looked at by whoever reads them, against what the vault itself says.
    let contents: Part
    let deposits: Part
    /// The last entry of the journal.
    let last: [UInt8]

    init(_ rows: [Rows]) throws(PostgreSQLError) {
        guard rows.count == 6 else { throw PostgreSQLError(.unexpected) }
        func part(_ rows: Rows) throws(PostgreSQLError) -> Part {
            Part(count: try rows.number(0, 0), digest: try rows.optionalOctets(0, 1))
        }
        (entries, slots, keyRecords) = (try part(rows[0]), try part(rows[1]), try part(rows[2]))
        (contents, deposits) = (try part(rows[3]), try part(rows[4]))
        last = rows[5].count == 1 ? try rows[5].octets(0, 0) : []
    }

    /// - Parameter checked: The entry up to which both clusters were found to have the same. Entries do not change; only their
    ///   payloads go, and whether one is there is always looked at.
    static func queries(_ cluster: Cluster, _ vault: VaultID, checked: Int64) -> [Query] {
        func digest(_ table: String, _ row: String, order: String) -> String {
            "SELECT count(*), sha256(string_agg(\(row), ''::bytea ORDER BY \(order))) FROM @\(table) WHERE vault = $1"
        }
        let entry = """
            int8send(sequence) || boolsend(payload IS NULL)
                || CASE WHEN sequence > $2 THEN \(VaultSummary.entry) ELSE ''::bytea END
            """
        return [cluster.query(digest("entry", entry, order: "sequence"), [.octets(vault.octets), .number(checked)])]
            + [
                digest("slot", "id || sha256(record)", order: "id"),
                digest("key_record", "version || sha256(record)", order: "version"),
                digest("content", "id || int8send(size)", order: "id"),
                // Their order is that of arrival.
                digest("deposit", "id || sha256(record)", order: "place"),
                "SELECT entry FROM @entry WHERE vault = $1 ORDER BY sequence DESC LIMIT 1",
            ].map { cluster.query($0, [.octets(vault.octets)]) }
    }

    /// What an entry is made of, for a digest.
    static let entry = "operation || sha256(entry) || coalesce(sha256(payload), ''::bytea)"
}
