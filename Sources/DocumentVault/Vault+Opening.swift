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
        var unlocked = try await unlock(reading, with: secret)
        let (state, secrets) = try await following(&unlocked, reading, secret) { (unlocked) throws(VaultError) in
            let newest = try await reading.newest(from: unlocked.opened.secret)
            try check(unlocked, against: newest.state)
            return newest
        }
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

    /// Most times that somebody else's changes make a reading begin anew.
    static let mostTurns = 8

    /// Reads with what a slot opened, and begins anew when somebody else's rotation exchanged the slots since they were
    /// read: what was found then belongs together as little as two halves of two journals.
    static func following<Value: Sendable>(
        _ unlocked: inout Unlocked, _ reading: JournalReading, _ secret: Unlocking,
        _ read: (Unlocked) async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        for _ in 1..<mostTurns {
            do throws(VaultError) {
                return try await read(unlocked)
            } catch {
                guard error.code == .damaged, let newer = try await successor(of: unlocked, reading, secret) else {
                    throw error
                }
                unlocked = newer
            }
        }
        return try await read(unlocked)
    }

    /// What opens the vault when the store does not have the slot any more that did; `nil` when it still has it.
    static func successor(
        of unlocked: Unlocked, _ reading: JournalReading, _ secret: Unlocking
    ) async throws(VaultError) -> Unlocked? {
        let own = unlocked.slot
        for bytes in try await reading.store.slots(of: reading.vault).prefix(Slot.most) {
            guard let slot = try? Slot(parsing: bytes), slot.id == own.id else { continue }
            if slot.digest == own.digest { return nil }
            // The same secret opens it, and nothing is derived again.
            guard slot.vault == reading.vault, slot.epoch > own.epoch,
                let opened = try slot.open(with: unlocked.opened.opener, ownerKey: reading.genesis.ownerKey)
            else { continue }
            return Unlocked(slot: slot, opened: opened)
        }
        return try await unlock(reading, with: secret)
    }

    // The slot that opened must be one that the owner announced.
    static func check(_ unlocked: Unlocked, against state: VaultState) throws(VaultError) {
        let slot = unlocked.slot
        guard state.core.epoch.slots.contains(where: { $0.id == slot.id && $0.digest == slot.digest }) else {
            throw VaultError(.damaged, object: slot.object, "the owner did not announce it")
        }
    }
}
