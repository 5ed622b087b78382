// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

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
    /// Whether a connection of this role sees the rows of one vault alone: row level security binds the role (an
    /// administrator's sees every row), stands on every table, and shows no row without a vault.
    public var isolatesVaults: Bool
    /// Triggers and rules on the store's tables: it has none of its own, and one that somebody put there can have it
    /// acknowledge what was not written.
    public var alterations: Int
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
        let tables = try await Self.tables(session, schema: schema)
        let mayKnow = try rows[0].flag(0, 0)
        serverVersion = Int(clamping: answer.version)
        schemaVersion = Int(clamping: version?.newest ?? 0)
        waitsFor = answer.standbys
        isolatesVaults = answer.bindsRole && tables.areIsolated
        alterations = tables.alterations
        synchronousStandbys = mayKnow ? Int(clamping: try rows[0].number(0, 1)) : nil
        standbyLag = try rows[0].optionalOctets(0, 2) == nil ? nil : rows[0].number(0, 2)
        estimatedVaults = rows[1].count > 0 ? try rows[1].number(0, 0) : -1
    }

    /// What became of the tables since they were made.
    private static func tables(
        _ session: Session, schema: String
    ) async throws(PostgreSQLError) -> (areIsolated: Bool, alterations: Int) {
        let names = Migration.vaultTables
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        let found = try await session.run([
            Query(
                sql: """
                    WITH tables AS (
                        SELECT pg_class.oid, relrowsecurity AND relforcerowsecurity AS is_bound
                        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                        WHERE nspname = $1 AND relkind IN ('r', 'p') AND relname IN (\(list)))
                    SELECT count(*), count(*) FILTER (WHERE is_bound),
                        (SELECT count(*) FROM pg_trigger JOIN tables ON tables.oid = tgrelid WHERE NOT tgisinternal)
                            + (SELECT count(*) FROM pg_rewrite JOIN tables ON tables.oid = ev_class)
                    FROM tables
                    """, [.text(schema)])
        ])[0]
        guard try found.number(0, 0) == Int64(names.count) else {
            throw PostgreSQLError(.damaged, object: "schema \(schema)", "tables of the store are missing")
        }
        // No vault is set: whatever the policies say, no row may be seen.
        let seen = try await session.run([
            Query(
                sql: "SELECT " + names.map { "EXISTS (SELECT FROM \(schema).\($0))" }.joined(separator: " OR "))
        ])[0]
        let areBound = try found.number(0, 1) == Int64(names.count)
        let isSeen = try seen.flag(0, 0)
        return (areBound && !isSeen, Int(clamping: try found.number(0, 2)))
    }
}
