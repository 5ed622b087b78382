// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// Access logs and the records of a release service in PostgreSQL.
///
/// It belongs to the release service and lies apart from the vaults' store: in a schema of its own, better in a database of its
/// own with a role of its own. Several processes may use one.
public final class PostgreSQLAccessLogStore: AccessLogStore {
    private let cluster: Cluster

    /// Opens the logs; ``prepare(_:)`` makes their tables.
    ///
    /// - Parameter address: One cluster; its option `schema` says where the tables are. `contents` means nothing here.
    /// - Throws: ``DocumentVault/VaultError``: `notAStore` without tables or for an address with several clusters, `newerVersion`,
    ///   `notPermitted`, `busy`.
    public init(_ address: PostgreSQLStoreURL) async throws(VaultError) {
        cluster = try Self.cluster(address)
        do throws(VaultError) {
            let version = cluster.query("SELECT max(version) FROM @access_log_version", [])
            try await cluster.perform("access logs") { session, _ throws(PostgreSQLError) in
                let rows = try session.run([version])
                guard try rows[0].number(0, 0) <= 1 else {
                    throw PostgreSQLError(.newerVersion, object: "access logs", "tables of a newer version")
                }
            }
        } catch {
            await cluster.close()
            throw error
        }
    }

    /// Ends all connections.
    public func close() async { await cluster.close() }

    /// Makes the tables where there are none; may be repeated, by several at once.
    ///
    /// - Throws: ``DocumentVault/VaultError``: `notAStore` for a schema with other tables, `notPermitted`, `busy`.
    public static func prepare(_ address: PostgreSQLStoreURL) async throws(VaultError) {
        let cluster = try cluster(address)
        let schema = cluster.statements.schema
        do throws(VaultError) {
            try await cluster.perform("access logs") { session, _ throws(PostgreSQLError) in
                do throws(PostgreSQLError) {
                    try makeTables(session, schema, cluster)
                } catch {
                    _ = try? session.run([Query(sql: "ROLLBACK")])
                    // Two who make them at once: the second finds them.
                    let isTwice = ["23505", "42P06", "42P07"].contains { error.kind == .state($0) }
                    throw isTwice ? PostgreSQLError(.state("40001")) : error
                }
            }
        } catch {
            await cluster.close()
            throw error
        }
        await cluster.close()
    }

    private static func makeTables(
        _ session: Session, _ schema: String, _ cluster: Cluster
    ) throws(PostgreSQLError) {
        let found = try session.run([
            Query(sql: "BEGIN"),
            Query(
                sql: """
                    SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1),
                        (SELECT count(*) FROM pg_tables WHERE schemaname = $1),
                        (SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'access_log_version')
                    """, [.text(schema)]),
        ])
        let (schemas, tables, ours) = (
            try found[1].number(0, 0), try found[1].number(0, 1), try found[1].number(0, 2)
        )
        guard tables == 0 || ours == 1 else {
            throw PostgreSQLError(.notAStore, object: "schema \(schema)", "it has other tables")
        }
        var texts = schemas == 0 ? ["CREATE SCHEMA \(schema)"] : []
        if ours == 0 {
            texts += [
                "CREATE TABLE @access_log_version (version bigint PRIMARY KEY)",
                "CREATE TABLE @access_log (id bytea PRIMARY KEY, size bigint NOT NULL) WITH (fillfactor = 70)",
                """
                CREATE TABLE @access_log_entry (log bytea NOT NULL, place bigint NOT NULL, entry bytea NOT NULL,
                    PRIMARY KEY (log, place))
                """,
                """
                CREATE TABLE @access_log_record (log bytea NOT NULL, key bytea NOT NULL, value bytea NOT NULL,
                    PRIMARY KEY (log, key))
                """,
                "INSERT INTO @access_log_version VALUES (1)",
            ]
        }
        _ = try session.run(texts.map { cluster.query($0, []) } + [Query(sql: "COMMIT")])
    }

    private static func cluster(_ address: PostgreSQLStoreURL) throws(VaultError) -> Cluster {
        guard let cluster = address.clusters.first, address.clusters.count == 1 else {
            throw VaultError(.notAStore, object: "store address", "access logs lie in one cluster")
        }
        return Cluster(cluster, number: 0, place: nil, counts: StoreCounts())
    }

    public func size(of log: VaultID) async throws(VaultError) -> Int64 {
        let query = cluster.query("SELECT size FROM @access_log WHERE id = $1", [.octets(log.octets)])
        return try await cluster.perform("log \(log)") { session, _ throws(PostgreSQLError) in
            let rows = try session.run([query])
            return rows[0].count > 0 ? try rows[0].number(0, 0) : 0
        }
    }

    public func append(_ change: AccessLogAppend, to log: VaultID) async throws(VaultError) -> Bool {
        let (first, end) = (change.expecting, change.expecting + Int64(change.entries.count))
        let records = Array(change.records)
        let move =
            first == 0
            ? """
            INSERT INTO @access_log (id, size) VALUES ($1, $3)
            ON CONFLICT (id) DO UPDATE SET size = $3 WHERE access_log.size = $2 RETURNING id
            """ : "UPDATE @access_log SET size = $3 WHERE id = $1 AND size = $2 RETURNING id"
        let append = cluster.query(
            """
            WITH moved AS (\(move)),
            put_entry AS (INSERT INTO @access_log_entry (log, place, entry)
                SELECT moved.id, given.place, given.entry FROM moved, unnest($4, $5) AS given (place, entry)),
            put_record AS (INSERT INTO @access_log_record (log, key, value)
                SELECT moved.id, given.key, given.value FROM moved, unnest($6, $7) AS given (key, value)
                ON CONFLICT (log, key) DO UPDATE SET value = excluded.value)
            SELECT count(*) FROM moved
            """,
            [
                .octets(log.octets), .number(first), .number(end), .numberList(Array(first..<end)),
                .octetsList(change.entries), .octetsList(records.map(\.key)), .octetsList(records.map(\.value)),
            ])
        let look = cluster.query(
            "SELECT entry FROM @access_log_entry WHERE log = $1 AND place >= $2 AND place < $3 ORDER BY place",
            [.octets(log.octets), .number(first), .number(end)])
        let touch = cluster.query("UPDATE @access_log SET size = size WHERE id = $1", [.octets(log.octets)])
        return try await cluster.perform("log \(log)") { session, mayBeDone throws(PostgreSQLError) in
            guard try session.run([append])[0].number(0, 0) == 0 else { return true }
            guard mayBeDone else { return false }
            // An answer was lost before: it was this very call if the entries are these. The commit after it waits for the
            // standbys, and with it everything before.
            let rows = try session.run([look, touch])[0]
            var found: [[UInt8]] = []
            for row in 0..<rows.count { found.append(try rows.octets(row, 0)) }
            guard !change.entries.isEmpty else { throw PostgreSQLError(.lost, mayHaveCommitted: true) }
            return found == change.entries
        }
    }

    public func entries(of log: VaultID, from place: Int64, limit: Int) async throws(VaultError) -> [[UInt8]] {
        let query = cluster.query(
            "SELECT place, entry FROM @access_log_entry WHERE log = $1 AND place >= $2 ORDER BY place LIMIT $3",
            [.octets(log.octets), .number(place), .number(Int64(max(0, limit)))])
        return try await cluster.perform("log \(log)") { session, _ throws(PostgreSQLError) in
            let rows = try session.run([query])[0]
            var entries: [[UInt8]] = []
            for row in 0..<rows.count {
                guard try rows.number(row, 0) == place + Int64(row) else {
                    throw PostgreSQLError(.damaged, object: "log entry \(place + Int64(row))", "missing")
                }
                entries.append(try rows.octets(row, 1))
            }
            return entries
        }
    }

    public func record(_ key: [UInt8], of log: VaultID) async throws(VaultError) -> [UInt8]? {
        let query = cluster.query(
            "SELECT value FROM @access_log_record WHERE log = $1 AND key = $2", [.octets(log.octets), .octets(key)])
        return try await cluster.perform("log \(log)") { session, _ throws(PostgreSQLError) in
            let rows = try session.run([query])[0]
            return rows.count > 0 ? try rows.octets(0, 0) : nil
        }
    }
}
