// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Reading and folding a journal, from its genesis or from its newest snapshot.
struct JournalReading: Sendable {
    let vault: VaultID
    let store: any VaultStore
    let genesis: Genesis

    /// Entries per read.
    static let pageSize = 256
    /// Most entries behind the newest snapshot when every writer holds to the format.
    static let mostTail = 64

    /// Reads the first entry, from which the owner's key and the vault's name follow.
    init(_ vault: VaultID, in store: any VaultStore) async throws(VaultError) {
        self.vault = vault
        self.store = store
        guard try await store.head(of: vault) != nil else {
            throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
        }
        guard let first = try await store.entries(of: vault, from: 0, limit: 1).first else {
            throw VaultError(.damaged, object: "entry 0", "missing")
        }
        let entry = try JournalEntry(parsing: first.entry, object: "entry 0")
        guard let genesis = entry.genesis, VaultID(entry.hash) == vault, entry.isSigned(by: genesis.ownerKey) else {
            throw VaultError(.damaged, object: "entry 0", "it is not the genesis of this vault")
        }
        self.genesis = genesis
    }

    /// What a walk from the head backwards finds.
    struct Found: Sendable {
        var secrets: [Int64: EpochSecret]
        /// The newest snapshot by the owner.
        var snapshot: (entry: JournalEntry, payload: Payload, root: SnapshotRoot)?
        /// The entries behind it that were read on the way, ascending.
        var tail: ArraySlice<StoredEntry> = []
    }

    /// What a walk backwards is to find.
    enum Goal {
        /// The newest snapshot by the owner; without one, everything.
        case snapshot
        /// The secrets of all epochs.
        case secrets
        /// Both.
        case both
    }

    /// Walks backwards from the head until it has its goal, or to the genesis, and gathers the secrets of epochs on the way.
    func walk(from secret: EpochSecret, to goal: Goal) async throws(VaultError) -> Found {
        var found = Found(secrets: [secret.number: secret])
        guard let head = try await store.head(of: vault) else {
            throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
        }
        func isDone() -> Bool {
            switch goal {
            case .snapshot: found.snapshot != nil
            case .secrets: found.secrets[1] != nil
            case .both: found.snapshot != nil && found.secrets[1] != nil
            }
        }
        var end = head.sequence
        var limit = Int64(Self.mostTail + 1)
        while end > 0, !isDone() {
            let start = max(1, end - limit + 1)
            let page = try await store.entries(of: vault, from: start, limit: Int(end - start + 1))
            // Without it a head that is far beyond the journal would be walked down to entry by entry.
            guard page.first?.sequence == start, page.contains(where: { $0.sequence == end }) else {
                throw VaultError(.damaged, object: "entry \(end)", "missing; the store's head is \(head.sequence)")
            }
            for (place, stored) in page.enumerated().reversed() where stored.sequence <= end {
                try visit(stored, &found)
                if isDone() {
                    if end == head.sequence { found.tail = page[(place + 1)...] }
                    return found
                }
            }
            end = start - 1
            limit = Int64(Self.pageSize)
        }
        return found
    }

    // Entries that bring one content are document versions: not opened here.
    private func visit(_ stored: StoredEntry, _ found: inout Found) throws(VaultError) {
        let object = "entry \(stored.sequence)"
        guard let bytes = stored.payload else { return }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.contents.count != 1, entry.writer == .owner else { return }
        let payload = try Payload(parsing: bytes, object: object)
        guard payload.hash == entry.payloadHash else {
            throw VaultError(.damaged, object: object, "its payload was changed")
        }
        guard let secret = found.secrets[payload.epoch] else {
            throw VaultError(.damaged, object: object, "epoch \(payload.epoch) is not the one that the slot opens")
        }
        let event = try payload.open(
            vault: entry.sequence == 0 ? nil : vault, operation: entry.operation, under: secret, object: object
        ).event
        switch event {
        case .rotating(let announcement):
            guard let previous = announcement.previous else {
                throw VaultError(.damaged, object: object, "it does not lead to the epoch before")
            }
            let before = try EpochSecret.opening(previous, under: secret, vault: vault, object: object)
            found.secrets[before.number] = before
        case .snapshot(let root) where found.snapshot == nil && entry.isSigned(by: genesis.ownerKey):
            guard entry.sequence == root.covered.sequence + 1, entry.previous == root.covered.hash else {
                throw VaultError(.damaged, object: object, "a snapshot of other entries")
            }
            found.snapshot = (entry, payload, root)
        default: break
        }
    }

    /// The root of a snapshot by the owner; `nil` for any other entry.
    func snapshot(_ stored: StoredEntry, opening secrets: [Int64: EpochSecret]) throws(VaultError) -> SnapshotRoot? {
        let object = "entry \(stored.sequence)"
        guard let bytes = stored.payload else { return nil }
        let entry = try JournalEntry(parsing: stored.entry, object: object)
        guard entry.contents.count != 1, entry.writer == .owner, entry.isSigned(by: genesis.ownerKey) else {
            return nil
        }
        let payload = try Payload(parsing: bytes, object: object)
        guard payload.hash == entry.payloadHash, let secret = secrets[payload.epoch] else { return nil }
        let event = try payload.open(
            vault: entry.sequence == 0 ? nil : vault, operation: entry.operation, under: secret, object: object
        ).event
        guard case .snapshot(let root) = event else { return nil }
        return root
    }

    /// The state at the head, folded from the newest snapshot, or from the genesis when there is none or its pages do
    /// not hold: they can be made anew from the journal.
    func newest(from secret: EpochSecret) async throws(VaultError) -> (state: VaultState, secrets: [Int64: EpochSecret])
    {
        let found = try await walk(from: secret, to: .snapshot)
        var secrets = found.secrets
        if let snapshot = found.snapshot {
            do throws(VaultError) {
                let reader = SnapshotReader(vault: vault, store: store, secrets: secrets)
                let object = "page \(snapshot.root.state.content)"
                let (core, earlier) = try StatePage.read(try await reader.page(snapshot.root.state), object: object)
                guard core.epoch.number == snapshot.payload.epoch else {
                    throw VaultError(.damaged, object: object, "a state of another epoch")
                }
                for secret in earlier where secrets[secret.number] == nil { secrets[secret.number] = secret }
                var state = VaultState(
                    vault: vault, genesis: genesis, core: core, snapshot: (snapshot.root, snapshot.entry.sequence),
                    head: snapshot.entry.head)
                try await fold(into: &state, opening: secrets, beginningWith: found.tail)
                return (state, secrets)
            } catch {
                guard error.object.hasPrefix("page ") else { throw error }
            }
        }
        let all = try await walk(from: secret, to: .secrets).secrets
        var state = VaultState(vault: vault)
        try await fold(into: &state, opening: all)
        return (state, all)
    }

    /// Takes in everything up to the store's head.
    ///
    /// - Parameters:
    ///   - read: The next entries, as far as they were read already.
    ///   - progress: Told the number of entries read and the number there are.
    ///   - visit: Called before an entry is taken in, with the state so far.
    /// - Throws: ``VaultError`` at the first entry that does not hold, with the fold up to there in `state`.
    func fold(
        into state: inout VaultState, opening secrets: [Int64: EpochSecret],
        beginningWith read: ArraySlice<StoredEntry> = [],
        progress: (Int64, Int64) -> Void = { _, _ in },
        before visit: (StoredEntry, inout VaultState) async throws(VaultError) -> Void = { _, _ in }
    ) async throws(VaultError) {
        var read = read
        while true {
            guard let head = try await store.head(of: vault) else {
                throw VaultError(.notFound, object: "vault \(vault)", "the store does not have it")
            }
            while (state.head?.sequence ?? -1) < head.sequence {
                let next = (state.head?.sequence ?? -1) + 1
                let page =
                    read.isEmpty
                    ? try await store.entries(of: vault, from: next, limit: Self.pageSize) : Array(read)
                read = []
                guard page.first?.sequence == next else {
                    throw VaultError(.damaged, object: "entry \(next)", "missing; the store's head is \(head.sequence)")
                }
                let checked = await CheckedSignatures.ahead(
                    page, owner: genesis.ownerKey, writers: state.core.writers)
                for stored in page where stored.sequence <= head.sequence {
                    try await visit(stored, &state)
                    try state.apply(stored, opening: secrets, checked: checked)
                }
                progress((state.head?.sequence ?? -1) + 1, head.sequence + 1)
            }
            guard state.head == head else {
                throw VaultError(.damaged, object: "entry \(head.sequence)", "the store's head is not its hash")
            }
            // A gap that was read may be explained by an erasure that came since.
            if state.gaps.isEmpty { break }
            guard try await store.head(of: vault) != head else { break }
        }
        try state.settle()
    }

    /// How a fold compares with an anchor.
    static func freshness(
        of state: VaultState, against anchor: Anchor?, reading reader: SnapshotReader
    ) async throws(VaultError) -> Freshness {
        guard let anchor else { return .unanchored }
        guard anchor.vault == state.vault else { return .forked }
        // Where not even the first entry holds, nothing speaks of another history.
        guard let head = state.head else { return .rolledBack }
        let given = state.core.restorations.contains { $0.explains(anchor) }
        guard anchor.head.sequence <= head.sequence else { return given ? .anchored : .rolledBack }
        var own = state.hash(at: anchor.head.sequence)
        if own == nil, let root = state.snapshot?.root {
            own = try await reader.hash(at: anchor.head.sequence, of: root)
        }
        return own == anchor.head.hash || given ? .anchored : .forked
    }
}
