// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// A slot that was just made, with what its epoch's entry says of it (format §4 SlotEntry, §5).
struct NewSlot: Sendable {
    let slot: Slot
    let announced: EpochAnnouncement.SlotEntry

    /// Seals an epoch's secret and the owner's keys for a passphrase or recovery code. Blocks for Argon2id.
    init(
        for unlocking: Unlocking, cost: Argon2id, label: String? = nil, vault: VaultID, secret: EpochSecret,
        owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        let id = SlotID(random: random)
        switch unlocking {
        case .passphrase(let passphrase):
            let salt = random.bytes(Argon2id.saltByteCount)
            let parameters = DERWriter.bytes {
                $0.sequence { parameters in
                    parameters.integer(cost.memory)
                    parameters.integer(cost.passes)
                    parameters.octetString(salt)
                }
            }
            let key = SharedSecret(try Slot.key(from: passphrase, cost: cost, salt: salt, object: "slot \(id)"))
            try self.init(
                .passphrase, id, parameters, key: key, ownerCopy: nil, label: label, vault: vault, secret: secret,
                owner: owner, random: random)
        case .recoveryCode(let code):
            try self.init(
                .recoveryCode, id, DERWriter.bytes { $0.sequence { _ in } }, key: SharedSecret(code.octets.copy()),
                ownerCopy: nil, label: label, vault: vault, secret: secret, owner: owner, random: random)
        case .device(let key):
            try self.init(
                .device, id, for: key.card.agreement, label: label, writer: nil, vault: vault, secret: secret,
                owner: owner, random: random)
        }
    }

    private init(
        _ kind: Slot.Kind, _ id: SlotID, _ parameters: [UInt8], key: SharedSecret, ownerCopy: [UInt8]?, label: String?,
        vault: VaultID, secret: EpochSecret, owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        let header = Self.header(kind, id, parameters, vault: vault, epoch: secret.number)
        let content = SecretBytes(byteCount: 96) { output in
            secret.octets.withSpan { for index in $0.indices { output.append($0[index]) } }
            owner.key.seed.withSpan { for index in $0.indices { output.append($0[index]) } }
            owner.secret.withSpan { for index in $0.indices { output.append($0[index]) } }
        }
        let sealed = try VaultSeal.seal(content, key: key.octets, .slot, [header], random: random)
        slot = try Slot(
            parsing: DERWriter.bytes { slot in
                slot.sequence {
                    $0.raw(header)
                    $0.octetString(sealed)
                }
            })
        let copy =
            if let ownerCopy { ownerCopy } else {
                try VaultSeal.seal(
                    key.octets, key: owner.secret, .slotKey, [vault.octets, id.octets], random: random)
            }
        announced = EpochAnnouncement.SlotEntry(
            id: id, kind: kind.rawValue, digest: slot.digest, ownerCopy: copy, label: label)
    }

    /// Seals an epoch's secret to a public key and signs that with the owner's key.
    init(
        _ kind: Slot.Kind, _ id: SlotID, for publicKey: X25519PublicKey, label: String?, writer: WriterID?,
        vault: VaultID, secret: EpochSecret, owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        let parameters = DERWriter.bytes { $0.sequence { $0.octetString(publicKey.octets) } }
        let header = Self.header(kind, id, parameters, vault: vault, epoch: secret.number)
        let (sealed, signature): ([UInt8], [UInt8])
        do {
            let info = VaultSeal.context(.slot, [header])
            sealed = try secret.octets.withSpan { content throws(CryptoPrimitivesError) in
                try HPKE.seal(
                    content, to: publicKey, info: info.span, authenticating: [UInt8]().span, random: random)
            }
            signature = try owner.key.signature(of: (Slot.signatureLabel + header + sealed).span)
        } catch {
            throw VaultError(error, object: "slot \(id)")
        }
        slot = try Slot(
            parsing: DERWriter.bytes { slot in
                slot.sequence {
                    $0.raw(header)
                    $0.octetString(sealed)
                    $0.octetString(signature, tag: .contextPrimitive(0))
                }
            })
        announced = EpochAnnouncement.SlotEntry(
            id: id, kind: kind.rawValue, digest: slot.digest, label: label, writer: writer)
    }

    /// The same slot for a new epoch, without its passphrase or code.
    init(
        renewing old: Slot, announced entry: EpochAnnouncement.SlotEntry, vault: VaultID, secret: EpochSecret,
        owner: OwnerKey, random: some RandomSource
    ) throws(VaultError) {
        guard let kind = Slot.Kind(rawValue: old.kind) else {
            throw VaultError(.newerVersion, object: old.object, "a slot of kind \(old.kind)")
        }
        if let publicKey = old.publicKey {
            try self.init(
                kind, old.id, for: publicKey, label: entry.label, writer: entry.writer, vault: vault, secret: secret,
                owner: owner, random: random)
            return
        }
        guard let copy = entry.ownerCopy else {
            throw VaultError(.damaged, object: old.object, "the owner has no copy of its key")
        }
        let key = SharedSecret(
            try VaultSeal.openSecret(
                copy, key: owner.secret, .slotKey, [vault.octets, old.id.octets], object: old.object))
        try self.init(
            kind, old.id, old.parameters.bytes, key: key, ownerCopy: copy, label: entry.label, vault: vault,
            secret: secret, owner: owner, random: random)
    }

    /// What opens the slot, from the owner's copy of its key rather than by deriving it again.
    func opened(by secret: Unlocking, owner: OwnerKey) throws(VaultError) -> SlotOpener? {
        if case .device(let key) = secret { return .device(key) }
        guard let copy = announced.ownerCopy else { return nil }
        return .key(
            SharedSecret(
                try VaultSeal.openSecret(
                    copy, key: owner.secret, .slotKey, [slot.vault.octets, slot.id.octets], object: slot.object)))
    }

    private static func header(
        _ kind: Slot.Kind, _ id: SlotID, _ parameters: [UInt8], vault: VaultID, epoch: Int64
    ) -> [UInt8] {
        DERWriter.bytes { header in
            header.sequence {
                $0.integer(1)
                $0.octetString(vault.octets)
                $0.octetString(id.octets)
                $0.integer(kind.rawValue)
                $0.integer(epoch)
                $0.raw(parameters)
            }
        }
    }
}
