// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault

/// What is looked at whenever a connection is made: after a failover another server, set up differently, may answer.
enum Greeting {
    /// What a server says of itself.
    struct Answer: Sendable {
        var version: Int64
        var bindsRole: Bool
        var standbys: String
    }

    private static let settings = """
        SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
            current_setting('synchronous_standby_names'), pg_is_in_recovery(),
            (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
            current_setting('server_version_num')::bigint
        """

    /// SQL that is 1 where a server's settings are those that ``check(_:_:)`` asks for, and a division by zero elsewhere.
    ///
    /// Settings of the server are read anew while its connections stand, so every transaction that changes something asks
    /// as well; one that is ended by this gives its connection up, and what greets the next one says what is wrong.
    static func isDurable(_ durability: PostgreSQLDurability) -> String {
        let commit =
            switch durability {
            case .quorum:
                "current_setting('synchronous_commit') IN ('on', 'remote_apply') AND btrim(current_setting('synchronous_standby_names')) <> ''"
            case .singleNode: "current_setting('synchronous_commit') <> 'off'"
            }
        return
            "1 / (current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AND \(commit))::int"
    }

    /// What a server answers to ``isDurable(_:)`` when it is not: `division_by_zero`.
    static let notDurable = "22012"

    /// Looks whether the server keeps what it acknowledges.
    static func check(
        _ session: Session, _ durability: PostgreSQLDurability
    ) async throws(PostgreSQLError) -> Answer {
        guard let rows = try await session.run([Query(sql: settings)]).first, rows.count == 1 else {
            throw PostgreSQLError(.unexpected)
        }
        guard try !rows.flag(0, 4) else { throw PostgreSQLError(.readOnly) }
        guard try rows.text(0, 0) == "on", try rows.text(0, 1) == "on" else {
            throw PostgreSQLError(
                .notPermitted, object: "server",
                "fsync and full_page_writes must be on: acknowledged changes could be lost")
        }
        let commit = try rows.text(0, 2)
        let standbys = try rows.text(0, 3)
        switch durability {
        case .quorum:
            guard ["on", "remote_apply"].contains(commit), standbys.contains(where: { !$0.isWhitespace }) else {
                throw PostgreSQLError(
                    .notPermitted, object: "server",
                    "it acknowledges changes that no standby has (synchronous_commit \(commit), synchronous_standby_names \(standbys.isEmpty ? "empty" : "set")); durability=single-node accepts that"
                )
            }
        case .singleNode:
            guard commit != "off" else {
                throw PostgreSQLError(
                    .notPermitted, object: "server", "synchronous_commit is off: acknowledged changes could be lost")
            }
        }
        return Answer(version: try rows.number(0, 6), bindsRole: try !rows.flag(0, 5), standbys: standbys)
    }

    /// The row by which a cluster knows its place in the store.
    struct Place: Sendable, Equatable {
        var store: [UInt8]
        var shard: Int64
        var shards: Int64
    }

    /// Looks whether the tables are of a version that this program uses, and whose they are.
    static func place(_ session: Session, schema: String) async throws(PostgreSQLError) -> Place {
        let version: (newest: Int64, needs: Int64)?
        do throws(PostgreSQLError) {
            version = try await self.version(session, schema: schema)
        } catch {
            guard case .state(let state) = error.kind, ["3F000", "42P01"].contains(state) else { throw error }
            version = nil
        }
        guard let version else {
            throw PostgreSQLError(.notAStore, object: "schema \(schema)", "no store was made here (dossier store init)")
        }
        guard version.newest >= Migration.newest else {
            throw PostgreSQLError(
                .notAStore, object: "schema \(schema)",
                "tables of version \(version.newest), \(Migration.newest) is needed (dossier store migrate)")
        }
        guard version.needs <= Migration.newest else {
            throw PostgreSQLError(
                .newerVersion, object: "schema \(schema)",
                "tables of version \(version.newest), this program knows \(Migration.newest)")
        }
        let rows = try await session.run([Query(sql: "SELECT id, shard, shards FROM \(schema).store")])
        guard let row = rows.first, row.count == 1 else {
            throw PostgreSQLError(.damaged, object: "schema \(schema)", "the row of the store is missing")
        }
        return Place(
            store: try row.octets(0, 0), shard: try row.number(0, 1), shards: try row.number(0, 2))
    }

    /// The version of the tables and the oldest program that may use them; `nil` for an empty table.
    static func version(
        _ session: Session, schema: String
    ) async throws(PostgreSQLError) -> (newest: Int64, needs: Int64)? {
        let rows = try await session.run([
            Query(sql: "SELECT version, needs FROM \(schema).migration ORDER BY version DESC LIMIT 1")
        ])
        guard let row = rows.first, row.count == 1 else { return nil }
        return (try row.number(0, 0), try row.number(0, 1))
    }
}
