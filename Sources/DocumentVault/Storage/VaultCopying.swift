// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Copies vaults from one store to another as they lie there, sealed; nobody needs a key.
///
/// Readers and writers of the source go on. A vault that is written meanwhile is followed until both heads are the same; a
/// copy that stands already, or was broken off, is brought up to the source, so copying may be repeated. Whoever writes to the
/// source after the copy was found complete writes to the source only: writers must be told to use the other store before
/// the last round.
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

    private struct Keys: Equatable {
        var records: [VersionID: [UInt8]] = [:]
    }

    private static let pageSize = 64
    private static let pieceSize: Int64 = 1 << 20
    private let source: any EnumerableVaultStore
    private let target: any EnumerableVaultStore

    /// Stands between two stores.
    public init(from source: any EnumerableVaultStore, to target: any EnumerableVaultStore) {
        self.source = source
        self.target = target
    }

    /// Copies a vault and compares both.
    ///
    /// - Parameter rounds: How often a source that goes on is followed.
    /// - Throws: ``VaultError``: `notFound`, `forked` for a vault in the target that went another way, `conflict` when the source
    ///   never stands still, `damaged`, errors of the stores and of the stream between them.
    public func copy(_ vault: VaultID, rounds: Int = 16) async throws -> Outcome {
        var copied: Int64 = 0
        for round in 1...max(1, rounds) {
            guard let head = try await source.head(of: vault) else {
                throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
            }
            copied += try await copyContents(vault)
            try await bringUp(vault, to: head)
            try await copyDeposits(vault)
            if let outcome = try await compared(vault, head, copied, round) { return outcome }
        }
        throw VaultError(.conflict, object: "vault \(vault)", "it is written faster than it is copied")
    }

    private func copyContents(_ vault: VaultID) async throws -> Int64 {
        let (there, here) = (try await contents(target, vault), try await contents(source, vault))
        var copied: Int64 = 0
        for id in here.sorted() where !there.contains(id) {
            // Swept meanwhile: then no entry that is copied names it.
            guard let size = try await source.contentSize(id, of: vault) else { continue }
            var pieces: [[UInt8]] = []
            if size <= Self.pieceSize {
                pieces = [try await source.content(id, of: vault, in: 0..<size)].filter { !$0.isEmpty }
                try await target.putContent(id, of: vault, size: size, from: HeldPieces(pieces))
            } else {
                let stream = RelayedContent(source, id, vault, size: size, pieceSize: Self.pieceSize)
                async let filled: Void = stream.fill()
                do {
                    try await target.putContent(id, of: vault, size: size, from: stream)
                } catch {
                    stream.stop()
                    try? await filled
                    throw error
                }
                try await filled
            }
            copied += size
        }
        let gone = there.subtracting(try await contents(source, vault))
        if !gone.isEmpty { try await target.deleteContents(gone.sorted(), of: vault) }
        return copied
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

    private func keys(_ store: any EnumerableVaultStore, _ vault: VaultID) async throws(VaultError) -> Keys {
        var (keys, last): (Keys, VersionID?) = (Keys(), nil)
        while true {
            let page = try await store.keyRecords(of: vault, after: last, limit: 1000)
            guard let end = page.last else { return keys }
            for (version, record) in page { keys.records[version] = record }
            last = end.version
        }
    }

    /// Appends what the target lacks up to a head; slots and key records come with the last batch.
    private func bringUp(_ vault: VaultID, to head: JournalHead) async throws(VaultError) {
        var standing = try await target.head(of: vault)
        if let standing, standing.sequence > head.sequence {
            throw VaultError(.forked, object: "vault \(vault)", "the copy has entries that the source does not have")
        }
        try await dropPayloads(vault, below: standing)
        let (wanted, had) = (try await keys(source, vault), try await keys(target, vault))
        while standing?.sequence ?? -1 < head.sequence {
            let first = (standing?.sequence ?? -1) + 1
            let limit = Int(min(Int64(Self.pageSize), head.sequence - first + 1))
            let entries = try await source.entries(of: vault, from: first, limit: limit)
            guard entries.count == limit, let last = entries.last else {
                throw VaultError(.damaged, object: "vault \(vault)", "entries are missing from \(first) on")
            }
            let isLast = last.sequence == head.sequence
            let reached = JournalHead(sequence: last.sequence, hash: try Digest32(of: last.entry))
            guard !isLast || reached == head else {
                throw VaultError(.damaged, object: "entry \(last.sequence)", "it is not what the head says")
            }
            var batch = VaultAppend(
                expecting: standing, entries: entries, head: reached, takesUpContents: true)
            if isLast {
                batch.slots = try await source.slotRecords(of: vault)
                batch.keyRecords = wanted.records
                batch.dropping.keyRecords = had.records.keys.filter { wanted.records[$0] == nil }
            }
            switch try await target.append(batch, to: vault) {
            case .committed, .repeated: break
            case .conflict(let other):
                // Somebody copies as well; else the target has gone another way.
                guard let other, other.sequence <= head.sequence, other != standing else {
                    throw VaultError(.forked, object: "vault \(vault)", "the copy has another entry \(first)")
                }
                standing = other
                continue
            }
            standing = try await target.head(of: vault)
        }
        guard standing == head else {
            throw VaultError(.forked, object: "vault \(vault)", "the copy has another entry \(head.sequence)")
        }
        // A rotation replaces key records without an entry.
        let changed = wanted.records.filter { had.records[$0.key] != nil && had.records[$0.key] != $0.value }
        if !changed.isEmpty { try await target.replaceKeyRecords(changed, in: vault) }
    }

    /// What was erased in the source since the copy stood goes from the copy: a batch that repeats its last entry would be
    /// refused, so payloads go with the next entries.
    private func dropPayloads(_ vault: VaultID, below standing: JournalHead?) async throws(VaultError) {
        guard var standing else { return }
        var next: Int64 = 0
        var gone: [Int64] = []
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
                if own.payload == nil, copy.payload != nil { gone.append(own.sequence) }
            }
            next += Int64(limit)
        }
        guard !gone.isEmpty else { return }
        // An erasure is an entry of its own, so there is at least one that the copy does not have.
        guard let entry = try await source.entries(of: vault, from: standing.sequence + 1, limit: 1).first else {
            throw VaultError(.damaged, object: "vault \(vault)", "payloads are gone without an entry that says so")
        }
        let batch = VaultAppend(
            expecting: standing, entries: [entry],
            head: JournalHead(sequence: entry.sequence, hash: try Digest32(of: entry.entry)),
            dropping: VaultAppend.Dropping(payloads: gone))
        _ = try await target.append(batch, to: vault)
        standing = batch.head
    }

    private func copyDeposits(_ vault: VaultID) async throws(VaultError) {
        let (here, there) = (
            try await source.deposits(of: vault, limit: source.capabilities.depositLimit),
            try await target.deposits(of: vault, limit: target.capabilities.depositLimit)
        )
        let gone = Set(there.map(\.id)).subtracting(here.map(\.id))
        if !gone.isEmpty { try await target.deleteDeposits(Array(gone), of: vault) }
        for deposit in here where !there.contains(deposit) { try await target.putDeposit(deposit, of: vault) }
    }

    /// What both have when both have the same; `nil` when the source has gone on.
    private func compared(
        _ vault: VaultID, _ head: JournalHead, _ copied: Int64, _ round: Int
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
        guard reached == head, slots == copiedSlots, keys == copiedKeys, contents == copiedContents,
            Set(deposits) == Set(copiedDeposits), try await source.head(of: vault) == head
        else { return nil }
        return Outcome(
            vault: vault.description, head: head.sequence, entries: head.sequence + 1, slots: slots.count,
            keyRecords: keys.records.count, contents: contents.count, copiedOctets: copied, deposits: deposits.count,
            rounds: round)
    }
}
