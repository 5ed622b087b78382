// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

extension Vault {
    /// Makes a new vault and opens it.
    ///
    /// - Parameters:
    ///   - name: The owner's name for the vault, 1 to 255 octets without control characters; sealed.
    ///   - ownerKind: Person or organisation.
    ///   - store: Where it will lie.
    ///   - secrets: Each opens the vault from now on: 1 to 8 passphrases and recovery codes.
    ///   - cost: The cost of password hashing.
    ///   - quota: What the vault may hold.
    ///   - time: Now; recorded as a claim.
    ///   - random: Gives all keys, ids and salts.
    /// - Throws: ``VaultError``; errors of the store. A device's keys are no secret of the owner: `invalidMetadata`.
    public static func create(
        name: String, ownerKind: OwnerKind = .person, in store: any VaultStore, unlocking secrets: [Unlocking],
        cost: Argon2id = .floor, quota: VaultQuota = .unlimited, at time: Instant,
        random: any RandomSource = SystemRandom()
    ) async throws(VaultError) -> Vault {
        guard (1...Slot.mostPassphrases).contains(secrets.count), (1...255).contains(name.utf8.count) else {
            throw VaultError(
                .invalidMetadata, "a vault needs a name of 1 to 255 octets and 1 to \(Slot.mostPassphrases) secrets")
        }
        guard !name.hasControls else { throw VaultError(.invalidMetadata, "a vault's name with control characters") }
        for case .device in secrets {
            throw VaultError(.invalidMetadata, "the first slots are the owner's: passphrases and recovery codes")
        }
        let epoch = EpochSecret(number: 1, octets: random.secret(32))
        let (owner, genesis) = try genesisEntry(
            name: name.normalizedNFC, ownerKind: ownerKind, epoch: epoch, at: time, random: random)
        let vault = VaultID(genesis.entry.hash)
        let slots = try await KeyDerivationQueue.shared.run(deriving: secrets.contains(where: \.derives)) {
            () throws(VaultError) -> [NewSlot] in
            var slots: [NewSlot] = []
            for secret in secrets {
                slots.append(
                    try NewSlot(for: secret, cost: cost, vault: vault, secret: epoch, owner: owner, random: random))
            }
            return slots
        }
        let announcement = EpochAnnouncement(epoch: 1, slots: slots.map(\.announced))
        let operation = OperationID(random: random)
        let payload = try Payload(
            sealing: .epoch(announcement), at: time, vault: vault, operation: operation, under: epoch, random: random)
        let second = try JournalEntry(
            JournalEntry.Draft(
                sequence: 1, previous: genesis.entry.hash, operation: operation, writer: .owner, contents: [],
                payloadHash: payload.hash, genesis: nil), signedBy: owner.key)
        let entries = [
            StoredEntry(
                sequence: 0, operation: genesis.entry.operation, entry: genesis.entry.bytes,
                payload: genesis.payload.bytes),
            StoredEntry(sequence: 1, operation: operation, entry: second.bytes, payload: payload.bytes),
        ]
        var state = VaultState(vault: vault)
        for entry in entries { try state.apply(entry, opening: [1: epoch]) }
        let batch = VaultAppend(
            expecting: nil, entries: entries, head: second.head,
            slots: Dictionary(uniqueKeysWithValues: slots.map { ($0.slot.id, $0.slot.bytes) }))
        switch try await store.append(batch, to: vault) {
        case .committed, .repeated: break
        case .conflict: throw VaultError(.alreadyExists, object: "vault \(vault)", "the store has it already")
        }
        guard let first = slots.first, let opener = first.opener else {
            throw VaultError(.cryptographyFailure, object: "vault \(vault)", "a new slot does not open")
        }
        return Vault(
            state, freshness: .anchored, in: store, secrets: [1: epoch],
            access: Access(slot: first.slot.id, opener: opener, owner: owner), quota: quota, random: random)
    }

    private static func genesisEntry(
        name: String, ownerKind: OwnerKind, epoch: EpochSecret, at time: Instant, random: any RandomSource
    ) throws(VaultError) -> (owner: OwnerKey, genesis: (entry: JournalEntry, payload: Payload)) {
        let owner: OwnerKey
        let vaultKey: X25519PrivateKey
        do {
            owner = OwnerKey(try VaultSigningKey(random: random), secret: random.secret(32))
            vaultKey = try X25519PrivateKey(random: random)
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
        let nonce = random.bytes(32)
        let operation = OperationID(random: random)
        let sealedKey = try VaultSeal.seal(vaultKey.octets, key: epoch.octets, .vaultKey, [nonce], random: random)
        let payload = try Payload(
            sealing: .genesis(name: name, ownerKind: ownerKind, sealedVaultKey: sealedKey), at: time, vault: nil,
            operation: operation, under: epoch, random: random)
        let entry = try JournalEntry(
            JournalEntry.Draft(
                sequence: 0, previous: .zero, operation: operation, writer: .owner, contents: [],
                payloadHash: payload.hash,
                genesis: Genesis(nonce: nonce, ownerKey: owner.key.verificationKey, vaultKey: vaultKey.publicKey)),
            signedBy: owner.key)
        return (owner, (entry, payload))
    }
}
