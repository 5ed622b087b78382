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
            guard [.alreadyExists, .notAStore, .notPermitted].contains(error.code) else { throw error }
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
    /// - Throws: ``PortalStartError``: `passwordInAddress`; `VaultError`, which has nothing of an address but
    ///   hosts, databases and schemas.
    public init(vaults: String, logs: String) async throws {
        let (text, contents) = try ObjectStoreLocation.split(vaults)
        let (place, logPlace) = (try PostgreSQLStoreURL(text), try PostgreSQLStoreURL(logs))
        guard !place.hasPassword else { throw PortalStartError(.passwordInAddress, "--store") }
        guard !logPlace.hasPassword else { throw PortalStartError(.passwordInAddress, "--log") }
        _ = try await PostgreSQLVaultStore.prepare(place)
        try await PostgreSQLAccessLogStore.prepare(logPlace)
        let inner = try await PostgreSQLVaultStore(place)
        if let contents {
            self.vaults = ObjectVaultStore(
                records: inner, contents: contents, credentials: try ObjectStoreCredentials(for: contents))
        } else {
            self.vaults = inner
        }
        self.logs = try await PostgreSQLAccessLogStore(logPlace)
        records = self.logs
    }
}
