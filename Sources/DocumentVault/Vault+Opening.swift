// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

extension Vault {
    /// Opens a vault: derives the key, checks every entry from the genesis to the head, compares with the anchor.
    ///
    /// - Parameters:
    ///   - id: The vault.
    ///   - store: Where it lies.
    ///   - secret: A passphrase or recovery code.
    ///   - anchor: A head kept outside the store's administration; without one ``freshness`` is `unanchored`.
    ///   - random: Used for later changes.
    /// - Throws: ``VaultError``: `notFound`, `wrongSecret`, `damaged` (naming the first entry at fault), `newerVersion`,
    ///   `rolledBack`, `forked`, `refusedCost`; errors of the store. Contents are checked when they are read, or by
    ///   ``verify(progress:)``.
    public static func open(
        _ id: VaultID, in store: any VaultStore, unlocking secret: Unlocking, anchor: Anchor? = nil,
        random: any RandomSource = SystemRandom()
    ) async throws(VaultError) -> Vault {
        let unlocked = try await unlock(id, in: store, with: secret)
        var state = VaultState(vault: id)
        try await JournalReading.fold(into: &state, from: store, opening: unlocked.secrets)
        try check(unlocked, against: state)
        let freshness = JournalReading.freshness(of: state, against: anchor)
        switch freshness {
        case .anchored, .unanchored: break
        case .rolledBack:
            throw VaultError(.rolledBack, object: "vault \(id)", "\(state.hashes.count) entries, the anchor has more")
        case .forked: throw VaultError(.forked, object: "vault \(id)", "the anchor is no entry of this journal")
        }
        return Vault(
            state, freshness: freshness, in: store, secrets: unlocked.secrets, owner: unlocked.owner, random: random)
    }

    struct Unlocked: Sendable {
        let slot: Slot
        let secrets: [Int64: EpochSecret]
        let owner: OwnerKey?
    }

    static func unlock(
        _ id: VaultID, in store: any VaultStore, with secret: Unlocking
    ) async throws(VaultError) -> Unlocked {
        guard try await store.head(of: id) != nil else {
            throw VaultError(.notFound, object: "vault \(id)", "the store does not have it")
        }
        let stored = try await store.slots(of: id)
        guard stored.count <= Slot.most else {
            throw VaultError(.damaged, object: "vault \(id)", "\(stored.count) slots")
        }
        var candidates: [Slot] = []
        var fault: VaultError?
        for bytes in stored {
            do throws(VaultError) {
                let slot = try Slot(parsing: bytes)
                guard slot.vault == id else { throw VaultError(.damaged, object: slot.object, "of another vault") }
                if slot.kind == secret.slotKind.rawValue { candidates.append(slot) }
            } catch {
                // Another slot may still open: the damaged one is reported by verification, or when none opens.
                fault = error
            }
        }
        let slots = candidates
        guard slots.count <= Slot.mostPassphrases else {
            throw VaultError(.damaged, object: "vault \(id)", "\(slots.count) slots of one kind")
        }
        let outcome = try await KeyDerivationQueue.run { () throws(VaultError) -> (Unlocked?, VaultError?) in
            var fault: VaultError?
            for slot in slots {
                do throws(VaultError) {
                    guard let (epoch, owner) = try slot.open(with: secret) else { continue }
                    return (Unlocked(slot: slot, secrets: [epoch.number: epoch], owner: owner), nil)
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

    // The slot that opened must be one that the owner announced, and the owner's key the one in the genesis.
    static func check(_ unlocked: Unlocked, against state: VaultState) throws(VaultError) {
        guard state.slots.contains(where: { $0.id == unlocked.slot.id && $0.digest == unlocked.slot.digest }) else {
            throw VaultError(.damaged, object: unlocked.slot.object, "the owner did not announce it")
        }
        if let owner = unlocked.owner, owner.key.verificationKey != state.genesis?.ownerKey {
            throw VaultError(.damaged, object: unlocked.slot.object, "it holds another owner key")
        }
    }
}
