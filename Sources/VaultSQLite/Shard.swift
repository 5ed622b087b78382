// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import GRDB
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One database of a store: WAL, synchronous=FULL, secure_delete.
///
/// **What leaves the log, and when.** SQLite overwrites what is dropped in the database, and secure_delete its rests; in
/// the log the pages stand as they were until they are carried over and overwritten. So the log is carried over and emptied
/// as a whole
/// - after a change that drops something which nobody is to have any more: payloads and key records of an erased document,
///   its contents and the pages that told of it, slots (each rotation sets them anew), contents that a sweep deletes;
/// - with the next append after key records were replaced, so once at the end of a rotation and not at each of its steps;
/// - when a shard is opened that has a log, unless somebody is at work in it: its maker may have ended between a change
///   and this. Whoever is the last to close a shard removes its log in any case.
///
/// Pages that a newer snapshot replaces (`mayLinger`) and deposits that were taken over do not cause it: everything that
/// they tell of lives on in the vault. When it is erased, the emptied log takes them along, however old they are.
final class Shard: Sendable {
    let pool: DatabasePool
    let commits: CommitQueue
    /// Whether something is in the log that must go with the next append.
    private let owes = Mutex(false)
    /// Whether ranges of packs are noted that somebody was interrupted in wiping.
    let owesWipe: Mutex<Bool>

    init(path: String) throws(VaultError) {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        // SQLite makes the database before its log. Beside a new one it would take the log for a stale one and delete it, with
        // everything that was acknowledged and not carried over yet.
        var isLogAlone = false
        if try ContentFile.size(path) == nil { isLogAlone = try ContentFile.size(path + "-wal") ?? 0 > 0 }
        guard !isLogAlone else {
            throw VaultError(.damaged, object: path, "the database is missing, and its log is there; put it back")
        }
        // Its owner's alone, as the contents beside it; the folder may be one that was there. SQLite gives its log the
        // same permissions.
        let made = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 { close(made) }
        let hasLog = (try? ContentFile.size(path + "-wal")).flatMap { $0 } ?? 0 > 0
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            self.pool = pool
            commits = CommitQueue(pool)
            // DatabasePool sets synchronous to NORMAL when it turns on WAL, after prepareDatabase has run: an
            // acknowledged write would not outlive a power cut. So it is set here, and looked at.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // 8 MiB of log: pages that every write touches are carried into the database half as often as by
                // default, with half the syncs, and a batch of documents fits in.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 2000")
                let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
                let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
                guard synchronous == 2, journal == "wal" else {
                    throw VaultError(.storeFailure, object: path, "the database cannot be made durable")
                }
            }
            let isWiping = try pool.write { db in
                try Self.prepareTables(db, path)
                return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM wiping)")
            }
            owesWipe = Mutex(isWiping == true)
            if hasLog {
                try pool.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA busy_timeout = 0")
                    _ = try? db.checkpoint(.truncate)
                    try db.execute(sql: "PRAGMA busy_timeout = 5000")
                }
            }
        } catch {
            throw VaultError(database: error, object: path)
        }
    }

    /// Lets the next append empty the log.
    func oweEmptyLog() { owes.withLock { $0 = true } }

    /// Carries the log into the database and empties it, when this change is one that must leave it or an earlier one waits.
    ///
    /// Somebody who reads just then may keep the log as it is; the next append tries again. The change before it is made in
    /// any case.
    func emptyLog(after mustLeave: Bool) async {
        let isDue = owes.withLock { owes in
            defer { owes = false }
            return owes || mustLeave
        }
        guard isDue else { return }
        do {
            try await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch {
            oweEmptyLog()
        }
    }

    private static func prepareTables(_ db: Database, _ path: String) throws {
        switch try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 {
        case 0:
            // A file that SQLite can read but that something else made is not taken over.
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw VaultError(.notAStore, object: path, "a database of something else")
            }
            try makeTables(db)
        case 1: break
        case let version: throw VaultError(.newerVersion, object: path, "tables of version \(version)")
        }
        // Stores that were made before there was an inbox, or packs, get them when they are first opened.
        try makeInbox(db)
        try makePacks(db)
    }

    private static func makeTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE vault (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, sequence INTEGER NOT NULL,
                    hash BLOB NOT NULL);
                CREATE TABLE entry (place INTEGER PRIMARY KEY, vault INTEGER NOT NULL, operation BLOB NOT NULL,
                    entry BLOB NOT NULL, payload BLOB);
                CREATE UNIQUE INDEX entry_operation ON entry (vault, operation);
                CREATE TABLE slot (vault INTEGER NOT NULL, id BLOB NOT NULL, record BLOB NOT NULL);
                CREATE UNIQUE INDEX slot_id ON slot (vault, id);
                CREATE TABLE key_record (vault INTEGER NOT NULL, version BLOB NOT NULL, record BLOB NOT NULL);
                CREATE UNIQUE INDEX key_record_version ON key_record (vault, version);
                CREATE TABLE content (vault INTEGER NOT NULL, id BLOB NOT NULL, sealed BLOB NOT NULL);
                CREATE UNIQUE INDEX content_id ON content (vault, id);
                PRAGMA user_version = 1;
                """)
    }

    private static func makeInbox(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS deposit (place INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL,
                    id BLOB NOT NULL, record BLOB NOT NULL);
                CREATE UNIQUE INDEX IF NOT EXISTS deposit_id ON deposit (vault, id);
                """)
    }

    private static func makePacks(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS pack (no INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL,
                    name BLOB NOT NULL, live INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS packed (vault INTEGER NOT NULL, id BLOB NOT NULL, pack INTEGER NOT NULL,
                    place INTEGER NOT NULL, size INTEGER NOT NULL);
                CREATE UNIQUE INDEX IF NOT EXISTS packed_id ON packed (vault, id);
                CREATE TABLE IF NOT EXISTS wiping (no INTEGER PRIMARY KEY AUTOINCREMENT, pack INTEGER NOT NULL,
                    place INTEGER NOT NULL, size INTEGER NOT NULL);
                """)
    }

    // What a new database has: kind, name, table and definition of everything in it.
    private static let definitions: Set<[String]>? = {
        guard let queue = try? DatabaseQueue() else { return nil }
        return try? queue.write { db in
            try makeTables(db)
            try makeInbox(db)
            try makePacks(db)
            return try definitions(in: db)
        }
    }()

    private static func definitions(in db: Database) throws -> Set<[String]> {
        let rows = try Row.fetchAll(db, sql: "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        return Set(
            rows.map { row in
                row.databaseValues.map { value in
                    guard case .string(let text) = value.storage else { return "not a text" }
                    // Line breaks and indentation are how the definition was written, not what it says.
                    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                }
            })
    }

    /// Looks whether the tables and indexes are defined as the format says.
    static func checkDefinitions(_ db: Database) throws {
        guard let definitions, try definitions.isSubset(of: Self.definitions(in: db)) else {
            throw VaultError(.damaged, object: "database", "a table or index is not defined as the format says")
        }
    }
}

extension Database {
    /// Carries out one statement, which is compiled only once for a connection.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

extension VaultError {
    /// The error for what SQLite or GRDB threw; a ``VaultError`` passes.
    init(database error: any Error, object: String) {
        if let error = error as? VaultError {
            self = error
            return
        }
        if error is RowDecodingError {
            self.init(.damaged, object: object, "a value of another type than the store writes")
            return
        }
        guard let error = error as? DatabaseError else {
            // Among them a cancellation: whether the change took place is unknown.
            self.init(.storeFailure, object: object, "the database gave no answer")
            return
        }
        let detail = "SQLite result \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, object: object, detail)
        case .SQLITE_FULL: self.init(.storeFull, object: object, detail)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self.init(.notPermitted, object: object, detail)
        // The folder has a manifest, so a shard that is no database has been damaged.
        case .SQLITE_CORRUPT, .SQLITE_FORMAT, .SQLITE_NOTADB: self.init(.damaged, object: object, detail)
        default: self.init(.storeFailure, object: object, detail)
        }
    }
}
