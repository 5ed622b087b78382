// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
import Synchronization

extension Vault {
    /// Opens an export with its code, to read it; it cannot be changed.
    ///
    /// - Throws: ``VaultError``: `wrongSecret`, and as ``open(_:in:unlocking:anchor:quota:random:)``.
    public static func open(
        _ export: ExportedVault, code: RecoveryCode, anchor: Anchor? = nil, random: any RandomSource = SystemRandom()
    ) async throws(VaultError) -> Vault {
        let reading = try await JournalReading(export.vault, in: export)
        let opened = try Self.opened(export, code, reading)
        let (state, secrets) = try await reading.newest(from: opened.secret)
        let freshness = try await JournalReading.freshness(
            of: state, against: anchor, reading: SnapshotReader(vault: export.vault, store: export, secrets: secrets))
        return Vault(
            state, freshness: freshness, in: export, secrets: secrets,
            access: Access(slot: export.header.slot.id, opener: opened.opener, owner: opened.owner), quota: .unlimited,
            random: random)
    }

    private static func opened(
        _ export: ExportedVault, _ code: RecoveryCode, _ reading: JournalReading
    ) throws(VaultError) -> Slot.Opened {
        guard export.header.isSigned(by: reading.genesis.ownerKey) else {
            throw VaultError(.damaged, object: "export", "the owner did not sign it")
        }
        guard export.header.slot.kind == Slot.Kind.recoveryCode.rawValue,
            let opened = try export.header.slot.open(with: .recoveryCode(code), ownerKey: reading.genesis.ownerKey)
        else { throw VaultError(.wrongSecret, object: "export", "the code does not open it") }
        return opened
    }

    /// Puts an export into a store that does not have the vault, after everything in it was checked, with an entry by
    /// which the owner says that the vault was put back.
    ///
    /// - Parameters:
    ///   - export: The file.
    ///   - code: Its code.
    ///   - store: Where the vault will lie.
    ///   - anchor: The newest head that the owner knows. When the export is older, that head and the ones between are given
    ///     up with the owner's word: anchors that were taken from them count as anchored from then on.
    ///   - reason: Why it is put back.
    ///   - time: Now; recorded as a claim.
    /// - Returns: The vault, opened in its store. Its own passphrases and codes open it as before.
    /// - Throws: ``VaultError``: `alreadyExists`, `wrongSecret`, `damaged` (nothing was put), `forked` for an anchor of another
    ///   vault, errors of the store.
    public static func restore(
        _ export: ExportedVault, code: RecoveryCode, in store: any VaultStore, anchor: Anchor? = nil, reason: String,
        at time: Instant, random: any RandomSource = SystemRandom(),
        progress: (@Sendable (VaultProgress) -> Void)? = nil
    ) async throws -> Vault {
        guard try await store.head(of: export.vault) == nil else {
            throw VaultError(.alreadyExists, object: "vault \(export.vault)", "the store has it already")
        }
        let source = try await open(export, code: code, anchor: anchor)
        let abandoned: JournalHead?
        switch source.freshness {
        case .anchored, .unanchored: abandoned = nil
        case .rolledBack, .forked:
            guard let anchor, anchor.vault == export.vault, anchor.head.sequence > export.exportedHead.sequence else {
                throw VaultError(.forked, object: "vault \(export.vault)", "the anchor is of another history")
            }
            abandoned = anchor.head
        }
        let report = try await source.verify(progress: progress)
        if let problem = report.problems.first { throw problem }
        for (content, range) in export.contents {
            try Task.checkCancellation()
            if try await keeps(content, at: range, of: export, in: store) { continue }
            try await store.putContent(
                content, of: export.vault, size: range.upperBound - range.lowerBound,
                from: SourceStream(export.source, range))
        }
        let (entry, secret) = try await source.restoration(
            Restoration(from: export.exportedHead, abandoned: abandoned, reason: reason.normalizedNFC), at: time, random
        )
        let slots = try export.slots.map { try Slot(parsing: $0) }
        let batch = VaultAppend(
            expecting: nil, entries: export.entries + [entry.stored], head: entry.head,
            slots: Dictionary(slots.map { ($0.id, $0.bytes) }) { first, _ in first }, keyRecords: export.keyRecords,
            takesUpContents: true)
        // Another export of this vault has the same first entries: who put that one at the same time was faster.
        let exists = VaultError(.alreadyExists, object: "vault \(export.vault)", "the store has it already")
        if case .conflict = try await store.append(batch, to: export.vault) { throw exists }
        let put = try await store.entries(of: export.vault, from: entry.stored.sequence, limit: 1).first
        guard put?.entry == entry.stored.entry else { throw exists }
        let reading = try await JournalReading(export.vault, in: store)
        let (state, secrets) = try await reading.newest(from: secret)
        return Vault(
            state, freshness: .anchored, in: store, secrets: secrets, access: source.access, quota: .unlimited,
            random: random)
    }

    /// Whether a store has a content of an export already, octet for octet, from a vault that was lost or an import
    /// that was broken off. Another one under its id is deleted: nothing names it as long as the vault has no head.
    private static func keeps(
        _ content: ContentID, at range: Range<Int64>, of export: ExportedVault, in store: any VaultStore
    ) async throws -> Bool {
        guard let size = try await store.contentSize(content, of: export.vault) else { return false }
        let isWhole = size == range.upperBound - range.lowerBound
        if isWhole, try await isEqual(content, to: range, of: export, in: store) { return true }
        guard try await store.head(of: export.vault) == nil else {
            throw VaultError(.alreadyExists, object: "vault \(export.vault)", "the store has it already")
        }
        try await store.deleteContents([content], of: export.vault)
        return false
    }

    private static func isEqual(
        _ content: ContentID, to range: Range<Int64>, of export: ExportedVault, in store: any VaultStore
    ) async throws -> Bool {
        let expected = SourceStream(export.source, range)
        var place: Int64 = 0
        while let piece = try expected.next() {
            try Task.checkCancellation()
            let end = place + Int64(piece.count)
            do throws(VaultError) {
                guard try await store.content(content, of: export.vault, in: place..<end) == piece else { return false }
            } catch {
                guard error.code == .damaged || error.code == .notFound else { throw error }
                return false
            }
            place = end
        }
        return true
    }

    private func restoration(
        _ restoration: Restoration, at time: Instant, _ random: any RandomSource
    ) throws(VaultError) -> (entry: (stored: StoredEntry, head: JournalHead), secret: EpochSecret) {
        let owner = try requireOwner()
        let secret = try currentSecret()
        guard restoration.reason.utf8.count <= 4096 else {
            throw VaultError(.invalidMetadata, "a reason of more than 4096 octets")
        }
        guard state.core.restorations.count < StateCore.mostRestorations else {
            throw VaultError(.overQuota, "\(state.core.restorations.count) restorations")
        }
        let operation = OperationID(random: random)
        let payload = try Payload(
            sealing: .restored(restoration), at: time, vault: id, operation: operation, under: secret, random: random)
        let entry = try JournalEntry(
            JournalEntry.Draft(
                sequence: restoration.from.sequence + 1, previous: restoration.from.hash, operation: operation,
                writer: .owner, contents: [], payloadHash: payload.hash, genesis: nil), signedBy: owner.key)
        let stored = StoredEntry(
            sequence: entry.sequence, operation: operation, entry: entry.bytes, payload: payload.bytes)
        return ((stored, entry.head), secret)
    }
}

/// A range of a source as a stream.
final class SourceStream: ContentStream {
    private let source: any ByteSource
    private let end: Int64
    private let position: Mutex<Int64>

    init(_ source: any ByteSource, _ range: Range<Int64>) {
        self.source = source
        end = range.upperBound
        position = Mutex(range.lowerBound)
    }

    func next() throws -> [UInt8]? {
        try position.withLock { position in
            guard position < end else { return nil }
            let piece = try source.bytes(at: position, count: Int(min(1 << 20, end - position)))
            position += Int64(piece.count)
            return piece
        }
    }
}
