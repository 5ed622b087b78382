// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import FoundationEssentials
import GRDB

extension SQLiteVaultStore {
    public func keyRecords(
        of versions: [VersionID], in vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        try await read(vault) { db in
            guard let no = try Self.vault(db, vault)?.no else { return [:] }
            let statement = try db.cachedStatement(sql: "SELECT record FROM key_record WHERE vault = ? AND version = ?")
            var records: [VersionID: [UInt8]] = [:]
            for version in versions {
                if let record = try Data.fetchOne(statement, arguments: [no, version.data]) {
                    records[version] = [UInt8](record)
                }
            }
            return records
        }
    }

    public func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {
        try await write(vault) { db, no in
            let statement = try db.cachedStatement(
                sql: "UPDATE key_record SET record = ? WHERE vault = ? AND version = ?")
            for (version, record) in records {
                try statement.execute(arguments: [Data(record), no, version.data])
            }
        }
        try shard(of: vault).oweEmptyLog()
    }

    public func contents(of vault: VaultID, after id: ContentID?, limit: Int) async throws(VaultError) -> [ContentID] {
        let inside = try await read(vault) { db -> [ContentID] in
            guard let no = try Self.vault(db, vault)?.no else { return [] }
            return try ["content", "packed"].flatMap { table in
                try Data.fetchAll(
                    db, sql: "SELECT id FROM \(table) WHERE vault = ? AND id > ? ORDER BY id LIMIT ?",
                    arguments: [no, id?.data ?? Data(), limit])
            }.compactMap { ContentID(octets: [UInt8]($0)) }
        }
        let path = folder.contentFolder(vault)
        // Who lists contents collects garbage: what killed uploads left goes with the first page.
        // And what is listed lasts, whoever put it: copies are taken up by it.
        let beside = try await onFilesTyped { () throws(VaultError) in
            if id == nil { try ContentFile.settle(path) }
            return try ContentFile.names(in: path, cleaning: id == nil)
        }
        if id == nil {
            try await wipePacks(of: vault)
            try await deleteUnknownPacks(of: vault)
        }
        let all = inside + beside.filter { content in id.map { $0 < content } ?? true }
        return Array(Set(all).sorted().prefix(limit))
    }

    public func deleteContents(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        try await write(vault) { db, no in
            for id in ids {
                try db.run("DELETE FROM content WHERE vault = ? AND id = ?", [no, id.data])
                if db.changesCount == 0 { try Self.unpack(id, of: no, db) }
            }
        }
        try await wipePacks(of: vault)
        try await deleteFiles(ids, of: vault)
        try await shard(of: vault).emptyLog(after: true)
    }

    func deleteFiles(_ ids: [ContentID], of vault: VaultID) async throws(VaultError) {
        let path = folder.contentFolder(vault)
        let paths = ids.map { folder.contentPath($0, of: vault) }
        try await onFilesTyped { () throws(VaultError) in
            guard FileKind(path) == .folder else { return }
            for path in paths { try ContentFile.delete(path) }
        }
    }

    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await put(deposit, of: vault, replacing: false)
    }

    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await put(deposit, of: vault, replacing: true)
    }

    private func put(_ deposit: StoredDeposit, of vault: VaultID, replacing: Bool) async throws(VaultError) {
        let limit = capabilities.depositLimit
        guard deposit.record.count <= 65_536 else {
            throw VaultError(.overQuota, object: "deposit \(deposit.id)", "\(deposit.record.count) octets")
        }
        let found = try await write(vault) { db, no in
            let exists = try Int.fetchOne(
                db, sql: "SELECT 1 FROM deposit WHERE vault = ? AND id = ?", arguments: [no, deposit.id.data])
            guard exists == nil else {
                if replacing {
                    try db.execute(
                        sql: "UPDATE deposit SET record = ? WHERE vault = ? AND id = ?",
                        arguments: [Data(deposit.record), no, deposit.id.data])
                }
                return
            }
            let waiting =
                try Int.fetchOne(db, sql: "SELECT count(*) FROM deposit WHERE vault = ?", arguments: [no]) ?? 0
            guard waiting < limit else {
                throw VaultError(.overQuota, object: "vault \(vault)", "\(waiting) deposits wait")
            }
            try db.execute(
                sql: "INSERT INTO deposit (vault, id, record) VALUES (?, ?, ?)",
                arguments: [no, deposit.id.data, Data(deposit.record)])
        }
        guard found else { throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it") }
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await read(vault) { db in
            guard let no = try Self.vault(db, vault)?.no else { return [] }
            let rows = try Row.fetchAll(
                db, sql: "SELECT id, record FROM deposit WHERE vault = ? ORDER BY place LIMIT ?",
                arguments: [no, limit])
            return try rows.map { row in
                guard let id = DepositID(octets: try Self.octets(row, "id")) else {
                    throw VaultError(.damaged, object: "deposit", "the row's id")
                }
                return StoredDeposit(id: id, record: try Self.octets(row, "record"))
            }
        }
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        try await write(vault) { db, no in
            for id in ids {
                try db.execute(sql: "DELETE FROM deposit WHERE vault = ? AND id = ?", arguments: [no, id.data])
            }
        }
    }

    /// Makes a change that appends nothing; `false` when there is no such vault.
    @discardableResult
    private func write(
        _ vault: VaultID, _ body: @escaping @Sendable (Database, Int64) throws -> Void
    ) async throws(VaultError) -> Bool {
        let shard = try shard(of: vault)
        do {
            return try await shard.commits.write { db in
                guard let no = try Self.vault(db, vault)?.no else { return false }
                try body(db, no)
                return true
            }
        } catch {
            throw VaultError(database: error, object: "vault \(vault)")
        }
    }
}
