// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DocumentVault
import DossierCore
import VaultObjectStore
import VaultPostgreSQL
import VaultSQLite

/// The store that an address names.
struct StoreAddress {
    enum Records {
        /// Folder of databases on this machine.
        case sqlite(path: String)
        /// Clusters of PostgreSQL.
        case postgresql(PostgreSQLStoreURL)
    }

    private let text: String
    let records: Records
    /// Where large contents lie; `nil` when they lie with everything else.
    let contents: ObjectStoreLocation?

    init(_ text: String) throws {
        if let name = UnreadableName(text) { throw name.failure }
        self.text = text
        let (text, contents) = try ObjectStoreLocation.split(text)
        self.contents = contents
        if text.hasPrefix("sqlite:"), text.count > 7 {
            records = .sqlite(path: String(text.dropFirst(7)))
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            let address: PostgreSQLStoreURL
            do {
                address = try PostgreSQLStoreURL(text)
            } catch {
                throw ValidationError("--store: \(error.detail)")
            }
            // What stands in a command line is seen by everybody on the machine.
            guard !address.hasPassword else {
                throw ValidationError("--store has a password in it; use passwordfile=PATH or passwordenv=NAME")
            }
            records = .postgresql(address)
        } else {
            throw ValidationError(
                "--store takes sqlite:PATH or postgres://HOST/DATABASE, with ?contents=s3://… if wanted")
        }
    }

    /// Whether two addresses name one store, as far as that is seen from them.
    func isSame(as other: StoreAddress) -> Bool {
        guard case .sqlite(let own) = records, case .sqlite(let another) = other.records else {
            return text == other.text
        }
        return OutputFile.resolve(own).split(separator: "/") == OutputFile.resolve(another).split(separator: "/")
    }

    /// Opens the store.
    ///
    /// - Parameter creating: Whether a folder that does not exist becomes a store; tables are made by `store init` only.
    func open(creating: Bool = false) async throws -> any EnumerableVaultStore {
        let records = try await openRecords(creating: creating)
        guard let contents else { return records }
        return ObjectVaultStore(
            records: records, contents: contents, credentials: try ObjectStoreCredentials(for: contents))
    }

    private func openRecords(creating: Bool) async throws -> any EnumerableVaultStore {
        switch records {
        case .sqlite(let path):
            do {
                return try SQLiteVaultStore(path: path, creating: creating)
            } catch {
                guard creating, error.code == .notFound || error.code == .notPermitted else { throw error }
                throw CommandFailure(
                    .cannotCreate, vi: "không tạo được kho tại \(path)", en: "cannot make a store at \(path)")
            }
        case .postgresql(let address): return try await PostgreSQLVaultStore(address)
        }
    }
}
