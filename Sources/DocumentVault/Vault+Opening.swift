// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

extension Vault {
    /// Opens a vault: derives the key, reads the newest snapshot and checks every entry after it (or every entry from the
    /// genesis on when there is no snapshot), compares with the anchor. Documents are read when they are first asked for.
    ///
    /// - Parameters:
    ///   - id: The vault.
    ///   - store: Where it lies.
    ///   - secret: A passphrase, a recovery code, or the keys of a device.
    ///   - anchor: A head kept outside the store's administration; without one ``freshness`` is `unanchored`.
    ///   - quota: What the vault may hold.
    ///   - random: Used for later changes.
    /// - Throws: ``VaultError``: `notFound`, `wrongSecret`, `damaged` (naming the first entry at fault), `newerVersion`,
    ///   `rolledBack`, `forked`, `refusedCost`, `busy`; errors of the store. Contents are checked when they are read, and
    ///   everything before the snapshot by ``verify(anchor:progress:)``.
    public static func open(
        _ id: VaultID, in store: any VaultStore, unlocking secret: Unlocking, anchor: Anchor? = nil,
        quota: VaultQuota = .unlimited, random: any RandomSource = SystemRandom()
    ) async throws(VaultError) -> Vault {
        let reading = try await JournalReading(id, in: store)
        let unlocked = try await unlock(reading, with: secret)
        let (state, secrets) = try await reading.newest(from: unlocked.opened.secret)
        try check(unlocked, against: state)
        let freshness = try await JournalReading.freshness(
            of: state, against: anchor, reading: SnapshotReader(vault: id, store: store, secrets: secrets))
        switch freshness {
        case .anchored, .unanchored: break
        case .rolledBack:
            throw VaultError(
                .rolledBack, object: "vault \(id)",
                "it ends with entry \(state.head?.sequence ?? -1), the anchor is later")
        case .forked: throw VaultError(.forked, object: "vault \(id)", "the anchor is no entry of this journal")
        }
        return Vault(
            state, freshness: freshness, in: store, secrets: secrets, access: unlocked.access, quota: quota,
            random: random)
    }

    struct Unlocked: Sendable {
        let slot: Slot
        let opened: Slot.Opened

        var access: Access { Access(slot: slot.id, opener: opened.opener, owner: opened.owner) }
    }

    static func unlock(
        _ reading: JournalReading, with secret: Unlocking
    ) async throws(VaultError) -> Unlocked {
        let id = reading.vault
        let stored = try await reading.store.slots(of: id)
        guard stored.count <= Slot.most else {
            throw VaultError(.damaged, object: "vault \(id)", "\(stored.count) slots")
        }
        var candidates: [Slot] = []
        var fault: VaultError?
        for bytes in stored {
            do throws(VaultError) {
                let slot = try Slot(parsing: bytes)
                guard slot.vault == id else { throw VaultError(.damaged, object: slot.object, "of another vault") }
                if secret.suits(slot) { candidates.append(slot) }
            } catch {
                // Another slot may still open: the damaged one is reported by verification, or when none opens.
                fault = error
            }
        }
        let slots = candidates
        guard !secret.derives || slots.count <= Slot.mostPassphrases else {
            throw VaultError(.damaged, object: "vault \(id)", "\(slots.count) slots for one secret")
        }
        let ownerKey = reading.genesis.ownerKey
        let outcome = try await KeyDerivationQueue.shared.run(deriving: secret.derives) {
            () throws(VaultError) -> (Unlocked?, VaultError?) in
            var fault: VaultError?
            for slot in slots {
                do throws(VaultError) {
                    guard let opened = try slot.open(with: secret, ownerKey: ownerKey) else { continue }
                    return (Unlocked(slot: slot, opened: opened), nil)
                } catch {
                    fault = error
                }
            }
            return (nil, fault)
        }
        if let unlocked = outcome.0 { return unlocked }
        if let fault = outcome.1 ?? fault { throw fault }
        throw VaultError(.wrongSecret, object: "vault \(id)", "no slot opens")
    }

    // The slot that opened must be one that the owner announced.
    static func check(_ unlocked: Unlocked, against state: VaultState) throws(VaultError) {
        let slot = unlocked.slot
        guard state.core.epoch.slots.contains(where: { $0.id == slot.id && $0.digest == slot.digest }) else {
            throw VaultError(.damaged, object: slot.object, "the owner did not announce it")
        }
    }
}
