// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Rotation — docs/formats/vault-v1.md §4, §6")
struct RotationTests {
    @Test func `rotating wraps every key anew, leaves contents as they are, and ends what old secrets open`()
        async throws
    {
        let scene = try await Scene()
        var expected: [DocumentID: [UInt8]] = [:]
        for number in 0..<40 {
            let bytes = Samples.bytes(number * 37)
            expected[try await Samples.store(bytes, in: scene.vault).document] = bytes
        }
        let slot = try await scene.vault.addSlot(.recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
        let before = try await scene.objects()
        try await scene.vault.rotate(removing: [slot], at: Samples.time)
        let after = try await scene.objects()
        #expect(Set(before.keyRecords.keys) == Set(after.keyRecords.keys))
        for (version, record) in after.keyRecords {
            #expect(record != before.keyRecords[version])
            #expect(try KeyRecord(parsing: record, object: "").epoch == 2)
        }
        let documents = try await scene.vault.list().map(\.current.content)
        for content in documents { #expect(before.contents[content] == after.contents[content]) }
        #expect(await !scene.vault.isRotating)
        let opened = try await scene.open()
        for (document, bytes) in expected { #expect(try await opened.read(document).bytes() == bytes) }
        #expect(try await opened.verify().isComplete)
        try await opened.rotate(at: Samples.time)
        // The vault that had epoch 2 open follows into epoch 3 by its own slot.
        _ = try await Samples.store([9], in: scene.vault)
        #expect(try await opened.list().count == 40)
        try await opened.refresh()
        #expect(try await opened.list().count == 41)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `the secret of a removed slot opens nothing of the new epoch: no payload, key record or page`()
        async throws
    {
        let scene = try await Scene()
        let known = try await Samples.store([1, 2, 3], in: scene.vault)
        let removed = RecoveryCode(random: SystemRandom())
        let slot = try await scene.vault.addSlot(.recoveryCode(removed), at: Samples.time)
        let kept = try await scene.objects()
        let old = try #require(await scene.vault.secrets[1])
        try await scene.vault.rotate(removing: [slot], at: Samples.time)
        let new = try await Samples.store([4, 5, 6], in: scene.vault)
        try await scene.vault.makeSnapshot(at: Samples.time)

        // An honest store: the code opens nothing any more.
        await #expect(throws: VaultError(.wrongSecret, "")) { try await scene.open(.recoveryCode(removed)) }
        // A store that kept the old slot: it yields the old secret, and that opens nothing of the new epoch.
        let now = try await scene.objects()
        for stored in now.entries {
            guard let bytes = stored.payload else { continue }
            let payload = try Payload(parsing: bytes, object: "")
            let isNew = stored.sequence > kept.head.sequence
            #expect((payload.epoch == 2) == isNew)
            let vault = stored.sequence == 0 ? nil : scene.vault.id
            if isNew {
                #expect(throws: VaultError(.damaged, "")) {
                    _ = try payload.open(vault: vault, operation: stored.operation, under: old, object: "")
                }
            } else {
                _ = try payload.open(vault: vault, operation: stored.operation, under: old, object: "")
            }
        }
        for (version, bytes) in now.keyRecords {
            let record = try KeyRecord(parsing: bytes, object: "")
            #expect(record.epoch == 2 && [known.version, new.version].contains(version))
            #expect(throws: VaultError(.damaged, "")) {
                _ = try record.open(vault: scene.vault.id, under: old, object: "")
            }
        }
        let root = try #require(await scene.vault.state.snapshot?.root)
        let reader = SnapshotReader(vault: scene.vault.id, store: scene.store, secrets: [1: old])
        await #expect(throws: VaultError(.damaged, "")) { _ = try await reader.page(root.state) }
        let both = InMemoryVaultStore()
        var mixed = now
        mixed.slots.merge(kept.slots) { _, old in old }
        await both.put(mixed, scene.vault.id)
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await Vault.open(scene.vault.id, in: both, unlocking: .recoveryCode(removed))
        }
        // What it could open before, with a copy from before, it still opens: that is said in the format.
        await both.put(kept, scene.vault.id)
        let before = try await Vault.open(scene.vault.id, in: both, unlocking: .recoveryCode(removed))
        #expect(try await before.read(known.document).bytes() == [1, 2, 3])
    }

    /// A device that dies when it begins to wrap keys anew.
    private struct Dying: StoreDecorator {
        let inner: any VaultStore

        func before(_ call: StoreCall) throws(VaultError) {
            if call == .replaceKeyRecords { throw VaultError(.storeFailure, "the machine died") }
        }
    }

    @Test func `a rotation that was interrupted is told, and ended by a sweep`() async throws {
        let scene = try await Scene()
        for size in 0..<5 { _ = try await Samples.store(Samples.bytes(size), in: scene.vault) }
        let dying = try await Vault.open(
            scene.vault.id, in: Dying(inner: scene.store), unlocking: .recoveryCode(scene.code))
        await #expect(throws: VaultError(.storeFailure, "")) { try await dying.rotate(at: Samples.time) }
        let report = try await scene.open().verify()
        #expect(report.isComplete && report.formerKeys == 5)
        let owner = try await scene.open()
        #expect(try await owner.sweep(at: Samples.time).isEmpty)
        #expect(try await scene.open().verify().formerKeys == 0)
        #expect(await owner.state.core.epoch.isRotating == false)
    }

    @Test func `keys that are wrapped for a former epoch are counted, and a sweep renews them`() async throws {
        let scene = try await Scene()
        for size in 0..<5 { _ = try await Samples.store(Samples.bytes(size), in: scene.vault) }
        let before = try await scene.objects().keyRecords
        let old = try #require(await scene.vault.secrets[1])
        try await scene.vault.rotate(at: Samples.time)
        #expect(try await scene.open().verify().formerKeys == 0)
        // What a device that was overtaken and killed leaves, or a store that puts records back.
        let left = Dictionary(uniqueKeysWithValues: before.prefix(2).map { ($0.key, $0.value) })
        await scene.store.replaceKeyRecords(left, in: scene.vault.id)
        let report = try await scene.open().verify()
        #expect(report.isComplete && report.formerKeys == 2)
        #expect(try await scene.vault.sweep(at: Samples.time).isEmpty)
        #expect(try await scene.open().verify().formerKeys == 0)
        for (version, bytes) in try await scene.objects().keyRecords {
            let record = try KeyRecord(parsing: bytes, object: "")
            #expect(record.version == version && record.epoch == 2)
            #expect(throws: VaultError(.damaged, "")) {
                _ = try record.open(vault: scene.vault.id, under: old, object: "")
            }
        }
        #expect(try await scene.open().verify().isComplete)
    }

    @Test(arguments: FailingStore.Side.allCases)
    func `a rotation that dies at any change is taken up by the next call, and nothing is lost`(
        side: FailingStore.Side
    ) async throws {
        var interrupted = 0
        for number in 0..<200 {
            let scene = try await Scene()
            for size in 0..<7 { _ = try await Samples.store(Samples.bytes(size), in: scene.vault) }
            let old = try await scene.vault.addSlot(
                .recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
            scene.failing.crash(side, atChange: number)
            do {
                try await scene.vault.rotate(removing: [old], at: Samples.time)
                #expect(!scene.failing.isDown)
                break
            } catch {
                #expect(error.code == .storeFailure)
                interrupted += 1
            }
            // Another device of the owner, after the crash.
            let opened = try await scene.open()
            #expect(try await opened.verify().isComplete, "\(number)")
            #expect(try await opened.list().count == 7)
            let hasOld = await opened.slots().contains { $0.id == old }
            if await opened.isRotating || hasOld {
                let removing: Set<SlotID> = hasOld ? [old] : []
                try await opened.rotate(removing: removing, at: Samples.time)
            }
            #expect(await !opened.isRotating)
            let ids = await opened.slots().map(\.id)
            #expect(!ids.contains(old))
            let epoch = await opened.state.core.epoch.number
            for (_, record) in try await scene.objects().keyRecords {
                #expect(try KeyRecord(parsing: record, object: "").epoch == epoch)
            }
            #expect(try await scene.open().verify().isComplete)
        }
        #expect(interrupted >= 3)
        print("rotation: interrupted at \(interrupted) changes (\(side)), resumed each time")
    }

    @Test(arguments: FailingStore.Side.allCases)
    func `a rotation of many steps that dies between them goes on where it was`(side: FailingStore.Side) async throws {
        let scene = try await Scene()
        let uploads = try (0..<1300).map { number in
            DocumentUpload(
                MemorySource([UInt8(number % 256)]), metadata: Samples.metadata(),
                provenance: .selfDeclared(try Digest32(of: [UInt8(number % 256)])))
        }
        _ = try await scene.vault.store(uploads, at: Samples.time)
        for step in 1...3 {
            scene.failing.recover()
            scene.failing.crash(side, atChange: step)
            await #expect(throws: VaultError(.storeFailure, "")) { try await scene.vault.rotate(at: Samples.time) }
            scene.failing.recover()
            let opened = try await scene.open()
            #expect(await opened.isRotating)
            let epoch = await opened.state.core.epoch.number
            let before = try await scene.objects().keyRecords.values.count {
                try KeyRecord(parsing: $0, object: "").epoch == epoch
            }
            // What was done stays done, and every document reads from either side.
            #expect(before >= (step - 1) * 512 && before <= 1300)
            #expect(try await opened.read(opened.list()[1299].id).bytes() == [UInt8(1299 % 256)])
            try await opened.rotate(at: Samples.time)
            #expect(await !opened.isRotating)
            try await scene.vault.refresh()
        }
        let epoch = await scene.vault.state.core.epoch.number
        #expect(epoch == 7)
        for record in try await scene.objects().keyRecords.values {
            #expect(try KeyRecord(parsing: record, object: "").epoch == epoch)
        }
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a device that others left epochs and snapshots behind goes on as it was`() async throws {
        for isFromGenesis in [false, true] {
            let scene = try await Scene(inline: 0)
            let first = try await Samples.store([1], in: scene.vault)
            try await scene.vault.makeSnapshot(at: Samples.time)
            // It knows the snapshot and has not read its pages; the next one takes them away.
            let behind = try await scene.open()
            for _ in 0..<2 {
                try await scene.vault.rotate(at: Samples.time)
                _ = try await Samples.store([2], in: scene.vault)
                try await scene.vault.makeSnapshot(at: Samples.time)
            }
            if isFromGenesis {
                try await behind.makeSnapshot(at: Samples.time)
            } else {
                #expect(try await behind.list().count >= 1)
            }
            _ = try await Samples.store([3], correcting: first, in: behind)
            #expect(try await behind.list().count == 3)
            #expect(try await scene.open().verify().isComplete)
        }
    }

    @Test func `a document erased while a rotation runs is not brought back`() async throws {
        let scene = try await Scene()
        let keep = try await Samples.store([1], in: scene.vault)
        let gone = try await Samples.store([2], in: scene.vault)
        let other = try await scene.open()
        _ = try await other.list()
        _ = try await scene.vault.erase(gone.document, reason: "", at: Samples.time)
        try await other.rotate(at: Samples.time)
        #expect(try await scene.objects().keyRecords.count == 1)
        #expect(try await scene.open().list().map(\.id) == [keep.document])
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a store that does not keep the new records is found by the check at the end`() async throws {
        final class Forgetful: StoreDecorator {
            let inner: any VaultStore
            init(_ inner: any VaultStore) { self.inner = inner }
            func replaceKeyRecords(_ records: [VersionID: [UInt8]], in vault: VaultID) async throws(VaultError) {}
        }
        let scene = try await Scene()
        _ = try await Samples.store([1], in: scene.vault)
        let vault = try await Vault.open(
            scene.vault.id, in: Forgetful(scene.store), unlocking: .recoveryCode(scene.code))
        await #expect(throws: VaultError(.damaged, "")) { try await vault.rotate(at: Samples.time) }
        // The old secret still opens through the new one, and an honest store brings it to its end.
        let honest = try await scene.open()
        #expect(try await honest.verify().isComplete)
        try await honest.rotate(at: Samples.time)
        #expect(await !honest.isRotating)
    }

    /// What may be wrong with the key record of one version.
    enum Fault: CaseIterable {
        case missing, garbage, othersKey, unknownEpoch
    }

    @Test(arguments: Fault.allCases)
    func
        `a version without a key record that holds keeps no slot from being removed and no other key from being renewed`(
            fault: Fault
        ) async throws
    {
        let scene = try await Scene()
        var others: [DocumentReference] = []
        for number in 0..<3 { others.append(try await Samples.store([UInt8(number)], in: scene.vault)) }
        let broken = try await Samples.store([9], in: scene.vault)
        let epoch = EpochSecret(number: fault == .unknownEpoch ? 7 : 1, octets: SystemRandom().secret(32))
        let record = try KeyRecord(
            sealing: SharedSecret(SystemRandom().secret(32)), vault: scene.vault.id, document: broken.document,
            version: broken.version, under: epoch, random: SystemRandom()
        ).bytes
        let genuine = try #require(try await scene.objects().keyRecords[broken.version])
        try await scene.store.tamper(with: scene.vault.id) { objects in
            objects.keyRecords[broken.version] =
                switch fault {
                case .missing: nil
                case .garbage: [1, 2, 3]
                case .othersKey, .unknownEpoch: record
                }
        }
        // Twice: what the first one leaves does not keep the second from beginning.
        for expected in Int64(2)...3 {
            let removed = RecoveryCode(random: SystemRandom())
            let slot = try await scene.vault.addSlot(.recoveryCode(removed), at: Samples.time)
            let owner = try await scene.open()
            try await owner.rotate(removing: [slot], at: Samples.time)
            let left = await owner.keysLeftBehind
            #expect(left.map(\.document) == [broken.document] && left.map(\.version) == [broken.version])
            for language in [left.first?.phrase.vi, left.first?.phrase.en] {
                #expect(language?.contains(broken.document.description) == true)
            }
            await #expect(throws: VaultError(.wrongSecret, "")) { try await scene.open(.recoveryCode(removed)) }
            let opened = try await scene.open()
            for (number, other) in others.enumerated() {
                #expect(try await opened.read(other.document).bytes() == [UInt8(number)])
                let bytes = try #require(try await scene.objects().keyRecords[other.version])
                #expect(try KeyRecord(parsing: bytes, object: "").epoch == expected)
            }
            // The journal does not say that it is at its end.
            #expect(await opened.isRotating)
            let problems = try await opened.verify().problems
            #expect(problems.count == 1 && problems[0].object.contains(broken.document.description))
            try await scene.vault.refresh()
        }
        // Restored from a backup, or erased: then it ends.
        let owner = try await scene.open()
        if fault == .missing {
            _ = try await owner.erase(broken.document, reason: "", at: Samples.time)
        } else {
            try await scene.store.tamper(with: scene.vault.id) { $0.keyRecords[broken.version] = genuine }
        }
        try await owner.rotate(at: Samples.time)
        #expect(await owner.keysLeftBehind.isEmpty)
        #expect(await !owner.isRotating)
        let report = try await scene.open().verify()
        #expect(report.isComplete && report.formerKeys == 0)
    }
}
