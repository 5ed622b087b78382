// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// The tables of access logs, beside nobody else's in their schema.
enum AccessLogTables {
    /// The version that this program reads and writes.
    static let version: Int64 = 1

    // Random ids, so each row names its log. A row of `access_log` is changed with every append: room for that in its page.
    private static func statements(_ schema: String) -> [String] {
        [
            "CREATE TABLE \(schema).access_log_version (version bigint PRIMARY KEY)",
            "INSERT INTO \(schema).access_log_version VALUES (\(version))",
            """
            CREATE TABLE \(schema).access_log (id bytea PRIMARY KEY CHECK (octet_length(id) = 32),
                size bigint NOT NULL CHECK (size >= 0)) WITH (fillfactor = 70)
            """,
            """
            CREATE TABLE \(schema).access_log_entry (log bytea NOT NULL, place bigint NOT NULL, entry bytea NOT NULL,
                PRIMARY KEY (log, place))
            """,
            """
            CREATE TABLE \(schema).access_log_record (log bytea NOT NULL, key bytea NOT NULL, value bytea NOT NULL,
                PRIMARY KEY (log, key))
            """,
        ]
    }

    /// Makes the tables where there are none, in one transaction: an interrupted one leaves nothing behind.
    static func make(_ session: Session, schema: String) async throws(PostgreSQLError) {
        do throws(PostgreSQLError) {
            let found = try await session.run([
                Query(sql: "BEGIN"),
                Query(
                    sql: """
                        SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1),
                            (SELECT count(*) FROM pg_tables WHERE schemaname = $1),
                            (SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'access_log_version')
                        """, [.text(schema)]),
            ])[1]
            let (schemas, tables, ours) = (try found.number(0, 0), try found.number(0, 1), try found.number(0, 2))
            guard tables == 0 || ours == 1 else {
                throw PostgreSQLError(.notAStore, object: "schema \(schema)", "it has other tables")
            }
            if ours == 1 { try await check(session, schema: schema) }
            let missing = (schemas == 0 ? ["CREATE SCHEMA \(schema)"] : []) + (ours == 0 ? statements(schema) : [])
            _ = try await session.run((missing + ["COMMIT"]).map { Query(sql: $0) })
        } catch {
            _ = try? await session.run([Query(sql: "ROLLBACK")])
            // Two who make them at once: the second finds them when it tries again.
            if ["23505", "42P06", "42P07"].contains(where: { error.kind == .state($0) }) {
                throw PostgreSQLError(.state("40001"))
            }
            throw error
        }
    }

    /// Looks whether the tables are there, of a version that this program uses.
    static func check(_ session: Session, schema: String) async throws(PostgreSQLError) {
        let found: Rows
        do throws(PostgreSQLError) {
            found = try await session.run([
                Query(sql: "SELECT version FROM \(schema).access_log_version ORDER BY version DESC")
            ])[0]
        } catch {
            guard case .state(let state) = error.kind, ["3F000", "42P01"].contains(state) else { throw error }
            throw PostgreSQLError(.notAStore, object: "schema \(schema)", "no access logs were made here")
        }
        guard found.count > 0 else {
            throw PostgreSQLError(.damaged, object: "schema \(schema)", "the version of the access logs is missing")
        }
        let newest = try found.number(0, 0)
        guard newest <= version else {
            throw PostgreSQLError(
                .newerVersion, object: "schema \(schema)",
                "access logs of version \(newest), this program knows \(version)")
        }
    }
}
