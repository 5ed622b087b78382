// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import TestSupport
import Testing
import VaultObjectStore
import VaultPostgreSQL
import VaultTesting

@Suite("PostgreSQL and an object store — docs/object-store.md") struct CombinedStoreTests {
    @Test(arguments: VaultStoreConformance.cases)
    func `it conforms, on Ceph`(conformance: VaultStoreConformance) async throws {
        guard let ceph = ObjectStores.ceph else { return }
        try await CombinedStore.with(ceph.get().endpoints, cases: "conformance: \(conformance)") { combined, _ in
            try await conformance.run(on: combined.store)
        }
    }

    @Test(arguments: VaultStoreConformance.cases)
    func `it conforms, on a server in memory`(conformance: VaultStoreConformance) async throws {
        try await CombinedStore.with([ObjectStores.inMemory.get().endpoint], cases: "conformance: \(conformance)") {
            combined, _ in try await conformance.run(on: combined.store)
        }
    }

    @Test(arguments: StoreAttack.cases)
    func `a vault in it finds the attack`(attack: StoreAttack) async throws {
        try await CombinedStore.with(ObjectStores.real(), cases: "attacks: \(attack)") { combined, _ in
            try await attack.run(on: combined.store)
        }
    }

    @Test(arguments: StoreCrash.cases)
    func `a device that crashes at any change of it loses nothing`(crash: StoreCrash) async throws {
        try await CombinedStore.with(ObjectStores.real(), cases: "crashes: \(crash)") { combined, _ in
            try await crash.run(on: combined.store)
        }
    }

    @Test func `what is small lies in PostgreSQL, what is large in the object store, each once`() async throws {
        try await CombinedStore.with(ObjectStores.real(), cases: "PostgreSQL and an object store") { combined, _ in
            let code = RecoveryCode(random: SystemRandom())
            let vault = try await Vault.create(
                name: "kho", in: combined.store, unlocking: [.recoveryCode(code)], at: Samples.time)
            var documents: [DocumentID: Int] = [:]
            for size in [0, 500, 30_000, 60_000, 70_000, 1_000_000, 6_000_000] {
                documents[try await Samples.store(Samples.bytes(size), in: vault).document] = size
            }
            let inside = try await Set(combined.records.contents(of: vault.id, after: nil, limit: 100))
            let all = try await combined.store.contents(of: vault.id, after: nil, limit: 100)
            #expect(Set(all).count == all.count && all.count - inside.count == 3)
            for id in all {
                let size = try #require(try await combined.store.contentSize(id, of: vault.id))
                #expect(inside.contains(id) == (size <= Int64(ObjectVaultStore.usualInlineLimit)))
            }
            let opened = try await Vault.open(vault.id, in: combined.store, unlocking: .recoveryCode(code))
            for (document, size) in documents {
                #expect(try await opened.read(document).bytes() == Samples.bytes(size))
            }
            #expect(try await opened.verify().isComplete)
        }
    }

    @Test func `two stores that share nothing but servers write into one vault, and everything is there once`()
        async throws
    {
        try await CombinedStore.with(ObjectStores.real(), cases: "two stores on the same servers") {
            combined, address in
            let code = RecoveryCode(random: SystemRandom())
            let one = try await Vault.create(
                name: "kho", in: combined.store, unlocking: [.recoveryCode(code)], at: Samples.time)
            let other = try await CombinedStore(address)
            let two = try await Vault.open(one.id, in: other.store, unlocking: .recoveryCode(code))
            let stored = try await withThrowingTaskGroup { group in
                for number in 0..<24 {
                    group.addTask {
                        try await Samples.store(
                            Samples.bytes(number % 3 == 0 ? 500 : 80_000 + number), in: number % 2 == 0 ? one : two)
                    }
                }
                return try await group.reduce(into: [DocumentID]()) { $0.append($1.document) }
            }
            let opened = try await Vault.open(one.id, in: combined.store, unlocking: .recoveryCode(code))
            let listed = try await opened.list().map(\.id)
            #expect(listed.count == 24 && Set(listed) == Set(stored))
            #expect(try await opened.verify().isComplete)
            await other.records.close()
        }
    }
}
