// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Foundation
import TestSupport
import VaultObjectStore
import VaultPostgreSQL

/// A store of vaults in PostgreSQL with its large contents in an object store, opened by the one address that has both.
struct CombinedStore {
    let records: PostgreSQLVaultStore
    let store: ObjectVaultStore

    /// Opens `postgres://…&contents=s3://…`.
    init(_ address: String, settings: ObjectStoreSettings = StoreUnderTest.settings()) async throws {
        let (url, contents) = try ObjectStoreLocation.split(address)
        records = try await PostgreSQLVaultStore(PostgreSQLStoreURL(url))
        guard let contents else { throw CocoaError(.fileReadUnknown) }
        store = ObjectVaultStore(
            records: records, contents: contents, credentials: try StoreUnderTest.credentials(), settings: settings)
    }

    /// The address of a new store in the server that the tests share, after its tables were made; `nil` after saying that
    /// the cases are skipped.
    ///
    /// - Parameter through: A network before the server, if any.
    static func address(
        _ endpoints: [String], cases: String, through network: RoughNetwork? = nil, options: String = ""
    ) async throws -> String? {
        guard let server = try PostgreSQLServer.shared(cases: cases) else { return nil }
        let name = "c" + SystemRandom().bytes(8).map { String($0 % 36, radix: 36) }.joined()
        _ = try await PostgreSQLVaultStore.prepare(PostgreSQLStoreURL(server.url(schema: name)))
        let url = server.url(
            schema: name, ports: [network?.port ?? server.port], "durability=single-node" + options)
        return "\(url)&contents=s3://vaults/\(name)?endpoint=\(endpoints.joined(separator: ","))"
    }

    /// Does something with an empty store, whose connections end afterwards.
    static func with(
        _ endpoints: [String], cases: String, _ body: (CombinedStore, String) async throws -> Void
    ) async throws {
        guard let address = try await address(endpoints, cases: cases) else { return }
        let combined = try await CombinedStore(address)
        do {
            try await body(combined, address)
        } catch {
            await combined.records.close()
            throw error
        }
        await combined.records.close()
    }
}
