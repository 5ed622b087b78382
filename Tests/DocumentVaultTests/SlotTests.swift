// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Slots and writers — docs/formats/vault-v1.md §3–§5")
struct SlotTests {
    @Test func `a passphrase is added, changed and removed, and opens exactly as long as it is there`() async throws {
        let scene = try await Scene()
        let reference = try await Samples.store([1], in: scene.vault)
        let slot = try await scene.vault.addSlot(.passphrase("mật khẩu một"), label: "máy ở nhà", at: Samples.time)
        #expect(
            await scene.vault.slots().map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.passphrase, .recoveryCode])
        #expect(await scene.vault.slots().first { $0.id == slot }?.label == "máy ở nhà")
        let opened = try await scene.open(.passphrase("mật khẩu một"), anchor: await scene.vault.anchor)
        #expect(try await opened.read(reference.document).bytes() == [1])

        let changed = try await opened.changeSlot(slot, to: .passphrase("mật khẩu hai"), at: Samples.time)
        await #expect(throws: VaultError(.wrongSecret, "")) { try await scene.open(.passphrase("mật khẩu một")) }
        #expect(try await scene.open(.passphrase("mật khẩu hai")).read(reference.document).bytes() == [1])
        #expect(try await scene.open().read(reference.document).bytes() == [1])

        try await scene.vault.removeSlots([changed], at: Samples.time)
        await #expect(throws: VaultError(.wrongSecret, "")) { try await scene.open(.passphrase("mật khẩu hai")) }
        let report = try await scene.open().verify()
        #expect(report.isComplete && report.documents == 1)
        #expect(await scene.vault.state.core.epoch.number == 3)
    }

    @Test func `the last secret of the owner stays, and there are not too many`() async throws {
        let scene = try await Scene()
        let own = try #require(await scene.vault.slots().first)
        #expect(own.isOwn)
        await #expect(throws: VaultError(.invalidMetadata, "")) {
            try await scene.vault.removeSlots([own.id], at: Samples.time)
        }
        await #expect(throws: VaultError(.notFound, "")) {
            try await scene.vault.removeSlots([SlotID(random: SystemRandom())], at: Samples.time)
        }
        for number in 1..<Slot.most {
            _ = try await scene.vault.addSlot(
                .recoveryCode(RecoveryCode(random: SystemRandom())), label: "\(number)", at: Samples.time)
        }
        await #expect(throws: VaultError(.overQuota, "")) {
            _ = try await scene.vault.addSlot(.recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
        }
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a device reads and stores with its own keys, and the owner sees what it stored`() async throws {
        let scene = try await Scene()
        let before = try await Samples.store([1], in: scene.vault)
        let key = try DeviceKey(random: SystemRandom())
        await #expect(throws: VaultError(.wrongSecret, "")) { try await scene.open(.device(key)) }
        let card = try #require(DeviceCard(key.card.description))
        let (writer, _) = try await scene.vault.enrol(card, as: .device, label: "điện thoại", at: Samples.time)
        await #expect(throws: VaultError(.alreadyExists, "")) {
            _ = try await scene.vault.enrol(card, as: .device, at: Samples.time)
        }

        let kept = try DeviceKey(key.octets)
        let device = try await scene.open(.device(kept), anchor: await scene.vault.anchor)
        #expect(try await device.read(before.document).bytes() == [1])
        let stored = try await Samples.store([2], in: device)
        #expect(try await scene.open().read(stored.document).bytes() == [2])
        try await scene.vault.refresh()
        #expect(try await scene.vault.verify().lastWriter == writer)

        // What needs the owner is refused to the device, with its own error.
        await #expect(throws: VaultError(.notPermitted, "")) { try await device.rotate(at: Samples.time) }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await device.addSlot(.passphrase("x"), at: Samples.time)
        }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await device.erase(stored.document, reason: "", at: Samples.time)
        }
        await #expect(throws: VaultError(.notPermitted, "")) {
            _ = try await device.export(under: RecoveryCode(random: SystemRandom()), to: { _ in })
        }
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a removed device reads nothing new and its entries no longer count`() async throws {
        let scene = try await Scene()
        let key = try DeviceKey(random: SystemRandom())
        let (_, slot) = try await scene.vault.enrol(key.card, as: .delegate, at: Samples.time)
        let device = try await scene.open(.device(key))
        _ = try await Samples.store([1], in: device)
        let old = try await scene.objects()

        try await scene.vault.removeSlots([slot], at: Samples.time)
        let new = try await Samples.store([2], in: scene.vault)
        #expect(await scene.vault.writers().isEmpty)
        await #expect(throws: VaultError(.wrongSecret, "")) { try await scene.open(.device(key)) }
        await #expect(throws: VaultError(.notPermitted, "")) { try await device.refresh() }
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await Samples.store([3], in: device) }
        #expect(try await scene.open().read(new.document).bytes() == [2])

        // A store that kept the old slots shows the device what it could open before, and nothing since.
        let now = try await scene.objects()
        let evil = InMemoryVaultStore()
        var mixed = now
        mixed.slots = old.slots
        await evil.put(mixed, for: scene.vault.id)
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await Vault.open(scene.vault.id, in: evil, unlocking: .device(key))
        }
        await evil.put(old, for: scene.vault.id)
        let before = try await Vault.open(scene.vault.id, in: evil, unlocking: .device(key))
        #expect(try await before.list().count == 1)
        await #expect(throws: VaultError(.rolledBack, "")) {
            _ = try await Vault.open(
                scene.vault.id, in: evil, unlocking: .device(key), anchor: await scene.vault.anchor)
        }
    }

    @Test func `an entry counts only if its writer is enrolled for it, by the owner, until its end`() async throws {
        func expectRefused(_ why: String, _ forge: (Scene, DeviceKey, WriterID) async throws -> Void) async throws {
            let scene = try await Scene()
            let reference = try await Samples.store([1], in: scene.vault)
            let key = try DeviceKey(random: SystemRandom())
            let (writer, _) = try await scene.vault.enrol(
                key.card, as: .delegate, writing: [.documentStatus], until: Samples.time.adding(seconds: 10),
                at: Samples.time)
            // The honest twin: what the delegate may write.
            try await scene.forge(
                .documentStatus(reference.document, .withdrawn, reason: ""), as: writer, signedBy: key.signing)
            #expect(try await scene.open().document(reference.document).status == .withdrawn, "\(why): twin")
            try await scene.vault.refresh()
            try await forge(scene, key, writer)
            await #expect(throws: VaultError(.damaged, ""), "\(why)") { _ = try await scene.open() }
            await #expect(throws: VaultError(.damaged, ""), "\(why)") { try await scene.vault.refresh() }
            let report = try await Vault.verify(
                scene.vault.id, in: scene.store, unlocking: .recoveryCode(scene.code))
            #expect(!report.isComplete, "\(why)")
        }
        let other = try DeviceKey(random: SystemRandom())
        try await expectRefused("an enrolment that the owner did not sign") { scene, key, writer in
            let forged = VaultWriter(
                id: WriterID(random: SystemRandom()), key: other.card.verification, role: .device,
                kinds: EntryKind.enrollable, label: "", until: nil)
            try await scene.forge(.writerEnrolled(forged), as: writer, signedBy: key.signing)
        }
        try await expectRefused("an enrolment in the owner's name") { scene, key, _ in
            let forged = VaultWriter(
                id: WriterID(random: SystemRandom()), key: other.card.verification, role: .device,
                kinds: EntryKind.enrollable, label: "", until: nil)
            try await scene.forge(.writerEnrolled(forged), as: .owner, signedBy: key.signing)
        }
        try await expectRefused("a kind that it is not enrolled for") { scene, key, writer in
            try await scene.forge(.sweeping([]), as: writer, signedBy: key.signing)
        }
        try await expectRefused("a writer that nobody enrolled") { scene, _, _ in
            let document = try await scene.vault.list()[0].id
            try await scene.forge(
                .documentStatus(document, .active, reason: ""), as: WriterID(random: SystemRandom()),
                signedBy: other.signing)
        }
        try await expectRefused("after the writer's end") { scene, key, writer in
            let document = try await scene.vault.list()[0].id
            try await scene.forge(
                .documentStatus(document, .active, reason: ""), as: writer, signedBy: key.signing,
                at: Samples.time.adding(seconds: 11))
        }
        try await expectRefused("a snapshot by another writer than the owner") { scene, key, writer in
            let head = try #require(await scene.vault.anchor?.head)
            let page = PageReference(content: ContentID(random: SystemRandom()), epoch: 1, digest: head.hash)
            let root = SnapshotRoot(
                covered: head, state: page, documents: .init(items: 0, depth: 0, top: []),
                hashes: .init(items: head.sequence + 1, depth: 0, top: [page]))
            try await scene.forge(.snapshot(root), as: writer, signedBy: key.signing)
        }
    }
}
