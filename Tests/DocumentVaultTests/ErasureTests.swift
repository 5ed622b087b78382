// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Erasing and sweeping — docs/formats/vault-v1.md §11")
struct ErasureTests {
    @Test(arguments: [65_536, 0])
    func `an erased document leaves hashes of ciphertext and the owner's signed statement`(inline: Int) async throws {
        let scene = try await Scene(inline: inline)
        let keep = try await Samples.store([1], in: scene.vault)
        let first = try await Samples.store(Samples.bytes(70_000), in: scene.vault)
        let gone = try await Samples.store(Samples.bytes(70_001), correcting: first, in: scene.vault)
        try await scene.vault.declare(.withdrawn, of: gone.document, reason: "không dùng", at: Samples.time)
        let versions = try await scene.vault.document(gone.document).versions
        let before = try await scene.objects()
        let backup = ErasureStatement.Remainder(what: "backup key 2026-11", until: CalendarDate("2027-02-01"))
        let statement = try await scene.vault.erase(
            gone.document, reason: "yêu cầu của chủ thể", remaining: [backup], at: Samples.time)

        let objects = try await scene.objects()
        #expect(objects.contents[versions[0].content] == nil && objects.contents[versions[1].content] == nil)
        #expect(objects.keyRecords.count == 1)
        #expect(objects.entries.filter { $0.payload == nil }.map(\.sequence) == [3, 4, 5])
        #expect(objects.entries.prefix(before.entries.count).map(\.entry) == before.entries.map(\.entry))
        let owner = try #require(await scene.vault.ownerVerificationKey)
        #expect(statement.isSigned(by: owner))
        #expect(statement.entries == [3, 4, 5] && statement.remaining == [backup])
        #expect(statement.commitments == versions.map(\.commitment))
        let other = try VaultSigningKey(random: SystemRandom())
        #expect(!statement.isSigned(by: other.verificationKey))

        let opened = try await scene.open(anchor: await scene.vault.anchor)
        #expect(try await opened.list().map(\.id) == [keep.document])
        await #expect(throws: VaultError(.notFound, "")) { try await opened.read(gone.document) }
        #expect(try await opened.verify().isComplete)
        for vault in [opened, scene.vault] {
            #expect(await vault.documentCount == 1)
            #expect(await vault.storedOctets == 1024)
        }
        // A store that gives payload or key back is found out.
        for isKey in [true, false] {
            var copy = objects
            if isKey {
                copy.keyRecords[versions[0].id] = before.keyRecords[versions[0].id]
            } else {
                copy.entries[3].payload = before.entries[3].payload
            }
            await scene.store.put(copy, for: scene.vault.id)
            #expect(try await opened.verify().problems.contains { $0.code == .resurrected || $0.code == .damaged })
            await scene.store.put(objects, for: scene.vault.id)
        }
        // Asked again, it says the same.
        let again = try await opened.erase(gone.document, reason: "khác", remaining: [backup], at: Samples.time)
        #expect(again.entry == statement.entry && again.reason == statement.reason)
        await #expect(throws: VaultError(.conflict, "")) {
            _ = try await Samples.store([3], correcting: gone, in: opened)
        }
    }

    @Test func `a legal hold blocks erasing until it is lifted, and shows its ground`() async throws {
        let scene = try await Scene()
        let reference = try await Samples.store([1], in: scene.vault)
        try await scene.vault.hold(
            reference.document, ground: "Quyết định 12/QĐ", decidedBy: "Tòa án thử nghiệm", at: Samples.time)
        let opened = try await scene.open()
        #expect(try await opened.document(reference.document).hold?.decidedBy == "Tòa án thử nghiệm")
        await #expect(throws: VaultError(.held, "")) {
            _ = try await opened.erase(reference.document, reason: "", at: Samples.time)
        }
        // Forging past the check does not help: no reader accepts the entry.
        let erasure = Erasure(of: try await opened.document(reference.document), reason: "")
        let copy = InMemoryVaultStore()
        await copy.put(try await scene.objects(), for: scene.vault.id)
        let owner = try #require(await scene.vault.owner)
        try await scene.forge(.erased(erasure), as: .owner, signedBy: owner.key)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.open() }

        let twin = try await Vault.open(scene.vault.id, in: copy, unlocking: .recoveryCode(scene.code))
        try await twin.liftHold(on: reference.document, at: Samples.time)
        _ = try await twin.erase(reference.document, reason: "", at: Samples.time)
        #expect(try await twin.list().isEmpty)
        #expect(try await twin.verify().isComplete)
    }

    @Test func `erasing takes the snapshot's pages that told of the document with it`() async throws {
        let scene = try await Scene()
        var references: [DocumentReference] = []
        for number in 0..<70 {
            references.append(
                try await Samples.store(
                    [UInt8(number)], as: Samples.metadata(name: "giấy số \(number)"), in: scene.vault))
        }
        let root = try #require(await scene.vault.state.snapshot?.root)
        let telling = try #require(root.documents.top.first?.content)
        #expect(try await scene.objects().contents[telling] != nil)
        _ = try await scene.vault.erase(references[3].document, reason: "", at: Samples.time)
        #expect(try await scene.objects().contents[telling] == nil)
        let secrets = await scene.vault.secrets
        // No page that is left, opened with every secret there is, tells of it.
        let objects = try await scene.objects()
        let live = try #require(await scene.vault.state.snapshot?.root)
        let reader = SnapshotReader(vault: scene.vault.id, store: scene.store, secrets: secrets)
        for row in try await reader.catalogue(of: live).list { #expect(row.current.metadata.name != "giấy số 3") }
        #expect(objects.entries[Int(2 + 3)].payload == nil)
        let opened = try await scene.open()
        #expect(try await opened.list().count == 69)
        #expect(try await opened.verify().isComplete)
        #expect(try await scene.vault.verify().isComplete)
    }

    @Test(arguments: FailingStore.Side.allCases)
    func `an erasure that dies at any change is completed by the next call`(side: FailingStore.Side) async throws {
        var interrupted = 0
        for number in 0..<50 {
            let scene = try await Scene(inline: 0)
            for size in 0..<34 { _ = try await Samples.store([UInt8(size)], in: scene.vault) }
            let gone = try await scene.vault.list()[5].id
            scene.failing.crash(side, atChange: number)
            do {
                _ = try await scene.vault.erase(gone, reason: "r", at: Samples.time)
                break
            } catch {
                interrupted += 1
            }
            let opened = try await scene.open()
            #expect([33, 34].contains(try await opened.list().count))
            // Before anybody completes it: nothing is missing, and what is left over is explained.
            #expect(try await opened.verify().problems.isEmpty)
            let owner = try #require(await opened.ownerVerificationKey)
            #expect(try await opened.erase(gone, reason: "r", at: Samples.time).isSigned(by: owner))
            _ = try await opened.sweep(at: Samples.time)
            #expect(try await opened.list().count == 33)
            #expect(try await opened.verify().isComplete)
            let live = Set(try await opened.list().map(\.current.content)).union(await opened.pages?.contents ?? [])
            #expect(Set(try await scene.objects().contents.keys) == live)
        }
        #expect(interrupted >= 2)
        print("erasure: interrupted at \(interrupted) changes (\(side)), completed each time")
    }

    @Test func `a sweep deletes what nothing names, and nothing else`() async throws {
        let scene = try await Scene(inline: 0)
        for size in 0..<40 { _ = try await Samples.store(Samples.bytes(size), in: scene.vault) }
        let orphan = ContentID(random: SystemRandom())
        try await scene.store.putContent(orphan, of: scene.vault.id, size: 3, from: BytesStream([1, 2, 3]))
        let ticket = try await scene.vault.issueTicket(for: "x")
        _ = try await ticket.deposit(
            MemorySource([7]), sha256: Digest32(of: [7]), metadata: Samples.metadata(), depositor: "d", in: scene.store,
            at: Samples.time)
        #expect(try await scene.open().sweep(at: Samples.time) == [orphan])
        #expect(try await scene.vault.sweep(at: Samples.time).isEmpty)
        let opened = try await scene.open()
        #expect(try await opened.verify().isComplete)
        #expect(try await opened.absorbDeposits(at: Samples.time).documents.count == 1)
        #expect(try await opened.list().count == 41)
    }
}
