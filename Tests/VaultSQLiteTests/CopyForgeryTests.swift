// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultSQLite
import VaultTesting

@testable import DocumentVault

/// Who runs the source writes into it what it likes, but signs nothing as the owner.
@Suite("Copies of vaults that are brought up to a source with forged entries — contract of VaultCopying")
struct CopyForgeryTests {
    private let folder: TemporaryFolder
    private let code = RecoveryCode(random: SystemRandom())
    private let source: SQLiteVaultStore
    private let target: SQLiteVaultStore
    private let vault: Vault
    private let references: [DocumentReference]

    init() async throws {
        folder = try TemporaryFolder()
        source = try SQLiteVaultStore(path: folder.path + "/source", creating: true, shards: 1)
        target = try SQLiteVaultStore(path: folder.path + "/target", creating: true, shards: 1)
        vault = try await Vault.create(name: "kho", in: source, unlocking: [.recoveryCode(code)], at: Samples.time)
        _ = try await vault.enrol(DeviceKey(random: SystemRandom()).card, as: .device, at: Samples.time)
        var references: [DocumentReference] = []
        for number in 0..<8 { references.append(try await Samples.store([UInt8(number)], in: vault)) }
        self.references = references
        _ = try await VaultCopying(from: source, to: target).copy(vault.id)
    }

    private func copy() async throws { _ = try await VaultCopying(from: source, to: target).copy(vault.id) }

    private func opened() async throws -> Vault {
        try await Vault.open(vault.id, in: target, unlocking: .recoveryCode(code))
    }

    /// Copying is refused, and the copy is as it was.
    private func expectRefusal() async throws {
        await #expect(throws: VaultError(.damaged, "")) { try await copy() }
        let held = try await opened()
        #expect(try await held.verify().isComplete)
        #expect(try await held.list().count == references.count)
        for (number, reference) in references.enumerated() {
            #expect(try await held.read(reference.document).bytes() == [UInt8(number)])
        }
    }

    private static func secret(_ epoch: Int64) -> EpochSecret {
        EpochSecret(number: epoch, octets: SystemRandom().secret(32))
    }

    /// An entry at the end of the source, with what goes with it.
    private func append(
        by writer: WriterID, epoch: Int64, _ change: (inout VaultAppend) -> Void
    ) async throws {
        let head = try #require(await vault.anchor).head
        let operation = OperationID(random: SystemRandom())
        let event = VaultEvent.documentStatus(
            references[0].document, .withdrawn, reason: String(repeating: "x", count: 4000))
        let payload = try Payload(
            sealing: event, at: Samples.time, vault: vault.id, operation: operation, under: Self.secret(epoch),
            random: SystemRandom())
        let entry = try JournalEntry(
            JournalEntry.Draft(
                sequence: head.sequence + 1, previous: head.hash, operation: operation, writer: writer, contents: [],
                payloadHash: payload.hash, genesis: nil),
            signedBy: DeviceKey(random: SystemRandom()).signing)
        var batch = VaultAppend(
            expecting: head,
            entries: [
                StoredEntry(
                    sequence: entry.sequence, operation: operation, entry: entry.bytes, payload: payload.bytes)
            ], head: entry.head)
        change(&batch)
        guard case .committed = try await source.append(batch, to: vault.id) else {
            Issue.record("the entry was not put")
            return
        }
    }

    /// All that the source has of documents.
    private func everything() async throws -> VaultAppend.Dropping {
        let records = try await vault.list()
        return VaultAppend.Dropping(
            payloads: records.flatMap(\.entries), keyRecords: records.map(\.current.id),
            contents: records.map(\.current.content))
    }

    @Test func `key records of an epoch that the owner did not begin take no others' place`() async throws {
        var forged: [VersionID: [UInt8]] = [:]
        let secret = Self.secret(2)
        for record in try await vault.list() {
            forged[record.current.id] = try KeyRecord(
                sealing: SharedSecret(SystemRandom().secret(32)), vault: vault.id, document: record.id,
                version: record.current.id, under: secret, random: SystemRandom()
            ).bytes
        }
        let before = try await source.keyRecords(of: vault.id, after: nil, limit: 99).map(\.record)
        try await source.replaceKeyRecords(forged, in: vault.id)
        try await expectRefusal()
        // Twin: the epoch is the owner's.
        let own = Dictionary(
            uniqueKeysWithValues: try before.map { (try KeyRecord(parsing: $0, object: "").version, $0) })
        try await source.replaceKeyRecords(own, in: vault.id)
        try await vault.rotate(at: Samples.time)
        try await copy()
        for (_, record) in try await target.keyRecords(of: vault.id, after: nil, limit: 99) {
            #expect(try KeyRecord(parsing: record, object: "").epoch == 2)
        }
        #expect(try await opened().verify().isComplete)
    }

    @Test(arguments: [WriterID.owner, WriterID(random: SystemRandom())])
    func `an entry that the owner did not sign explains no loss`(writer: WriterID) async throws {
        let gone = try await everything()
        try await append(by: writer, epoch: 1) { $0.dropping = gone }
        try await expectRefusal()
    }

    @Test(arguments: [WriterID.owner, WriterID(random: SystemRandom())], [Int64(1), 2])
    func `an entry that the owner did not sign explains no other slots`(writer: WriterID, epoch: Int64) async throws {
        let (owner, stored) = (try await vault.requireOwner(), try await vault.storedSlots())
        var slots: [SlotID: [UInt8]] = [:]
        for entry in await vault.state.core.epoch.slots {
            let old = try Slot(parsing: try #require(stored[entry.id]))
            slots[entry.id] = try NewSlot(
                renewing: old, announced: entry, vault: vault.id, secret: Self.secret(2), owner: owner,
                random: SystemRandom()
            ).slot.bytes
        }
        try await append(by: writer, epoch: epoch) { $0.slots = slots }
        try await expectRefusal()
    }

    @Test func `an entry of the owner's explains no more loss than it has room to name`() async throws {
        // The owner says something, and the store takes the occasion.
        _ = try await vault.addSlot(.recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
        let gone = try await everything()
        let head = try #require(await vault.anchor).head
        let operation = OperationID(random: SystemRandom())
        let (owner, secret) = (try await vault.requireOwner(), try await vault.currentSecret())
        let payload = try Payload(
            sealing: .documentStatus(references[0].document, .active, reason: ""), at: Samples.time,
            vault: vault.id, operation: operation, under: secret, random: SystemRandom())
        let entry = try JournalEntry(
            JournalEntry.Draft(
                sequence: head.sequence + 1, previous: head.hash, operation: operation, writer: .owner,
                contents: [], payloadHash: payload.hash, genesis: nil), signedBy: owner.key)
        try await copy()
        _ = try await source.append(
            VaultAppend(
                expecting: head,
                entries: [
                    StoredEntry(
                        sequence: entry.sequence, operation: operation, entry: entry.bytes, payload: payload.bytes)
                ], head: entry.head, dropping: gone), to: vault.id)
        try await expectRefusal()
    }

    @Test func `what the owner erased, every document of it, goes from the copy`() async throws {
        for reference in references {
            _ = try await vault.erase(reference.document, reason: "", at: Samples.time)
        }
        try await copy()
        #expect(try await target.keyRecords(of: vault.id, after: nil, limit: 9).isEmpty)
        #expect(try await opened().list().isEmpty)
        #expect(try await opened().verify().isComplete)
    }

    @Test func `a document of many versions that the owner erased goes from the copy`() async throws {
        var last = references[0]
        for number in 0..<40 { last = try await Samples.store([1, UInt8(number)], correcting: last, in: vault) }
        try await copy()
        _ = try await vault.erase(last.document, reason: "", at: Samples.time)
        try await copy()
        #expect(try await opened().list().count == references.count - 1)
        #expect(try await opened().verify().isComplete)
    }
}
