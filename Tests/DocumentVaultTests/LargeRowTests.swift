// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DossierCore
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Descriptions and reasons of any size — docs/formats/vault-v1.md §10")
struct LargeRowTests {
    private func export(_ vault: Vault, at time: Instant? = nil) async throws -> [UInt8] {
        let written = Mutex<[UInt8]>([])
        let code = RecoveryCode(random: SystemRandom())
        _ = try await vault.export(under: code, at: time, to: { piece in written.withLock { $0 += piece } })
        return written.withLock { $0 }
    }

    @Test func `descriptions that no page has room for are read in the journal, verified, exported and erased`()
        async throws
    {
        let scene = try await Scene()
        let note = String(repeating: "x", count: 1_200_000)
        let uploads = try (0..<29).map { number in
            DocumentUpload(
                MemorySource([UInt8(number)]), metadata: Samples.metadata(name: "giấy \(number)"),
                provenance: .selfDeclared(try Digest32(of: [UInt8(number)])),
                fields: number == 0 ? [] : [DocumentField(name: "ghi chú", value: note, origin: .declared)])
        }
        for upload in uploads { _ = try await scene.vault.store(upload, at: Samples.time) }
        try await scene.vault.makeSnapshot(at: Samples.time)
        let records = try await scene.vault.list()
        let opened = try await scene.open()
        #expect(await opened.state.catalogue == nil)
        #expect(try await opened.list() == records)
        // They came from the pages: the journal was not folded from its beginning.
        #expect(await opened.state.firstHash > 0)
        #expect(await !opened.rebuildsPages)
        let root = try #require(await opened.state.snapshot?.root)
        let rows = try DocumentPage.rows(
            try await opened.reader.page(try #require(root.documents.top.first)), object: "page")
        let long = rows.count { if case .long = $0 { true } else { false } }
        // The one without a description stands as it always did.
        #expect(rows.count == 29 && long == 28)
        #expect(try await opened.verify().isComplete)
        let file = try ExportedVault(reading: MemorySource(try await export(opened)))
        #expect(file.contents.count == 29 + 3)
        _ = try await opened.erase(records[3].id, reason: "", at: Samples.time)
        #expect(try await opened.verify().isComplete)
        #expect(try await scene.open().list() == records.filter { $0.id != records[3].id })
    }

    @Test
    func `a row that names entries holds for entries of its own document that the snapshot covers, and no others`()
        async throws
    {
        let scene = try await Scene()
        let first = try await Samples.store([1], in: scene.vault)
        _ = try await Samples.store([2], correcting: first, in: scene.vault)
        let other = try await Samples.store([3], in: scene.vault)
        try await scene.vault.declare(.revoked, of: first.document, reason: "", at: Samples.time)
        try await scene.vault.hold(first.document, ground: "án", decidedBy: "toà", at: Samples.time)
        try await scene.vault.makeSnapshot(at: Samples.time)
        let record = try await scene.vault.document(first.document)
        let stranger = try await scene.vault.document(other.document)
        let (root, reader) = (try #require(await scene.vault.state.snapshot?.root), await scene.vault.reader)
        func rows(_ changed: DocumentRecord, _ reader: SnapshotReader) async throws -> [DocumentPage.Row] {
            let page = DERWriter.bytes { $0.sequence { DocumentPage.LongRow(changed).write(to: &$0) } }
            return try await reader.rows(try DERElement(parsing: page), object: "page", of: root)
        }
        guard case .document(let genuine)? = try await rows(record, reader).first else {
            Issue.record("no row")
            return
        }
        #expect(genuine == record && genuine.versions.count == 2 && genuine.hold?.ground == "án")
        var changed = record
        changed.versionEntries = record.versionEntries.dropLast() + stranger.versionEntries
        await #expect(throws: VaultError(.damaged, "")) { _ = try await rows(changed, reader) }
        changed.versionEntries = record.versionEntries + record.otherEntries
        await #expect(throws: VaultError(.damaged, "")) { _ = try await rows(changed, reader) }
        changed.versionEntries = [root.covered.sequence + 1]
        await #expect(throws: VaultError(.damaged, "")) { _ = try await rows(changed, reader) }
        changed.versionEntries = []
        await #expect(throws: VaultError(.damaged, "")) { _ = try await rows(changed, reader) }
        // What the store gives for the entries must be what the snapshot covers.
        let evil = EvilStore(scene.store)
        let lied = SnapshotReader(vault: scene.vault.id, store: evil, secrets: reader.secrets)
        #expect(try await rows(record, lied).count == 1)
        let exchanged = try await scene.objects().entries[Int(stranger.versionEntries[0])]
        evil.lie { lies in
            lies.entry = {
                StoredEntry(
                    sequence: $0.sequence, operation: $0.operation, entry: exchanged.entry, payload: exchanged.payload)
            }
        }
        await #expect(throws: VaultError(.damaged, "")) { _ = try await rows(record, lied) }
        evil.lie { lies in
            lies.entry = { StoredEntry(sequence: $0.sequence, operation: $0.operation, entry: $0.entry, payload: nil) }
        }
        await #expect(throws: VaultError(.damaged, "")) { _ = try await rows(record, lied) }
    }

    @Test func `of a reason why a deposit was put aside the beginning is kept, whoever wrote it`() async throws {
        let scene = try await Scene()
        let owner = try #require(await scene.vault.owner)
        let (short, long) = (String(repeating: "ở", count: 1365), String(repeating: "ở", count: 1_000_000))
        let (first, second) = (DepositID(random: SystemRandom()), DepositID(random: SystemRandom()))
        for (deposit, reason) in [(first, short), (second, long)] {
            try await scene.forge(
                .depositAbsorbed(deposit, .quarantined(reason: reason)), as: .owner, signedBy: owner.key)
            try await scene.vault.refresh()
        }
        // 1365 letters of three octets are 4095; one more would be too many, and none is cut.
        #expect(await scene.vault.state.core.quarantined == [first: short, second: short])
        try await scene.vault.makeSnapshot(at: Samples.time)
        #expect(try await scene.open().state.core.quarantined == [first: short, second: short])
        #expect(try await scene.open().verify().isComplete)
        _ = try await export(scene.vault)
    }

    @Test(arguments: [true, false])
    func `a page that readers do not take is made anew by exporting and by sweeping`(isExported: Bool) async throws {
        let scene = try await Scene()
        for number in 0..<40 { _ = try await Samples.store([UInt8(number)], in: scene.vault) }
        try await scene.vault.makeSnapshot(at: Samples.time)
        let root = try #require(await scene.vault.state.snapshot?.root)
        for page in [root.state.content, root.documents.top[0].content] {
            let objects = try await scene.objects()
            try await scene.store.tamper(with: scene.vault.id) {
                $0.contents[page] = [UInt8](repeating: 0, count: 33_554_433)
            }
            let harmed = try await scene.open()
            #expect(try await !harmed.verify().isComplete)
            await #expect(throws: VaultError(.damaged, "")) { _ = try await export(harmed) }
            if isExported {
                _ = try await export(harmed, at: Samples.time)
            } else {
                // The page that nobody names any more goes as well.
                #expect(try await harmed.sweep(at: Samples.time).contains(page))
            }
            #expect(try await scene.open().verify().isComplete)
            let whole = try ExportedVault(reading: MemorySource(try await export(scene.open())))
            #expect(try await scene.open().list().count == 40 && whole.keyRecords.count == 40)
            await scene.store.put(objects, for: scene.vault.id)
            #expect(try await scene.open().verify().isComplete)
        }
    }
}
