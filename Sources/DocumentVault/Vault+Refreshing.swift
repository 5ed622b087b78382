// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension Vault {
    /// Reads what others have appended since.
    ///
    /// - Throws: ``VaultError``: `rolledBack` or `forked` when the store shows less or something else than before,
    ///   `damaged` when a new entry does not hold, `notPermitted` when the slot that opened the vault was removed.
    public func refresh() async throws(VaultError) {
        guard let known = state.head else { return }
        guard var head = try await store.head(of: id) else {
            throw VaultError(.rolledBack, object: "entry \(known.sequence)", "the store has no such vault any more")
        }
        while true {
            while let own = state.head, own.sequence < head.sequence {
                let page = try await store.entries(of: id, from: own.sequence + 1, limit: JournalReading.pageSize)
                guard page.first?.sequence == own.sequence + 1 else {
                    throw VaultError(
                        .damaged, object: "entry \(own.sequence + 1)", "the store's head is \(head.sequence)")
                }
                // Another task of this actor may have folded some of these meanwhile.
                for stored in page where stored.sequence > (state.head?.sequence ?? -1) {
                    if let payload = stored.payload {
                        let epoch = try Payload(parsing: payload, object: "entry \(stored.sequence)").epoch
                        if secrets[epoch] == nil { try await gain(epoch) }
                    }
                    guard stored.sequence > (state.head?.sequence ?? -1) else { continue }
                    try state.apply(stored, opening: secrets)
                }
            }
            guard let own = state.head, own.sequence >= head.sequence else { return }
            guard head.sequence >= known.sequence else {
                throw VaultError(.rolledBack, object: "entry \(known.sequence)", "the store's head is \(head.sequence)")
            }
            if let hash = state.hash(at: head.sequence), hash != head.hash {
                throw VaultError(.forked, object: "entry \(head.sequence)", "the store's head is another entry")
            }
            if state.gaps.isEmpty { break }
            guard let next = try await store.head(of: id), next.sequence > head.sequence else { break }
            head = next
        }
        try state.settle()
    }

    /// Reads anew what does not fit together, as long as the journal grows meanwhile: a rotation may have come between the
    /// reading of the slots and that of the entries.
    private func patiently<Value: Sendable>(
        _ read: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        for _ in 1..<Self.mostTurns {
            let before = try await store.head(of: id)
            do throws(VaultError) {
                return try await read()
            } catch {
                guard error.code == .damaged, try await store.head(of: id) != before else { throw error }
            }
        }
        return try await read()
    }

    /// Follows the vault into an epoch that somebody else began, with the slot that opened it.
    private func gain(_ epoch: Int64) async throws(VaultError) {
        guard let genesis = state.genesis, epoch > (secrets.keys.max() ?? 0), epoch <= (secrets.keys.max() ?? 0) + 64
        else {
            throw VaultError(.damaged, object: "vault \(id)", "epoch \(epoch) cannot follow")
        }
        let found = try await patiently { () throws(VaultError) -> [Int64: EpochSecret]? in
            for bytes in try await store.slots(of: id).prefix(Slot.most) {
                guard let slot = try? Slot(parsing: bytes), slot.id == access.slot, slot.vault == id,
                    slot.epoch >= epoch
                else { continue }
                guard let opened = try slot.open(with: access.opener, ownerKey: genesis.ownerKey) else { return nil }
                // Rotations in between are reached backwards from the newest.
                let reading = try await JournalReading(id, in: store)
                return try await reading.walk(from: opened.secret, to: .secrets).secrets
            }
            return nil
        }
        for (number, secret) in found ?? [:] where secrets[number] == nil { secrets[number] = secret }
        guard secrets[epoch] == nil else { return }
        throw VaultError(.notPermitted, object: "slot \(access.slot)", "the slot that opened the vault is gone")
    }

    /// The secret of the newest epoch that the slot which opened the vault leads to: others may have rotated since.
    private func newestSecret() async throws(VaultError) -> EpochSecret? {
        let known = secrets.values.max { $0.number < $1.number }
        guard let genesis = state.genesis, let known else { return known }
        for bytes in try await store.slots(of: id).prefix(Slot.most) {
            guard let slot = try? Slot(parsing: bytes), slot.id == access.slot, slot.vault == id,
                slot.epoch > known.number
            else { continue }
            return try slot.open(with: access.opener, ownerKey: genesis.ownerKey)?.secret ?? known
        }
        return known
    }

    /// Reads the pages of the snapshot, unless that was done.
    func loadDocuments() async throws(VaultError) {
        for attempt in 0..<3 where state.catalogue == nil {
            guard let snapshot = state.snapshot else { return }
            do throws(VaultError) {
                let catalogue = try await reader.catalogue(of: snapshot.root)
                // Another task may have loaded them meanwhile, or a newer snapshot may have come.
                guard state.catalogue == nil else { return }
                guard state.snapshot?.sequence == snapshot.sequence else { continue }
                try state.load(catalogue)
            } catch {
                // The next snapshot took the pages away: that one is read.
                guard attempt == 0, error.object.hasPrefix("page ") || error.object.hasPrefix("snapshot") else {
                    throw error
                }
                try await refold()
            }
        }
    }

    /// Begins anew from the newest snapshot, or from the genesis when its pages do not hold.
    func refold() async throws(VaultError) {
        try await patiently { () throws(VaultError) in try await refoldOnce() }
    }

    private func refoldOnce() async throws(VaultError) {
        guard let newest = try await newestSecret(), let known = state.head else { return }
        let reading = try await JournalReading(id, in: store)
        var (fresh, all) = try await reading.newest(from: newest)
        if let root = fresh.snapshot?.root, fresh.catalogue == nil {
            let reader = SnapshotReader(vault: id, store: store, secrets: all)
            do throws(VaultError) {
                try fresh.load(try await reader.catalogue(of: root))
            } catch {
                rebuildsPages = true
                all = try await reading.walk(from: newest, to: .secrets).secrets
                fresh = VaultState(vault: id)
                try await reading.fold(into: &fresh, opening: all)
            }
        }
        guard let head = fresh.head, head.sequence >= known.sequence else {
            throw VaultError(.rolledBack, object: "entry \(known.sequence)", "the store shows less than before")
        }
        for (number, secret) in all where secrets[number] == nil { secrets[number] = secret }
        fresh.refolds = state.refolds + 1
        state = fresh
        pages = nil
    }

    /// Begins anew from the genesis, with all documents.
    func refoldFromGenesis() async throws(VaultError) {
        try await patiently { () throws(VaultError) in try await refoldFromGenesisOnce() }
    }

    private func refoldFromGenesisOnce() async throws(VaultError) {
        guard let newest = try await newestSecret(), let known = state.head else { return }
        let reading = try await JournalReading(id, in: store)
        let all = try await reading.walk(from: newest, to: .secrets).secrets
        var fresh = VaultState(vault: id)
        try await reading.fold(into: &fresh, opening: all)
        guard let head = fresh.head, head.sequence >= known.sequence, fresh.hash(at: known.sequence) == known.hash
        else {
            throw VaultError(
                .rolledBack, object: "entry \(known.sequence)", "the store shows another history than before")
        }
        for (number, secret) in all where secrets[number] == nil { secrets[number] = secret }
        fresh.refolds = state.refolds + 1
        state = fresh
        pages = nil
    }
}
