// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Synchronization

/// A vault with something of everything, in a store that may begin to lie.
final class AttackScene: Sendable {
    static let secrets = ["tên bí mật", "lý do bí mật", "cơ quan bí mật"]

    let store: EvilStore
    let code = RecoveryCode(random: SystemRandom())
    let device: DeviceKey
    let vault: Vault
    /// A small document, a large one, and one with two versions.
    let small, large, first, second: DocumentReference
    private let remembered = Mutex(Memory())

    struct Memory: Sendable {
        var anchor: Anchor?
        var copy: InMemoryVaultStore?
        var slots: [[UInt8]] = []
        var receipt: DepositReceipt?
        var deposits: [StoredDeposit] = []
        var entries: [StoredEntry] = []
    }

    var memory: Memory { remembered.withLock { $0 } }

    func remember(_ body: (inout Memory) -> Void) { remembered.withLock { body(&$0) } }

    init(in inner: any VaultStore) async throws {
        store = EvilStore(inner)
        device = try DeviceKey(random: SystemRandom())
        vault = try await Vault.create(
            name: Self.secrets[0], in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        small = try await Samples.store(Samples.bytes(600), as: Samples.metadata(name: Self.secrets[0]), in: vault)
        large = try await Samples.store(Samples.bytes(200_000), in: vault)
        first = try await Samples.store(Samples.bytes(40_000), in: vault)
        second = try await Samples.store(Samples.bytes(40_001), correcting: first, in: vault)
        _ = try await vault.enrol(device.card, as: .device, label: Self.secrets[2], at: Samples.time)
        try await vault.declare(.withdrawn, of: small.document, reason: Self.secrets[1], at: Samples.time)
        let anchor = await vault.anchor
        remembered.withLock { $0.anchor = anchor }
    }

    /// Keeps a copy of everything as it is now.
    func keepCopy() async throws {
        let versions = try await vault.list().flatMap(\.versions).map(\.id)
        let copy = try await InMemoryVaultStore.copy(of: vault.id, in: store.inner, versions: versions)
        let (anchor, slots) = (await vault.anchor, try await store.inner.slots(of: vault.id))
        remember {
            $0.copy = copy
            $0.anchor = anchor
            $0.slots = slots
        }
    }

    func open(_ secret: Unlocking? = nil, anchor: Anchor? = nil) async throws -> Vault {
        try await Vault.open(vault.id, in: store, unlocking: secret ?? .recoveryCode(code), anchor: anchor)
    }

    /// Opens the vault and reads everything; the first thing that does not hold is thrown.
    func openAndVerify() async throws {
        let report = try await Vault.verify(vault.id, in: store, unlocking: .recoveryCode(code))
        if let problem = report.problems.first { throw problem }
        _ = try await open().list()
    }

    /// The content of a version, from its size: sizes are what a store knows.
    static func isLarge(_ bytes: [UInt8]) -> Bool { bytes.count > 150_000 }
}
