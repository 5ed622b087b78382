// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultSQLite
import VaultTesting

@testable import DocumentVault

/// Who had a passphrase or code once, and kept the store of that time, opens nothing of later epochs.
@Suite("Owner's slots and those who had one — docs/formats/vault-v1.md §5")
struct FormerSlotTests {
    /// What somebody has who opened a slot once.
    private struct Former {
        let owner: OwnerKey
        /// Keys of other slots, from the owner's copies in the entries that could be read then.
        var keys: [SlotOpener]

        init(_ vault: Vault) async throws {
            owner = try #require(await vault.owner)
            keys = [
                .key(SharedSecret(owner.secret.copy())), .key(SharedSecret(owner.key.seed.copy())),
            ]
            let last = try #require(await vault.state.head).sequence
            for sequence in 1...last {
                let announcement: EpochAnnouncement
                switch try await vault.event(at: sequence).event {
                case .epoch(let found), .rotating(let found): announcement = found
                default: continue
                }
                for slot in announcement.slots {
                    guard let copy = slot.ownerCopy else { continue }
                    let fields = [vault.id.octets, slot.id.octets]
                    let key = try VaultSeal.openSecret(copy, key: owner.secret, .slotKey, fields, object: "")
                    keys.append(.key(SharedSecret(key)))
                }
            }
        }

        /// The slots in a store that it opens.
        func opens(_ vault: VaultID, in store: any VaultStore) async throws -> [SlotID] {
            try await store.slots(of: vault).map { try Slot(parsing: $0) }.filter { slot in
                keys.contains { key in
                    (try? slot.open(with: key, ownerKey: owner.key.verificationKey)) ?? nil != nil
                }
            }.map(\.id)
        }
    }

    @Test func `a changed passphrase gives away no other slot of the vault`() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteVaultStore(path: folder.path + "/store", creating: true)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(
            name: "kho", in: store, unlocking: [.passphrase("cũ"), .recoveryCode(code)], at: Samples.time)
        let former = try await Former(vault)
        #expect(former.keys.count == 2, "no entry holds the key of a slot")
        #expect(await vault.slots().allSatisfy { !$0.isKnownToFormer })
        let old = try #require(await vault.slots().first { $0.kind == .passphrase }).id
        _ = try await vault.changeSlot(old, to: .passphrase("mới"), at: Samples.time)
        #expect(try await former.opens(vault.id, in: store).isEmpty)
        for secret in [Unlocking.passphrase("mới"), .recoveryCode(code)] {
            #expect(try await Vault.open(vault.id, in: store, unlocking: secret).verify().isComplete)
        }
        await #expect(throws: VaultError(.wrongSecret, "")) {
            _ = try await Vault.open(vault.id, in: store, unlocking: .passphrase("cũ"))
        }
    }

    @Test func `slots of version 1 open as before, are told apart, and end when they are changed`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        try FileManager.default.copyItem(
            atPath: GoldenVaultTests.golden.appending(path: "v1-2026-11").path(), toPath: path)
        let anchor = try #require(Anchor(try String(contentsOfFile: path + "/anchor.txt", encoding: .utf8)))
        let code = try RecoveryCode(try String(contentsOfFile: path + "/recovery-code.txt", encoding: .utf8))
        let store = try SQLiteVaultStore(path: path)
        let passphrase = Unlocking.passphrase(GoldenVaultTests.passphrase)
        let vault = try await Vault.open(anchor.vault, in: store, unlocking: passphrase)
        let former = try await Former(vault)
        #expect(former.keys.count == 4)
        // A new epoch does not shut out who has them, and the vault says so.
        try await vault.rotate(at: Samples.time)
        #expect(try await former.opens(vault.id, in: store).count == 2)
        #expect(await vault.slots().allSatisfy(\.isKnownToFormer))
        for secret in [passphrase, .recoveryCode(code)] {
            #expect(try await Vault.open(vault.id, in: store, unlocking: secret).verify().isComplete)
        }
        let (own, new) = (await vault.slots(), RecoveryCode(random: SystemRandom()))
        for slot in own {
            _ = try await vault.changeSlot(
                slot.id, to: slot.kind == .passphrase ? .passphrase("mới") : .recoveryCode(new), at: Samples.time)
        }
        #expect(try await former.opens(vault.id, in: store).isEmpty)
        #expect(await vault.slots().allSatisfy { !$0.isKnownToFormer })
        for secret in [Unlocking.passphrase("mới"), .recoveryCode(new)] {
            #expect(try await Vault.open(vault.id, in: store, unlocking: secret).verify().isComplete)
        }
    }

    @Test func `an owner's slot that the owner did not sign is damaged, and the genuine one opens`() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteVaultStore(path: folder.path + "/store", creating: true)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        let (genuine, owner) = (
            try #require(try await store.slots(of: vault.id).first), try #require(await vault.owner)
        )
        let slot = try Slot(parsing: genuine)
        // Sealed by the store to the public key that stands in the slot, with an epoch's secret of its own.
        let stranger = OwnerKey(try VaultSigningKey(random: SystemRandom()), secret: SystemRandom().secret(32))
        let forged = try NewSlot(
            renewing: slot, announced: await vault.state.core.epoch.slots[0], vault: vault.id,
            secret: EpochSecret(number: 1, octets: SystemRandom().secret(32)), owner: stranger, random: SystemRandom())
        let key = owner.key.verificationKey
        #expect(throws: VaultError(.damaged, "")) { try forged.slot.open(with: .recoveryCode(code), ownerKey: key) }
        #expect(try slot.open(with: .recoveryCode(code), ownerKey: key) != nil)
        // Another code is another code, not damage.
        let other = Unlocking.recoveryCode(RecoveryCode(random: SystemRandom()))
        #expect(try slot.open(with: other, ownerKey: key) == nil)
    }
}
