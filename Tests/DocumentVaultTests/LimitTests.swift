// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Dispatch
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Limits — quota, waiting derivations")
struct LimitTests {
    @Test func `a quota holds for one document, for their number and for their sum, and frees what is erased`()
        async throws
    {
        let scene = try await Scene()
        let quota = VaultQuota(document: 5000, total: 6 * 1024, documents: 4)
        let vault = try await Vault.open(
            scene.vault.id, in: scene.store, unlocking: .recoveryCode(scene.code), quota: quota)
        await #expect(throws: VaultError(.overQuota, "")) {
            _ = try await Samples.store(Samples.bytes(5001), in: vault)
        }
        let first = try await Samples.store(Samples.bytes(2000), in: vault)
        for _ in 0..<3 { _ = try await Samples.store([1], in: vault) }
        await #expect(throws: VaultError(.overQuota, "")) { _ = try await Samples.store([1], in: vault) }
        await #expect(throws: VaultError(.overQuota, "")) {
            _ = try await Samples.store(Samples.bytes(1100), correcting: first, in: vault)
        }
        _ = try await Samples.store(Samples.bytes(1000), correcting: first, in: vault)
        _ = try await vault.erase(first.document, reason: "", at: Samples.time)
        _ = try await Samples.store(Samples.bytes(2000), in: vault)
        #expect(try await vault.list().count == 4)
        #expect(try await vault.verify().isComplete)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a store that claims a head far beyond its entries, or gives others than were asked for, is found at once`()
        async throws
    {
        let scene = try await Scene()
        let id = scene.vault.id
        _ = try await Samples.store([1, 2, 3], in: scene.vault)
        _ = try await Samples.store([4, 5, 6], in: scene.vault)
        let store = EvilStore(scene.store)
        let opened = try await Vault.open(id, in: store, unlocking: .recoveryCode(scene.code))
        #expect(try await opened.verify().isComplete)
        store.lie { lies in
            lies.head = { head in head.map { JournalHead(sequence: 1 << 50, hash: $0.hash) } }
        }
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await Vault.open(id, in: store, unlocking: .recoveryCode(scene.code))
        }
        await #expect(throws: VaultError(.damaged, "")) { try await opened.refresh() }
        store.lie { lies in
            lies.entry = { entry in
                var entry = entry
                entry.sequence = 0
                return entry
            }
        }
        await #expect(throws: VaultError(.damaged, "")) { try await opened.refresh() }
        store.lie { lies in
            (lies.head, lies.entry) = (nil, nil)
        }
        #expect(try await opened.verify().isComplete)
    }

    @Test func `more contents than one entry may announce are swept by several, and the vault still opens`()
        async throws
    {
        for (planted, entries) in [(1000, 1), (32_768, 1), (32_769, 2), (70_000, 3)] {
            let scene = try await Scene()
            let kept = try await Samples.store([1, 2, 3], in: scene.vault)
            let head = try #require(await scene.vault.anchor?.head.sequence)
            try await scene.store.tamper(with: scene.vault.id) { objects in
                for _ in 0..<planted { objects.contents[ContentID(random: SystemRandom())] = [] }
            }
            #expect(try await scene.vault.sweep(at: Samples.time).count == planted)
            #expect(await scene.vault.anchor?.head.sequence == head + Int64(entries))
            #expect(try await scene.objects().contents.count == 1)
            let opened = try await scene.open(anchor: scene.vault.anchor)
            #expect(try await opened.read(kept.document).bytes() == [1, 2, 3])
            #expect(try await opened.verify().isComplete)
        }
    }

    @Test func `what no reader would take is refused before it is appended`() async throws {
        let scene = try await Scene()
        func describe(_ octets: Int) async throws {
            let bytes = Samples.bytes(100)
            _ = try await scene.vault.store(
                MemorySource(bytes), metadata: Samples.metadata(), provenance: .selfDeclared(try Digest32(of: bytes)),
                fields: [
                    DocumentField(name: "ghi chú", value: String(repeating: "x", count: octets), origin: .declared)
                ],
                at: Samples.time)
        }
        // Padmé brings 16,400,000 octets to 16,515,072, and 16,600,000 to 16,777,216: with its tags that is too much.
        try await describe(16_400_000)
        let before = try await scene.objects()
        await #expect(throws: VaultError(.invalidMetadata, "")) { try await describe(16_600_000) }
        #expect(try await scene.objects() == before)
        #expect(try await scene.open().list().count == 1)
        #expect(try await scene.open().verify().isComplete)
        // What somebody else appends is refused by every reader, and by who copies a store without a key.
        #expect(throws: VaultError(.damaged, "")) {
            try Payload(parsing: [UInt8](repeating: 0, count: 16_777_217), object: "")
        }
    }

    @Test(arguments: ObjectLimit.allCases)
    func `making and reading have the same limit`(limit: ObjectLimit) throws {
        try limit.check(making: limit.octets)
        try limit.check(reading: limit.octets, object: "")
        #expect(throws: VaultError(.invalidMetadata, "")) { try limit.check(making: limit.octets + 1) }
        #expect(throws: VaultError(.damaged, "")) { try limit.check(reading: limit.octets + 1, object: "") }
    }

    @Test func `an entry that brings more contents than a reader takes is not signed`() throws {
        let key = try VaultSigningKey(random: SystemRandom())
        func sign(_ count: Int) throws -> JournalEntry {
            try JournalEntry(
                JournalEntry.Draft(
                    sequence: 9, previous: .zero, operation: OperationID(random: SystemRandom()), writer: .owner,
                    contents: (0..<count).map { _ in ContentID(random: SystemRandom()) }, payloadHash: .zero,
                    genesis: nil), signedBy: key)
        }
        // 18 octets each, and 1,048,576 for all.
        _ = try JournalEntry(parsing: sign(58_200).bytes, object: "")
        #expect(throws: VaultError(.invalidMetadata, "")) { try sign(58_300) }
    }

    @Test func `who comes when too many derivations wait is told so at once, and the others get theirs`() async throws {
        let queue = KeyDerivationQueue(mostWaiting: 3)
        let gate = DispatchSemaphore(value: 0)
        let outcomes = await withTaskGroup { group in
            // The fourth finds three: the first at work, two behind it.
            for _ in 0..<4 {
                group.addTask {
                    do {
                        try await queue.run(deriving: true) { () throws(VaultError) in gate.wait() }
                        return true
                    } catch {
                        #expect((error as? VaultError)?.code == .busy)
                        for _ in 0..<3 { gate.signal() }
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == [true: 3, false: 1])
        // What derives nothing waits for nobody.
        #expect(try await queue.run(deriving: false) { () throws(VaultError) in 7 } == 7)
    }
}
