// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// Who discards a deposit, and that it is the one that does not hold.
@Suite("Discarding deposits — docs/formats/vault-v1.md §12")
struct DiscardTests {
    private let scene: Scene
    private let ticket: DepositTicket

    /// A deposit that was put aside.
    init() async throws {
        scene = try await Scene()
        ticket = try await scene.vault.issueTicket(for: "x")
        try await scene.store.putDeposit(StoredDeposit(id: ticket.id, record: [1, 2, 3]), of: scene.vault.id)
        _ = try await scene.vault.absorbDeposits(at: Samples.time)
    }

    private func leave(_ bytes: [UInt8], by ticket: DepositTicket) async throws {
        _ = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "x",
            in: scene.store, at: Samples.time)
    }

    @Test func `what was put aside and left again is looked at first, and taken in`() async throws {
        try await leave([1, 2, 3], by: ticket)
        for _ in 0..<40 { try await leave([4], by: try await scene.vault.issueTicket(for: "x")) }
        await #expect(throws: VaultError(.conflict, "")) { try await scene.vault.discardDeposit(ticket.id) }
        let absorbed = try await scene.vault.absorbDeposits(lookingFirstAt: [ticket.id], at: Samples.time)
        #expect(absorbed.documents.first?.document == ticket.document && absorbed.aside.isEmpty && absorbed.hasMore)
        await #expect(throws: VaultError(.notFound, "")) { try await scene.vault.discardDeposit(ticket.id) }
        #expect(try await scene.vault.read(ticket.document).bytes() == [1, 2, 3])
    }

    @Test func `what still does not hold is named and goes, and what a judgement keeps out when that is said`()
        async throws
    {
        let absorbed = try await scene.vault.absorbDeposits(lookingFirstAt: [ticket.id], at: Samples.time)
        #expect(Array(absorbed.aside.keys) == [ticket.id])
        try await scene.vault.discardDeposit(ticket.id)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
        try await leave([1], by: ticket)
        try await scene.vault.discardDeposit(ticket.id, regardless: true)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
    }

    @Test(arguments: [Set<EntryKind>(), EntryKind.documents])
    func `nobody but the owner discards`(kinds: Set<EntryKind>) async throws {
        let key = try DeviceKey(random: SystemRandom())
        _ = try await scene.vault.enrol(key.card, as: .delegate, writing: kinds, at: Samples.time)
        let delegate = try await scene.open(.device(key))
        await #expect(throws: VaultError(.notPermitted, "")) { try await delegate.discardDeposit(ticket.id) }
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).count == 1)
        try await scene.open().discardDeposit(ticket.id)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
    }

    @Test func `what lies in the inbox is counted for who exports, and what was taken in is not`() async throws {
        #expect(try await scene.vault.depositsWaiting() == 1, "put aside")
        let other = try await scene.vault.issueTicket(for: "x")
        try await leave([1, 2, 3], by: other)
        let records = await scene.store.deposits(of: scene.vault.id, limit: 9)
        #expect(try await scene.vault.depositsWaiting() == 2)
        _ = try await scene.vault.absorbDeposits(at: Samples.time)
        #expect(try await scene.vault.depositsWaiting() == 1)
        // The store shows again what was taken in.
        try await scene.store.tamper(with: scene.vault.id) { $0.deposits = records }
        #expect(try await scene.vault.depositsWaiting() == 1)
        try await scene.vault.discardDeposit(ticket.id)
        #expect(try await scene.vault.depositsWaiting() == 0)
    }
}
