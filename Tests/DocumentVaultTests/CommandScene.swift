// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// A vault with something of everything, of which as many copies can be made as a command can fail in ways.
struct CommandOrigin: Sendable {
    let objects: InMemoryVaultStore.Objects
    let vault: VaultID
    let code, second: RecoveryCode
    let device, newDevice: DeviceKey
    let secondSlot, deviceSlot: SlotID
    let small, large, held: DocumentReference
    let ticket: DepositTicket
    let export: [UInt8]
    let exportCode: RecoveryCode
    /// What was acknowledged.
    let documents: [DocumentID: [UInt8]]
    let anchor: Anchor

    static let inline = 4000

    /// - Parameter more: Further small documents; 32 more entries make the next change come with a snapshot.
    init(more: Int = 0) async throws {
        let store = InMemoryVaultStore(inlineContentLimit: Self.inline)
        code = RecoveryCode(random: SystemRandom())
        second = RecoveryCode(random: SystemRandom())
        let owner = try await Vault.create(
            name: "kho thử nghiệm", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        vault = owner.id
        secondSlot = try await owner.addSlot(.recoveryCode(second), at: Samples.time)
        device = try DeviceKey(random: SystemRandom())
        newDevice = try DeviceKey(random: SystemRandom())
        deviceSlot = try await owner.enrol(device.card, as: .device, at: Samples.time).slot
        small = try await Samples.store(Samples.bytes(600), in: owner)
        large = try await Samples.store(Samples.bytes(9000), in: owner)
        held = try await Samples.store(Samples.bytes(3), in: owner)
        try await owner.hold(held.document, ground: "QĐ 1", decidedBy: "Tòa án thử nghiệm", at: Samples.time)
        var documents = [
            small.document: Samples.bytes(600), large.document: Samples.bytes(9000), held.document: Samples.bytes(3),
        ]
        if more > 0 {
            let uploads = try (0..<more).map { number in
                let bytes = Samples.bytes(number % 50)
                return DocumentUpload(
                    MemorySource(bytes), metadata: Samples.metadata(),
                    provenance: .selfDeclared(try Digest32(of: bytes)))
            }
            for (number, reference) in try await owner.store(uploads, at: Samples.time).enumerated() {
                documents[reference.document] = Samples.bytes(number % 50)
            }
        }
        exportCode = RecoveryCode(random: SystemRandom())
        let written = Written()
        _ = try await owner.export(under: exportCode, to: { written.append($0) })
        export = written.bytes
        // One deposit waits, and a content that nothing names.
        let waiting = try await owner.issueTicket(for: "H29.1-0001")
        _ = try await waiting.deposit(
            MemorySource(Samples.bytes(5000)), sha256: Digest32(of: Samples.bytes(5000)), metadata: Samples.metadata(),
            depositor: "UBND phường Thử Nghiệm", in: store, at: Samples.time)
        ticket = try await owner.issueTicket(for: "H29.1-0002")
        try await store.putContent(
            ContentID(random: SystemRandom()), of: owner.id, size: 5, from: OctetStream([1, 2, 3, 4, 5]))
        self.documents = documents
        anchor = try #require(await owner.anchor)
        objects = try await store.tamper(with: owner.id) { $0 }
    }
}

/// One copy of the vault in a store that may fail.
struct CommandScene: Sendable {
    let origin: CommandOrigin
    let store: InMemoryVaultStore
    let failing: FailingStore
    let vault: Vault

    init(_ origin: CommandOrigin, opening secret: Unlocking? = nil) async throws {
        self.origin = origin
        store = InMemoryVaultStore(inlineContentLimit: CommandOrigin.inline)
        await store.put(origin.objects, for: origin.vault)
        failing = FailingStore(store)
        vault = try await Vault.open(
            origin.vault, in: failing, unlocking: secret ?? .recoveryCode(origin.code), anchor: origin.anchor)
    }

    /// Another device of the owner, over the honest store.
    func reopened() async throws -> Vault {
        try await Vault.open(
            origin.vault, in: store, unlocking: .recoveryCode(origin.code), anchor: origin.anchor)
    }
}

/// Collects what an export writes.
final class Written: @unchecked Sendable {
    private(set) var bytes: [UInt8] = []

    func append(_ piece: [UInt8]) { bytes += piece }
}

/// Octets as a content.
final class OctetStream: ContentStream, @unchecked Sendable {
    private var rest: [UInt8]?

    init(_ bytes: [UInt8]) { rest = bytes }

    func next() -> [UInt8]? {
        defer { rest = nil }
        return rest
    }
}
