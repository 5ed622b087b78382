// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
public import DocumentVault
import FoundationEssentials
import GRDB
import Synchronization

/// A store on one machine: SQLite databases in hash shards, and files beside them for large contents (format §9).
///
/// Acknowledged writes outlive the process and a power cut: WAL with `synchronous=FULL`, and for files sync, rename and
/// sync of the folder before the entry that names them is appended. Several processes may use one folder.
public final class SQLiteVaultStore: VaultStore {
    /// Shards of a new store.
    public static let defaultShards = 64

    public let capabilities = VaultStoreCapabilities(
        inlineContentLimit: 65_536, isDurable: true, overwritesDeleted: true, leastPack: leastPack)
    let folder: StoreFolder
    private let shards = Mutex<[Int: Shard]>([:])
    // Files are read and written here, never on the cooperative pool.
    private let files = DispatchQueue(label: "dossierkit.vault.sqlite.files", attributes: .concurrent)

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - creating: Whether a folder that does not exist, or is empty, becomes a store.
    ///   - shards: Number of databases of a new store, 1 to 256; never changes afterwards.
    /// - Throws: ``DocumentVault/VaultError``: `notFound`, `notAStore`, `notPermitted`, `newerVersion`, `damaged`.
    public init(path: String, creating: Bool = false, shards: Int = defaultShards) throws(VaultError) {
        precondition((1...StoreFolder.mostShards).contains(shards), "\(shards) shards")
        folder = try StoreFolder(path: path, creatingWith: creating ? shards : nil)
    }

    public func head(of vault: VaultID) async throws(VaultError) -> JournalHead? {
        try await read(vault) { db in try Self.vault(db, vault)?.head }
    }

    public func append(_ batch: VaultAppend, to vault: VaultID) async throws(VaultError) -> VaultAppendOutcome {
        guard let first = batch.entries.first, first.sequence == (batch.expecting?.sequence ?? -1) + 1 else {
            throw VaultError(.storeFailure, object: "vault \(vault)", "a batch that does not follow its expected head")
        }
        let shard = try shard(of: vault)
        if batch.takesUpContents {
            // Its writer may have been killed between the name of a file and the sync of its folder.
            let path = folder.contentFolder(vault)
            try await onFilesTyped { () throws(VaultError) in try ContentFile.settle(path) }
        }
        let outcome: VaultAppendOutcome
        do {
            outcome = try await shard.commits.write { db in try Self.append(batch, first, to: vault, db) }
        } catch {
            throw VaultError(database: error, object: "vault \(vault)")
        }
        // The change is made: a file that stays behind is garbage, and the next sweep finds it.
        if case .committed = outcome, !batch.dropping.contents.isEmpty {
            try? await deleteFiles(batch.dropping.contents, of: vault)
        }
        if case .committed = outcome {
            let dropsForGood = !batch.dropping.isEmpty && !batch.dropping.mayLinger
            if shard.owesWipe.withLock({ $0 }) || (dropsForGood && !batch.dropping.contents.isEmpty) {
                try? await wipePacks(of: vault)
            }
            await shard.emptyLog(after: dropsForGood || (batch.slots != nil && batch.expecting != nil))
        }
        return outcome
    }

    private static func append(
        _ batch: VaultAppend, _ first: StoredEntry, to vault: VaultID, _ db: Database
    ) throws -> VaultAppendOutcome {
        let existing = try Self.vault(db, vault)
        if let existing,
            let place = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT place FROM entry WHERE vault = ? AND operation = ?"),
                arguments: [existing.no, first.operation.data])
        {
            return .repeated(place & 0xffff_ffff)
        }
        guard existing?.head == batch.expecting else { return .conflict(existing?.head) }
        let no: Int64
        if let existing {
            no = existing.no
            try db.run(
                "UPDATE vault SET sequence = ?, hash = ? WHERE no = ?", [batch.head.sequence, batch.head.hash.data, no])
        } else {
            try db.run(
                "INSERT INTO vault (id, sequence, hash) VALUES (?, ?, ?)",
                [vault.data, batch.head.sequence, batch.head.hash.data])
            no = db.lastInsertedRowID
        }
        for entry in batch.entries {
            guard (0..<1 << 32).contains(entry.sequence) else { throw VaultError(.storeFull, "2^32 entries") }
            try db.run(
                "INSERT INTO entry (place, vault, operation, entry, payload) VALUES (?, ?, ?, ?, ?)",
                [
                    no << 32 | entry.sequence, no, entry.operation.data, Data(entry.entry),
                    entry.payload.map { Data($0) },
                ])
        }
        if let slots = batch.slots {
            try db.run(
                "DELETE FROM slot WHERE vault = ?", [no])
            for (id, record) in slots {
                try db.run(
                    "INSERT INTO slot (vault, id, record) VALUES (?, ?, ?)", [no, id.data, Data(record)])
            }
        }
        for (version, record) in batch.keyRecords {
            try db.run(
                """
                INSERT INTO key_record (vault, version, record) VALUES (?, ?, ?)
                ON CONFLICT (vault, version) DO UPDATE SET record = excluded.record
                """, [no, version.data, Data(record)])
        }
        for (id, sealed) in batch.contents {
            try db.run(
                "INSERT INTO content (vault, id, sealed) VALUES (?, ?, ?)", [no, id.data, Data(sealed)])
        }
        try drop(batch.dropping, no, db)
        return .committed
    }

    private static func drop(_ dropping: VaultAppend.Dropping, _ no: Int64, _ db: Database) throws {
        for sequence in dropping.payloads {
            try db.run(
                "UPDATE entry SET payload = NULL WHERE place = ?", [no << 32 | sequence])
        }
        for version in dropping.keyRecords {
            try db.run(
                "DELETE FROM key_record WHERE vault = ? AND version = ?", [no, version.data])
        }
        for content in dropping.contents {
            try db.run(
                "DELETE FROM content WHERE vault = ? AND id = ?", [no, content.data])
            if db.changesCount == 0 { try unpack(content, of: no, db) }
        }
    }

    public func entries(
        of vault: VaultID, from sequence: Int64, limit: Int
    ) async throws(VaultError) -> [StoredEntry] {
        try await read(vault) { db in
            guard let no = try Self.vault(db, vault)?.no, sequence >= 0, sequence < 1 << 32 else { return [] }
            let statement = try db.cachedStatement(
                sql:
                    "SELECT place, operation, entry, payload FROM entry WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?"
            )
            let rows = try Row.fetchAll(
                statement,
                arguments: [no << 32 | sequence, no << 32 | 0xffff_ffff, limit])
            return try rows.map { row in
                let place = try Self.value(row, "place", as: Int64.self)
                guard let operation = OperationID(octets: try Self.octets(row, "operation")) else {
                    throw VaultError(.damaged, object: "entry \(place & 0xffff_ffff)", "the row's operation")
                }
                let payload = try Self.value(row, "payload", as: DatabaseValue.self)
                return StoredEntry(
                    sequence: place & 0xffff_ffff, operation: operation, entry: try Self.octets(row, "entry"),
                    payload: payload.isNull ? nil : try Self.octets(row, "payload"))
            }
        }
    }

    public func slots(of vault: VaultID) async throws(VaultError) -> [[UInt8]] {
        try await read(vault) { db in
            guard let no = try Self.vault(db, vault)?.no else { return [] }
            return try Data.fetchAll(
                db.cachedStatement(sql: "SELECT record FROM slot WHERE vault = ?"), arguments: [no]
            ).map {
                [UInt8]($0)
            }
        }
    }

    public func putContent(
        _ id: ContentID, of vault: VaultID, size: Int64, from stream: any ContentStream
    ) async throws {
        let path = folder.contentPath(id, of: vault)
        let (parent, grandparent) = (folder.contentFolder(vault), folder.path + "/contents")
        try await onFiles {
            try ContentFile.makeFolder(grandparent)
            try ContentFile.makeFolder(parent)
            try ContentFile.write(stream, size: size, to: path)
        }
    }

    public func contentSize(_ id: ContentID, of vault: VaultID) async throws(VaultError) -> Int64? {
        let inside = try await read(vault) { db -> Int64? in
            guard let no = try Self.vault(db, vault)?.no else { return nil }
            return try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT length(sealed) FROM content WHERE vault = ? AND id = ?"),
                arguments: [no, id.data]) ?? Self.packed(db, id, of: vault).map { Int64($0.range.count) }
        }
        if let inside { return inside }
        let path = folder.contentPath(id, of: vault)
        return try await onFilesTyped { () throws(VaultError) in try ContentFile.size(path) }
    }

    public func content(
        _ id: ContentID, of vault: VaultID, in range: Range<Int64>
    ) async throws(VaultError) -> [UInt8] {
        let object = "content \(id)"
        let path = folder.contentPath(id, of: vault)
        // What is so large lies in a file nearly always: the database need not be asked about each of a thousand pieces.
        if range.upperBound > Int64(capabilities.inlineContentLimit) {
            let beside = try await onFilesTyped { () throws(VaultError) -> [UInt8]? in
                guard FileKind(path) != .missing else { return nil }
                return try ContentFile.read(path, range, object: object)
            }
            if let beside { return beside }
        }
        let (inside, packed) = try await read(vault) { db -> ([UInt8]?, PackedPlace?) in
            guard let sealed = try Self.content(db, id, of: vault) else {
                return (nil, try Self.packed(db, id, of: vault))
            }
            guard range.lowerBound >= 0, range.upperBound <= Int64(sealed.count) else {
                throw VaultError(.damaged, object: object, "it has \(sealed.count) octets")
            }
            return ([UInt8](sealed[Int(range.lowerBound)..<Int(range.upperBound)]), nil)
        }
        if let inside { return inside }
        if let packed { return try await read(packed, range, of: id, in: vault) }
        return try await onFilesTyped { () throws(VaultError) in try ContentFile.read(path, range, object: object) }
    }

    public func contents(
        _ ids: [ContentID], of vault: VaultID, limit: Int64
    ) async throws(VaultError) -> [ContentID: [UInt8]] {
        var (contents, packed) = try await read(vault) { db in
            var inside: [ContentID: [UInt8]] = [:]
            var packed: [ContentID: PackedPlace] = [:]
            for id in ids {
                if let sealed = try Self.content(db, id, of: vault) {
                    inside[id] = [UInt8](sealed)
                } else {
                    packed[id] = try Self.packed(db, id, of: vault)
                }
            }
            return (inside, packed)
        }
        for (id, place) in packed {
            let size = Int64(place.range.count)
            guard size <= limit else { throw Self.tooLarge(id, size, limit) }
            contents[id] = try await read(place, 0..<size, of: id, in: vault)
        }
        for id in ids where contents[id] == nil {
            let path = folder.contentPath(id, of: vault)
            contents[id] = try await onFilesTyped { () throws(VaultError) -> [UInt8]? in
                guard let size = try ContentFile.size(path) else { return nil }
                guard size <= limit else { throw Self.tooLarge(id, size, limit) }
                return try ContentFile.read(path, 0..<size, object: "content \(id)")
            }
        }
        for (id, sealed) in contents where sealed.count > limit { throw Self.tooLarge(id, Int64(sealed.count), limit) }
        return contents
    }

    private static func tooLarge(_ id: ContentID, _ size: Int64, _ limit: Int64) -> VaultError {
        VaultError(.damaged, object: "content \(id)", "\(size) octets, at most \(limit) are read")
    }

    /// A content that lies in the database.
    private static func content(_ db: Database, _ id: ContentID, of vault: VaultID) throws -> Data? {
        try Data.fetchOne(
            db.cachedStatement(
                sql: "SELECT sealed FROM content WHERE vault = (SELECT no FROM vault WHERE id = ?) AND id = ?"),
            arguments: [vault.data, id.data])
    }

    func shard(of vault: VaultID) throws(VaultError) -> Shard { try shard(folder.shard(of: vault)) }

    private func shard(_ number: Int) throws(VaultError) -> Shard {
        try shards.withLock { (shards) throws(VaultError) in
            if let shard = shards[number] { return shard }
            let shard = try Shard(path: folder.shardPath(number))
            shards[number] = shard
            return shard
        }
    }

    /// Reads a shard whatever vaults are in it.
    func read<Value: Sendable>(
        shard number: Int, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VaultError) -> Value {
        let shard = try shard(number)
        do {
            return try await shard.pool.read(body)
        } catch {
            throw VaultError(database: error, object: "shard \(number)")
        }
    }

    func read<Value: Sendable>(
        _ vault: VaultID, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VaultError) -> Value {
        let shard = try shard(of: vault)
        do {
            return try await shard.pool.read(body)
        } catch {
            throw VaultError(database: error, object: "vault \(vault)")
        }
    }

    private func onFiles<Value: Sendable>(
        _ queue: DispatchQueue? = nil, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            (queue ?? files).async { continuation.resume(with: Result { try work() }) }
        }
    }

    /// - Parameter waitsLong: Whether it syncs many octets. On Linux a concurrent queue has no other threads than those,
    ///   as many as there are cores, that carry out Swift's tasks: one that waits for the disk there is missing elsewhere. A
    ///   serial queue has a thread of its own.
    func onFilesTyped<Value: Sendable>(
        waitsLong: Bool = false, _ work: @escaping @Sendable () throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        do {
            return try await onFiles(waitsLong ? DispatchQueue(label: "dossierkit.vault.sqlite.syncing") : nil, work)
        } catch {
            throw VaultError(database: error, object: folder.path)
        }
    }

    struct VaultRow {
        let no: Int64
        let head: JournalHead
    }

    static func vault(_ db: Database, _ vault: VaultID) throws -> VaultRow? {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT no, sequence, hash FROM vault WHERE id = ?"),
                arguments: [vault.data])
        else { return nil }
        guard let hash = Digest32(octets: try octets(row, "hash")) else {
            throw VaultError(.damaged, object: "vault \(vault)", "the head in the store")
        }
        let no = try value(row, "no", as: Int64.self)
        let sequence = try value(row, "sequence", as: Int64.self)
        guard (1..<1 << 31).contains(no), (0..<1 << 32).contains(sequence) else {
            throw VaultError(.damaged, object: "vault \(vault)", "the head in the store")
        }
        return VaultRow(no: no, head: JournalHead(sequence: sequence, hash: hash))
    }

    static func octets(_ row: Row, _ column: String) throws -> [UInt8] {
        [UInt8](try value(row, column, as: Data.self))
    }

    // Throwing, where the subscript of a row would trap: a database that was tampered with may have anything anywhere.
    static func value<Value: DatabaseValueConvertible>(
        _ row: Row, _ column: String, as type: Value.Type
    ) throws(VaultError) -> Value {
        let stored: DatabaseValue = row[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw VaultError(.damaged, object: "column \(column)", "a value of another type than the store writes")
        }
        return value
    }
}

extension VaultID {
    var data: Data { Data(octets) }
}

extension ObjectID {
    var data: Data { Data(octets) }
}

extension Digest32 {
    fileprivate var data: Data { Data(octets) }
}
