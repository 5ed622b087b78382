// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Testing
import VaultSQLite
import VaultTesting

@Suite("A device that crashes at any change of a store, on each engine")
struct StoreCrashTests {
    @Test(arguments: StoreCrash.cases)
    func `in memory`(crash: StoreCrash) async throws {
        try await crash.run(on: InMemoryVaultStore())
    }

    @Test(arguments: StoreCrash.cases)
    func `in SQLite`(crash: StoreCrash) async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteVaultStore(path: folder.path + "/store", creating: true, shards: 1)
        print("crashes, \(crash): \(try await crash.run(on: store))")
    }
}
