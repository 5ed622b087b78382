// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
import DocumentVault
import DossierCore

extension StoreAttack {
    /// Attacks on slots, and on those who had one.
    static let slots: [StoreAttack] = [
        StoreAttack("a bit of a slot is flipped", [.damaged, .wrongSecret]) { _, lies in
            lies.slots = { slots in
                slots.map { slot in
                    var slot = slot
                    slot[slot.count - 3] ^= 1
                    return slot
                }
            }
        },
        StoreAttack("all slots are hidden", [.wrongSecret, .damaged]) { _, lies in lies.slots = { _ in [] } },
        StoreAttack("a slot is given twice") { _, lies in lies.slots = { $0 + $0.prefix(1) } },
        StoreAttack("a thousand slots are given") { _, lies in
            lies.slots = { slots in (0..<1000).flatMap { _ in slots } }
        },
        StoreAttack(
            "a slot of another vault, with the same code, is given",
            prepare: { scene in
                let other = InMemoryVaultStore()
                let foreign = try await Vault.create(
                    name: "khác", in: other, unlocking: [.recoveryCode(scene.code)], at: Samples.time)
                let slots = await other.slots(of: foreign.id)
                scene.remember { $0.slots = slots }
            },
            lie: { scene, lies in
                let slots = scene.memory.slots
                lies.slots = { _ in slots }
            }),
        StoreAttack(
            "a removed slot is given again", [.damaged],
            prepare: { scene in
                try await scene.keepCopy()
                try await scene.vault.rotate(at: Samples.time)
            },
            observe: { scene in _ = try await scene.open() },
            lie: { scene, lies in
                let slots = scene.memory.slots
                lies.slots = { _ in slots }
            }),
        StoreAttack(
            "a device's slot is forged without the owner's signature",
            observe: { scene in _ = try await scene.open(.device(scene.device)) },
            lie: { _, lies in
                lies.slots = { slots in
                    slots.map { slot in
                        // The last octets of a public-key slot are its signature.
                        var slot = slot
                        slot[slot.count - 1] ^= 1
                        return slot
                    }
                }
            }),
        StoreAttack("a payload is said to be of a later epoch") { _, lies in
            lies.entry = { entry in
                var entry = entry
                if entry.sequence == 7, let payload = entry.payload { entry.payload = reEpoched(payload) }
                return entry
            }
        },
        StoreAttack(
            "the cost of a passphrase is lowered", [.refusedCost, .damaged],
            prepare: { scene in
                _ = try await scene.vault.addSlot(.passphrase("mật khẩu thử"), at: Samples.time)
            },
            observe: { scene in _ = try await scene.open(.passphrase("mật khẩu thử")) },
            lie: { _, lies in lies.slots = { $0.map { recosted($0, memory: 8, passes: 1) } } }),
        StoreAttack(
            "a passphrase is to cost a terabyte", [.refusedCost, .damaged],
            prepare: { scene in
                _ = try await scene.vault.addSlot(.passphrase("mật khẩu thử"), at: Samples.time)
            },
            observe: { scene in _ = try await scene.open(.passphrase("mật khẩu thử")) },
            lie: { _, lies in lies.slots = { $0.map { recosted($0, memory: 1 << 30, passes: 1000) } } }),
    ]

    /// A payload that claims the next epoch.
    private static func reEpoched(_ payload: [UInt8]) -> [UInt8] {
        guard var reader = try? DERElement(parsing: payload).reader(.sequence),
            let epoch = try? reader.next().integer(),
            let sealed = try? reader.next().octetString()
        else { return payload }
        return DERWriter.bytes { writer in
            writer.sequence {
                $0.integer(epoch + 1)
                $0.octetString(sealed)
            }
        }
    }

    /// A passphrase slot with another cost; other slots as they are.
    private static func recosted(_ slot: [UInt8], memory: Int64, passes: Int64) -> [UInt8] {
        guard let parts = try? DERElement(parsing: slot).elements(), parts.count == 3,
            let header = try? parts[0].elements(), header.count == 6, (try? header[3].integer()) == 1,
            let parameters = try? header[5].elements(), parameters.count == 4
        else { return slot }
        return DERWriter.bytes { writer in
            writer.sequence {
                $0.sequence { inner in
                    for element in header[..<5] { inner.raw(element.bytes) }
                    inner.sequence {
                        $0.integer(memory)
                        $0.integer(passes)
                        for element in parameters[2...] { $0.raw(element.bytes) }
                    }
                }
                for element in parts[1...] { $0.raw(element.bytes) }
            }
        }
    }
}
