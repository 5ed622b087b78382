// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// A slot that was just made, with what its epoch's entry says of it (format §4 SlotEntry, §5).
struct NewSlot: Sendable {
    let slot: Slot
    let announced: EpochAnnouncement.SlotEntry

    /// What opens it, where it was made from the secret itself.
    let opener: SlotOpener?

    /// Seals an epoch's secret and the owner's keys for a passphrase or recovery code. Blocks for Argon2id.
    init(
        for unlocking: Unlocking, cost: Argon2id, label: String? = nil, vault: VaultID, secret: EpochSecret,
        owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        let id = SlotID(random: random)
        let (kind, key, derivation): (Slot.Kind, SharedSecret, [UInt8])
        switch unlocking {
        case .passphrase(let passphrase):
            let salt = random.bytes(Argon2id.saltByteCount)
            kind = .passphrase
            key = SharedSecret(try Slot.key(from: passphrase, cost: cost, salt: salt, object: "slot \(id)"))
            derivation = Self.derivation(cost, salt)
        case .recoveryCode(let code):
            (kind, key, derivation) = (.recoveryCode, SharedSecret(code.octets.copy()), [])
        case .device(let key):
            try self.init(
                .device, id, for: key.card.agreement, label: label, writer: nil, vault: vault, secret: secret,
                owner: owner, random: random)
            return
        }
        try self.init(
            kind, id, derivation, for: try Slot.agreement(from: key.octets, vault: vault, id: id).publicKey,
            opener: .key(key), label: label, vault: vault, secret: secret, owner: owner, random: random)
    }

    /// Seals an epoch's secret and the owner's keys to the public key that follows from a passphrase or recovery code.
    ///
    /// - Parameter derivation: DER of what the parameters say before the key.
    private init(
        _ kind: Slot.Kind, _ id: SlotID, _ derivation: [UInt8], for publicKey: X25519PublicKey, opener: SlotOpener?,
        label: String?, vault: VaultID, secret: EpochSecret, owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        let parameters = DERWriter.bytes { parameters in
            parameters.sequence {
                if !derivation.isEmpty { $0.raw(derivation) }
                $0.octetString(publicKey.octets)
            }
        }
        let header = Self.header(Slot.ownersVersion, kind, id, parameters, vault: vault, epoch: secret.number)
        slot = try Self.sealed(Self.content(secret, owner), to: publicKey, header, "slot \(id)", owner, random)
        announced = EpochAnnouncement.SlotEntry(id: id, kind: kind.rawValue, digest: slot.digest, label: label)
        self.opener = opener
    }

    /// Seals an epoch's secret to a public key and signs that with the owner's key.
    init(
        _ kind: Slot.Kind, _ id: SlotID, for publicKey: X25519PublicKey, label: String?, writer: WriterID?,
        vault: VaultID, secret: EpochSecret, owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        let parameters = DERWriter.bytes { $0.sequence { $0.octetString(publicKey.octets) } }
        let header = Self.header(1, kind, id, parameters, vault: vault, epoch: secret.number)
        slot = try Self.sealed(secret.octets, to: publicKey, header, "slot \(id)", owner, random)
        announced = EpochAnnouncement.SlotEntry(
            id: id, kind: kind.rawValue, digest: slot.digest, label: label, writer: writer)
        opener = nil
    }

    private static func sealed(
        _ content: borrowing SecretBytes, to publicKey: X25519PublicKey, _ header: [UInt8], _ object: String,
        _ owner: OwnerKey, _ random: some RandomSource
    ) throws(VaultError) -> Slot {
        let (sealed, signature): ([UInt8], [UInt8])
        do {
            let info = VaultSeal.context(.slot, [header])
            sealed = try content.withSpan { content throws(CryptoPrimitivesError) in
                try HPKE.seal(
                    content, to: publicKey, info: info.span, authenticating: [UInt8]().span, random: random)
            }
            signature = try owner.key.signature(of: (Slot.signatureLabel + header + sealed).span)
        } catch {
            throw VaultError(error, object: object)
        }
        return try Slot(
            parsing: DERWriter.bytes { slot in
                slot.sequence {
                    $0.raw(header)
                    $0.octetString(sealed)
                    $0.octetString(signature, tag: .contextPrimitive(0))
                }
            })
    }

    /// The same slot for a new epoch, without its passphrase or code.
    init(
        renewing old: Slot, announced entry: EpochAnnouncement.SlotEntry, vault: VaultID, secret: EpochSecret,
        owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        guard let kind = Slot.Kind(rawValue: old.kind) else {
            throw VaultError(.newerVersion, object: old.object, "a slot of kind \(old.kind)")
        }
        guard let publicKey = old.publicKey else {
            try self.init(renewingFormer: old, kind, entry, secret: secret, owner: owner, random: random)
            return
        }
        if old.isOwners {
            let derivation = try old.kind == Slot.Kind.passphrase.rawValue ? old.passphraseParameters() : nil
            try self.init(
                kind, old.id, derivation.map { Self.derivation($0.0, $0.1) } ?? [], for: publicKey, opener: nil,
                label: entry.label, vault: vault, secret: secret, owner: owner, random: random)
        } else {
            try self.init(
                kind, old.id, for: publicKey, label: entry.label, writer: entry.writer, vault: vault, secret: secret,
                owner: owner, random: random)
        }
    }

    /// An owner's slot of version 1 for a new epoch, sealed under its own key, of which the owner has a copy.
    ///
    /// It stays what it is: whoever had the owner's secrets once has that key from earlier entries. Sealed in another way it
    /// would only no longer be seen that it must be changed.
    private init(
        renewingFormer old: Slot, _ kind: Slot.Kind, _ entry: EpochAnnouncement.SlotEntry, secret: EpochSecret,
        owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        guard let copy = entry.ownerCopy else {
            throw VaultError(.damaged, object: old.object, "the owner has no copy of its key")
        }
        let key = try VaultSeal.openSecret(
            copy, key: owner.secret, .slotKey, [old.vault.octets, old.id.octets], object: old.object)
        let header = Self.header(1, kind, old.id, old.parameters.bytes, vault: old.vault, epoch: secret.number)
        let sealed = try VaultSeal.seal(
            Self.content(secret, owner), key: key, .slot, [header], random: random)
        slot = try Slot(
            parsing: DERWriter.bytes { slot in
                slot.sequence {
                    $0.raw(header)
                    $0.octetString(sealed)
                }
            })
        announced = EpochAnnouncement.SlotEntry(
            id: old.id, kind: kind.rawValue, digest: slot.digest, ownerCopy: copy, label: entry.label)
        opener = nil
    }

    private static func content(_ secret: EpochSecret, _ owner: OwnerKey) -> SecretBytes {
        SecretBytes(byteCount: 96) { output in
            secret.octets.withSpan { for index in $0.indices { output.append($0[index]) } }
            owner.key.seed.withSpan { for index in $0.indices { output.append($0[index]) } }
            owner.secret.withSpan { for index in $0.indices { output.append($0[index]) } }
        }
    }

    private static func derivation(_ cost: Argon2id, _ salt: [UInt8]) -> [UInt8] {
        DERWriter.bytes { parameters in
            parameters.integer(cost.memory)
            parameters.integer(cost.passes)
            parameters.octetString(salt)
        }
    }

    private static func header(
        _ version: Int64, _ kind: Slot.Kind, _ id: SlotID, _ parameters: [UInt8], vault: VaultID, epoch: Int64
    ) -> [UInt8] {
        DERWriter.bytes { header in
            header.sequence {
                $0.integer(version)
                $0.octetString(vault.octets)
                $0.octetString(id.octets)
                $0.integer(kind.rawValue)
                $0.integer(epoch)
                $0.raw(parameters)
            }
        }
    }
}
