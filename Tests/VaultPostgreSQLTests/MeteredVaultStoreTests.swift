// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import MetricsTestKit
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Measures of a store")
struct MeteredVaultStoreTests {
    @Test(arguments: VaultStoreConformance.cases)
    func `a store that is measured does what it did`(conformance: VaultStoreConformance) async throws {
        let store = MeteredVaultStore(InMemoryVaultStore(), clock: ContinuousClock(), factory: TestMetrics())
        try await conformance.run(on: store)
    }

    @Test func `each call is timed with its outcome, and no identifier is among the dimensions`() async throws {
        let metrics = TestMetrics()
        let store = MeteredVaultStore(InMemoryVaultStore(), clock: ContinuousClock(), factory: metrics)
        let vault = try TestStores.vault()
        let first = try TestStores.batch(after: nil)
        #expect(try await store.append(first, to: vault) == .committed)
        #expect(try await store.append(first, to: vault) == .repeated(0))
        #expect(try await store.append(TestStores.batch(after: nil), to: vault) == .conflict(first.head))
        await #expect(throws: VaultError(.notFound, "")) {
            _ = try await store.content(ContentID(random: SystemRandom()), of: vault, in: 0..<1)
        }
        for (call, outcome) in [
            ("append", "ok"), ("append", "repeated"), ("append", "conflict"), ("content", "not-found"),
        ] {
            let timer = try metrics.expectTimer("dossier_vault_store_call", [("call", call), ("outcome", outcome)])
            #expect(timer.values.count == 1 && (timer.lastValue ?? -1) >= 0)
        }
        for timer in metrics.timers {
            #expect(timer.dimensions.allSatisfy { !$0.1.contains(vault.description.prefix(8)) })
        }
        var activity = PostgreSQLStoreActivity()
        activity.waiting = 3
        store.record(activity)
        #expect(try metrics.expectGauge("dossier_vault_store_waiting").lastValue == 3)
    }
}
