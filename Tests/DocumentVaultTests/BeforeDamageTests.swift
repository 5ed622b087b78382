// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// One entry that nobody takes closes a vault; what stands before it is whole, and the owner gets at it.
@Suite("Vaults as they were before an entry that does not hold")
struct BeforeDamageTests {
    private let scene: Scene
    private let key: DeviceKey
    private let document: DocumentReference

    init() async throws {
        scene = try await Scene()
        key = try DeviceKey(random: SystemRandom())
        document = try await Samples.store([1, 2, 3], in: scene.vault)
    }

    private func openBefore(anchor: Anchor? = nil) async throws -> Vault {
        try await Vault.openBeforeDamage(
            scene.vault.id, in: scene.store, unlocking: .recoveryCode(scene.code), anchor: anchor)
    }

    /// Puts an entry that its writer may not write, or that is about no document.
    private func close(mayWrite: Bool) async throws -> (writer: WriterID, slot: SlotID) {
        let enrolled = try await scene.vault.enrol(
            key.card, as: mayWrite ? .device : .delegate, writing: mayWrite ? EntryKind.documents : [],
            at: Samples.time)
        let other = DocumentID(random: SystemRandom())
        try await scene.forge(
            .documentStatus(mayWrite ? other : document.document, .revoked, reason: ""), as: enrolled.writer,
            signedBy: key.signing)
        return enrolled
    }

    @Test func `a vault whose entries all hold opens as ever, and takes changes`() async throws {
        let vault = try await openBefore(anchor: scene.vault.anchor)
        #expect(vault.endsBefore == nil && vault.freshness == .anchored)
        _ = try await Samples.store([4], in: vault)
        #expect(try await vault.verify().isComplete)
    }

    @Test(arguments: [false, true], [false, true])
    func `one entry of a device that does not hold is cut off, and its writer removed after an import`(
        mayWrite: Bool, hasSnapshot: Bool
    ) async throws {
        if hasSnapshot { try await scene.vault.makeSnapshot(at: Samples.time) }
        let enrolled = try await close(mayWrite: mayWrite)
        let anchor = try #require(await scene.vault.anchor)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.open().list() }

        let vault = try await openBefore(anchor: anchor)
        let end = try #require(vault.endsBefore)
        #expect(end.sequence == anchor.head.sequence + 1 && end.last == end.sequence)
        #expect(end.writer == enrolled.writer && end.fault.code == .damaged)
        #expect(vault.freshness == .anchored)
        #expect(try await vault.list().map(\.id) == [document.document])
        #expect(try await vault.read(document.document).bytes() == [1, 2, 3])
        #expect(try await vault.verify().problems.first?.object == "entry \(end.sequence)")
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await Samples.store([4], in: vault) }
        await #expect(throws: VaultError(.notPermitted, "")) {
            try await vault.rotate(removing: [enrolled.slot], at: Samples.time)
        }
        await #expect(throws: VaultError(.notPermitted, "")) {
            try await vault.declare(.revoked, of: document.document, reason: "", at: Samples.time)
        }

        let (sink, code) = (ExportTests.Sink(), RecoveryCode(random: SystemRandom()))
        _ = try await vault.export(under: code, at: Samples.time, to: { sink.write($0) })
        let restored = try await Vault.restore(
            ExportedVault(reading: MemorySource(sink.bytes)), code: code, in: InMemoryVaultStore(), anchor: anchor,
            reason: "mục của thiết bị", at: Samples.time)
        try await restored.rotate(removing: [enrolled.slot], at: Samples.time)
        _ = try await Samples.store([4], in: restored)
        #expect(try await restored.verify(anchor: anchor).isComplete)
        #expect(try await restored.verify(anchor: anchor).freshness == .anchored)
        #expect(try await restored.list().count == 2)
    }

    @Test func `several entries that the store changed are nobody's, and an anchor from among them is missed`()
        async throws
    {
        let before = try #require(await scene.vault.anchor)
        for status in [DeclaredStatus.revoked, .active] {
            try await scene.vault.declare(status, of: document.document, reason: "", at: Samples.time)
        }
        let anchor = try #require(await scene.vault.anchor)
        try await scene.store.tamper(with: scene.vault.id) { objects in
            for number in objects.entries.indices.suffix(2) { objects.entries[number].entry[40] ^= 1 }
        }
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.open() }
        let vault = try await openBefore(anchor: anchor)
        #expect(vault.freshness == .rolledBack)
        #expect(vault.endsBefore?.sequence == before.head.sequence + 1)
        #expect(vault.endsBefore?.last == anchor.head.sequence)
        #expect(vault.endsBefore.map { $0.writer == nil } == true)
        #expect(try await vault.document(document.document).declaredStatus == .active)
        #expect(try await openBefore(anchor: before).freshness == .anchored)
        // What stands before is compared as ever.
        let another = Anchor(vault: scene.vault.id, head: JournalHead(sequence: 1, hash: anchor.head.hash))
        await #expect(throws: VaultError(.forked, "")) { _ = try await openBefore(anchor: another) }
        await #expect(throws: VaultError(.wrongSecret, "")) {
            _ = try await Vault.openBeforeDamage(
                scene.vault.id, in: scene.store, unlocking: .recoveryCode(RecoveryCode(random: SystemRandom())))
        }
    }
}
