// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// An owner's slot that was just made, with what its epoch's entry says of it (format §4 SlotEntry, §5).
struct NewSlot: Sendable {
    let slot: Slot
    let announced: EpochAnnouncement.SlotEntry

    /// Seals an epoch's secret and the owner's keys for a secret of the owner. Blocks for Argon2id.
    init(
        for unlocking: Unlocking, cost: Argon2id, vault: VaultID, secret: EpochSecret, owner: OwnerKey,
        random: some RandomSource
    ) throws(VaultError) {
        let salt = random.bytes(Argon2id.saltByteCount)
        let id = SlotID(random: random)
        let header = DERWriter.bytes { header in
            header.sequence {
                $0.integer(1)
                $0.octetString(vault.octets)
                $0.octetString(id.octets)
                $0.integer(unlocking.slotKind.rawValue)
                $0.integer(secret.number)
                $0.sequence { parameters in
                    guard case .passphrase = unlocking else { return }
                    parameters.integer(cost.memory)
                    parameters.integer(cost.passes)
                    parameters.octetString(salt)
                }
            }
        }
        let content = SecretBytes(byteCount: 96) { output in
            secret.octets.withSpan { for index in $0.indices { output.append($0[index]) } }
            owner.key.seed.withSpan { for index in $0.indices { output.append($0[index]) } }
            owner.secret.withSpan { for index in $0.indices { output.append($0[index]) } }
        }
        let key = try Slot.key(for: unlocking, cost: cost, salt: salt, object: "slot \(id)")
        let sealed = try VaultSeal.seal(content, key: key, .slot, [header], random: random)
        slot = try Slot(
            parsing: DERWriter.bytes { slot in
                slot.sequence {
                    $0.raw(header)
                    $0.octetString(sealed)
                }
            })
        announced = EpochAnnouncement.SlotEntry(
            id: id, kind: slot.kind, digest: slot.digest,
            ownerCopy: try VaultSeal.seal(
                key, key: owner.secret, .slotKey, [vault.octets, id.octets], random: random))
    }
}
