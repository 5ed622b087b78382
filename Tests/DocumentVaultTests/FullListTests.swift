// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// The journal keeps 1,024 deposits that were put aside, whoever filled the list, and the inbox goes on.
@Suite("A full list of deposits that were put aside — docs/formats/vault-v1.md §4")
struct FullListTests {
    private func scene(putAside count: Int) async throws -> Scene {
        let scene = try await Scene()
        let secret = try await scene.vault.currentSecret()
        _ = try await scene.vault.append(operation: OperationID(random: SystemRandom()), at: Samples.time) { _ in
            Vault.Change(
                events: (0..<count).map { _ in
                    .depositAbsorbed(DepositID(random: SystemRandom()), .quarantined(reason: "thử"))
                }, secret: secret)
        }
        try await scene.vault.makeSnapshot(at: Samples.time)
        return scene
    }

    private func leave(_ bytes: [UInt8], by ticket: DepositTicket, in scene: Scene) async throws {
        _ = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "x",
            in: scene.store, at: Samples.time)
    }

    private func leaveBad(_ count: Int, in scene: Scene) async throws -> [DepositID] {
        let ids = (0..<count).map { _ in DepositID(random: SystemRandom()) }
        for id in ids {
            try await scene.store.putDeposit(StoredDeposit(id: id, record: [1, 2, 3]), of: scene.vault.id)
        }
        return ids
    }

    @Test func `deposits whose records do not open stand before no other, and may be discarded`() async throws {
        let scene = try await scene(putAside: StateCore.mostQuarantined)
        let bad = try await leaveBad(40, in: scene)
        let ticket = try await scene.vault.issueTicket(for: "x")
        try await leave([1, 2, 3], by: ticket, in: scene)
        let opened = try await scene.open()
        let head = try #require(await opened.anchor?.head.sequence)
        let absorbed = try await opened.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.map(\.document) == [ticket.document])
        #expect(Set(absorbed.quarantined.keys) == Set(bad) && !absorbed.hasMore)
        #expect(await opened.anchor?.head.sequence == head + 1, "one was taken in, none put aside")
        for id in bad { try await opened.discardDeposit(id) }
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 99).isEmpty)
        // What holds, and what is not there, is discarded by nobody.
        let good = try await scene.vault.issueTicket(for: "x")
        try await leave([4], by: good, in: scene)
        for id in [good.id, bad[0]] {
            await #expect(throws: VaultError(.notFound, "")) { try await opened.discardDeposit(id) }
        }
        #expect(try await opened.absorbDeposits(at: Samples.time).documents.map(\.document) == [good.document])
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `with room for one more the next one is put aside`() async throws {
        let scene = try await scene(putAside: StateCore.mostQuarantined - 1)
        let bad = try await leaveBad(2, in: scene)
        let opened = try await scene.open()
        let head = try #require(await opened.anchor?.head.sequence)
        #expect(Set(try await opened.absorbDeposits(at: Samples.time).quarantined.keys) == Set(bad))
        #expect(await opened.anchor?.head.sequence == head + 1)
        #expect(await opened.state.core.quarantined.count == StateCore.mostQuarantined)
    }

    @Test func `deposits whose contents do not hold keep none from being taken in for ever`() async throws {
        let scene = try await scene(putAside: StateCore.mostQuarantined)
        var bad: [ContentID] = []
        for _ in 0..<40 {
            let ticket = try await scene.vault.issueTicket(for: "x")
            try await leave([9], by: ticket, in: scene)
            bad.append(try DepositTicket.content(of: ticket.id))
        }
        let contents = bad
        try await scene.store.tamper(with: scene.vault.id) { objects in
            for content in contents { objects.contents[content]?[100] ^= 1 }
        }
        let ticket = try await scene.vault.issueTicket(for: "x")
        try await leave([1, 2, 3], by: ticket, in: scene)
        let opened = try await scene.open()
        // Each look takes 32 of 41 by chance: 100 of them miss the last one with a probability below 10⁻⁶⁰.
        for _ in 0..<100 where try await opened.status(of: ticket.id) == .waiting {
            _ = try await opened.absorbDeposits(at: Samples.time)
        }
        #expect(try await opened.status(of: ticket.id) == .absorbed(ticket.document))
    }

    @Test func `a device's entry past the limit counts for nothing, one that is kept already is refused`() async throws
    {
        let scene = try await scene(putAside: StateCore.mostQuarantined)
        let key = try DeviceKey(random: SystemRandom())
        let writer = try await scene.vault.enrol(key.card, as: .device, at: Samples.time).writer
        let one = DepositID(random: SystemRandom())
        try await scene.forge(
            .depositAbsorbed(one, .quarantined(reason: "")), as: writer, signedBy: key.signing)
        let opened = try await scene.open()
        #expect(await opened.state.core.quarantined.count == StateCore.mostQuarantined)
        #expect(await opened.state.core.quarantined[one] == nil)
        try await opened.makeSnapshot(at: Samples.time)
        #expect(try await scene.open().verify().isComplete)
        try await scene.vault.refresh()
        let kept = try #require(await scene.vault.state.core.quarantined.keys.first)
        try await scene.forge(
            .depositAbsorbed(kept, .quarantined(reason: "")), as: writer, signedBy: key.signing)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.open() }
    }
}
