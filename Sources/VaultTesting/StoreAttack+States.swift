// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore

extension StoreAttack {
    private static func storeMore(_ scene: AttackScene) async throws {
        for number in 0..<3 { _ = try await Samples.store(Samples.bytes(100 + number), in: scene.vault) }
        let anchor = await scene.vault.anchor
        scene.remember { $0.anchor = anchor }
    }

    /// Attacks that show another state of the vault than the newest.
    static let states: [StoreAttack] = [
        StoreAttack(
            "yesterday's vault is shown to who has an anchor", [.rolledBack],
            prepare: { scene in
                try await scene.keepCopy()
                try await storeMore(scene)
            },
            observe: { scene in _ = try await scene.open(anchor: scene.memory.anchor) },
            lie: { scene, lies in lies.other = scene.memory.copy }),
        StoreAttack(
            "yesterday's vault is shown to who has it open", [.rolledBack],
            prepare: { scene in
                try await scene.keepCopy()
                try await storeMore(scene)
            },
            observe: { scene in try await scene.vault.refresh() },
            lie: { scene, lies in lies.other = scene.memory.copy }),
        StoreAttack(
            "two devices are shown two histories", [.forked],
            prepare: { scene in
                try await scene.keepCopy()
                // Another device writes into the copy, as if the administrator had given it that one.
                guard let copy = scene.memory.copy else { return }
                let other = try await Vault.open(scene.vault.id, in: copy, unlocking: .recoveryCode(scene.code))
                for number in 0..<4 { _ = try await Samples.store(Samples.bytes(50 + number), in: other) }
                try await storeMore(scene)
            },
            observe: { scene in _ = try await scene.open(anchor: scene.memory.anchor) },
            lie: { scene, lies in lies.other = scene.memory.copy }),
        StoreAttack(
            "the newest version of a document is held back", [.rolledBack],
            prepare: { scene in
                try await scene.keepCopy()
                _ = try await Samples.store(Samples.bytes(7), correcting: scene.second, in: scene.vault)
                let anchor = await scene.vault.anchor
                scene.remember { $0.anchor = anchor }
            },
            observe: { scene in
                let vault = try await scene.open(anchor: scene.memory.anchor)
                _ = try await vault.read(scene.second.document)
            },
            lie: { scene, lies in lies.other = scene.memory.copy }),
        StoreAttack(
            "a backup from before an erasure is shown", [.rolledBack],
            prepare: { scene in
                try await scene.keepCopy()
                _ = try await scene.vault.erase(scene.large.document, reason: "theo yêu cầu", at: Samples.time)
                let anchor = await scene.vault.anchor
                scene.remember { $0.anchor = anchor }
            },
            observe: { scene in _ = try await scene.open(anchor: scene.memory.anchor) },
            lie: { scene, lies in lies.other = scene.memory.copy }),
        StoreAttack(
            "the payload of an erased document is shown again", [.resurrected, .damaged],
            prepare: { scene in
                try await scene.keepCopy()
                _ = try await scene.vault.erase(scene.large.document, reason: "theo yêu cầu", at: Samples.time)
                let copy = await scene.memory.copy?.entries(of: scene.vault.id, from: 0, limit: 100) ?? []
                scene.remember { $0.entries = copy }
            },
            lie: { scene, lies in
                let entries = scene.memory.entries
                lies.entry = { entry in
                    guard entry.payload == nil, entries.indices.contains(Int(entry.sequence)) else { return entry }
                    return entries[Int(entry.sequence)]
                }
            }),
        StoreAttack(
            "a deposit is shown again after it was taken in", [.conflict],
            prepare: { scene in
                try await deposit(scene)
                let waiting = try await scene.store.inner.deposits(of: scene.vault.id, limit: 10)
                scene.remember { $0.deposits = waiting }
                _ = try await scene.vault.absorbDeposits(at: Samples.time)
            },
            observe: { scene in
                // Nothing is taken in twice, also by who opens the vault anew; the conflict is this case's own word for it.
                let vault = try await scene.open()
                let before = try await vault.list().count
                let absorbed = try await vault.absorbDeposits(at: Samples.time)
                guard absorbed.documents.isEmpty, absorbed.quarantined.isEmpty,
                    try await vault.list().count == before
                else { throw Failure(description: "a deposit was taken in twice") }
                if try await !scene.store.deposits(of: scene.vault.id, limit: 10).isEmpty {
                    throw VaultError(.conflict, "shown again, and not taken in again")
                }
            },
            lie: { scene, lies in
                let deposits = scene.memory.deposits
                lies.deposits = { _ in deposits }
                lies.keepsDeleted = true
            }),
        StoreAttack(
            "a deposit is dropped", [.notFound],
            prepare: { try await deposit($0) },
            observe: { scene in
                let vault = try await scene.open()
                guard let receipt = scene.memory.receipt, let id = DepositID(receipt.deposit) else { return }
                if try await vault.status(of: id) == .missing {
                    throw VaultError(.notFound, object: "deposit \(id)", "somebody has a receipt for it")
                }
            },
            lie: { _, lies in lies.deposits = { _ in [] } }),
    ]

    private static func deposit(_ scene: AttackScene) async throws {
        let ticket = try await scene.vault.issueTicket(for: "H29.1-261121-0001")
        let bytes = Samples.bytes(3000)
        let receipt = try await ticket.deposit(
            MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(),
            depositor: "UBND phường Thử Nghiệm",
            in: scene.store, at: Samples.time)
        scene.remember { $0.receipt = receipt }
    }
}
