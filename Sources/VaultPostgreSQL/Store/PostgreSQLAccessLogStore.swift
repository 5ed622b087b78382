// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// Access logs and the records of a release service in PostgreSQL.
///
/// It belongs to the release service and lies apart from the vaults' store: in a schema of its own, better in a database of its
/// own. Several processes may use one. Who only writes logs needs `SELECT` and `INSERT` on its tables, and `UPDATE` on
/// `access_log` and `access_log_record`: entries are never changed.
public final class PostgreSQLAccessLogStore: AccessLogStore {
    private let cluster: Cluster
    private let statements: AccessLogStatements

    /// Opens the logs; ``prepare(_:)`` makes their tables.
    ///
    /// - Parameter address: One cluster; its option `schema` says where the tables are. `contents` means nothing here.
    /// - Throws: ``DocumentVault/VaultError``: `notAStore` without tables or for an address with several clusters, `newerVersion`,
    ///   `notPermitted`, `notFound` without the database, `busy`.
    public init(_ address: PostgreSQLStoreURL) async throws(VaultError) {
        cluster = try Self.cluster(address)
        let schema = cluster.address.access.schema
        statements = AccessLogStatements(schema: schema)
        do throws(VaultError) {
            try await cluster.perform("access logs") { session, _ async throws(PostgreSQLError) in
                try await AccessLogTables.check(session, schema: schema)
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
    /// - Throws: ``DocumentVault/VaultError``: `notAStore` for a schema with other tables or an address with several clusters,
    ///   `newerVersion`, `notPermitted`, `notFound` without the database, `busy`.
    public static func prepare(_ address: PostgreSQLStoreURL) async throws(VaultError) {
        let cluster = try cluster(address)
        let schema = cluster.address.access.schema
        do throws(VaultError) {
            try await cluster.perform("access logs") { session, _ async throws(PostgreSQLError) in
                try await AccessLogTables.make(session, schema: schema)
            }
        } catch {
            await cluster.close()
            throw error
        }
        await cluster.close()
    }

    private static func cluster(_ address: PostgreSQLStoreURL) throws(VaultError) -> Cluster {
        guard let cluster = address.clusters.first, address.clusters.count == 1 else {
            throw VaultError(.notAStore, object: "store address", "access logs lie in one cluster")
        }
        return Cluster(cluster, number: 0, place: nil, counts: StoreCounts())
    }

    public func size(of log: VaultID) async throws(VaultError) -> Int64 {
        let query = statements.size(of: log)
        return try await cluster.perform("log \(log)", reading: true) { session, _ async throws(PostgreSQLError) in
            let rows = try await session.run([query])[0]
            return rows.count > 0 ? try rows.number(0, 0) : 0
        }
    }

    public func append(_ change: AccessLogAppend, to log: VaultID) async throws(VaultError) -> Bool {
        let (append, look) = (statements.append(change, to: log), statements.look(for: change, in: log))
        let durable = Query(cluster.statements.durable)
        return try await cluster.perform("log \(log)") { session, mayBeDone async throws(PostgreSQLError) in
            guard try await session.run([durable, append])[1].number(0, 0) == 0 else { return true }
            guard mayBeDone else { return false }
            // An answer was lost before: it was this very call if the entries are these, each with a salt of its own.
            guard !change.entries.isEmpty else {
                throw PostgreSQLError(
                    .storeFailure, object: "log \(log)", "others appended; whether the change took place is unknown")
            }
            let rows = try await session.run(look)[0]
            var found: [[UInt8]] = []
            for row in 0..<rows.count { found.append(try rows.octets(row, 0)) }
            return found == change.entries
        }
    }

    public func entries(of log: VaultID, from place: Int64, limit: Int) async throws(VaultError) -> [[UInt8]] {
        let query = statements.entries(of: log, from: place, limit: limit)
        return try await cluster.perform("log \(log)", reading: true) { session, _ async throws(PostgreSQLError) in
            let rows = try await session.run([query])[0]
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
        let query = statements.record(key, of: log)
        return try await cluster.perform("log \(log)", reading: true) { session, _ async throws(PostgreSQLError) in
            let rows = try await session.run([query])[0]
            return rows.count > 0 ? try rows.octets(0, 0) : nil
        }
    }
}
