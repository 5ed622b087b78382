// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Testing
import VaultSQLite
import VaultTesting

@Suite("Attacks of a malicious store, on each engine")
struct StoreAttackTests {
    @Test(arguments: StoreAttack.cases)
    func `in memory`(attack: StoreAttack) async throws {
        try await attack.run(on: InMemoryVaultStore())
    }

    @Test(arguments: StoreAttack.cases)
    func `in SQLite`(attack: StoreAttack) async throws {
        let folder = try TemporaryFolder()
        try await attack.run(on: SQLiteVaultStore(path: folder.path + "/store", creating: true, shards: 1))
    }
}
