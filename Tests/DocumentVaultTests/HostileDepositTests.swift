// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// Depositors who write with software of their own.
@Suite("Deposits that are not what the library makes — docs/formats/vault-v1.md §12")
struct HostileDepositTests {
    /// Leaves a deposit with a version id of the depositor's choice.
    private func leave(
        _ bytes: [UInt8], by ticket: DepositTicket, as version: VersionID, in scene: Scene,
        metadata: DocumentMetadata = Samples.metadata()
    ) async throws {
        let vault = scene.vault.id
        let key = SharedSecret(SystemRandom().secret(32))
        let content = try DepositTicket.content(of: ticket.id)
        let stream = try SealedContentStream(
            MemorySource(bytes), key: key, vault: vault, document: ticket.document, version: version,
            random: SystemRandom(), progress: nil)
        let record = try DepositRecord(
            ticket: ticket, depositor: "x", key: key,
            version: DocumentVersion(
                document: ticket.document, id: version, content: content, size: Int64(bytes.count),
                commitment: stream.commitment, previous: nil, metadata: metadata,
                provenance: .selfDeclared(Digest32(of: bytes), source: .agencyResult), fields: [],
                storedAt: Samples.time, isNew: false)
        ).sealed(random: SystemRandom())
        try await scene.store.putDeposit(StoredDeposit(id: ticket.id, record: record), of: vault)
        try await scene.store.putContent(content, of: vault, size: stream.sealedSize, from: stream)
    }

    /// Whoever made it will be understood after an update of the program.
    @Test func `the content of a deposit that only a newer program opens is not swept`() async throws {
        let scene = try await Scene()
        let ticket = try await scene.vault.issueTicket(for: "x")
        try await leave([9], by: ticket, as: VersionID(random: SystemRandom()), in: scene)
        let store = scene.store
        let known = try #require(await store.deposits(of: scene.vault.id, limit: 9).first)
        await store.deleteDeposits([known.id], of: scene.vault.id)
        // Another record under the ticket's id: what stands in it is not to be read here.
        try await store.putDeposit(
            StoredDeposit(id: known.id, record: [0x30, 0x03, 0x02, 0x01, 0x02]), of: scene.vault.id)
        #expect(try await scene.open().absorbDeposits(at: Samples.time).documents.isEmpty)
        let later = Samples.time.adding(seconds: 30 * 86_400)
        _ = try await scene.vault.sweep(at: later)
        let content = try DepositTicket.content(of: ticket.id)
        #expect(await store.contentSize(content, of: scene.vault.id) != nil)
        // Nobody waits for it any more: then it goes.
        await store.deleteDeposits([known.id], of: scene.vault.id)
        _ = try await scene.vault.sweep(at: later)
        #expect(await store.contentSize(content, of: scene.vault.id) == nil)
    }

    @Test func `a version that the vault has or had is put aside, a new one is taken in`() async throws {
        let scene = try await Scene()
        let known = try await Samples.store([1, 2, 3], in: scene.vault)
        let erased = try await Samples.store([4], in: scene.vault)
        _ = try await scene.vault.erase(erased.document, reason: "", at: Samples.time)
        let records = try await scene.objects().keyRecords
        // Twice the same, as well: the second one of them.
        let chosen = VersionID(random: SystemRandom())
        for (version, isTaken) in [
            (known.version, false), (erased.version, false), (chosen, true), (chosen, false),
            (VersionID(random: SystemRandom()), true),
        ] {
            let ticket = try await scene.vault.issueTicket(for: "x")
            try await leave([9], by: ticket, as: version, in: scene)
            // From the snapshot, which names no versions of erased documents, and from the genesis.
            try await scene.vault.makeSnapshot(at: Samples.time)
            let opened = try await scene.open()
            let absorbed = try await opened.absorbDeposits(at: Samples.time)
            #expect(absorbed.documents.count == (isTaken ? 1 : 0))
            #expect(absorbed.quarantined.count == (isTaken ? 0 : 1))
            if isTaken { #expect(try await opened.read(ticket.document).bytes() == [9]) }
            try await scene.vault.refresh()
        }
        #expect(try await scene.open().read(known.document).bytes() == [1, 2, 3])
        #expect(try await scene.objects().keyRecords[known.version] == records[known.version])
        let report = try await scene.open().verify()
        #expect(report.isComplete && report.documents == 3)
    }

    @Test func `a text of several lines puts its deposit aside, and the next one is taken in`() async throws {
        let scene = try await Scene()
        for type in ["other\n0000 agency-verified", "other"] {
            let ticket = try await scene.vault.issueTicket(for: "x")
            try await leave(
                [1], by: ticket, as: DepositTicket.version(of: ticket.id), in: scene,
                metadata: Samples.metadata(type: type))
        }
        let absorbed = try await scene.open().absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.count == 1 && absorbed.quarantined.count == 1)
        #expect(try await scene.open().list().map(\.current.metadata.type) == ["other"])
    }

    @Test func `an append that no reader would take in is not made`() async throws {
        let scene = try await Scene()
        let known = try await scene.vault.document(Samples.store([1], in: scene.vault).document).current
        let again = try DocumentVersion(
            document: DocumentID(random: SystemRandom()), id: known.id, content: ContentID(random: SystemRandom()),
            size: 1, commitment: known.commitment, previous: nil, metadata: Samples.metadata(),
            provenance: .selfDeclared(known.sha256, source: .selfUpload), fields: [], storedAt: Samples.time)
        let secret = try await scene.vault.currentSecret()
        await #expect(throws: VaultError(.conflict, "")) {
            _ = try await scene.vault.append(operation: OperationID(random: SystemRandom()), at: Samples.time) { _ in
                Vault.Change(events: [.documentVersion(again)], secret: secret)
            }
        }
        #expect(try await scene.open().verify().isComplete)
    }

    @Test(arguments: [(nil, nil), ("UBND TEST", nil), (nil, "UBND TEST"), ("UBND TEST", "another"), ("A", "A")])
    func `a deposit replaces only what the same signer signed, and speaks for no issuer`(
        owned: String?, deposited: String?
    ) async throws {
        let scene = try await Scene()
        @Sendable func provenance(_ digest: Digest32, _ signer: String?) -> Provenance {
            guard let signer else { return .selfDeclared(digest) }
            return .signatureVerified(
                digest, source: .agencyResult,
                by: Provenance.Verification(
                    report: digest, policy: "test", verifiedAt: Samples.time, signer: signer, trustDomain: "public",
                    signedAt: nil))
        }
        let isSame = owned != nil && owned == deposited
        let own = try await scene.vault.store(
            MemorySource([1]), metadata: Samples.metadata(), provenance: provenance(try Digest32(of: [1]), owned),
            at: Samples.time)
        let ticket = try await scene.vault.issueTicket(for: "x")
        var metadata = Samples.metadata()
        metadata.supersedes = [own.document]
        _ = try await ticket.deposit(
            MemorySource([2]), sha256: Digest32(of: [2]), metadata: metadata,
            fields: [
                DocumentField(name: "a", value: "1", origin: .issuer),
                DocumentField(name: "b", value: "2", origin: .extracted),
            ], depositor: "x", in: scene.store, at: Samples.time)
        let opened = try await scene.open()
        _ = try await opened.absorbDeposits(at: Samples.time) { arrival in
            provenance(arrival.version.sha256, deposited)
        }
        let version = try await opened.document(ticket.document).current
        #expect(version.fields.map(\.origin) == [.declared, .extracted])
        #expect(version.metadata.supersedes == (isSame ? [own.document] : []))
        #expect(try await opened.document(own.document).supersededBy.isEmpty != isSame)
    }

    @Test func `a deposit whose provenance does not fit is put aside, and the next one is taken in`() async throws {
        let scene = try await Scene()
        for byte in UInt8(1)...2 {
            _ = try await scene.vault.issueTicket(for: "x").deposit(
                MemorySource([byte]), sha256: Digest32(of: [byte]), metadata: Samples.metadata(), depositor: "x",
                in: scene.store, at: Samples.time)
        }
        let absorbed = try await scene.open().absorbDeposits(at: Samples.time) { arrival in
            try arrival.version.sha256 == Digest32(of: [1])
                ? .selfDeclared(Digest32(of: [3]), source: .agencyResult) : arrival.version.provenance
        }
        #expect(absorbed.documents.count == 1 && absorbed.quarantined.count == 1)
    }

    @Test func `a ticket that is used again after its document was erased is said to be, and keeps nobody's document`()
        async throws
    {
        let scene = try await Scene()
        let ticket = try await scene.vault.issueTicket(for: "x")
        func deposit(_ byte: UInt8) async throws {
            _ = try await ticket.deposit(
                MemorySource([byte]), sha256: Digest32(of: [byte]), metadata: Samples.metadata(), depositor: "x",
                in: scene.store, at: Samples.time)
        }
        try await deposit(1)
        let before = await scene.store.deposits(of: scene.vault.id, limit: 9)
        _ = try await scene.vault.absorbDeposits(at: Samples.time)
        _ = try await scene.vault.erase(ticket.document, reason: "", at: Samples.time)
        // What the store shows again of before is deleted; what was left since stays until the owner has decided.
        try await scene.store.tamper(with: scene.vault.id) { $0.deposits = before }
        #expect(try await scene.vault.absorbDeposits(at: Samples.time).aside.isEmpty)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).isEmpty)
        try await deposit(2)
        let absorbed = try await scene.vault.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.isEmpty && Array(absorbed.aside.keys) == [ticket.id])
        #expect(try await scene.vault.sweep(at: Samples.time).isEmpty)
        #expect(await scene.store.deposits(of: scene.vault.id, limit: 9).count == 1)
        try await scene.vault.discardDeposit(ticket.id)
        #expect(try await scene.vault.sweep(at: Samples.time).count == 1)
        #expect(try await scene.open().verify().isComplete)
    }
}
