// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Synchronization
import VaultSQLite
import VaultTesting

/// How a golden vault of this version is filled.
extension GoldenVaultTests {
    /// Fills a vault with every kind of entry and object of format version 1; kept as ``fill(_:)`` is.
    static func fillEveryKind(_ vault: Vault, _ store: any VaultStore) async throws {
        try await fill(vault)
        var metadata = Samples.metadata(name: "lưu vĩnh viễn")
        metadata.retention = .permanent
        _ = try await Samples.store(Samples.bytes(70_000), as: metadata, in: vault)
        let (device, delegate) = (try DeviceKey(random: SystemRandom()), try DeviceKey(random: SystemRandom()))
        let removed = try DeviceKey(random: SystemRandom())
        _ = try await vault.enrol(device.card, as: .device, label: "điện thoại", at: Samples.time)
        _ = try await vault.enrol(delegate.card, as: .delegate, writing: [], label: "người thân", at: Samples.time)
        let slot = try await vault.enrol(removed.card, as: .session, label: "phiên", at: Samples.time).slot
        let writer = try await Vault.open(vault.id, in: store, unlocking: .device(device))
        for size in 0..<3 { _ = try await Samples.store(Samples.bytes(size), in: writer) }
        try await vault.refresh()
        let records = try await vault.list()
        try await vault.hold(records[1].id, ground: "QĐ 1", decidedBy: "Tòa án thử nghiệm", at: Samples.time)
        try await vault.hold(records[2].id, ground: "QĐ 2", decidedBy: "Tòa án thử nghiệm", at: Samples.time)
        try await vault.liftHold(on: records[2].id, at: Samples.time)
        _ = try await vault.erase(records[0].id, reason: "yêu cầu", at: Samples.time)
        func deposit(_ size: Int) async throws {
            _ = try await vault.issueTicket(for: "H29.1-0001").deposit(
                MemorySource(Samples.bytes(size)), sha256: Digest32(of: Samples.bytes(size)),
                metadata: Samples.metadata(), depositor: "UBND phường Thử Nghiệm", in: store, at: Samples.time)
        }
        try await deposit(66_000)
        _ = try await vault.absorbDeposits(at: Samples.time)
        try await store.putDeposit(
            StoredDeposit(id: DepositID(random: SystemRandom()), record: [1, 2, 3]), of: vault.id)
        _ = try await vault.absorbDeposits(at: Samples.time)
        try await store.putContent(
            ContentID(random: SystemRandom()), of: vault.id, size: 70_000, from: ZeroStream(70_000))
        try await fillPacks(vault)
        _ = try await vault.sweep(at: Samples.time)
        try await vault.rotate(removing: [slot], at: Samples.time)
        try await vault.makeSnapshot(at: Samples.time)
        try await deposit(20)
    }

    /// A pack with a gap, one of which a single document is left, and one that is gone again.
    private static func fillPacks(_ vault: Vault) async throws {
        func store(_ sizes: [Int]) async throws -> [DocumentReference] {
            try await vault.store(sizes.count, at: Samples.time) { place in
                let metadata = Samples.metadata(name: "trong gói \(sizes[place])")
                return DocumentUpload(selfDeclared: MemorySource(Samples.bytes(sizes[place])), metadata: metadata)
            }
        }
        let many = try await store([0, 1, 1024, 1025, 5000, 20_000, 16_384 - 16, 60_000])
        _ = try await vault.erase(many[3].document, reason: "yêu cầu", at: Samples.time)
        _ = try await Samples.store(Samples.bytes(77), correcting: many[1], in: vault)
        for reference in try await store([2000, 3000]).prefix(1) {
            _ = try await vault.erase(reference.document, reason: "yêu cầu", at: Samples.time)
        }
        for reference in try await store([500, 600]) {
            _ = try await vault.erase(reference.document, reason: "yêu cầu", at: Samples.time)
        }
    }

    /// Packs what a store would put into its database.
    struct PackingStore: StoreDecorator {
        let inner: any VaultStore

        var capabilities: VaultStoreCapabilities {
            var capabilities = inner.capabilities
            capabilities.leastPack = 1
            return capabilities
        }
    }
}

/// Zero octets as a content.
final class ZeroStream: ContentStream {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func next() -> [UInt8]? {
        left.withLock { left in
            guard left > 0 else { return nil }
            defer { left = 0 }
            return [UInt8](repeating: 0, count: left)
        }
    }
}
