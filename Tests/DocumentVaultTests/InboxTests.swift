// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Deposits — docs/formats/vault-v1.md §12")
struct InboxTests {
    private func deposit(
        _ bytes: [UInt8], by ticket: DepositTicket, in store: any VaultStore, name: String = "kết quả.pdf"
    ) async throws -> DepositReceipt {
        try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(name: name),
            fields: [DocumentField(name: "soGiay", value: "01", origin: .issuer)], depositor: "UBND phường Thử Nghiệm",
            in: store, at: Samples.time)
    }

    @Test(arguments: [0, 1000, 300_000])
    func `a deposit needs no key, is sealed, and becomes one document at the next unlock`(size: Int) async throws {
        let scene = try await Scene()
        let ticket = try DepositTicket(text: try await scene.vault.issueTicket(for: "H29.1-0001").description)
        #expect(ticket.card.vault == scene.vault.id && ticket.dossier == "H29.1-0001")
        let receipt = try await deposit(Samples.bytes(size), by: ticket, in: scene.store)
        #expect(try await scene.vault.status(of: ticket.id) == .waiting)
        let record = try #require(await scene.store.deposits(of: scene.vault.id, limit: 9).first).record
        #expect(record.firstRange(of: Array("Thử Nghiệm".utf8)) == nil)

        let opened = try await scene.open()
        let absorbed = try await opened.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.map(\.document) == [ticket.document] && !absorbed.hasMore)
        let document = try await opened.document(ticket.document)
        #expect(document.current.metadata.dossier == "H29.1-0001")
        #expect(document.current.metadata.additional["depositor"] == ["UBND phường Thử Nghiệm"])
        #expect(document.current.provenance.assurance == .selfDeclared)
        #expect(document.current.fields.map(\.value) == ["01"])
        #expect(try await opened.read(ticket.document).bytes() == Samples.bytes(size))
        #expect(receipt.sha256 == document.current.sha256.description)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
        #expect(try await opened.absorbDeposits(at: Samples.time).documents.isEmpty)
        try await scene.vault.refresh()
        #expect(try await scene.vault.status(of: ticket.id) == .absorbed(ticket.document))
        #expect(try await scene.open().verify().isComplete)
        // It rotates and is erased like any other.
        try await opened.rotate(at: Samples.time)
        _ = try await opened.erase(ticket.document, reason: "", at: Samples.time)
        #expect(try await opened.status(of: ticket.id) == .erased)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a ticket gives one document, whatever is deposited, retried or shown again`() async throws {
        let scene = try await Scene()
        let ticket = try await scene.vault.issueTicket(for: "x")
        _ = try await deposit([1], by: ticket, in: scene.store)
        let waiting = await scene.store.deposits(of: scene.vault.id, limit: 9)
        let one = try await scene.open()
        let two = try await scene.open()
        async let first = one.absorbDeposits(at: Samples.time)
        async let second = two.absorbDeposits(at: Samples.time)
        #expect(try await first.documents.count + second.documents.count == 1)
        // The ticket again, with another document: it is not acknowledged, for it would never be taken in.
        await #expect(throws: VaultError(.alreadyExists, "")) {
            _ = try await deposit([2], by: ticket, in: scene.store)
        }
        // And the old record again.
        try await scene.store.tamper(with: scene.vault.id) { $0.deposits += waiting }
        let again = try await scene.open().absorbDeposits(at: Samples.time)
        #expect(again.documents.isEmpty && again.quarantined.isEmpty)
        #expect(try await scene.open().list().count == 1)
        #expect(try await scene.open().read(ticket.document).bytes() == [1])
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `an inbox filled with what does not hold never breaks the vault`() async throws {
        let scene = try await Scene()
        let limit = StateCore.mostQuarantined
        for _ in 0..<(limit / 256 + 1) {
            for _ in 0..<256 {
                try await scene.store.putDeposit(
                    StoredDeposit(id: DepositID(random: SystemRandom()), record: [1, 2, 3]), of: scene.vault.id)
            }
            while try await scene.vault.absorbDeposits(limit: 256, at: Samples.time).hasMore {}
            try await scene.store.tamper(with: scene.vault.id) { $0.deposits = [] }
        }
        _ = try await deposit([5], by: try await scene.vault.issueTicket(for: "x"), in: scene.store)
        let opened = try await scene.open()
        #expect(try await opened.absorbDeposits(at: Samples.time).documents.count == 1)
        #expect(await opened.state.core.quarantined.count == limit)
        #expect(try await opened.verify().isComplete)
    }

    @Test func `what does not hold is put aside with its reason, and does not block the rest`() async throws {
        let scene = try await Scene()
        func expectQuarantine(_ why: String, _ change: (inout StoredDeposit) -> Void) async throws {
            let ticket = try await scene.vault.issueTicket(for: "x")
            _ = try await deposit([1], by: ticket, in: scene.store)
            var deposit = try #require(await scene.store.deposits(of: scene.vault.id, limit: 99).last)
            change(&deposit)
            let changed = deposit
            try await scene.store.tamper(with: scene.vault.id) { $0.deposits = [changed] }
            let opened = try await scene.open()
            let absorbed = try await opened.absorbDeposits(at: Samples.time)
            #expect(absorbed.documents.isEmpty && absorbed.quarantined.count == 1, "\(why)")
            #expect(try await opened.absorbDeposits(at: Samples.time).quarantined.isEmpty, "\(why): looked at once")
            guard case .quarantined = try await scene.open().status(of: changed.id) else {
                Issue.record("\(why)")
                return
            }
            try await opened.discardDeposit(changed.id)
            #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
        }
        try await expectQuarantine("changed") { $0.record[100] ^= 1 }
        try await expectQuarantine("cut") { $0.record.removeLast(50) }
        try await expectQuarantine("empty") { $0.record = [] }
        try await expectQuarantine("under another id") { $0.id = DepositID(random: SystemRandom()) }
        // A good one beside them.
        let ticket = try await scene.vault.issueTicket(for: "x")
        _ = try await deposit([5], by: ticket, in: scene.store)
        #expect(try await scene.open().absorbDeposits(at: Samples.time).documents.count == 1)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a receipt is of its own document, not of another one that the ticket brought later`() async throws {
        let scene = try await Scene()
        let ticket = try await scene.vault.issueTicket(for: "x")
        let first = try await deposit([1], by: ticket, in: scene.store)
        #expect(try await scene.vault.status(of: first) == .waiting)
        let content = try DepositTicket.content(of: ticket.id)
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[content]?[60] ^= 1 }
        #expect(try await scene.vault.absorbDeposits(at: Samples.time).quarantined.count == 1)
        try await scene.vault.discardDeposit(ticket.id)
        _ = try await scene.vault.sweep(at: Samples.time)
        let second = try await deposit([2], by: ticket, in: scene.store)
        #expect(try await scene.vault.absorbDeposits(at: Samples.time).documents.count == 1)
        #expect(try await scene.vault.status(of: second) == .absorbed(ticket.document))
        #expect(try await scene.vault.status(of: first) == .missing)
    }

    @Test func `deposits that were broken off block none behind them, and may be discarded`() async throws {
        let scene = try await Scene()
        var tickets: [DepositTicket] = []
        for _ in 0..<40 {
            let ticket = try await scene.vault.issueTicket(for: "x")
            _ = try await deposit([1], by: ticket, in: scene.store)
            tickets.append(ticket)
        }
        let contents = try tickets.map { try DepositTicket.content(of: $0.id) }
        try await scene.store.tamper(with: scene.vault.id) { objects in
            for content in contents { objects.contents[content] = nil }
        }
        let good = try await scene.vault.issueTicket(for: "x")
        _ = try await deposit([2], by: good, in: scene.store)
        let opened = try await scene.open()
        let absorbed = try await opened.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.map(\.document) == [good.document])
        #expect(absorbed.incomplete == tickets.map(\.id) && absorbed.quarantined.isEmpty && !absorbed.hasMore)
        // Made again, or given up by the owner; what is whole is discarded by nobody.
        _ = try await deposit([1], by: tickets[0], in: scene.store)
        try await opened.discardDeposit(tickets[1].id)
        await #expect(throws: VaultError(.notFound, "")) { try await opened.discardDeposit(tickets[0].id) }
        await #expect(throws: VaultError(.notFound, "")) { try await opened.discardDeposit(tickets[1].id) }
        let again = try await opened.absorbDeposits(at: Samples.time)
        #expect(again.documents.map(\.document) == [tickets[0].document] && again.incomplete.count == 38)
    }

    @Test func `tickets hold: size, end, owner's signature, the card's vault`() async throws {
        let scene = try await Scene()
        let small = try await scene.vault.issueTicket(for: "x", largest: 10)
        await #expect(throws: VaultError(.overQuota, "")) {
            try await deposit(Samples.bytes(11), by: small, in: scene.store)
        }
        let ended = try await scene.vault.issueTicket(for: "x", until: Samples.time.adding(seconds: -1))
        await #expect(throws: VaultError(.notPermitted, "")) { try await deposit([1], by: ended, in: scene.store) }
        _ = try await deposit(Samples.bytes(10), by: small, in: scene.store)

        // A card with another key is another vault's, and a ticket for it is not the owner's.
        let card = try await scene.vault.card()
        #expect(try VaultCard(text: card.description) == card)
        var bytes = card.bytes
        let place = try #require(bytes.firstRange(of: card.vaultKey.octets)).lowerBound
        bytes[place] ^= 1
        #expect(throws: VaultError(.damaged, "")) { try VaultCard(bytes) }
        let other = try await Scene()
        let foreign = try await other.vault.card()
        #expect(throws: VaultError(.damaged, "")) { try DepositTicket(small.bytes, card: foreign) }
        var forged = small.bytes
        forged[forged.count - 1] ^= 1
        #expect(throws: VaultError(.damaged, "")) { try DepositTicket(forged, card: card) }
        // Bytes that are not those of the digest leave nothing in the inbox.
        let ticket = try await scene.vault.issueTicket(for: "x")
        await #expect(throws: VaultError(.provenanceMismatch, "")) {
            _ = try await ticket.deposit(
                MemorySource([1]), sha256: Digest32(of: [2]), metadata: Samples.metadata(), depositor: "",
                in: scene.store,
                at: Samples.time)
        }
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).count == 1)
    }

    @Test(arguments: FailingStore.Side.allCases)
    func `absorbing that dies at any change neither loses nor doubles a document`(side: FailingStore.Side) async throws
    {
        for number in 0..<6 {
            let scene = try await Scene()
            for size in 1...2 {
                _ = try await deposit(
                    Samples.bytes(size), by: try await scene.vault.issueTicket(for: "x"), in: scene.store)
            }
            scene.failing.crash(side, atChange: number)
            _ = try? await scene.vault.absorbDeposits(at: Samples.time)
            let opened = try await scene.open()
            _ = try await opened.absorbDeposits(at: Samples.time)
            #expect(try await opened.list().map(\.current.size).sorted() == [1, 2])
            #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
            #expect(try await opened.verify().isComplete)
        }
    }
}
