// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Batches and first pages — docs/formats/vault-v1.md §10")
struct BatchTests {
    /// Counts the appends, and the contents that are read.
    private final class Counting: StoreDecorator {
        let inner: any VaultStore
        let calls = Mutex<[StoreCall: Int]>([:])

        init(_ inner: any VaultStore) { self.inner = inner }

        func before(_ call: StoreCall) async throws(VaultError) { calls.withLock { $0[call, default: 0] += 1 } }
    }

    private func uploads(_ range: Range<Int>) throws -> [DocumentUpload] {
        try range.map { number in
            DocumentUpload(
                MemorySource(Samples.bytes(number % 7)), metadata: Samples.metadata(name: "giấy \(number)"),
                provenance: .selfDeclared(try Digest32(of: Samples.bytes(number % 7))))
        }
    }

    @Test(arguments: [65_536, 0])
    func `a batch and the snapshot that it makes due are one append`(inline: Int) async throws {
        let scene = try await Scene(inline: inline)
        let counting = Counting(scene.store)
        let vault = try await Vault.open(scene.vault.id, in: counting, unlocking: .recoveryCode(scene.code))
        for (count, appends) in [(5, 1), (100, 1), (40, 1), (512, 1), (513, 2)] {
            counting.calls.withLock { $0 = [:] }
            let before = await vault.documentCount
            _ = try await vault.store(uploads(Int(before)..<Int(before) + count), at: Samples.time)
            #expect(counting.calls.withLock { $0[.append] } == appends)
            #expect(await vault.state.tailCount <= 64)
            // Others find the same, from the snapshot and from the genesis.
            let opened = try await scene.open()
            #expect(await opened.state.tailCount == vault.state.tailCount)
            #expect(try await opened.list() == vault.list())
            #expect(try await opened.verify().isComplete)
            #expect(await opened.state.core == vault.state.core)
        }
    }

    @Test func `what an entry of our own did is what a reader of the journal sees`() async throws {
        let scene = try await Scene()
        let references = try await scene.vault.store(uploads(0..<70), at: Samples.time)
        try await scene.vault.declare(.revoked, of: references[3].document, reason: "thử", at: Samples.time)
        _ = try await scene.vault.store(
            [
                DocumentUpload(
                    selfDeclared: MemorySource([1, 2, 3]), metadata: Samples.metadata(name: "mới"),
                    correcting: references[4])
            ], at: Samples.time)
        _ = try await scene.vault.erase(references[5].document, reason: "thử", at: Samples.time)
        let opened = try await scene.open()
        #expect(try await opened.list() == scene.vault.list())
        #expect(await opened.state.core == scene.vault.state.core)
        #expect(try await opened.verify().isComplete)
    }

    @Test(arguments: [65_536, 0])
    func `a digest that is taken on the way is that of the document`(inline: Int) async throws {
        let scene = try await Scene(inline: inline)
        let bytes = Samples.bytes(40_000)
        let stored = try await scene.vault.store(
            DocumentUpload(selfDeclared: MemorySource(bytes), metadata: Samples.metadata()), at: Samples.time)
        let record = try await scene.open().document(stored.document)
        #expect(record.current.sha256 == (try Digest32(of: bytes)))
        #expect(record.current.provenance == .selfDeclared(try Digest32(of: bytes)))
        #expect(try await scene.open().read(stored.document).bytes() == bytes)
    }

    @Test(arguments: [65_536, 0])
    func `a batch with one document that is not what its provenance says is refused as a whole`(inline: Int)
        async throws
    {
        let scene = try await Scene(inline: inline)
        var batch = try uploads(0..<20)
        batch[11].provenance = .selfDeclared(try Digest32(of: [9, 9, 9]))
        await #expect(throws: VaultError(.provenanceMismatch, "")) {
            _ = try await scene.vault.store(batch, at: Samples.time)
        }
        #expect(await scene.vault.documentCount == 0)
        #expect(await scene.store.contents(of: scene.vault.id, after: nil, limit: 100).isEmpty)
        // Its honest twin.
        #expect(try await scene.vault.store(uploads(0..<20), at: Samples.time).count == 20)
    }

    @Test(arguments: [0, 1, 31, 33, 64, 100, 2100])
    func `the newest documents are the end of the list, read from few pages`(count: Int) async throws {
        let scene = try await Scene()
        _ = try await scene.vault.store(uploads(0..<count), at: Samples.time)
        let list = try await scene.vault.list()
        for limit in [1, 5, 50, 5000] {
            let counting = Counting(scene.store)
            let opened = try await Vault.open(scene.vault.id, in: counting, unlocking: .recoveryCode(scene.code))
            counting.calls.withLock { $0 = [:] }
            let newest = try await opened.newest(limit)
            #expect(newest.records == list.reversed().prefix(limit).map { $0 })
            #expect(newest.total == count)
            #expect(newest.isJudgedByAll == (limit >= count || newest.isJudgedByAll))
            if limit <= 50, count == 2100 {
                #expect(!newest.isJudgedByAll)
                #expect(counting.calls.withLock { $0[.contentSize] ?? 0 } <= 6)
            }
            // With all pages read it is the same, and judged by all.
            _ = try await opened.list()
            let again = try await opened.newest(limit)
            #expect(again.records == newest.records && again.isJudgedByAll)
        }
    }

    @Test func `the newest documents show what came behind the snapshot`() async throws {
        let scene = try await Scene()
        let references = try await scene.vault.store(uploads(0..<200), at: Samples.time)
        let device = try DeviceKey(random: SystemRandom())
        _ = try await scene.vault.enrol(device.card, as: .device, at: Samples.time)
        try await scene.vault.makeSnapshot(at: Samples.time)
        let other = try await Vault.open(scene.vault.id, in: scene.store, unlocking: .device(device))
        try await other.declare(.withdrawn, of: references[199].document, reason: "thử", at: Samples.time)
        try await other.declare(.revoked, of: references[0].document, reason: "thử", at: Samples.time)
        let new = try await Samples.store([1, 2], in: other)
        let newest = try await scene.open().newest(2)
        #expect(newest.records.map(\.id) == [new.document, references[199].document])
        #expect(newest.records.map(\.status) == [.active, .withdrawn])
        #expect(newest.total == 201)
    }
}
