// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

/// What others do, and what goes wrong, between two steps of a call.
@Suite("Between two steps of a call — docs/formats/vault-v1.md §9")
struct MidwayTests {
    /// Does something once, after the first call of a kind was answered.
    private final class Midway: StoreDecorator {
        let inner: any VaultStore
        private let call: StoreCall
        private let body: Mutex<(@Sendable () async throws(VaultError) -> Void)?> = Mutex(nil)
        /// Whether every call fails from now on.
        let isDown = Mutex(false)

        init(_ inner: any VaultStore, after call: StoreCall) { (self.inner, self.call) = (inner, call) }

        func arm(_ body: @escaping @Sendable () async throws(VaultError) -> Void) {
            self.body.withLock { $0 = body }
        }

        func before(_ call: StoreCall) async throws(VaultError) {
            guard !isDown.withLock({ $0 }) else { throw VaultError(.busy, "the store does not answer") }
        }

        func after(_ call: StoreCall) async throws(VaultError) {
            guard call == self.call else { return }
            let body = self.body.withLock { body in
                defer { body = nil }
                return body
            }
            try await body?()
        }
    }

    private struct Stage {
        let base = InMemoryVaultStore(inlineContentLimit: 1024)
        let midway: Midway
        let code = RecoveryCode(random: SystemRandom())
        let vault: Vault

        init(after call: StoreCall) async throws {
            midway = Midway(base, after: call)
            vault = try await Vault.create(
                name: "kho", in: midway, unlocking: [.recoveryCode(code)], at: Samples.time)
        }

        func other() async throws -> Vault {
            try await Vault.open(vault.id, in: base, unlocking: .recoveryCode(code))
        }
    }

    @Test func `what was appended stays, though the store fails right afterwards and another task has looked`()
        async throws
    {
        let stage = try await Stage(after: .append)
        let (vault, midway) = (stage.vault, stage.midway)
        midway.arm { () throws(VaultError) in
            // Another task of the same process finds the entry first; then the store is gone.
            try await vault.refresh()
            midway.isDown.withLock { $0 = true }
        }
        let stored = try await Samples.store(Samples.bytes(5000), in: vault)
        midway.isDown.withLock { $0 = false }
        #expect(try await stage.other().read(stored.document).bytes() == Samples.bytes(5000))
        #expect(try await stage.other().verify().isComplete)
    }

    @Test func `a content that was swept before a snapshot which is all that is known is uploaded again`() async throws
    {
        let stage = try await Stage(after: .putContent)
        _ = try await Samples.store([1], in: stage.vault)
        let (vault, base, code) = (stage.vault, stage.base, stage.code)
        let swept = Mutex(0)
        stage.midway.arm { () throws(VaultError) in
            let other = try await Vault.open(vault.id, in: base, unlocking: .recoveryCode(code))
            let found = try await other.sweep(at: Samples.time).count
            swept.withLock { $0 = found }
            try await other.makeSnapshot(at: Samples.time)
            try await vault.refold()
        }
        let stored = try await Samples.store(Samples.bytes(5000), in: vault)
        #expect(swept.withLock { $0 } == 1)
        #expect(try await stage.other().read(stored.document).bytes() == Samples.bytes(5000))
        #expect(try await stage.other().verify().isComplete)
    }

    @Test func `a sweep leaves what a depositor has promised since it looked`() async throws {
        let stage = try await Stage(after: .append)
        let (vault, base) = (stage.vault, stage.base)
        let ticket = try await vault.issueTicket(for: "x")
        _ = try await ticket.deposit(
            MemorySource([7]), sha256: Digest32(of: [7]), metadata: Samples.metadata(), depositor: "x", in: base,
            at: Samples.time)
        let record = try #require(await base.deposits(of: vault.id, limit: 9).first)
        // As it was when the record had been taken away to make room for another.
        try await base.tamper(with: vault.id) { $0.deposits = [] }
        stage.midway.arm { () throws(VaultError) in try await base.putDeposit(record, of: vault.id) }
        #expect(try await vault.sweep(at: Samples.time).isEmpty)
        #expect(try await stage.other().absorbDeposits(at: Samples.time).documents.count == 1)
    }

    @Test func `a deposit that another device takes in meanwhile is no fault`() async throws {
        let stage = try await Stage(after: .contentSize)
        let (vault, base, code) = (stage.vault, stage.base, stage.code)
        let ticket = try await vault.issueTicket(for: "x")
        _ = try await ticket.deposit(
            MemorySource([7]), sha256: Digest32(of: [7]), metadata: Samples.metadata(), depositor: "x", in: base,
            at: Samples.time)
        let other = try await Vault.open(vault.id, in: base, unlocking: .recoveryCode(code))
        stage.midway.arm { () throws(VaultError) in
            do { _ = try await other.absorbDeposits(at: Samples.time) } catch { throw VaultError(.damaged, "\(error)") }
            try await vault.refresh()
        }
        let absorbed = try await vault.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.isEmpty && absorbed.quarantined.isEmpty)
        #expect(try await stage.other().read(ticket.document).bytes() == [7])
        #expect(try await stage.other().verify().isComplete)
    }

    @Test func `what an erasure could not delete is found by a sweep of the same session`() async throws {
        let stage = try await Stage(after: .append)
        let (vault, base) = (stage.vault, stage.base)
        let stored = try await Samples.store(Samples.bytes(5000), in: vault)
        let content = try await vault.document(stored.document).current.content
        let sealed = try #require(try await base.tamper(with: vault.id) { $0.contents[content] })
        _ = try await vault.erase(stored.document, reason: "", at: Samples.time)
        try await base.tamper(with: vault.id) { $0.contents[content] = sealed }
        #expect(try await vault.sweep(at: Samples.time) == [content])
        #expect(try await base.tamper(with: vault.id) { $0.contents[content] } == nil)
    }

    @Test func `an export of a vault that lacks something names it, and is no busy store`() async throws {
        let scene = try await Scene(inline: 1024)
        let stored = try await Samples.store(Samples.bytes(5000), in: scene.vault)
        func export() async throws {
            _ = try await scene.vault.export(under: RecoveryCode(random: SystemRandom())) { _ in }
        }
        try await export()
        let whole = try await scene.objects()
        let version = try await scene.vault.document(stored.document).current
        let changes: [@Sendable (inout InMemoryVaultStore.Objects) -> Void] = [
            { $0.contents[version.content] = nil }, { $0.contents[version.content]?[100] ^= 1 },
            { $0.contents[version.content]?.removeLast(16) }, { $0.keyRecords[version.id] = nil },
        ]
        for change in changes {
            try await scene.store.tamper(with: scene.vault.id) { change(&$0) }
            await #expect(throws: VaultError(.damaged, "")) { try await export() }
            await scene.store.put(whole, scene.vault.id)
        }
        try await export()
    }
}
