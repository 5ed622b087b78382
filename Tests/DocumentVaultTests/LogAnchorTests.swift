// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Checkpoints of several access logs — docs/formats/vault-v1.md §4 kind 16")
struct LogAnchorTests {
    /// The log of a further service, with some entries of the vault.
    private static func second(_ vault: VaultID, entries: Int) async throws -> AccessLog {
        let service = try GrantScene.Party(.releaseService, "Dịch vụ thứ hai (thử nghiệm)")
        let log = AccessLog(in: InMemoryAccessLogStore(), signedBy: service.key)
        for _ in 0..<entries { _ = try await log.write(AccessRecord(.unlocked, at: GrantScene.now), of: vault) }
        return log
    }

    private static func history(_ log: AccessLog, of vault: Vault) async throws -> AccessHistory {
        let (checkpoint, entries) = try await log.history(of: vault.id, at: GrantScene.now)
        return try AccessHistory(
            entries, checkpoint, signedBy: log.verification,
            since: try await vault.accessLogAnchor(of: log.verification), at: GrantScene.now)
    }

    private static func look(at log: AccessLog, in vault: Vault) async throws {
        try await vault.anchor(history(log, of: vault), signedBy: log.verification, at: GrantScene.now)
    }

    /// A service whose log had one entry yesterday and has three today, in a vault that has seen today's.
    private func anchored() async throws -> (scene: GrantScene, whole: AccessLog, cut: AccessLog, old: Checkpoint) {
        let scene = try await GrantScene()
        let whole = AccessLog(in: scene.logs, signedBy: scene.service.key)
        _ = try await whole.write(AccessRecord(.unlocked, at: GrantScene.now), of: scene.vault.id)
        let cut = AccessLog(in: await scene.logs.fork(), signedBy: scene.service.key)
        let old = try await cut.history(of: scene.vault.id, at: GrantScene.now).checkpoint
        for _ in 0..<2 { _ = try await whole.write(AccessRecord(.unlocked, at: GrantScene.now), of: scene.vault.id) }
        try await Self.look(at: whole, in: scene.vault)
        return (scene, whole, cut, old)
    }

    @Test
    func `the log of a second service is compared with its own checkpoint, on every device and through snapshots`()
        async throws
    {
        let (scene, whole, cut, _) = try await anchored()
        // Shorter than the first one's, as long, and longer.
        for entries in [1, 3, 7] {
            let other = try await Self.second(scene.vault.id, entries: entries)
            try await Self.look(at: other, in: scene.vault)
            try await Self.look(at: whole, in: scene.vault)
            #expect(try await scene.vault.accessLogAnchor(of: other.verification)?.size == Int64(entries))
            #expect(try await scene.vault.accessLogAnchor(of: whole.verification)?.size == 3)
        }
        for isSealed in [false, true] {
            if isSealed { try await scene.vault.makeSnapshot(at: GrantScene.now) }
            let opened = try await scene.scene.open()
            #expect(await opened.state.core.ledger.others.count == 3)
            #expect(await opened.state.snapshot != nil || !isSealed)
            await #expect(throws: VaultError(.rolledBack, "")) { try await Self.look(at: cut, in: opened) }
            try await Self.look(at: whole, in: opened)
            #expect(try await opened.verify().isComplete)
        }
    }

    @Test func `a checkpoint of somebody else's key changes nothing for the true log, whatever it says`() async throws {
        let (scene, whole, cut, old) = try await anchored()
        let owner = try #require(await scene.vault.owner)
        let stranger = try DeviceKey(random: SystemRandom())
        let claimed = try Checkpoint(
            of: scene.vault.id, size: 1 << 62, root: .zero, at: GrantScene.now, signedBy: stranger.signing)
        func forge(_ key: VaultVerificationKey, _ checkpoint: Checkpoint) async throws {
            try await scene.scene.forge(
                .accessLogCheckpoint(GrantLedger.LogAnchor(key: key, checkpoint: checkpoint)), as: .owner,
                signedBy: owner.key)
        }
        try await forge(stranger.signing.verificationKey, claimed)
        try await scene.vault.refresh()
        try await Self.look(at: whole, in: scene.vault)
        await #expect(throws: VaultError(.rolledBack, "")) { try await Self.look(at: cut, in: scene.vault) }
        // Behind it the true log's own older checkpoint: the vault opens, and what is cut off is still missed.
        try await forge(whole.verification, old)
        try await scene.vault.refresh()
        let opened = try await scene.scene.open()
        #expect(try await opened.accessLogAnchor(of: whole.verification)?.size == 3)
        await #expect(throws: VaultError(.rolledBack, "")) { try await Self.look(at: cut, in: opened) }
        #expect(try await opened.verify().isComplete)
        _ = try await whole.write(AccessRecord(.unlocked, at: GrantScene.now), of: scene.vault.id)
        try await Self.look(at: whole, in: opened)
        #expect(try await opened.accessLogAnchor(of: whole.verification)?.size == 4)
        // Right behind its own newest one an older one is refused, as ever.
        try await scene.vault.refresh()
        try await forge(whole.verification, old)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await scene.scene.open() }
    }

    @Test func `a snapshot that tells of one log only holds, and the others are looked up in the journal`() async throws
    {
        let (scene, whole, cut, _) = try await anchored()
        let other = try await Self.second(scene.vault.id, entries: 1)
        try await Self.look(at: other, in: scene.vault)
        let owner = try #require(await scene.vault.owner)
        let (state, head) = (await scene.vault.state, try #require(await scene.vault.anchor?.head))
        // As a program wrote it that kept one checkpoint for all logs.
        var core = state.core
        let written = DERWriter.bytes { writer in writer.sequence { core.ledger.write(to: &$0) } }
        let kept = try DERElement(parsing: written).elements().filter { $0.tag != .context(2) }
        let older = DERWriter.bytes { writer in
            writer.sequence { list in
                for element in kept { list.raw(element.bytes) }
            }
        }
        #expect(older.count < written.count)
        var reader = try DERElement(parsing: older).reader()
        core.ledger = try GrantLedger(&reader, object: "")
        var pages = SnapshotPages(
            vault: scene.vault.id, secret: try await scene.vault.currentSecret(), random: SystemRandom())
        let catalogue = try #require(state.catalogue)
        let root = SnapshotRoot(
            covered: head, state: try pages.seal(StatePage.bytes(core, secrets: [])),
            documents: .init(
                items: Int64(catalogue.rows.count), depth: 0,
                top: [try pages.seal(DocumentPage.bytes(catalogue.rows[...], of: catalogue))]),
            hashes: .init(
                items: head.sequence + 1, depth: 0,
                top: [
                    try pages.seal(
                        SnapshotPages.bytes(hashes: (0...head.sequence).compactMap { state.hash(at: $0) }))
                ]))
        for (content, bytes) in pages.sealed {
            try await scene.scene.store.putContent(
                content, of: scene.vault.id, size: Int64(bytes.count), from: BytesStream(bytes))
        }
        try await scene.scene.forge(
            .snapshot(root), as: .owner, signedBy: owner.key, pages: Array(pages.sealed.keys))
        let opened = try await scene.scene.open()
        #expect(await opened.state.core.ledger.newest(of: whole.verification) == nil)
        #expect(try await opened.verify().isComplete)
        await #expect(throws: VaultError(.rolledBack, "")) { try await Self.look(at: cut, in: opened) }
        try await Self.look(at: whole, in: opened)
        try await opened.makeSnapshot(at: GrantScene.now)
        #expect(try await scene.scene.open().state.core.ledger.newest(of: whole.verification)?.checkpoint.size == 3)
        #expect(try await opened.verify().isComplete)
    }

    @Test func `checkpoints of 256 logs are kept, and one more is refused rather than forgotten`() async throws {
        let scene = try await GrantScene()
        let owner = try #require(await scene.vault.owner)
        for _ in 0..<255 {
            let key = try DeviceKey(random: SystemRandom())
            let checkpoint = try Checkpoint(
                of: scene.vault.id, size: 1, root: .zero, at: GrantScene.now, signedBy: key.signing)
            try await scene.scene.forge(
                .accessLogCheckpoint(GrantLedger.LogAnchor(key: key.signing.verificationKey, checkpoint: checkpoint)),
                as: .owner, signedBy: owner.key)
            try await scene.vault.refresh()
        }
        let (last, further) = (
            try await Self.second(scene.vault.id, entries: 1), try await Self.second(scene.vault.id, entries: 1)
        )
        try await Self.look(at: last, in: scene.vault)
        await #expect(throws: VaultError(.overQuota, "")) { try await Self.look(at: further, in: scene.vault) }
        #expect(try await scene.vault.accessLogAnchor(of: last.verification)?.size == 1)
        #expect(try await scene.scene.open().verify().isComplete)
    }
}
