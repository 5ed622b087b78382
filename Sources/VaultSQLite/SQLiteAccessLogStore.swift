// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import FoundationEssentials
import GRDB

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Access logs and the records of a release service in one SQLite database: WAL, `synchronous=FULL`.
///
/// It belongs to the release service and lies apart from the vaults' store. Several processes may use one file.
public final class SQLiteAccessLogStore: AccessLogStore {
    private let pool: DatabasePool
    private let commits: CommitQueue

    /// Opens a database, or makes one, which only its owner's processes read: it says who asked for what.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``DocumentVault/VaultError``: `notAStore`, `notPermitted`, `newerVersion`, `damaged`, `storeFailure`.
    public init(path: String) throws(VaultError) {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        // SQLite gives its log the same permissions.
        let made = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 { close(made) }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // Set after WAL is on: GRDB lowers it to NORMAL when it opens a pool.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
                let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
                guard synchronous == 2, journal == "wal" else {
                    throw VaultError(.storeFailure, object: path, "the database cannot be made durable")
                }
            }
            try pool.write { db in try Self.prepareTables(db, path) }
            self.pool = pool
            commits = CommitQueue(pool)
        } catch {
            throw VaultError(database: error, object: path)
        }
    }

    private static let application = 0x444B_414C  // "DKAL"

    private static func prepareTables(_ db: Database, _ path: String) throws {
        switch try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 {
        case 0:
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw VaultError(.notAStore, object: path, "a database of something else")
            }
            try db.execute(
                sql: """
                    CREATE TABLE log (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, size INTEGER NOT NULL);
                    CREATE TABLE log_entry (log INTEGER NOT NULL, place INTEGER NOT NULL, entry BLOB NOT NULL,
                        PRIMARY KEY (log, place));
                    CREATE TABLE log_record (log INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
                        PRIMARY KEY (log, key)) WITHOUT ROWID;
                    PRAGMA application_id = \(application);
                    PRAGMA user_version = 1;
                    """)
        case 1:
            guard try Int.fetchOne(db, sql: "PRAGMA application_id") == application else {
                throw VaultError(.notAStore, object: path, "a database of something else")
            }
        case let version: throw VaultError(.newerVersion, object: path, "tables of version \(version)")
        }
    }

    private struct LogRow {
        let no: Int64
        let size: Int64
    }

    private static func log(_ db: Database, _ log: VaultID) throws -> LogRow? {
        guard let row = try Row.fetchOne(db, sql: "SELECT no, size FROM log WHERE id = ?", arguments: [log.data]) else {
            return nil
        }
        let no = try SQLiteVaultStore.value(row, "no", as: Int64.self)
        return LogRow(no: no, size: try SQLiteVaultStore.value(row, "size", as: Int64.self))
    }

    private func read<Value: Sendable>(
        _ log: VaultID, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VaultError) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw VaultError(database: error, object: "log \(log)")
        }
    }

    public func size(of log: VaultID) async throws(VaultError) -> Int64 {
        try await read(log) { db in try Self.log(db, log)?.size ?? 0 }
    }

    public func append(_ change: AccessLogAppend, to log: VaultID) async throws(VaultError) -> Bool {
        do {
            return try await commits.write { db in
                let row = try Self.log(db, log)
                guard (row?.size ?? 0) == change.expecting else { return false }
                let size = change.expecting + Int64(change.entries.count)
                let no: Int64
                if let row {
                    no = row.no
                    try db.execute(sql: "UPDATE log SET size = ? WHERE no = ?", arguments: [size, no])
                } else {
                    try db.execute(sql: "INSERT INTO log (id, size) VALUES (?, ?)", arguments: [log.data, size])
                    no = db.lastInsertedRowID
                }
                for (offset, entry) in change.entries.enumerated() {
                    try db.execute(
                        sql: "INSERT INTO log_entry (log, place, entry) VALUES (?, ?, ?)",
                        arguments: [no, change.expecting + Int64(offset), Data(entry)])
                }
                for (key, value) in change.records {
                    try db.execute(
                        sql: """
                            INSERT INTO log_record (log, key, value) VALUES (?, ?, ?)
                            ON CONFLICT (log, key) DO UPDATE SET value = excluded.value
                            """, arguments: [no, Data(key), Data(value)])
                }
                return true
            }
        } catch {
            throw VaultError(database: error, object: "log \(log)")
        }
    }

    public func entries(of log: VaultID, from place: Int64, limit: Int) async throws(VaultError) -> [[UInt8]] {
        try await read(log) { db in
            guard let no = try Self.log(db, log)?.no else { return [] }
            let rows = try Row.fetchAll(
                db, sql: "SELECT place, entry FROM log_entry WHERE log = ? AND place >= ? ORDER BY place LIMIT ?",
                arguments: [no, place, limit])
            return try rows.enumerated().map { offset, row in
                guard try SQLiteVaultStore.value(row, "place", as: Int64.self) == place + Int64(offset) else {
                    throw VaultError(.damaged, object: "log entry \(place + Int64(offset))", "missing")
                }
                return try SQLiteVaultStore.octets(row, "entry")
            }
        }
    }

    public func record(_ key: [UInt8], of log: VaultID) async throws(VaultError) -> [UInt8]? {
        try await read(log) { db in
            guard let no = try Self.log(db, log)?.no else { return nil }
            return try Row.fetchOne(
                db, sql: "SELECT value FROM log_record WHERE log = ? AND key = ?", arguments: [no, Data(key)]
            ).map { try SQLiteVaultStore.octets($0, "value") }
        }
    }
}
