// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierKit
import VaultObjectStore
import VaultPostgreSQL
import VaultSQLite

/// Where a portal keeps what must outlive it: the vaults, and apart from them the access logs with the portal's accounts.
public struct PortalStorage: Sendable {
    /// The store of the vaults.
    public let vaults: any VaultStore
    /// The release service's logs.
    public let logs: any AccessLogStore
    /// Whether other servers use the same.
    let isShared: Bool

    /// A folder on this machine, for one server; it must not exist yet.
    public init(folder: String) throws {
        vaults = try SQLiteVaultStore(path: folder, creating: true)
        logs = try SQLiteAccessLogStore(path: "\(folder)/access-log.sqlite")
        isShared = false
    }

    /// PostgreSQL, for any number of servers. Tables are made where there are none.
    ///
    /// - Parameters:
    ///   - vaults: `postgres://…`, with `contents=s3://…` if large contents are to lie in an object store.
    ///   - logs: `postgres://…`, another schema or database.
    /// - Throws: `VaultError`; `notPermitted` for an address with a password in it, which would be seen in the list of processes.
    public init(vaults: String, logs: String) async throws {
        let (text, contents) = try ObjectStoreLocation.split(vaults)
        let (place, logPlace) = (try PostgreSQLStoreURL(text), try PostgreSQLStoreURL(logs))
        guard !place.hasPassword, !logPlace.hasPassword else {
            throw VaultError(
                .notPermitted, object: "store address", "it has a password; use passwordfile or passwordenv")
        }
        _ = try await PostgreSQLVaultStore.prepare(place)
        try await PostgreSQLAccessLogStore.prepare(logPlace)
        let records = try await PostgreSQLVaultStore(place)
        if let contents {
            self.vaults = ObjectVaultStore(
                records: records, contents: contents, credentials: try ObjectStoreCredentials(for: contents))
        } else {
            self.vaults = records
        }
        self.logs = try await PostgreSQLAccessLogStore(logPlace)
        isShared = true
    }
}
