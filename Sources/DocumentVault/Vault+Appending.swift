// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

extension Vault {
    /// What one append is to do, as things stand.
    struct Change {
        var events: [VaultEvent]
        /// Seals the payloads; the newest epoch's, or for a new epoch its own.
        var secret: EpochSecret
        /// Contents that the first event brings beside the one that its version names.
        var pages: [ContentID] = []
        var keyRecords: [VersionID: [UInt8]] = [:]
        var inline: [ContentID: [UInt8]] = [:]
        var slots: [SlotID: [UInt8]]?
        var dropping = VaultAppend.Dropping()
        /// Whether the events name contents that somebody else put.
        var takesUpContents = false
        /// The payloads of all events, if they were sealed under ``secret`` already; the first one for the operation.
        var ready: [Payload.Ready] = []
    }

    /// An entry that is to be appended, and what it says.
    // A reference, because lists of them are made, handed on and copied.
    final class Made: Sendable {
        let entry: JournalEntry
        let ready: Payload.Ready

        init(entry: JournalEntry, ready: Payload.Ready) {
            self.entry = entry
            self.ready = ready
        }

        var stored: StoredEntry {
            StoredEntry(
                sequence: entry.sequence, operation: entry.operation, entry: entry.bytes,
                payload: ready.payload.bytes)
        }

        /// The document that it brings, as a snapshot tells of it.
        var newDocument: DocumentPage.NewDocument {
            get throws(VaultError) {
                guard case .documentVersion(let version) = ready.event, version.previous == nil else {
                    throw VaultError(.conflict, object: "entry \(entry.sequence)", "it brings no new document")
                }
                return DocumentPage.NewDocument(
                    document: version.document, sequence: entry.sequence, storedAt: ready.time, version: ready.body)
            }
        }
    }

    enum Appended {
        /// The first entry's number.
        case committed(Int64)
        /// The operation was carried out before, in the entry with this number.
        case repeated(Int64)
    }

    /// The secret under which everything new is sealed.
    func currentSecret() throws(VaultError) -> EpochSecret {
        guard let secret = secrets[state.core.epoch.number] else {
            throw VaultError(.damaged, object: "vault \(id)", "no secret of epoch \(state.core.epoch.number)")
        }
        return secret
    }

    /// The writer as whom this vault signs.
    func writer(for kinds: [EntryKind], at time: Instant) throws(VaultError) -> WriterID {
        if owner != nil { return .owner }
        guard case .device(let key) = access.opener,
            let writer = state.core.writers.values.first(where: { $0.key == key.signing.verificationKey }),
            kinds.allSatisfy({ writer.kinds.contains($0) }), writer.until.map({ time <= $0 }) ?? true
        else {
            throw VaultError(.notPermitted, object: "vault \(id)", "the secret that opened it may not sign this")
        }
        return writer.id
    }

    /// Appends on whatever head the store has.
    ///
    /// - Parameters:
    ///   - withSnapshot: Whether a snapshot goes with it, as the last entry; for changes that bring new documents only, and
    ///     so drop nothing themselves.
    ///   - build: Makes the change as things stand; called anew after somebody else was faster.
    func append(
        operation: OperationID, at time: Instant, withSnapshot: Bool = false,
        _ build: (VaultState) throws(VaultError) -> Change
    ) async throws(VaultError) -> Appended {
        // A store that always says "conflict" must not keep this loop forever.
        for _ in 0..<1000 {
            var change = try build(state)
            guard let head = state.head else { throw VaultError(.damaged, object: "vault \(id)", "no head") }
            try checkHolds(change, after: head)
            var made = try make(change, operation: operation, after: head, at: time)
            var indexes: SnapshotIndexes?
            // A change is not refused for want of a snapshot; opening only takes longer then.
            if withSnapshot, let snapshot = try? await prepareSnapshot(after: made) {
                guard state.head == head else { continue }
                let after = made.last?.entry.head ?? head
                let operation = OperationID(random: random)
                if let last = try? make(snapshot.change, operation: operation, after: after, at: time) {
                    made += last
                    change.inline.merge(snapshot.change.inline) { $1 }
                    change.dropping = snapshot.change.dropping
                    indexes = snapshot.indexes
                }
            }
            guard let last = made.last?.entry.head else {
                throw VaultError(.damaged, object: "vault \(id)", "no entry")
            }
            let batch = VaultAppend(
                expecting: head, entries: made.map(\.stored), head: last, slots: change.slots,
                keyRecords: change.keyRecords, contents: change.inline, dropping: change.dropping,
                takesUpContents: change.takesUpContents)
            switch try await store.append(batch, to: id) {
            case .committed:
                secrets[change.secret.number] = change.secret
                if state.head == head {
                    for own in made {
                        try state.apply(
                            own: own.entry, own.ready.event, at: own.ready.time, in: change.secret.number,
                            opening: secrets)
                    }
                    if var indexes {
                        indexes.sequence = last.sequence
                        pages = indexes
                    }
                } else {
                    // It is durable whatever this says: who hears of an error would take its contents back.
                    try? await refresh()
                }
                return .committed(head.sequence + 1)
            case .repeated(let sequence):
                try await refresh()
                return .repeated(sequence)
            case .conflict: try await refresh()
            }
        }
        throw VaultError(.busy, object: "vault \(id)", "others changed it all the time")
    }

    /// What no reader would accept must never be appended: nobody could open the vault any more.
    private func checkHolds(_ change: Change, after head: JournalHead) throws(VaultError) {
        var core = state.core
        var known = secrets
        known[change.secret.number] = change.secret
        for (index, event) in change.events.enumerated() {
            do throws(VaultError) {
                try core.apply(event, at: head.sequence + 1 + Int64(index), known, vault: id, object: "entry")
            } catch {
                throw VaultError(.conflict, object: "vault \(id)", "as things stand it would not hold: \(error.detail)")
            }
        }
        if let fault = state.catalogue?.fault(of: change.events.compactMap(\.version)) {
            throw VaultError(.conflict, object: "vault \(id)", "as things stand it would not hold: \(fault)")
        }
    }

    /// The entries of a change, sealed and signed.
    private func make(
        _ change: Change, operation: OperationID, after head: JournalHead, at time: Instant
    ) throws(VaultError) -> [Made] {
        let writer = try writer(for: change.events.map(\.kind), at: time)
        let isReady = change.ready.count == change.events.count && change.ready.first?.operation == operation
        var made: [Made] = []
        made.reserveCapacity(change.events.count + 1)
        var last = head
        for (index, event) in change.events.enumerated() {
            let ready =
                isReady
                ? change.ready[index]
                : try Payload.Ready(
                    event, at: time, vault: id, operation: index == 0 ? operation : OperationID(random: random),
                    under: change.secret, random: random)
            let contents = (event.version.map { [$0.content] } ?? []) + (index == 0 ? change.pages : [])
            let entry = try sign(
                JournalEntry.Draft(
                    sequence: last.sequence + 1, previous: last.hash, operation: ready.operation, writer: writer,
                    contents: contents, payloadHash: ready.payload.hash, genesis: nil))
            made.append(Made(entry: entry, ready: ready))
            last = entry.head
        }
        return made
    }

    private func sign(_ draft: JournalEntry.Draft) throws(VaultError) -> JournalEntry {
        if let owner { return try JournalEntry(draft, signedBy: owner.key) }
        guard case .device(let key) = access.opener else {
            throw VaultError(.notPermitted, object: "vault \(id)", "the secret that opened it may not sign")
        }
        return try JournalEntry(draft, signedBy: key.signing)
    }

    /// What an entry that was checked before does, read from the store anew.
    func event(at sequence: Int64) async throws(VaultError) -> (entry: JournalEntry, event: VaultEvent, time: Instant) {
        let object = "entry \(sequence)"
        guard let stored = try await store.entries(of: id, from: sequence, limit: 1).first, stored.sequence == sequence
        else { throw VaultError(.damaged, object: object, "missing") }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        var known = state.hash(at: sequence)
        if known == nil, let root = state.snapshot?.root { known = try await reader.hash(at: sequence, of: root) }
        guard entry.hash == known else { throw VaultError(.damaged, object: object, "another entry than before") }
        guard let bytes = stored.payload else { throw VaultError(.notFound, object: object, "it was erased") }
        let payload = try Payload(parsing: bytes, object: object)
        guard payload.hash == entry.payloadHash, let secret = secrets[payload.epoch] else {
            throw VaultError(.damaged, object: object, "its payload was changed")
        }
        let (event, time) = try payload.open(
            vault: sequence == 0 ? nil : id, operation: entry.operation, under: secret, object: object)
        return (entry, event, time)
    }

    /// The owner's keys, which some changes need.
    func requireOwner() throws(VaultError) -> OwnerKey {
        guard let owner else {
            throw VaultError(
                .notPermitted, object: "vault \(id)", "only the owner's passphrase or recovery code may do this")
        }
        return owner
    }
}
