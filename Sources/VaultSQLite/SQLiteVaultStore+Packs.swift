// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import FoundationEssentials
import GRDB
import Synchronization

/// Packs: many small contents in one file, so that their octets are written once and synced together (format §9).
///
/// The order of steps is what makes them safe. Putting: the file is written under another name, synced, renamed and its
/// folder synced, and only then do rows in the database say what lies where; a file without a row is garbage, which is
/// deleted when nobody holds its lock. Dropping: with the rows' deletion the ranges are noted as to be wiped; they are
/// overwritten and synced, and only then is the note deleted. Whatever is interrupted is taken up by the next append that
/// drops something, deletion or listing, in whatever process.
extension SQLiteVaultStore {
    /// Octets from which contents are packed: below it another file and its sync cost more than the log does.
    static let leastPack = 1 << 20

    public func putContents(_ contents: [ContentID: [UInt8]], of vault: VaultID) async throws(VaultError) {
        let ordered = contents.sorted { $0.key < $1.key }
        guard let name = ordered.first?.key else { return }
        // A call that is repeated must neither write the file anew nor, when it then fails, take it away from its rows.
        let exists = try await read(vault) { db in
            try Bool.fetchOne(
                db, sql: "SELECT 1 FROM pack WHERE vault = (SELECT no FROM vault WHERE id = ?) AND name = ?",
                arguments: [vault.data, name.data])
        }
        guard exists != true else {
            throw VaultError(.alreadyExists, object: "content \(name)", "a content is written once")
        }
        let path = folder.packPath(name, of: vault)
        let (parent, grandparent) = (folder.contentFolder(vault), folder.path + "/contents")
        let file = try await onFilesTyped(waitsLong: true) { () throws(VaultError) in
            try ContentFile.makeFolder(grandparent)
            try ContentFile.makeFolder(parent)
            return try PackFile(ordered, at: path)
        }
        let sizes = ordered.map { ($0.key, Int64($0.value.count)) }
        do {
            try await shard(of: vault).commits.write { db in
                guard let no = try Self.vault(db, vault)?.no else {
                    throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
                }
                try Self.enter(sizes, as: name, of: no, db)
            }
        } catch {
            let error = VaultError(database: error, object: "vault \(vault)")
            switch error.code {
            // Certainly without a row.
            case .busy, .storeFull, .notPermitted, .notFound:
                try? await onFilesTyped { () throws(VaultError) in try file.delete() }
            default: break
            }
            throw error
        }
        withExtendedLifetime(file) {}
    }

    private static func enter(
        _ sizes: [(ContentID, Int64)], as name: ContentID, of no: Int64, _ db: Database
    ) throws {
        try db.run("INSERT INTO pack (vault, name, live) VALUES (?, ?, ?)", [no, name.data, sizes.count])
        let pack = db.lastInsertedRowID
        var place: Int64 = 0
        for (id, size) in sizes {
            try db.run(
                "INSERT INTO packed (vault, id, pack, place, size) VALUES (?, ?, ?, ?, ?)",
                [no, id.data, pack, place, size])
            place += size
        }
    }

    /// Where a content lies in a pack.
    struct PackedPlace: Sendable, Equatable {
        let pack: ContentID
        let range: Range<Int64>
    }

    static func packed(_ db: Database, _ id: ContentID, of vault: VaultID) throws -> PackedPlace? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT pack.name, packed.place, packed.size FROM packed JOIN pack ON pack.no = packed.pack
                WHERE packed.vault = (SELECT no FROM vault WHERE id = ?) AND packed.id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [vault.data, id.data]) else { return nil }
        let place = try value(row, "place", as: Int64.self)
        let size = try value(row, "size", as: Int64.self)
        guard let pack = ContentID(octets: try octets(row, "name")), place >= 0, size >= 0, size <= .max - place else {
            throw VaultError(.damaged, object: "content \(id)", "its place in a pack")
        }
        return PackedPlace(pack: pack, range: place..<place + size)
    }

    /// Reads part of a content from its pack.
    ///
    /// - Parameter range: From the beginning of the content.
    func read(
        _ place: PackedPlace, _ range: Range<Int64>, of id: ContentID, in vault: VaultID
    ) async throws(VaultError) -> [UInt8] {
        let object = "content \(id)"
        let size = Int64(place.range.count)
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw VaultError(.damaged, object: object, "it has \(size) octets")
        }
        let path = folder.packPath(place.pack, of: vault)
        let wanted = place.range.lowerBound + range.lowerBound..<place.range.lowerBound + range.upperBound
        let bytes = try await onFilesTyped { () throws(VaultError) in
            try ContentFile.read(path, wanted, object: object)
        }
        // It may have been dropped and wiped while it was read: then there is no such content, rather than a damaged one.
        guard try await read(vault, { db in try Self.packed(db, id, of: vault) }) == place else {
            throw VaultError(.notFound, object: object, "the store does not have it")
        }
        return bytes
    }

    /// Takes a content out of its pack, if it lies in one, and notes that its octets are to be wiped.
    static func unpack(_ content: ContentID, of no: Int64, _ db: Database) throws {
        let found = try db.cachedStatement(
            sql: "SELECT rowid, pack, place, size FROM packed WHERE vault = ? AND id = ?")
        guard let row = try Row.fetchOne(found, arguments: [no, content.data]) else { return }
        let pack = try value(row, "pack", as: Int64.self)
        try db.run("DELETE FROM packed WHERE rowid = ?", [try value(row, "rowid", as: Int64.self)])
        try db.run("UPDATE pack SET live = live - 1 WHERE no = ?", [pack])
        try db.run(
            "INSERT INTO wiping (pack, place, size) VALUES (?, ?, ?)",
            [pack, try value(row, "place", as: Int64.self), try value(row, "size", as: Int64.self)])
    }

    private struct Wipe: Sendable {
        let row: Int64
        let number: Int64
        let path: String
        let range: Range<Int64>
        let isLast: Bool
    }

    /// Overwrites what was dropped from packs, and deletes packs in which nothing is left.
    func wipePacks(of vault: VaultID) async throws(VaultError) {
        let shard = try shard(of: vault)
        shard.owesWipe.withLock { $0 = false }
        do {
            let folder = folder
            let wipes = try await read(vault) { db in try Self.wipes(db, folder) }
            guard !wipes.isEmpty else { return }
            let whole = Dictionary(grouping: wipes.filter { !$0.isLast }, by: \.path)
            try await onFilesTyped { () throws(VaultError) in
                for (path, wipes) in whole { try PackFile.wipe(wipes.map(\.range), of: path) }
            }
            let gone = Dictionary(
                wipes.lazy.filter(\.isLast).map { ($0.number, $0.path) }, uniquingKeysWith: { first, _ in first })
            // The file before its rows: as long as they are there, whoever comes next takes up what was interrupted.
            try await onFilesTyped { () throws(VaultError) in
                for path in gone.values { try ContentFile.delete(path) }
            }
            try await shard.commits.write { db in
                for wipe in wipes { try db.run("DELETE FROM wiping WHERE no = ?", [wipe.row]) }
                for number in gone.keys { try db.run("DELETE FROM pack WHERE no = ? AND live <= 0", [number]) }
            }
        } catch {
            shard.owesWipe.withLock { $0 = true }
            throw VaultError(database: error, object: "vault \(vault)")
        }
    }

    // A file goes with its last content; that there is none is looked up, because a count may have been tampered with.
    private static func wipes(_ db: Database, _ folder: StoreFolder) throws -> [Wipe] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT wiping.no AS row, wiping.place, wiping.size, pack.no, pack.name, vault.id,
                    pack.live <= 0 AND NOT EXISTS
                        (SELECT 1 FROM packed WHERE packed.vault = pack.vault AND packed.pack = pack.no) AS isLast
                FROM wiping JOIN pack ON pack.no = wiping.pack JOIN vault ON vault.no = pack.vault
                """)
        return try rows.map { row in
            let place = try value(row, "place", as: Int64.self)
            let size = try value(row, "size", as: Int64.self)
            guard let name = ContentID(octets: try octets(row, "name")),
                let vault = VaultID(octets: try octets(row, "id")),
                place >= 0, size >= 0, size <= .max - place
            else { throw VaultError(.damaged, object: "pack", "a range that is to be wiped") }
            return Wipe(
                row: try value(row, "row", as: Int64.self), number: try value(row, "no", as: Int64.self),
                path: folder.packPath(name, of: vault), range: place..<place + size,
                isLast: try value(row, "isLast", as: Int64.self) != 0)
        }
    }

    /// Deletes packs that no row names: what killed writers left.
    func deleteUnknownPacks(of vault: VaultID) async throws(VaultError) {
        let path = folder.contentFolder(vault)
        while true {
            let likely = try await packNames(of: vault)
            // The locks come first: who held one before has entered its pack by now, or never will.
            let settled = try await onFilesTyped { () throws(VaultError) in
                try PackFile.settled(in: path, besides: likely)
            }
            guard !settled.isEmpty else { return }
            let known = try await packNames(of: vault)
            try await onFilesTyped { () throws(VaultError) in
                for pack in settled where !known.contains(pack.name.data) { try ContentFile.delete(pack.path) }
            }
            guard settled.count == PackFile.mostSettled else { return }
        }
    }

    private func packNames(of vault: VaultID) async throws(VaultError) -> Set<Data> {
        try await read(vault) { db in
            try Data.fetchSet(
                db, sql: "SELECT name FROM pack WHERE vault = (SELECT no FROM vault WHERE id = ?)",
                arguments: [vault.data])
        }
    }
}
