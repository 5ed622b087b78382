// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// Brings the tables of one cluster to a version.
enum Migrator {
    struct Outcome: Sendable {
        /// The version before; 0 when there were no tables.
        var version: Int64
        /// The name of the store that the cluster belongs to.
        var store: [UInt8]
        /// The number of clusters that the store was made with.
        var shards: Int64
    }

    /// All steps in one transaction: an interrupted one leaves the tables as they were.
    ///
    /// - Parameter newest: Where to stop; tests make older stores by it.
    static func bringUp(
        _ session: Session, schema: String, place: Greeting.Place, newest: Int64 = Migration.newest
    ) async throws(PostgreSQLError) -> Outcome {
        do throws(PostgreSQLError) {
            return try await steps(session, schema: schema, place: place, newest: newest)
        } catch {
            _ = try? await session.run([Query(sql: "ROLLBACK")])
            // Two who make the same schema at the same moment: the second finds it made when it tries again.
            if ["23505", "42P06", "42P07"].contains(where: { error.kind == .state($0) }) {
                throw PostgreSQLError(.state("40001"))
            }
            throw error
        }
    }

    private static func steps(
        _ session: Session, schema: String, place: Greeting.Place, newest: Int64
    ) async throws(PostgreSQLError) -> Outcome {
        _ = try await session.run([Query(sql: "BEGIN")])
        let found = try await session.run([
            Query(
                sql: """
                    SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1),
                        (SELECT count(*) FROM pg_tables WHERE schemaname = $1),
                        (SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'migration')
                    """, [.text(schema)])
        ])
        let (schemas, tables, ours) = (
            try found[0].number(0, 0), try found[0].number(0, 1), try found[0].number(0, 2)
        )
        guard tables == 0 || ours == 1 else {
            throw PostgreSQLError(.notAStore, object: "schema \(schema)", "it has other tables")
        }
        if schemas == 0 { _ = try await session.run([Query(sql: "CREATE SCHEMA \(schema)")]) }
        if ours == 0 {
            _ = try await session.run([
                Query(sql: "CREATE TABLE \(schema).migration (version bigint PRIMARY KEY, needs bigint NOT NULL)")
            ])
        }
        _ = try await session.run([Query(sql: "LOCK TABLE \(schema).migration IN EXCLUSIVE MODE")])
        let before = try await Greeting.version(session, schema: schema)
        if let before, before.newest > Migration.newest {
            guard before.needs <= Migration.newest else {
                throw PostgreSQLError(
                    .newerVersion, object: "schema \(schema)",
                    "tables of version \(before.newest), this program knows \(Migration.newest)")
            }
        }
        for step in Migration.all(schema: schema) where step.version > before?.newest ?? 0 && step.version <= newest {
            _ = try await session.run(
                step.statements.map { Query(sql: $0) } + [
                    Query(
                        sql: "INSERT INTO \(schema).migration (version, needs) VALUES ($1, $2)",
                        [.number(step.version), .number(step.needs)])
                ])
        }
        let store = try await session.run([
            Query(
                sql: "INSERT INTO \(schema).store (id, shard, shards) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                [.octets(place.store), .number(place.shard), .number(place.shards)]),
            Query(sql: "SELECT id, shard, shards FROM \(schema).store"),
            Query(sql: "COMMIT"),
        ])
        guard store[1].count == 1, try store[1].number(0, 1) == place.shard else {
            throw PostgreSQLError(
                .notAStore, object: "schema \(schema)", "another shard of a store than the address says")
        }
        return Outcome(
            version: before?.newest ?? 0, store: try store[1].octets(0, 0), shards: try store[1].number(0, 2))
    }
}
