// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Testing
import VaultSQLite
import VaultTesting

@testable import DocumentVault

/// A shard whose files are not all there, as while they are moved or put back by hand.
@Suite("Databases of a SQLite store that are away for a while")
struct AbsentDatabaseTests {
    @Test func `a database that is away does not cost the log that is left beside its place`() async throws {
        let folder = try TemporaryFolder()
        let (path, left) = (folder.path + "/store", folder.path + "/left")
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        for number in 0..<3 { _ = try await Samples.store([UInt8(number)], in: vault) }
        try FileManager.default.copyItem(atPath: path, toPath: left)
        let database = left + "/shard-00.sqlite"
        try FileManager.default.moveItem(atPath: database, toPath: database + ".away")
        for _ in 0..<2 {
            await #expect(throws: VaultError(.damaged, "")) {
                _ = try await Vault.open(
                    vault.id, in: SQLiteVaultStore(path: left), unlocking: .recoveryCode(code))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: database))
        try FileManager.default.moveItem(atPath: database + ".away", toPath: database)
        let opened = try await Vault.open(
            vault.id, in: SQLiteVaultStore(path: left), unlocking: .recoveryCode(code), anchor: await vault.anchor)
        #expect(try await opened.verify().documents == 3)
    }
}
