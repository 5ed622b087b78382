// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import VaultTesting

@testable import VaultPostgreSQL

/// Stores in schemas of their own, on the server that the tests share.
enum TestStores {
    static func newSchema() -> String {
        "t" + SystemRandom().bytes(8).map { String($0 % 36, radix: 36) }.joined()
    }

    /// Makes tables and opens them.
    static func open(_ url: String) async throws -> PostgreSQLVaultStore {
        let address = try PostgreSQLStoreURL(url)
        _ = try await PostgreSQLVaultStore.prepare(address)
        return try await PostgreSQLVaultStore(address)
    }

    /// Does something with an empty store, whose connections end afterwards; nothing after saying that it is skipped.
    static func with(
        _ options: String = "durability=single-node", cases: String,
        _ body: (PostgreSQLVaultStore, PostgreSQLServer) async throws -> Void
    ) async throws {
        guard let server = try PostgreSQLServer.shared(cases: cases) else { return }
        let store = try await open(server.url(schema: newSchema(), options))
        do {
            try await body(store, server)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    static func vault() throws -> VaultID {
        guard let vault = VaultID(octets: SystemRandom().bytes(32)) else { throw VaultError(.damaged, "32 octets") }
        return vault
    }

    /// A batch of opaque octets.
    static func batch(after head: JournalHead?, count: Int64 = 1) throws -> VaultAppend {
        let first = (head?.sequence ?? -1) + 1
        let entries = (first..<first + count).map {
            StoredEntry(
                sequence: $0, operation: OperationID(random: SystemRandom()), entry: SystemRandom().bytes(200),
                payload: SystemRandom().bytes(600))
        }
        let hash = try Digest32(of: entries[0].entry)
        return VaultAppend(
            expecting: head, entries: entries, head: JournalHead(sequence: first + count - 1, hash: hash))
    }
}

/// A stream of octets in pieces of a size.
final class OctetStream: ContentStream {
    private let rest: LockedOctets

    init(_ octets: [UInt8]) { rest = LockedOctets(octets) }

    func next() -> [UInt8]? { rest.take(100_000) }
}
