// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How one cluster of a store does.
public struct PostgreSQLStoreHealth: Sendable, Hashable {
    /// Version of the server, as `server_version_num` has it: 150018 is 15.18.
    public var serverVersion: Int
    /// Version of the store's tables.
    public var schemaVersion: Int
    /// What a commit waits for (`synchronous_standby_names`); empty for nothing but this server.
    public var waitsFor: String
    /// Standbys that a commit may wait for and that are connected; `nil` when the role may not know (`pg_monitor`).
    public var synchronousStandbys: Int?
    /// Octets by which the nearest standby is behind; `nil` when the role may not know or there is none.
    public var standbyLag: Int64?
    /// Whether row level security binds the role: an administrator's role sees every row.
    public var isolatesVaults: Bool
    /// Estimated number of vaults, from the server's statistics; -1 before the first.
    public var estimatedVaults: Int64

    init(
        _ session: Session, _ durability: PostgreSQLDurability, schema: String
    ) async throws(PostgreSQLError) {
        let answer = try await Greeting.check(session, durability)
        let version = try await Greeting.version(session, schema: schema)
        let rows = try await session.run([
            Query(
                sql: """
                    SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
                        count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')),
                        min(pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn))::bigint
                    FROM pg_stat_replication
                    """),
            Query(
                sql: "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)", [.text("\(schema).vault")]),
        ])
        let mayKnow = try rows[0].flag(0, 0)
        serverVersion = Int(clamping: answer.version)
        schemaVersion = Int(clamping: version?.newest ?? 0)
        waitsFor = answer.standbys
        isolatesVaults = answer.bindsRole
        synchronousStandbys = mayKnow ? Int(clamping: try rows[0].number(0, 1)) : nil
        standbyLag = try rows[0].optionalOctets(0, 2) == nil ? nil : rows[0].number(0, 2)
        estimatedVaults = rows[1].count > 0 ? try rows[1].number(0, 0) : -1
    }
}
