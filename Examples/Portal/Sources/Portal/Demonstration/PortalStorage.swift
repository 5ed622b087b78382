// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierKit
import VaultObjectStore
import VaultPostgreSQL
import VaultSQLite

/// Where a portal keeps what must outlive a request: the vaults, and apart from them the access logs and the portal's records.
public struct PortalStorage: Sendable {
    /// The store of the vaults.
    public let vaults: any VaultStore
    /// The release service's logs.
    public let logs: any AccessLogStore
    /// What portal and agency remember.
    let records: any AccessLogStore

    /// A folder on this machine, for one server; it must not exist yet. Records are kept in memory.
    ///
    /// - Throws: ``PortalStartError``: `folderExists`; `VaultError`.
    public init(folder: String) throws {
        do {
            vaults = try SQLiteVaultStore(path: folder, creating: true)
        } catch {
            guard [.alreadyExists, .notAStore, .notPermitted, .notFound].contains(error.code) else { throw error }
            throw PortalStartError(.folderExists, folder)
        }
        logs = try SQLiteAccessLogStore(path: "\(folder)/access-log.sqlite")
        records = MemoryRecords()
    }

    /// PostgreSQL, for any number of servers. Tables are made where there are none.
    ///
    /// - Parameters:
    ///   - vaults: `postgres://…`, with `contents=s3://…` if large contents are to lie in an object store.
    ///   - logs: `postgres://…`, another schema or database; the portal's records lie there too.
    /// - Throws: ``PortalStartError``: `passwordInAddress`, `storeRefused`; nothing in it is a part of an address but hosts,
    ///   databases and schemas.
    public init(vaults: String, logs: String) async throws {
        self.vaults = try await Self.opened("--store") { try await Self.vaults(at: vaults) }
        self.logs = try await Self.opened("--log") {
            let address = try Self.address(logs, "--log")
            try await PostgreSQLAccessLogStore.prepare(address)
            return try await PostgreSQLAccessLogStore(address)
        }
        records = self.logs
    }

    private static func vaults(at text: String) async throws -> any VaultStore {
        let (text, contents) = try ObjectStoreLocation.split(text)
        let address = try address(text, "--store")
        _ = try await PostgreSQLVaultStore.prepare(address)
        let store = try await PostgreSQLVaultStore(address)
        guard let contents else { return store }
        return ObjectVaultStore(
            records: store, contents: contents, credentials: try ObjectStoreCredentials(for: contents))
    }

    private static func address(_ text: String, _ option: String) throws -> PostgreSQLStoreURL {
        let address = try PostgreSQLStoreURL(text)
        guard !address.hasPassword else { throw PortalStartError(.passwordInAddress, option) }
        return address
    }

    /// Says of which of the two stores an error is.
    private static func opened<Store>(_ option: String, _ open: () async throws -> Store) async throws -> Store {
        do {
            return try await open()
        } catch let error as VaultError {
            throw PortalStartError(.storeRefused, option, because: error)
        }
    }
}
