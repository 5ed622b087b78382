// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// Who was removed does not read what is left afterwards.
@Suite("Deposits after a removal — docs/formats/vault-v1.md §12")
struct DepositKeyTests {
    private let scene: Scene

    init() async throws { scene = try await Scene() }

    private func deposit(_ bytes: [UInt8], by ticket: DepositTicket) async throws {
        _ = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(),
            depositor: "UBND phường Thử Nghiệm", in: scene.store, at: Samples.time)
    }

    private func waiting() async -> [StoredDeposit] { await scene.store.deposits(of: scene.vault.id, limit: 9) }

    /// What somebody has who opened the vault in its first epoch.
    private func keysOfFirstEpoch() async throws -> DepositKeys {
        let secret = try #require(await scene.vault.secrets[1])
        guard case .genesis(_, _, let sealed) = try await scene.vault.event(at: 0).event else {
            throw VaultError(.damaged, "no genesis")
        }
        let first = try #require(await scene.vault.state.genesis).privateKey(sealed: sealed, under: secret)
        return DepositKeys(vault: scene.vault.id, first: first, secrets: [1: secret])
    }

    @Test func `a deposit by a ticket from after a removal opens with the new epoch's secret alone`() async throws {
        let delegate = try DeviceKey(random: SystemRandom())
        let slot = try await scene.vault.enrol(delegate.card, as: .delegate, writing: [], at: Samples.time).slot
        let former = try await keysOfFirstEpoch()
        let early = try await scene.vault.issueTicket(for: "trước")
        #expect(early.sealing == nil)
        try await scene.vault.removeSlots([slot], at: Samples.time)
        let late = try DepositTicket(text: try await scene.vault.issueTicket(for: "sau").description)
        #expect(late.sealing?.epoch == 2)
        try await deposit([1], by: early)
        try await deposit([2], by: late)
        let card = try await scene.vault.card()
        for stored in await waiting() {
            if stored.id == late.id {
                #expect(throws: VaultError(.damaged, "")) { try former.open(stored) }
            } else {
                #expect(throws: Never.self) { try DepositRecord(opening: stored, with: former, card: card) }
            }
        }
        // Somebody who opens the vault later still, in another epoch, takes both in.
        try await scene.vault.rotate(at: Samples.time)
        let opened = try await scene.open()
        #expect(try await opened.absorbDeposits(at: Samples.time).documents.count == 2)
        #expect(try await opened.read(late.document).bytes() == [2])
        #expect(try await opened.read(early.document).bytes() == [1])
        #expect(try await opened.verify().isComplete)
    }

    @Test func `a ticket whose key was exchanged is not the owner's, and a record under another key does not hold`()
        async throws
    {
        try await scene.vault.rotate(at: Samples.time)
        let (ticket, card) = (try await scene.vault.issueTicket(for: "x"), try await scene.vault.card())
        let key = try #require(ticket.sealing).key
        var forged = ticket.bytes
        let own = try X25519PrivateKey(random: SystemRandom()).publicKey
        forged.replaceSubrange(try #require(forged.firstRange(of: key.octets)), with: own.octets)
        #expect(throws: VaultError(.damaged, "")) { try DepositTicket(forged, card: card) }
        #expect(try DepositTicket(ticket.bytes, card: card) == ticket)

        // The genuine record, taken off its key and sealed to the card's, whose private half more people have.
        try await deposit([1, 2, 3], by: ticket)
        let stored = try #require(await waiting().first)
        let keys = try await scene.vault.depositKeys()
        let plaintext = try keys.open(stored).plaintext
        let sealed = try HPKE.seal(
            plaintext.span, to: card.vaultKey, info: DepositRecord.info(card.vault, ticket.id, nil).span,
            authenticating: [UInt8]().span, random: SystemRandom())
        try await scene.store.replaceDeposit(StoredDeposit(id: ticket.id, record: sealed), of: card.vault)
        let absorbed = try await scene.vault.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.isEmpty && absorbed.quarantined[ticket.id]?.contains("another key") == true)
        try await scene.store.replaceDeposit(stored, of: card.vault)
        #expect(try await scene.vault.absorbDeposits(at: Samples.time).documents.map(\.document) == [ticket.document])
    }
}
