// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
import Synchronization

extension Vault {
    /// Entries after which the owner's next change makes a snapshot; half of what may lie behind one.
    static let snapshotInterval: Int64 = 32

    /// Makes one change, with a snapshot before it when too many entries lie behind the newest one, and after it when one
    /// is due.
    ///
    /// - Parameter newDocuments: How many documents it brings, if it does nothing else: then the snapshot goes with it.
    func change(
        operation: OperationID, at time: Instant, newDocuments: Int? = nil,
        _ build: (VaultState) throws(VaultError) -> Change
    ) async throws(VaultError) -> Appended {
        let isJoined =
            newDocuments.map { owner != nil && state.tailCount + Int64($0) >= Self.snapshotInterval } ?? false
        if !isJoined, owner != nil, state.tailCount > Int64(JournalReading.mostTail) - Self.snapshotInterval {
            // A change is not refused for want of a snapshot; opening only takes longer then.
            try? await makeSnapshot(at: time)
        }
        let appended = try await append(operation: operation, at: time, withSnapshot: isJoined, build)
        // The change is durable whatever becomes of the snapshot; the next one makes up for it.
        if owner != nil, state.tailCount >= Self.snapshotInterval || rebuildsPages || state.needsSnapshot {
            try? await makeSnapshot(at: time)
        }
        return appended
    }

    /// Seals the state in pages, so that the next opening need not read the whole journal.
    ///
    /// It happens by itself after every 32 changes of the owner; a caller needs it only after many changes of devices.
    ///
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, errors of the store.
    public func makeSnapshot(at time: Instant) async throws(VaultError) {
        _ = try requireOwner()
        for attempt in 0..<8 {
            do throws(VaultError) {
                try await makeSnapshotOnce(at: time)
                return
            } catch {
                if error.object.hasPrefix("page ") || error.object == "snapshot", !rebuildsPages {
                    // Pages that do not hold are made anew from the journal, all of them.
                    try await refoldFromGenesis()
                    rebuildsPages = true
                    continue
                }
                guard error.code == .conflict else { throw error }
                guard attempt < 7 else {
                    throw VaultError(.busy, object: "vault \(id)", "others changed it all the time")
                }
                try await refresh()
            }
        }
    }

    private func makeSnapshotOnce(at time: Instant) async throws(VaultError) {
        guard let snapshot = try await prepareSnapshot() else { return }
        var indexes = snapshot.indexes
        let appended = try await append(operation: OperationID(random: random), at: time) {
            (state) throws(VaultError) in
            guard state.head == snapshot.covered else { throw VaultError(.conflict, "somebody else was faster") }
            return snapshot.change
        }
        guard case .committed(let sequence) = appended else { return }
        indexes.sequence = sequence
        pages = indexes
        rebuildsPages = false
    }

    /// A snapshot that is sealed and not appended yet.
    struct PreparedSnapshot {
        /// The last entry that it covers.
        let covered: JournalHead
        let change: Change
        let indexes: SnapshotIndexes
    }

    /// Seals the pages that a snapshot changes.
    ///
    /// - Parameter made: Entries that are appended just before it, all of them of new documents.
    /// - Returns: `nil` when there is nothing to cover, or when all pages must be made anew and entries wait.
    func prepareSnapshot(after made: [Made] = []) async throws(VaultError) -> PreparedSnapshot? {
        if rebuildsPages, !made.isEmpty { return nil }
        if rebuildsPages, state.firstHash > 0 { try await refoldFromGenesis() }
        let before = rebuildsPages ? nil : state.snapshot
        if rebuildsPages { state.catalogue?.markAll() }
        if let before, pages?.sequence != before.sequence {
            let read = try await reader.indexes(of: before.root, at: before.sequence)
            guard state.snapshot?.sequence == before.sequence else { throw VaultError(.conflict, "a newer snapshot") }
            pages = read
        }
        var indexes = before == nil ? .none : pages ?? .none
        let onlyNew = state.waiting.allSatisfy { $0.event.version?.previous == nil && $0.event.version != nil }
        if state.catalogue == nil, !onlyNew { try await loadDocuments() }
        guard let head = state.head else { return nil }
        let covered = made.last?.entry.head ?? head
        var new = SnapshotPages(vault: id, secret: try currentSecret(), random: random)

        let (leaves, items) = try await documentLeaves(indexes.documents, adding: made, into: &new)
        var replaced = try indexes.documents.replace(leaves) { (bytes) throws(VaultError) in try new.seal(bytes) }
        let hashes = try await hashLeaves(
            indexes.hashes, known: before?.root.hashes.items ?? 0, upTo: covered.sequence, adding: made, into: &new)
        replaced += try indexes.hashes.replace(hashes) { (bytes) throws(VaultError) in try new.seal(bytes) }
        guard state.head == head else { throw VaultError(.conflict, "somebody else was faster") }

        let earlier = try (1..<state.core.epoch.number).map { number throws(VaultError) -> EpochSecret in
            guard let secret = secrets[number] else { throw VaultError(.damaged, "no secret of epoch \(number)") }
            return secret
        }
        var core = state.core
        for own in made {
            core.count(own.ready.event, gaps: [])
            core.lastTime = own.ready.time
            core.lastWriter = own.entry.writer
        }
        let statePage = try new.seal(StatePage.bytes(core, secrets: earlier))
        var gone = replaced.map(\.content)
        if let old = indexes.state { gone.append(old) }
        indexes.state = statePage.content
        let root = SnapshotRoot(
            covered: covered, state: statePage, documents: indexes.documents.tree(items: items),
            hashes: indexes.hashes.tree(items: covered.sequence + 1))
        var change = Change(events: [.snapshot(root)], secret: new.secret, pages: Array(new.sealed.keys))
        change.inline = try await putLarge(new.sealed)
        // Documents that were erased since the snapshot before are told of in pages that go now; all others live on.
        change.dropping = VaultAppend.Dropping(contents: gone, mayLinger: !state.needsSnapshot)
        return PreparedSnapshot(covered: covered, change: change, indexes: indexes)
    }

    /// Pages that are better not put inside the append go before it; gives those that are left.
    private func putLarge(_ sealed: [ContentID: [UInt8]]) async throws(VaultError) -> [ContentID: [UInt8]] {
        let limit = store.capabilities.inlineContentLimit
        var inline: [ContentID: [UInt8]] = [:]
        for (content, bytes) in sealed {
            if bytes.count <= limit, inline.count < 256 {
                inline[content] = bytes
                continue
            }
            do {
                try await store.putContent(content, of: id, size: Int64(bytes.count), from: BytesStream(bytes))
            } catch let error as VaultError {
                throw error
            } catch {
                throw VaultError(.storeFailure, object: "page \(content)", "\(error)")
            }
        }
        return inline
    }

    /// New pages of the documents that changed since the newest snapshot, by place, and the number of rows afterwards.
    private func documentLeaves(
        _ index: PageIndex, adding made: [Made], into new: inout SnapshotPages
    ) async throws(VaultError) -> (leaves: [Int: PageReference], items: Int64) {
        let perPage = DocumentPage.rowsPerPage
        var leaves: [Int: PageReference] = [:]
        let added = try made.map { own throws(VaultError) in try own.newDocument }
        if let catalogue = state.catalogue {
            let (before, count) = (catalogue.rows.count, catalogue.rows.count + added.count)
            var places = Set(catalogue.changed.map { $0 / perPage })
            if count > before { places.formUnion(before / perPage...(count - 1) / perPage) }
            for place in places {
                let range = place * perPage..<min((place + 1) * perPage, count)
                let old = catalogue.rows[range.clamped(to: 0..<before)]
                let fresh = range.clamped(to: before..<count)
                leaves[place] = try new.seal(
                    DocumentPage.bytes(
                        old, of: catalogue, then: added[fresh.lowerBound - before..<fresh.upperBound - before]))
            }
            return (leaves, Int64(count))
        }
        // Documents were only added: the last page and new ones behind it are all that changes.
        let items = Int(clamping: state.snapshot?.root.documents.items ?? 0)
        var part = Catalogue()
        let first = items / perPage
        if items % perPage > 0, let last = index.leaves.last, let root = state.snapshot?.root {
            for row in try await reader.rows(last, of: root) {
                switch row {
                case .document(let record): try part.restore(record)
                case .erased(let document, let tombstone): try part.restore(erased: document, tombstone)
                }
            }
        }
        for (sequence, event) in state.waiting { try part.apply(event, in: sequence, hasGaps: false) }
        let (before, count) = (part.rows.count, part.rows.count + added.count)
        for start in stride(from: 0, to: count, by: perPage) where !state.waiting.isEmpty || !made.isEmpty {
            let range = start..<min(start + perPage, count)
            let fresh = range.clamped(to: before..<count)
            leaves[first + start / perPage] = try new.seal(
                DocumentPage.bytes(
                    part.rows[range.clamped(to: 0..<before)], of: part,
                    then: added[fresh.lowerBound - before..<fresh.upperBound - before]))
        }
        return (leaves, Int64(first * perPage + count))
    }

    /// New pages of hashes up to an entry, by place.
    private func hashLeaves(
        _ index: PageIndex, known: Int64, upTo last: Int64, adding made: [Made], into new: inout SnapshotPages
    ) async throws(VaultError) -> [Int: PageReference] {
        let head = state.head?.sequence ?? -1
        let perPage = Int64(SnapshotReader.hashesPerPage)
        var leaves: [Int: PageReference] = [:]
        for place in (known / perPage)...(last / perPage) {
            var hashes: [Digest32] = []
            let start = place * perPage
            if start < known, state.hash(at: start) == nil {
                guard index.leaves.indices.contains(Int(place)) else {
                    throw VaultError(.damaged, object: "snapshot", "a page")
                }
                let octets = try SnapshotReader.hashes(try await reader.page(index.leaves[Int(place)]))
                hashes = stride(from: 0, to: octets.count, by: 32).compactMap {
                    Digest32(octets: octets[$0..<min($0 + 32, octets.count)])
                }
            }
            let from = start + Int64(hashes.count)
            for sequence in from..<max(from, min(start + perPage, last + 1)) {
                let own = sequence > head && sequence - head <= made.count ? made[Int(sequence - head) - 1] : nil
                guard let hash = own?.entry.hash ?? state.hash(at: sequence) else {
                    throw VaultError(.damaged, object: "entry \(sequence)", "its hash is not known")
                }
                hashes.append(hash)
            }
            leaves[Int(place)] = try new.seal(SnapshotPages.bytes(hashes: hashes))
        }
        return leaves
    }
}

/// Octets in memory as a stream.
final class BytesStream: ContentStream {
    private let rest: Mutex<[UInt8]?>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes) }

    func next() -> [UInt8]? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest?.isEmpty == true ? nil : rest
        }
    }
}
