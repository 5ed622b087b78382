// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Export and restoring — docs/formats/vault-v1.md §13")
struct ExportTests {
    final class Sink: Sendable {
        private let all = Mutex<[UInt8]>([])
        var bytes: [UInt8] { all.withLock { $0 } }
        func write(_ bytes: [UInt8]) { all.withLock { $0 += bytes } }
    }

    private func filled() async throws -> Scene {
        let scene = try await Scene()
        for size in 0..<40 { _ = try await Samples.store(Samples.bytes(size), in: scene.vault) }
        _ = try await Samples.store(Samples.bytes(200_000), in: scene.vault)
        let gone = try await scene.vault.list()[7].id
        _ = try await scene.vault.erase(gone, reason: "", at: Samples.time)
        _ = try await scene.vault.addSlot(.recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
        return scene
    }

    private func export(_ vault: Vault) async throws -> (bytes: [UInt8], code: RecoveryCode, anchor: Anchor) {
        let (sink, code) = (Sink(), RecoveryCode(random: SystemRandom()))
        let anchor = try await vault.export(under: code, to: { sink.write($0) })
        return (sink.bytes, code, anchor)
    }

    @Test func `an export opens by its own code and by the vault's, and is restored with the owner's entry`()
        async throws
    {
        let scene = try await filled()
        let (bytes, code, anchor) = try await export(scene.vault)
        let file = try ExportedVault(reading: MemorySource(bytes))
        let opened = try await Vault.open(file, code: code, anchor: anchor)
        #expect(opened.freshness == .anchored)
        #expect(try await opened.list() == scene.vault.list())
        #expect(try await opened.verify(anchor: anchor).isComplete)
        #expect(
            try await Vault.open(scene.vault.id, in: file, unlocking: .recoveryCode(scene.code)).list().count == 40)
        await #expect(throws: VaultError(.wrongSecret, "")) {
            _ = try await Vault.open(file, code: RecoveryCode(random: SystemRandom()))
        }
        await #expect(throws: VaultError(.notPermitted, "")) { _ = try await Samples.store([1], in: opened) }

        // More was written after the export, and is lost with the store; the owner says so when restoring.
        for number in 0..<3 { _ = try await Samples.store([UInt8(number)], in: scene.vault) }
        let between = try #require(await scene.vault.anchor)
        _ = try await Samples.store([9], in: scene.vault)
        let newest = try #require(await scene.vault.anchor)
        let store = InMemoryVaultStore()
        let restored = try await Vault.restore(
            file, code: code, in: store, anchor: newest, reason: "máy chủ hỏng", at: Samples.time)
        #expect(try await restored.list() == opened.list())
        for kept in [anchor, between, newest] {
            let again = try await Vault.open(
                scene.vault.id, in: store, unlocking: .recoveryCode(scene.code), anchor: kept)
            #expect(again.freshness == .anchored)
        }
        #expect(try await restored.verify(anchor: newest).isComplete)
        _ = try await Samples.store([5], in: restored)
        #expect(try await restored.list().count == 41)
        await #expect(throws: VaultError(.alreadyExists, "")) {
            _ = try await Vault.restore(file, code: code, in: store, reason: "", at: Samples.time)
        }

        // Without the owner's word about the newer anchor, it stays rolled back; and a later one was never given up.
        let silent = InMemoryVaultStore()
        _ = try await Vault.restore(file, code: code, in: silent, reason: "", at: Samples.time)
        await #expect(throws: VaultError(.forked, "")) {
            _ = try await Vault.open(
                scene.vault.id, in: silent, unlocking: .recoveryCode(scene.code),
                anchor: Anchor(
                    vault: scene.vault.id,
                    head: JournalHead(sequence: anchor.head.sequence + 1, hash: between.head.hash)))
        }
        _ = try await Samples.store([10], in: scene.vault)
        let later = try #require(await scene.vault.anchor)
        await #expect(throws: VaultError(.rolledBack, "")) {
            _ = try await Vault.open(scene.vault.id, in: silent, unlocking: .recoveryCode(scene.code), anchor: later)
        }
    }

    @Test func `what was stored after a restoration cannot be rolled back because of it`() async throws {
        let scene = try await filled()
        let (bytes, code, _) = try await export(scene.vault)
        for number in 0..<12 as Range<UInt8> { _ = try await Samples.store([number], in: scene.vault) }
        let lost = try #require(await scene.vault.anchor)
        let store = InMemoryVaultStore()
        let restored = try await Vault.restore(
            ExportedVault(reading: MemorySource(bytes)), code: code, in: store, anchor: lost, reason: "",
            at: Samples.time)
        let first = try #require(await restored.anchor)
        let old = try await store.tamper(with: scene.vault.id) { $0 }
        _ = try await Samples.store([99], in: restored)
        let newer = try #require(await restored.anchor)
        #expect(newer.head.sequence < lost.head.sequence)
        #expect(
            newer.supersedes(first) && newer.supersedes(lost) && !lost.supersedes(newer) && !first.supersedes(newer))
        #expect(Anchor(newer.description) == newer && newer.restorations.count == 1 && lost.restorations.isEmpty)
        func freshness(_ anchor: Anchor) async throws -> Freshness {
            try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code), anchor: anchor)
                .freshness
        }
        for anchor in [lost, first, newer] { #expect(try await freshness(anchor) == .anchored) }
        try await store.tamper(with: scene.vault.id) { $0 = old }
        for anchor in [lost, first] { #expect(try await freshness(anchor) == .anchored) }
        await #expect(throws: VaultError(.rolledBack, "")) { _ = try await freshness(newer) }
        // Another history up to the same number.
        let other = Anchor(
            vault: first.vault, head: JournalHead(sequence: first.head.sequence, hash: .zero),
            restorations: first.restorations)
        await #expect(throws: VaultError(.forked, "")) { _ = try await freshness(other) }
    }

    @Test func `an older state is accepted with the owner's word, and no other anchor`() async throws {
        let scene = try await filled()
        let old = try await scene.objects()
        let device = try DeviceKey(random: SystemRandom())
        for number in 0..<3 as Range<UInt8> { _ = try await Samples.store([number], in: scene.vault) }
        let between = try #require(await scene.vault.anchor)
        _ = try await Samples.store([9], in: scene.vault)
        let newest = try #require(await scene.vault.anchor)
        try await scene.store.tamper(with: scene.vault.id) { $0 = old }
        func open(_ anchor: Anchor?) async throws -> Vault { try await scene.open(anchor: anchor) }
        await #expect(throws: VaultError(.rolledBack, "")) { _ = try await open(newest) }
        let owner = try await open(nil)
        let present = try #require(await owner.anchor)
        await #expect(throws: VaultError(.forked, "")) {
            try await owner.acceptOlderState(than: present, reason: "", at: Samples.time)
        }
        let foreign = Anchor(vault: try await Scene().vault.id, head: newest.head)
        await #expect(throws: VaultError(.forked, "")) {
            try await owner.acceptOlderState(than: foreign, reason: "", at: Samples.time)
        }
        _ = try await owner.enrol(device.card, as: .device, at: Samples.time)
        let phone = try await Vault.open(scene.vault.id, in: scene.store, unlocking: .device(device))
        await #expect(throws: VaultError(.notPermitted, "")) {
            try await phone.acceptOlderState(than: newest, reason: "", at: Samples.time)
        }
        try await owner.acceptOlderState(than: newest, reason: "máy chủ hỏng", at: Samples.time)
        let own = try #require(await owner.anchor)
        for anchor in [newest, between, present, own] {
            #expect(try await open(anchor).freshness == .anchored)
        }
        #expect(try await open(newest).verify(anchor: newest).isComplete)
        // From now on as before: what comes after is not given up.
        let accepted = try await scene.objects()
        _ = try await Samples.store([7], in: owner)
        let later = await owner.anchor
        try await scene.store.tamper(with: scene.vault.id) { $0 = accepted }
        await #expect(throws: VaultError(.rolledBack, "")) { _ = try await open(later) }
    }

    @Test func `every octet of an export changed, and every cut, is found before anything is restored`() async throws {
        let scene = try await Scene()
        _ = try await Samples.store(Samples.bytes(300), in: scene.vault)
        let (bytes, code, _) = try await export(scene.vault)
        let store = InMemoryVaultStore()
        var changes = 0
        func isRefused(_ bytes: [UInt8]) async -> Bool {
            changes += 1
            do {
                let file = try ExportedVault(reading: MemorySource(bytes))
                _ = try await Vault.restore(file, code: code, in: store, reason: "", at: Samples.time)
                return false
            } catch {
                return error is VaultError
            }
        }
        for place in bytes.indices {
            var copy = bytes
            copy[place] ^= 1
            #expect(await isRefused(copy), "octet \(place)")
        }
        for count in stride(from: 0, to: bytes.count, by: 13) { #expect(await isRefused(Array(bytes.prefix(count)))) }
        #expect(await isRefused(bytes + [0]))
        #expect(await store.head(of: scene.vault.id) == nil)
        print("export: \(changes) changes, all refused")
        #expect(await !isRefused(bytes))
    }

    @Test func `an attacker's file with a right digest but a wrong content, entry or header is refused`() async throws {
        let scene = try await Scene()
        _ = try await Samples.store(Samples.bytes(300), in: scene.vault)
        let (bytes, code, _) = try await export(scene.vault)
        var records = try ExportRecords(MemorySource(bytes))
        var parts: [(ExportWriter.RecordType, [UInt8])] = []
        while let record = try records.next() {
            parts.append((record.type, Array(bytes[Int(record.range.lowerBound)..<Int(record.range.upperBound)])))
        }
        func rewritten(_ change: (Int, [UInt8]) -> [UInt8]?) throws -> [UInt8] {
            let sink = Sink()
            var writer = try ExportWriter { sink.write($0) }
            for (index, part) in parts.enumerated() {
                if let changed = change(index, part.1) { try writer.record(part.0, changed) }
            }
            try writer.end()
            return sink.bytes
        }
        func restore(_ bytes: [UInt8]) async throws {
            let file = try ExportedVault(reading: MemorySource(bytes))
            _ = try await Vault.restore(file, code: code, in: InMemoryVaultStore(), reason: "", at: Samples.time)
        }
        try await restore(try rewritten { $1 })
        for index in parts.indices {
            await #expect(throws: VaultError.self, "record \(index) missing") {
                try await restore(try rewritten { $0 == index ? nil : $1 })
            }
            await #expect(throws: VaultError.self, "record \(index) changed") {
                try await restore(
                    try rewritten { place, bytes in
                        guard place == index else { return bytes }
                        var bytes = bytes
                        bytes[bytes.count - 1] ^= 1
                        return bytes
                    })
            }
        }
        #expect(parts.count >= 6)
    }

    @Test func `others go on writing while a vault is exported`() async throws {
        let scene = try await filled()
        let other = try await scene.open()
        async let stored: Void = {
            for number in 0..<50 { _ = try await Samples.store([UInt8(number)], in: other) }
        }()
        let (bytes, code, anchor) = try await export(scene.vault)
        try await stored
        let file = try ExportedVault(reading: MemorySource(bytes))
        #expect(try await Vault.open(file, code: code, anchor: anchor).verify(anchor: anchor).isComplete)
    }

    @Test func `originals are written as a ZIP file`() async throws {
        let scene = try await filled()
        let sink = Sink()
        try await scene.vault.exportOriginals(to: { sink.write($0) }, at: Samples.time)
        let bytes = sink.bytes
        #expect(bytes.starts(with: [0x50, 0x4b, 3, 4]))
        #expect(bytes.firstRange(of: Array("manifest.json".utf8)) != nil)
        // CRC-32 of "123456789" (ISO 3309).
        var crc = CRC32()
        crc.update(Array("123456789".utf8))
        #expect(crc.value == 0xcbf4_3926)
    }

    @Test func `of a damaged vault the documents that hold are written and the others named, when that is asked for`()
        async throws
    {
        let scene = try await Scene()
        var stored: [DocumentReference] = []
        for octet in 1...3 as ClosedRange<UInt8> {
            let bytes = [UInt8](repeating: octet, count: 200_000)
            stored.append(
                try await Samples.store(bytes, as: Samples.metadata(name: "paper \(octet).pdf"), in: scene.vault))
        }
        let whole = Sink()
        #expect(
            try await scene.vault.exportOriginals(to: { whole.write($0) }, at: Samples.time, skippingDamaged: true)
                .isEmpty)
        #expect(whole.bytes.firstRange(of: Array("\"damaged\"".utf8)) == nil)
        // The last octets: what stands before them is read first and holds.
        let content = try await scene.vault.document(stored[1].document).current.content
        let length = try #require(try await scene.objects().contents[content]).count
        try await scene.store.tamper(with: scene.vault.id) { $0.contents[content]?[length - 1] ^= 1 }
        let vault = try await scene.open()
        await #expect(throws: VaultError(.damaged, "")) {
            try await vault.exportOriginals(to: { _ in }, at: Samples.time)
        }
        let sink = Sink()
        let damaged = try await vault.exportOriginals(
            to: { sink.write($0) }, at: Samples.time, skippingDamaged: true)
        #expect(damaged.map(\.document) == [stored[1].document] && damaged.map(\.name) == ["paper 2.pdf"])
        #expect(damaged.map(\.fault) == [VaultError(.damaged, "")])
        for octet in 1...3 as ClosedRange<UInt8> {
            let isThere = sink.bytes.firstRange(of: [UInt8](repeating: octet, count: 1000)) != nil
            #expect(isThere == (octet != 2))
        }
        #expect(sink.bytes.firstRange(of: Array("documents/0003-paper 3.pdf".utf8)) != nil)
        #expect(sink.bytes.firstRange(of: Array("documents/0002-paper 2.pdf".utf8)) == nil)
    }

    @Test func `a later version of exports is said to be one, and a file of another kind is none`() async throws {
        let scene = try await filled()
        var (bytes, _, _) = try await export(scene.vault)
        #expect(throws: Never.self) { _ = try ExportedVault(reading: MemorySource(bytes)) }
        bytes[18] = UInt8(ascii: "2")
        #expect(throws: VaultError(.newerVersion, "")) { _ = try ExportedVault(reading: MemorySource(bytes)) }
        for other in [Array(bytes[..<5]), [], Array("dossierkit/exp".utf8)] {
            #expect(throws: VaultError(.notAStore, "")) { _ = try ExportedVault(reading: MemorySource(other)) }
        }
    }

    @Test(arguments: [
        ("giấy khai sinh.pdf", "giấy khai sinh.pdf"), ("a:b*?\"<>|.pdf", "a_b______.pdf"),
        ("..\\..\\evil.exe", ".._.._evil.exe"), ("ends.", "ends_"), ("ends ", "ends_"), ("gpj\u{202e}exe", "gpj_exe"),
        (String(repeating: "ế", count: 85), String(repeating: "ế", count: 83)),
        (String(repeating: "x", count: 251) + ".pdf", String(repeating: "x", count: 246) + ".pdf"),
    ])
    func `names in an archive of originals are such as every file system takes`(name: String, file: String) async throws
    {
        #expect(OriginalsManifest.fileName(name, most: 250) == file)
        let scene = try await Scene()
        _ = try await Samples.store([1], as: Samples.metadata(name: name), in: scene.vault)
        let sink = Sink()
        try await scene.vault.exportOriginals(to: { sink.write($0) }, at: Samples.time)
        #expect(sink.bytes.firstRange(of: Array("documents/0001-\(file)".utf8)) != nil)
    }

    @Test func `an export is not said to be restored when another one of the vault was faster`() async throws {
        let scene = try await filled()
        let older = try await export(scene.vault)
        _ = try await Samples.store([1, 2, 3], in: scene.vault)
        let newer = try await export(scene.vault)
        let store = InMemoryVaultStore()
        let other = MeddlingTests.Interrupted(store, at: 1..<2) {
            _ = try await Vault.restore(
                ExportedVault(reading: MemorySource(older.bytes)), code: older.code, in: store, reason: "",
                at: Samples.time)
        }
        await #expect(throws: VaultError(.alreadyExists, "")) {
            _ = try await Vault.restore(
                ExportedVault(reading: MemorySource(newer.bytes)), code: newer.code, in: other, reason: "",
                at: Samples.time)
        }
    }

    /// Counts what is asked of a store.
    private final class Counted: StoreDecorator {
        let inner: any VaultStore
        private let counts = Mutex<[StoreCall: Int]>([:])

        init(_ inner: any VaultStore) { self.inner = inner }

        func before(_ call: StoreCall) { counts.withLock { $0[call, default: 0] += 1 } }

        func count(_ call: StoreCall) -> Int { counts.withLock { $0[call] ?? 0 } }
    }

    @Test func `contents that lie in the store are kept when they are the export's, and else replaced`() async throws {
        let scene = try await filled()
        let (bytes, code, anchor) = try await export(scene.vault)
        let file = try ExportedVault(reading: MemorySource(bytes))
        let contents = file.contents.sorted { $0.value.count > $1.value.count }.map { id, range in
            (id: id, sealed: Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
        try #require(contents.count > 5 && contents[0].sealed.count > 200_000)
        let store = InMemoryVaultStore()
        for (number, content) in contents.prefix(5).enumerated() {
            var left = content.sealed
            switch number {
            case 0: left[150_000] ^= 1
            case 1: left.removeLast()
            case 2: left.append(0)
            case 3: left = []
            default: break
            }
            try await store.putContent(
                content.id, of: file.vault, size: Int64(left.count), from: BytesStream(left))
        }
        let counted = Counted(store)
        let restored = try await Vault.restore(file, code: code, in: counted, reason: "", at: Samples.time)
        #expect(counted.count(.deleteContents) == 4)
        #expect(counted.count(.putContent) == contents.count - 1)
        #expect(try await restored.verify(anchor: anchor).isComplete)
        let objects = try await store.tamper(with: file.vault) { $0 }
        #expect(contents.allSatisfy { objects.contents[$0.id] == $0.sealed })
    }
}
