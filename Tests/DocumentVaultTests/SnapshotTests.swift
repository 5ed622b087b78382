// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Snapshots — docs/formats/vault-v1.md §10")
struct SnapshotTests {
    /// Counts what is read.
    private final class Counting: StoreDecorator {
        let inner: any VaultStore
        let entriesRead = Mutex(0)
        let calls = Mutex<[StoreCall: Int]>([:])

        init(_ inner: any VaultStore) { self.inner = inner }

        func before(_ call: StoreCall) async throws(VaultError) { calls.withLock { $0[call, default: 0] += 1 } }

        func entries(of vault: VaultID, from sequence: Int64, limit: Int) async throws(VaultError) -> [StoredEntry] {
            let page = try await inner.entries(of: vault, from: sequence, limit: limit)
            entriesRead.withLock { $0 += page.count }
            return page
        }
    }

    private func filled(_ count: Int, inline: Int = 65_536) async throws -> Scene {
        let scene = try await Scene(inline: inline)
        let uploads = try (0..<count).map { number in
            DocumentUpload(
                MemorySource(Samples.bytes(number % 50)), metadata: Samples.metadata(name: "giấy \(number)"),
                provenance: .selfDeclared(try Digest32(of: Samples.bytes(number % 50))))
        }
        _ = try await scene.vault.store(uploads, at: Samples.time)
        return scene
    }

    @Test(arguments: [0, 1, 29, 30, 31, 32, 33, 64, 65, 1000, 2100], [65_536, 0])
    func `opening reads at most 64 entries behind the snapshot and finds everything`(count: Int, inline: Int)
        async throws
    {
        let scene = try await filled(count, inline: inline)
        let counting = Counting(scene.store)
        let anchor = try #require(await scene.vault.anchor)
        let opened = try await Vault.open(
            scene.vault.id, in: counting, unlocking: .recoveryCode(scene.code), anchor: anchor)
        // The first entry, the walk back, and the tail itself.
        #expect(counting.entriesRead.withLock { $0 } <= 1 + 65 + 64)
        #expect(await opened.documentCount == count)
        #expect(await opened.state.catalogue == nil || count < 31)
        #expect(try await opened.list() == scene.vault.list())
        #expect(try await opened.list().map(\.current.metadata.name) == (0..<count).map { "giấy \($0)" })
        #expect(try await opened.verify(anchor: anchor).isComplete)
        // An anchor from long before is found by its hash in the pages.
        let first = try await scene.objects().entries[min(1, count)]
        let old = Anchor(
            vault: scene.vault.id, head: JournalHead(sequence: first.sequence, hash: try Digest32(of: first.entry)))
        #expect(try await scene.open(anchor: old).freshness == .anchored)
        let wrong = Anchor(vault: scene.vault.id, head: JournalHead(sequence: first.sequence, hash: .zero))
        await #expect(throws: VaultError(.forked, "")) { try await scene.open(anchor: wrong) }
    }

    @Test func `changes by devices that read pages lazily and by the one that has all give the same pages`()
        async throws
    {
        let scene = try await filled(100)
        for number in 0..<40 {
            // Each opening has read nothing but the tail.
            let opened = try await scene.open()
            _ = try await Samples.store([UInt8(number)], in: opened)
        }
        try await scene.vault.refresh()
        let records = try await scene.vault.list()
        #expect(records.count == 140)
        var metadata = Samples.metadata(name: "thay thế")
        metadata.supersedes = [records[0].id]
        let opened = try await scene.open()
        _ = try await Samples.store([1], as: metadata, in: opened)
        try await opened.declare(.revoked, of: records[99].id, reason: "", at: Samples.time)
        let reference = DocumentReference(
            vault: scene.vault.id, document: records[50].id, version: records[50].current.id)
        _ = try await Samples.store([2], correcting: reference, in: opened)
        try await opened.makeSnapshot(at: Samples.time)
        let fresh = try await scene.open()
        #expect(try await fresh.list() == opened.list())
        #expect(try await fresh.document(records[0].id).status == .superseded)
        #expect(try await fresh.document(records[99].id).status == .revoked)
        #expect(try await fresh.read(records[50].id).bytes() == [2])
        #expect(try await fresh.verify().isComplete)
    }

    @Test func `a device far behind never leaves more than 64 entries unsealed when the owner writes again`()
        async throws
    {
        let scene = try await filled(40)
        let key = try DeviceKey(random: SystemRandom())
        _ = try await scene.vault.enrol(key.card, as: .device, at: Samples.time)
        let device = try await scene.open(.device(key))
        for number in 0..<100 { _ = try await Samples.store([UInt8(number)], in: device) }
        #expect(try await scene.open().list().count == 140)
        let owner = try await scene.open()
        _ = try await Samples.store([1], in: owner)
        #expect(await owner.state.tailCount <= 64)
        #expect(try await scene.open().list().count == 141)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `pages that are missing or changed cost time and nothing else, and verifying names them`() async throws {
        let scene = try await filled(1000)
        let root = try #require(await scene.vault.state.snapshot?.root)
        let objects = try await scene.objects()
        let pages = try #require(await scene.vault.pages?.contents)
        #expect(pages.count >= 32 + 2)
        for page in [root.state.content] + pages.prefix(5) {
            for isMissing in [true, false] {
                var copy = objects
                if isMissing { copy.contents[page] = nil } else { copy.contents[page]?[70] ^= 1 }
                await scene.store.put(copy, for: scene.vault.id)
                let opened = try await scene.open()
                #expect(try await opened.list().count == 1000)
                let report = try await opened.verify()
                #expect(!report.isComplete && report.problems.first?.object.hasPrefix("page ") == true)
                #expect(report.intactVersions == 1000)
            }
        }
        // The owner who noticed makes the pages anew with the next change, and a sweep takes the old ones away.
        for page in [root.state.content, try #require(root.documents.top.first?.content)] {
            var copy = objects
            copy.contents[page] = nil
            await scene.store.put(copy, for: scene.vault.id)
            let healing = try await scene.open()
            #expect(try await healing.list().count == 1000)
            for number in 0..<33 { _ = try await Samples.store([UInt8(number)], in: healing) }
            #expect(await healing.state.tailCount <= 33)
            #expect(try await scene.open().verify().isComplete)
            _ = try await healing.sweep(at: Samples.time)
            #expect(try await scene.open().verify().isComplete)
            #expect(try await scene.open().list().count == 1033)
        }
        await scene.store.put(objects, for: scene.vault.id)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a snapshot that hides a document opens, and verifying finds it out`() async throws {
        let scene = try await filled(40)
        let owner = try #require(await scene.vault.owner)
        let state = await scene.vault.state
        let honest = try await scene.open()
        try await honest.makeSnapshot(at: Samples.time)
        #expect(try await honest.verify().isComplete)
        try await scene.vault.refresh()

        // Made with the owner's key by somebody who wants the citizen to forget the first document.
        let head = try #require(await scene.vault.anchor?.head)
        var pages = SnapshotPages(
            vault: scene.vault.id, secret: try await scene.vault.currentSecret(), random: SystemRandom())
        let rows = Array(try #require(state.catalogue).rows.dropFirst())
        let leaf = try pages.seal(DocumentPage.bytes(rows[...], of: try #require(state.catalogue)))
        let hashes = try pages.seal(
            SnapshotPages.bytes(
                hashes: (0...head.sequence).compactMap { sequence in
                    sequence < head.sequence ? state.hash(at: sequence) ?? head.hash : head.hash
                }))
        let core = try pages.seal(StatePage.bytes(await scene.vault.state.core, secrets: []))
        let root = SnapshotRoot(
            covered: head, state: core, documents: .init(items: Int64(rows.count), depth: 1, top: [leaf]),
            hashes: .init(items: head.sequence + 1, depth: 0, top: [hashes]))
        for (content, bytes) in pages.sealed {
            try await scene.store.putContent(
                content, of: scene.vault.id, size: Int64(bytes.count), from: BytesStream(bytes))
        }
        try await scene.forge(.snapshot(root), as: .owner, signedBy: owner.key, pages: Array(pages.sealed.keys))
        let report = try await Vault.verify(scene.vault.id, in: scene.store, unlocking: .recoveryCode(scene.code))
        #expect(!report.isComplete && report.problems.contains { $0.object == "snapshot" })
    }

    @Test(arguments: FailingStore.Side.allCases)
    func `a snapshot that dies at any change loses nothing`(side: FailingStore.Side) async throws {
        for number in 0..<6 {
            let scene = try await filled(70, inline: 0)
            _ = try await Samples.store([1], in: scene.vault)
            scene.failing.crash(side, atChange: number)
            try? await scene.vault.makeSnapshot(at: Samples.time)
            let opened = try await scene.open()
            #expect(try await opened.list().count == 71)
            try await opened.makeSnapshot(at: Samples.time)
            _ = try await opened.sweep(at: Samples.time)
            #expect(try await opened.verify().isComplete)
        }
    }
}
