// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Dispatch
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Limits — quota, waiting derivations")
struct LimitTests {
    @Test func `a quota holds for one document, for their number and for their sum, and frees what is erased`()
        async throws
    {
        let scene = try await Scene()
        let quota = VaultQuota(document: 5000, total: 6 * 1024, documents: 4)
        let vault = try await Vault.open(
            scene.vault.id, in: scene.store, unlocking: .recoveryCode(scene.code), quota: quota)
        await #expect(throws: VaultError(.overQuota, "")) {
            _ = try await Samples.store(Samples.bytes(5001), in: vault)
        }
        let first = try await Samples.store(Samples.bytes(2000), in: vault)
        for _ in 0..<3 { _ = try await Samples.store([1], in: vault) }
        await #expect(throws: VaultError(.overQuota, "")) { _ = try await Samples.store([1], in: vault) }
        await #expect(throws: VaultError(.overQuota, "")) {
            _ = try await Samples.store(Samples.bytes(1100), correcting: first, in: vault)
        }
        _ = try await Samples.store(Samples.bytes(1000), correcting: first, in: vault)
        _ = try await vault.erase(first.document, reason: "", at: Samples.time)
        _ = try await Samples.store(Samples.bytes(2000), in: vault)
        #expect(try await vault.list().count == 4)
        #expect(try await vault.verify().isComplete)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a store that claims a head far beyond its entries, or gives others than were asked for, is found at once`()
        async throws
    {
        let scene = try await Scene()
        let id = scene.vault.id
        _ = try await Samples.store([1, 2, 3], in: scene.vault)
        _ = try await Samples.store([4, 5, 6], in: scene.vault)
        let store = EvilStore(scene.store)
        let opened = try await Vault.open(id, in: store, unlocking: .recoveryCode(scene.code))
        #expect(try await opened.verify().isComplete)
        store.lie { lies in
            lies.head = { head in head.map { JournalHead(sequence: 1 << 50, hash: $0.hash) } }
        }
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await Vault.open(id, in: store, unlocking: .recoveryCode(scene.code))
        }
        await #expect(throws: VaultError(.damaged, "")) { try await opened.refresh() }
        store.lie { lies in
            lies.entry = { entry in
                var entry = entry
                entry.sequence = 0
                return entry
            }
        }
        await #expect(throws: VaultError(.damaged, "")) { try await opened.refresh() }
        store.lie { lies in
            (lies.head, lies.entry) = (nil, nil)
        }
        #expect(try await opened.verify().isComplete)
    }

    @Test func `who comes when too many derivations wait is told so at once, and the others get theirs`() async throws {
        let queue = KeyDerivationQueue(mostWaiting: 3)
        let gate = DispatchSemaphore(value: 0)
        let outcomes = await withTaskGroup { group in
            // The fourth finds three: the first at work, two behind it.
            for _ in 0..<4 {
                group.addTask {
                    do {
                        try await queue.run(deriving: true) { () throws(VaultError) in gate.wait() }
                        return true
                    } catch {
                        #expect((error as? VaultError)?.code == .busy)
                        for _ in 0..<3 { gate.signal() }
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == [true: 3, false: 1])
        // What derives nothing waits for nobody.
        #expect(try await queue.run(deriving: false) { () throws(VaultError) in 7 } == 7)
    }
}
