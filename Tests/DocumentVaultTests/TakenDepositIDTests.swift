// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// An enrolled writer sees a deposit's id in the inbox, and chooses the ids of what it stores itself.
@Suite("Deposits whose ids somebody else has taken — docs/formats/vault-v1.md §12")
struct TakenDepositIDTests {
    private let key: DeviceKey

    init() throws { key = try DeviceKey(random: SystemRandom()) }

    private func deposit(_ bytes: [UInt8], in scene: Scene) async throws -> (DepositTicket, DepositReceipt) {
        let ticket = try await scene.vault.issueTicket(for: "x")
        let receipt = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "x",
            in: scene.store, at: Samples.time)
        return (ticket, receipt)
    }

    /// Stores a document of the writer's own under the deposit's document id.
    private func take(
        _ ticket: DepositTicket, content: ContentID, commitment: Digest32, in scene: Scene
    ) async throws {
        let writer = try await scene.vault.enrol(key.card, as: .device, at: Samples.time).writer
        let version = try DocumentVersion(
            document: ticket.document, id: VersionID(random: SystemRandom()), content: content, size: 1,
            commitment: commitment, previous: nil, metadata: Samples.metadata(name: "ảnh"),
            provenance: .selfDeclared(Digest32(of: [7])), fields: [], storedAt: Samples.time)
        try await scene.forge(.documentVersion(version), as: writer, signedBy: key.signing)
        try await scene.vault.refresh()
    }

    @Test(arguments: [[], [false], [false, true]])
    func `entries with a deposit's operation ids do not keep it from being taken in`(taken: [Bool]) async throws {
        let scene = try await Scene()
        let (ticket, receipt) = try await deposit([1, 2, 3], in: scene)
        _ = try await scene.vault.enrol(key.card, as: .device, at: Samples.time)
        let device = try await scene.open(.device(key))
        for isSecond in taken {
            _ = try await Samples.store(
                [9], operation: OperationID(absorbing: ticket.id, putAside: isSecond), in: device)
        }
        let opened = try await scene.open()
        let absorbed = try await opened.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.map(\.document) == [ticket.document] && absorbed.aside.isEmpty)
        #expect(try await opened.status(of: receipt) == .absorbed(ticket.document))
        #expect(try await opened.read(ticket.document).bytes() == [1, 2, 3])
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `what does not hold is put aside although an entry has its operation id`() async throws {
        let scene = try await Scene()
        let (ticket, _) = try await deposit([1], in: scene)
        let content = try DepositTicket.content(of: ticket.id)
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[content]?[60] ^= 1 }
        _ = try await Samples.store([9], operation: OperationID(absorbing: ticket.id), in: scene.vault)
        #expect(try await scene.vault.absorbDeposits(at: Samples.time).quarantined.count == 1)
        guard case .quarantined = try await scene.open().status(of: ticket.id) else {
            Issue.record("it was not put aside")
            return
        }
        try await scene.vault.discardDeposit(ticket.id)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
    }

    @Test(arguments: [false, true])
    func `another document under a deposit's document id does not delete it, and the owner hears of it`(
        namesItsContent: Bool
    ) async throws {
        let scene = try await Scene()
        let (ticket, receipt) = try await deposit([1, 2, 3], in: scene)
        let own = try DepositTicket.content(of: ticket.id)
        try await take(
            ticket, content: namesItsContent ? own : ContentID(random: SystemRandom()),
            commitment: try Digest32(of: [7]), in: scene)
        let opened = try await scene.open()
        for _ in 0..<2 {
            let absorbed = try await opened.absorbDeposits(at: Samples.time)
            #expect(absorbed.documents.isEmpty && Array(absorbed.aside.keys) == [ticket.id])
        }
        #expect(try await opened.sweep(at: Samples.time).isEmpty)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).count == 1)
        #expect(try await scene.objects().contents[own] != nil)
        #expect(try await opened.status(of: receipt) == .quarantined("another document has its id"))
        try await opened.discardDeposit(ticket.id)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
    }

    @Test func `a deposit stays whose document the vault has without the key, and goes when the key is there`()
        async throws
    {
        let scene = try await Scene()
        let (ticket, _) = try await deposit([1], in: scene)
        let waiting = await scene.store.deposits(of: scene.vault.id, limit: 9)
        _ = try await scene.vault.absorbDeposits(at: Samples.time)
        let records = try await scene.objects().keyRecords
        for isThere in [false, true] {
            try await scene.store.tamper(with: scene.vault.id) {
                $0.deposits = waiting
                $0.keyRecords = isThere ? records : [:]
            }
            let absorbed = try await scene.open().absorbDeposits(at: Samples.time)
            #expect(absorbed.documents.isEmpty && absorbed.aside.keys.contains(ticket.id) != isThere)
            #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty == isThere)
        }
    }

    @Test func `erasing a document takes along what an interrupted call left in the inbox, and no other deposit`()
        async throws
    {
        let scene = try await Scene()
        let (ticket, _) = try await deposit([1, 2, 3], in: scene)
        let records = await scene.store.deposits(of: scene.vault.id, limit: 9)
        _ = try await scene.vault.absorbDeposits(at: Samples.time)
        let (other, _) = try await deposit([4], in: scene)
        try await scene.store.tamper(with: scene.vault.id) { $0.deposits += records }
        _ = try await scene.vault.erase(ticket.document, reason: "yêu cầu", at: Samples.time)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).map(\.id) == [other.id])
        // Of another document that took a deposit's id, the deposit is not.
        try await take(
            other, content: ContentID(random: SystemRandom()), commitment: Digest32(of: [1]), in: scene)
        _ = try await scene.vault.erase(other.document, reason: "yêu cầu", at: Samples.time)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).map(\.id) == [other.id])
    }
}
