// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization
import TestSupport
import VaultObjectStore
import VaultSQLite
import VaultTesting

/// A store of vaults in SQLite with its contents in an object store, under keys that no other test uses.
struct StoreUnderTest {
    let folder: TemporaryFolder
    let store: ObjectVaultStore
    let location: ObjectStoreLocation

    static func credentials() throws -> ObjectStoreCredentials {
        try ObjectStoreCredentials(accessKey: "vaultkey", secretKey: "vaultsecret")
    }

    /// Patient where a server may be slow to answer, impatient where a test waits for that.
    static func settings(rounds: Int = 5, stall: Int = 15, calls: Int = 32) -> ObjectStoreSettings {
        var settings = ObjectStoreSettings()
        settings.rounds = rounds
        settings.stallSeconds = stall
        settings.concurrentCalls = calls
        settings.connectMilliseconds = 1_000
        (settings.singleOctets, settings.partOctets) = (5 << 20, 5 << 20)
        return settings
    }

    init(
        _ endpoints: [String], settings: ObjectStoreSettings = settings(),
        limit: Int = ObjectVaultStore.usualInlineLimit,
        records: (any VaultStore)? = nil, prefix: String = "test-\(UUID().uuidString)"
    ) throws {
        folder = try TemporaryFolder()
        location = try ObjectStoreLocation("s3://vaults/\(prefix)?endpoint=\(endpoints.joined(separator: ","))")
        store = ObjectVaultStore(
            records: try records ?? SQLiteVaultStore(path: folder.path("store"), creating: true, shards: 1),
            contents: location, credentials: try Self.credentials(), inlineContentLimit: limit, settings: settings)
    }

    /// The same vaults and objects by another object, as another process has them.
    func another(_ endpoints: [String]? = nil, settings: ObjectStoreSettings = settings()) throws -> ObjectVaultStore {
        var contents = location
        if let endpoints {
            contents = try ObjectStoreLocation(
                "s3://vaults/\(contents.prefix)?endpoint=\(endpoints.joined(separator: ","))")
        }
        return ObjectVaultStore(
            records: try SQLiteVaultStore(path: folder.path("store")), contents: contents,
            credentials: try Self.credentials(), settings: settings)
    }

    /// A vault in the store, and the code that opens it.
    func vault() async throws -> (Vault, RecoveryCode) {
        let code = RecoveryCode(random: SystemRandom())
        return (
            try await Vault.create(name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time), code
        )
    }
}

/// Octets as a stream of pieces that are no divisors of anything.
final class Pieces: ContentStream {
    struct Broken: Error {}
    private let bytes: [UInt8]
    private let fails: Bool
    private let place = Mutex(0)

    init(_ bytes: [UInt8], fails: Bool = false) {
        self.bytes = bytes
        self.fails = fails
    }

    func next() throws -> [UInt8]? {
        try place.withLock { place in
            guard place < bytes.count else {
                if fails { throw Broken() }
                return nil
            }
            let end = min(bytes.count, place + 300_007)
            defer { place = end }
            return Array(bytes[place..<end])
        }
    }
}

extension ContentStream where Self == Pieces {
    static func pieces(_ bytes: [UInt8]) -> Pieces { Pieces(bytes) }
}
