// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

extension Vault {
    /// Most entries before which opening is tried: each of them is one more that does not hold, the later ones first.
    static let mostFaults = 64

    /// Opens a vault as it was before the first entry that does not hold, to be read; one whose entries all hold is opened as
    /// by ``open(_:in:unlocking:anchor:quota:random:)``.
    ///
    /// A store cannot judge sealed entries: whoever may append, also a device or delegate whose entry is one that its writer
    /// may not write, can put one that nobody takes in, and the vault opens for nobody from then on, although everything before
    /// that entry is whole and signed. This shows what is before it. Whose entry it is, why it does not hold and how many are
    /// left out stands in ``endsBefore``; no change is made, each throws `notPermitted`. The owner gets a vault that can be
    /// changed again by ``export(under:at:to:progress:)`` and
    /// ``restore(_:code:in:anchor:reason:at:random:progress:)`` into another store, and then removes that writer.
    ///
    /// - Parameter anchor: A head kept outside the store's administration. Where the journal, as far as it holds, ends before
    ///   it, the vault opens, with ``freshness`` `rolledBack`.
    /// - Throws: ``VaultError``: as ``open(_:in:unlocking:anchor:quota:random:)``; `forked`; `damaged` when not even the first
    ///   entries hold, or what is wrong is no entry.
    public static func openBeforeDamage(
        _ id: VaultID, in store: any VaultStore, unlocking secret: Unlocking, anchor: Anchor? = nil,
        random: any RandomSource = SystemRandom()
    ) async throws(VaultError) -> Vault {
        var fault: VaultError
        do throws(VaultError) {
            let vault = try await open(id, in: store, unlocking: secret, anchor: anchor, random: random)
            // What entries say of documents is checked against pages that are read now.
            try await vault.loadDocuments()
            return vault
        } catch {
            guard error.entryAtFault != nil else { throw error }
            fault = error
        }
        let unlocked = try await unlock(JournalReading(id, in: store), with: secret)
        for _ in 0..<mostFaults {
            guard let sequence = fault.entryAtFault, sequence > 1 else { throw fault }
            do throws(VaultError) {
                return try await open(id, in: store, before: sequence, fault, unlocked, anchor, random)
            } catch {
                guard let earlier = error.entryAtFault, earlier < sequence else { throw error }
                fault = error
            }
        }
        throw fault
    }

    private static func open(
        _ id: VaultID, in store: any VaultStore, before sequence: Int64, _ fault: VaultError, _ unlocked: Unlocked,
        _ anchor: Anchor?, _ random: any RandomSource
    ) async throws(VaultError) -> Vault {
        let view = try await StoreBeforeEntry(store, of: id, before: sequence, because: fault)
        let reading = try await JournalReading(id, in: view)
        let (state, secrets) = try await reading.newest(from: unlocked.opened.secret)
        try check(unlocked, against: state)
        let freshness = try await JournalReading.freshness(
            of: state, against: anchor, reading: SnapshotReader(vault: id, store: view, secrets: secrets))
        guard freshness != .forked else {
            throw VaultError(.forked, object: "vault \(id)", "the anchor is no entry of this journal")
        }
        let last = try await store.head(of: id)?.sequence ?? sequence
        let writer = try await signer(of: sequence, in: store, after: state)
        let vault = Vault(
            state, freshness: freshness, in: view, secrets: secrets, access: unlocked.access, quota: .unlimited,
            random: random,
            endsBefore: EntryAtFault(sequence: sequence, last: max(last, sequence), writer: writer, fault: fault))
        try await vault.loadDocuments()
        return vault
    }

    /// The enrolled writer whose signature under an entry holds, where the entry follows the ones before it.
    private static func signer(
        of sequence: Int64, in store: any VaultStore, after state: VaultState
    ) async throws(VaultError) -> WriterID? {
        guard let stored = try await store.entries(of: state.vault, from: sequence, limit: 1).first,
            let entry = try? JournalEntry(parsing: stored.entry, object: "entry \(sequence)"),
            entry.sequence == sequence, entry.previous == state.head?.hash
        else { return nil }
        let key = entry.writer == .owner ? state.genesis?.ownerKey : state.core.writers[entry.writer]?.key
        guard let key, entry.isSigned(by: key) else { return nil }
        return entry.writer
    }
}
