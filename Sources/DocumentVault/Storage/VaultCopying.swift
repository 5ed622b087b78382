// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Copies vaults from one store to another as they lie there, sealed; nobody needs a key.
///
/// Readers and writers of the source go on. A vault that is written meanwhile is followed until both heads are the same; a
/// copy that stands already, or was broken off, is brought up to the source, so copying may be repeated. Whoever writes to the
/// source after the copy was found complete writes to the source only: writers must be told to use the other store before
/// the last round. What the copy has of its own is never touched: a copy with entries of its own is refused before anything is
/// written, and contents and deposits that came to it in other ways stay where they are. What goes from it or is replaced there
/// is explained by an entry that the owner signed, as far as that can be seen without a key.
public struct VaultCopying: Sendable {
    /// What was found in both stores after copying.
    public struct Outcome: Sendable, Hashable, Encodable {
        /// The vault, in hexadecimal digits.
        public var vault: String
        /// Sequence of the head that both have.
        public var head: Int64
        /// Entries, from the first.
        public var entries: Int64
        /// Slots.
        public var slots: Int
        /// Key records.
        public var keyRecords: Int
        /// Contents.
        public var contents: Int
        /// Octets of contents that were carried over this time.
        public var copiedOctets: Int64
        /// Deposits that wait in the inbox.
        public var deposits: Int
        /// How often the source had gone on meanwhile.
        public var rounds: Int
    }

    /// What the source's entries say of contents and deposits.
    private struct Named {
        /// Contents of document versions that are there.
        var versions: Set<ContentID> = []
        /// Contents of erased versions, and pages of snapshots, which the next snapshot replaces.
        var replaceable: Set<ContentID> = []
        var operations: Set<OperationID> = []

        mutating func add(_ entry: StoredEntry) throws(VaultError) {
            operations.insert(entry.operation)
            let contents = try entry.contents()
            // Only document versions bring one content.
            if contents.count == 1, entry.payload != nil {
                versions.formUnion(contents)
            } else {
                replaceable.formUnion(contents)
            }
        }
    }

    private static let pageSize = 64
    private static let pieceSize: Int64 = 1 << 20
    let source: any EnumerableVaultStore
    let target: any EnumerableVaultStore

    /// Stands between two stores.
    public init(from source: any EnumerableVaultStore, to target: any EnumerableVaultStore) {
        self.source = source
        self.target = target
    }

    /// Copies a vault and compares both.
    ///
    /// - Parameter rounds: How often a source that goes on is followed.
    /// - Throws: ``VaultError``: `notFound`, `forked` for a vault in the target that went another way, `conflict` when the source
    ///   never stands still, `damaged` for a source that lost or changed what no entry of its own explains (the copy is as it
    ///   was then), or that lacks a content of its documents (all the rest is copied then), errors of the stores and of the
    ///   stream between them.
    public func copy(_ vault: VaultID, rounds: Int = 16) async throws -> Outcome {
        var copied: Int64 = 0
        for round in 1...max(1, rounds) {
            guard let head = try await source.head(of: vault) else {
                throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
            }
            guard try await leads(vault, head) else { continue }
            let (octets, put) = try await copyContents(vault, upTo: head)
            copied += octets
            var named = Named()
            guard let disputed = try await bringUp(vault, to: head, &named) else { continue }
            try await dropContents(vault, named, put)
            try await copyDeposits(vault, named)
            if let outcome = try await compared(vault, head, copied, named, disputed, round) { return outcome }
        }
        throw VaultError(.conflict, object: "vault \(vault)", "it is written faster than it is copied")
    }

    /// Whether the copy's head is an entry of the source up to a head of it; before anything is changed.
    ///
    /// - Throws: `forked` for a copy with entries of its own; errors of the stores.
    private func leads(_ vault: VaultID, _ head: JournalHead) async throws(VaultError) -> Bool {
        guard let standing = try await target.head(of: vault) else { return true }
        guard standing.sequence <= head.sequence else {
            // Somebody else who copies may have seen a later head.
            guard try await source.head(of: vault) == head else { return false }
            throw VaultError(.forked, object: "vault \(vault)", "the copy has entries that the source does not have")
        }
        guard let entry = try await source.entries(of: vault, from: standing.sequence, limit: 1).first,
            entry.sequence == standing.sequence, try Digest32(of: entry.entry) == standing.hash
        else {
            throw VaultError(.forked, object: "vault \(vault)", "the copy has another entry \(standing.sequence)")
        }
        return true
    }

    /// Carries over what the copy lacks.
    private func copyContents(
        _ vault: VaultID, upTo head: JournalHead
    ) async throws -> (octets: Int64, put: Set<ContentID>) {
        let here = try await contents(source, vault)
        var there = try await contents(target, vault)
        there.subtract(try await dropRecurring(there.intersection(here), vault, upTo: head))
        var (copied, put): (Int64, Set<ContentID>) = (0, [])
        for id in here.sorted() where !there.contains(id) {
            // Swept meanwhile: then no entry that is copied names it.
            guard let size = try await source.contentSize(id, of: vault) else { continue }
            guard try await carry(id, size, vault) else { continue }
            copied += size
            put.insert(id)
        }
        return (copied, put)
    }

    /// Carries one content over; whether it had to be: somebody else who copies may have been faster.
    private func carry(_ id: ContentID, _ size: Int64, _ vault: VaultID) async throws -> Bool {
        let stream =
            size > Self.pieceSize ? RelayedContent(source, id, vault, size: size, pieceSize: Self.pieceSize) : nil
        do {
            guard let stream else {
                let pieces = [try await source.content(id, of: vault, in: 0..<size)].filter { !$0.isEmpty }
                try await target.putContent(id, of: vault, size: size, from: HeldPieces(pieces))
                return true
            }
            async let filled: Void = stream.fill()
            do {
                try await target.putContent(id, of: vault, size: size, from: stream)
            } catch {
                stream.stop()
                try? await filled
                throw error
            }
            try await filled
            return true
        } catch let error as VaultError where error.code == .alreadyExists {
            return false
        }
    }

    /// Deletes from the copy what the source's journal gave up, and what was swept there since it was carried over. Nothing
    /// else: a content that no entry names may be that of an upload to the copy, and one that the source lost is worth more
    /// there.
    private func dropContents(_ vault: VaultID, _ named: Named, _ put: Set<ContentID>) async throws {
        let candidates = named.replaceable.union(put).subtracting(named.versions)
        let gone = try await contents(target, vault).intersection(candidates)
            .subtracting(try await contents(source, vault))
        if !gone.isEmpty { try await target.deleteContents(gone.sorted(), of: vault) }
    }

    private func contents(_ store: any VaultStore, _ vault: VaultID) async throws(VaultError) -> Set<ContentID> {
        var (all, last): (Set<ContentID>, ContentID?) = ([], nil)
        while true {
            let page = try await store.contents(of: vault, after: last, limit: 1000)
            guard let end = page.last else { return all }
            all.formUnion(page)
            last = end
        }
    }

    private func keys(
        _ store: any EnumerableVaultStore, _ vault: VaultID
    ) async throws(VaultError) -> [VersionID: [UInt8]] {
        var (keys, last): ([VersionID: [UInt8]], VersionID?) = ([:], nil)
        while true {
            let page = try await store.keyRecords(of: vault, after: last, limit: 1000)
            guard let end = page.last else { return keys }
            for (version, record) in page { keys[version] = record }
            last = end.version
        }
    }

    /// Appends what the target lacks up to a head.
    ///
    /// A copy that stands is never left between two states of its vault: where slots or keys changed or something was
    /// erased, all goes over in one change; where there are only more entries, their keys go first.
    ///
    /// - Returns: Versions whose keys stay the copy's own; `nil` when the source has gone on meanwhile, so that what was read
    ///   of it may not belong together.
    private func bringUp(
        _ vault: VaultID, to head: JournalHead, _ named: inout Named
    ) async throws -> Set<VersionID>? {
        var standing = try await target.head(of: vault)
        var chain = EntryChain(of: vault)
        let (gone, erasedVersions) = try await erasedPayloads(vault, below: standing, &named, &chain)
        let (wanted, had) = (try await keys(source, vault), try await keys(target, vault))
        let (slots, hadSlots) = (try await source.slotRecords(of: vault), try await target.slotRecords(of: vault))
        var change = CopiedKeys(
            keys: wanted, before: had, slots: slots, slotsBefore: hadSlots, erasedPayloads: gone.count,
            erasedVersions: erasedVersions, chain: chain)
        let isOneChange =
            standing != nil && !(gone.isEmpty && wanted.merging(had) { $1 } == wanted && slots == hadSlots)
        var new: [StoredEntry]?
        if isOneChange, let standing, standing != head {
            new = try await entries(vault, standing.sequence + 1, head, all: true, &chain)
        }
        change.chain = chain
        if standing != nil, let fault = change.fault {
            guard try await source.head(of: vault) == head else { return nil }
            throw VaultError(.damaged, object: "vault \(vault)", "\(fault); the copy is as it was")
        }
        while standing?.sequence ?? -1 < head.sequence {
            let first = (standing?.sequence ?? -1) + 1
            let entries =
                if let new { new } else { try await entries(vault, first, head, all: false, &chain) }
            guard let last = entries.last else { return nil }
            for entry in entries { try named.add(entry) }
            let isLast = last.sequence == head.sequence
            let reached = JournalHead(sequence: last.sequence, hash: try Digest32(of: last.entry))
            guard !isLast || reached == head else {
                throw VaultError(.damaged, object: "entry \(last.sequence)", "it is not what the head says")
            }
            var batch = VaultAppend(
                expecting: standing, entries: entries, head: reached,
                dropping: VaultAppend.Dropping(payloads: gone), takesUpContents: true)
            // A copy that begins has no slots, and so opens for nobody, before it is whole.
            if isLast || !hadSlots.isEmpty {
                batch.keyRecords = change.carried
                batch.dropping.keyRecords = had.keys.filter { wanted[$0] == nil }
            }
            if isLast { batch.slots = slots }
            if isOneChange, try await source.head(of: vault) != head { return nil }
            switch try await target.append(batch, to: vault) {
            case .committed, .repeated: break
            case .conflict(let other):
                // Somebody copies as well; else the target has gone another way.
                guard let other, other.sequence <= head.sequence, other != standing else {
                    throw VaultError(.forked, object: "vault \(vault)", "the copy has another entry \(first)")
                }
                guard !isOneChange else { return nil }
                standing = other
                chain.skip(to: other)
                continue
            }
            standing = try await target.head(of: vault)
        }
        guard standing == head else {
            throw VaultError(.forked, object: "vault \(vault)", "the copy has another entry \(head.sequence)")
        }
        // A rotation replaces key records without an entry.
        if !change.renewed.isEmpty { try await target.replaceKeyRecords(change.renewed, in: vault) }
        return change.disputed
    }

    /// Entries of the source from one on: a page, or all up to its head.
    private func entries(
        _ vault: VaultID, _ first: Int64, _ head: JournalHead, all: Bool, _ chain: inout EntryChain
    ) async throws(VaultError) -> [StoredEntry] {
        var entries: [StoredEntry] = []
        repeat {
            let next = first + Int64(entries.count)
            let limit = Int(min(Int64(Self.pageSize), head.sequence - next + 1))
            let page = try await source.entries(of: vault, from: next, limit: limit)
            guard page.count == limit else {
                throw VaultError(.damaged, object: "vault \(vault)", "entries are missing from \(next) on")
            }
            for entry in page { try chain.follow(entry) }
            entries += page
        } while all && entries.last?.sequence != head.sequence
        return entries
    }

    /// Entries of the copy whose payloads the source has dropped since; compares all that both have.
    private func erasedPayloads(
        _ vault: VaultID, below standing: JournalHead?, _ named: inout Named, _ chain: inout EntryChain
    ) async throws(VaultError) -> (all: [Int64], versions: Int) {
        guard let standing else { return ([], 0) }
        var next: Int64 = 0
        var gone: [Int64] = []
        var versions = 0
        while next <= standing.sequence {
            let limit = Int(min(Int64(Self.pageSize), standing.sequence - next + 1))
            let (here, there) = (
                try await source.entries(of: vault, from: next, limit: limit),
                try await target.entries(of: vault, from: next, limit: limit)
            )
            guard here.count == limit, there.count == limit else {
                throw VaultError(.damaged, object: "vault \(vault)", "entries are missing from \(next) on")
            }
            for (own, copy) in zip(here, there) {
                guard own.entry == copy.entry else {
                    throw VaultError(.forked, object: "vault \(vault)", "the copy has another entry \(own.sequence)")
                }
                try chain.follow(own, isHeld: true)
                try named.add(own)
                if own.payload == nil, copy.payload != nil {
                    gone.append(own.sequence)
                    if try own.contents().count == 1 { versions += 1 }
                }
            }
            next += Int64(limit)
        }
        // An erasure is an entry of its own, so there is at least one that the copy does not have.
        if !gone.isEmpty, try await source.head(of: vault) == standing {
            throw VaultError(.damaged, object: "vault \(vault)", "payloads are gone without an entry that says so")
        }
        return (gone, versions)
    }

    // A deposit goes from the copy when an entry says that it was taken in or put aside. Any other may have come to the copy
    // itself; one that stays too long is taken in once all the same.
    private func copyDeposits(_ vault: VaultID, _ named: Named) async throws(VaultError) {
        let (here, there) = (
            try await source.deposits(of: vault, limit: source.capabilities.depositLimit),
            try await target.deposits(of: vault, limit: target.capabilities.depositLimit)
        )
        let waiting = Set(here.map(\.id))
        var gone: [DepositID] = []
        for deposit in there where !waiting.contains(deposit.id) {
            if named.operations.contains(try OperationID(absorbing: deposit.id)) { gone.append(deposit.id) }
        }
        if !gone.isEmpty { try await target.deleteDeposits(gone, of: vault) }
        for deposit in here where !there.contains(deposit) { try await target.putDeposit(deposit, of: vault) }
    }

    /// What both have when both have the same; `nil` when the source has gone on.
    private func compared(
        _ vault: VaultID, _ head: JournalHead, _ copied: Int64, _ named: Named, _ disputed: Set<VersionID>,
        _ round: Int
    ) async throws(VaultError) -> Outcome? {
        let (slots, copiedSlots) = (try await source.slotRecords(of: vault), try await target.slotRecords(of: vault))
        let (keys, copiedKeys) = (try await keys(source, vault), try await keys(target, vault))
        let (contents, copiedContents) = (
            try await contents(source, vault), try await self.contents(target, vault)
        )
        let (deposits, copiedDeposits) = (
            try await source.deposits(of: vault, limit: source.capabilities.depositLimit),
            try await target.deposits(of: vault, limit: target.capabilities.depositLimit)
        )
        for id in contents where copiedContents.contains(id) {
            guard let size = try await source.contentSize(id, of: vault) else { return nil }
            guard try await target.contentSize(id, of: vault) == size else {
                throw VaultError(.damaged, object: "content \(id)", "the copy has another size")
            }
        }
        let reached = try await target.head(of: vault)
        guard reached == head, slots == copiedSlots,
            keys.filter({ !disputed.contains($0.key) }) == copiedKeys.filter({ !disputed.contains($0.key) }),
            contents.isSubset(of: copiedContents),
            copiedContents.subtracting(contents).isDisjoint(with: named.replaceable),
            Set(deposits).isSubset(of: copiedDeposits), try await source.head(of: vault) == head
        else { return nil }
        if let lost = named.versions.subtracting(contents).min() {
            let place = copiedContents.contains(lost) ? "; the copy has it" : ""
            throw VaultError(.damaged, object: "content \(lost)", "the source does not have it\(place)")
        }
        if let version = disputed.min() {
            throw VaultError(
                .damaged, object: "key record \(version)",
                "another one than the copy's, which stays; one of both is damaged")
        }
        return Outcome(
            vault: vault.description, head: head.sequence, entries: head.sequence + 1, slots: slots.count,
            keyRecords: keys.count, contents: contents.count, copiedOctets: copied, deposits: deposits.count,
            rounds: round)
    }
}
