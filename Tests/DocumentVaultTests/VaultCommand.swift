// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

/// One thing that can be done with a vault, with what must hold when it was done.
struct VaultCommand: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// With what the vault is opened; `nil` is the owner's code.
    var secret: (@Sendable (CommandOrigin) -> Unlocking)?
    /// Does it; what was done before a failure must not stand in the way of doing it again.
    let run: @Sendable (Vault, CommandOrigin, _ operation: OperationID) async throws -> Void
    /// Errors by which a repeated call says that it was done already.
    var doneAlready: Set<VaultError.Code> = []
    /// Documents that may be gone once it was tried.
    var erases: @Sendable (CommandOrigin) -> Set<DocumentID> = { _ in [] }
    /// Contents of documents that may be there once it was tried.
    var brings: [[UInt8]] = []
    /// Looks whether it was done.
    var check: @Sendable (Vault, CommandOrigin) async throws -> Void = { _, _ in }

    static let new = Samples.bytes(1234)
    static let newLarge = Samples.bytes(12_345)

    private static func store(_ bytes: [UInt8], _ name: String) -> VaultCommand {
        VaultCommand(
            testDescription: name,
            run: { vault, _, operation in _ = try await Samples.store(bytes, operation: operation, in: vault) },
            brings: [bytes],
            check: { vault, _ in
                let sha256 = try Digest32(of: bytes)
                #expect(try await vault.documents(withDigest: sha256).count == 1, "\(name): once")
            })
    }

    static let storing: [VaultCommand] = [
        store(new, "store small"), store(newLarge, "store large"),
        VaultCommand(
            testDescription: "store by a device",
            secret: { .device($0.device) },
            run: { vault, _, operation in _ = try await Samples.store(newLarge, operation: operation, in: vault) },
            brings: [newLarge]),
        VaultCommand(
            testDescription: "store several",
            run: { vault, _, _ in
                let uploads = try [new, newLarge].map {
                    DocumentUpload(
                        MemorySource($0), metadata: Samples.metadata(),
                        provenance: .selfDeclared(try Digest32(of: $0)))
                }
                _ = try await vault.store(uploads, at: Samples.time)
            },
            brings: [new, newLarge]),
        VaultCommand(
            testDescription: "correct",
            run: { vault, origin, operation in
                _ = try await Samples.store(newLarge, correcting: origin.small, operation: operation, in: vault)
            },
            brings: [newLarge],
            check: { vault, origin in
                let (record, bytes) = (
                    try await vault.document(origin.small.document), try await vault.read(origin.small.document).bytes()
                )
                #expect(record.versions.count == 2 && bytes == newLarge)
            }),
        VaultCommand(
            testDescription: "declare",
            run: { vault, origin, operation in
                try await vault.declare(
                    .withdrawn, of: origin.small.document, reason: "", operation: operation, at: Samples.time)
            },
            check: { vault, origin in
                let status = try await vault.document(origin.small.document).declaredStatus
                #expect(status == .withdrawn)
            }),
        VaultCommand(
            testDescription: "read, list and export originals",
            run: { vault, origin, _ in
                try await vault.refresh()
                _ = try await vault.list()
                _ = try await vault.read(origin.large.document).bytes()
                let written = Written()
                try await vault.exportOriginals(to: { written.append($0) }, at: Samples.time)
            }),
        VaultCommand(
            testDescription: "open and verify",
            run: { vault, origin, _ in
                _ = try await Vault.open(origin.vault, in: vault.store, unlocking: .recoveryCode(origin.code)).list()
                let report = try await Vault.verify(
                    origin.vault, in: vault.store, unlocking: .recoveryCode(origin.code))
                if let problem = report.problems.first { throw problem }
            }),
        VaultCommand(
            testDescription: "export",
            run: { vault, origin, _ in
                let written = Written()
                _ = try await vault.export(under: origin.exportCode, to: { written.append($0) })
            }),
    ]

    static let erasing: [VaultCommand] = [
        VaultCommand(
            testDescription: "erase",
            run: { vault, origin, operation in
                _ = try await vault.erase(
                    origin.large.document, reason: "", operation: operation, at: Samples.time)
            },
            erases: { [$0.large.document] },
            check: { vault, origin in
                let ids = try await vault.list().map(\.id)
                #expect(!ids.contains(origin.large.document))
                _ = try await vault.sweep(at: Samples.time)
            }),
        VaultCommand(
            testDescription: "hold",
            run: { vault, origin, _ in
                try await vault.hold(origin.small.document, ground: "g", decidedBy: "d", at: Samples.time)
            },
            check: { vault, origin in
                let hold = try await vault.document(origin.small.document).hold
                #expect(hold != nil)
            }),
        VaultCommand(
            testDescription: "lift a hold",
            run: { vault, origin, _ in try await vault.liftHold(on: origin.held.document, at: Samples.time) },
            check: { vault, origin in
                let hold = try await vault.document(origin.held.document).hold
                #expect(hold == nil)
            }),
        VaultCommand(
            testDescription: "sweep",
            run: { vault, _, _ in _ = try await vault.sweep(at: Samples.time) }),
        VaultCommand(
            testDescription: "snapshot",
            run: { vault, _, _ in try await vault.makeSnapshot(at: Samples.time) }),
        VaultCommand(
            testDescription: "deposit",
            run: { vault, origin, _ in
                _ = try await origin.ticket.deposit(
                    MemorySource(newLarge), sha256: Digest32(of: newLarge), metadata: Samples.metadata(),
                    depositor: "UBND phường Thử Nghiệm", in: vault.store, at: Samples.time)
            },
            doneAlready: [.alreadyExists],
            brings: [newLarge, Samples.bytes(5000)],
            check: { vault, origin in
                // The one that waited and this one, whatever was repeated.
                _ = try await vault.absorbDeposits(at: Samples.time)
                let documents = try await vault.list().filter { origin.documents[$0.id] == nil }
                #expect(documents.count == 2)
            }),
        VaultCommand(
            testDescription: "absorb",
            run: { vault, _, _ in _ = try await vault.absorbDeposits(at: Samples.time) },
            brings: [Samples.bytes(5000)],
            check: { vault, _ in
                _ = try await vault.absorbDeposits(at: Samples.time)
                #expect(try await vault.documents(withDigest: Digest32(of: Samples.bytes(5000))).count == 1)
                #expect(try await vault.absorbDeposits(at: Samples.time).documents.isEmpty)
            }),
    ]

    static let keys: [VaultCommand] = [
        VaultCommand(
            testDescription: "rotate",
            run: { vault, _, _ in try await vault.rotate(at: Samples.time) },
            check: { vault, _ in #expect(await !vault.isRotating) }),
        VaultCommand(
            testDescription: "add a slot",
            run: { vault, origin, _ in
                _ = try await vault.addSlot(.recoveryCode(origin.exportCode), label: "két", at: Samples.time)
            },
            check: { vault, origin in
                _ = try await Vault.open(
                    origin.vault, in: vault.store, unlocking: .recoveryCode(origin.exportCode))
            }),
        VaultCommand(
            testDescription: "remove a slot",
            run: { vault, origin, _ in try await vault.removeSlots([origin.secondSlot], at: Samples.time) },
            doneAlready: [.notFound],
            check: { vault, origin in
                await #expect(throws: VaultError(.wrongSecret, "")) {
                    _ = try await Vault.open(origin.vault, in: vault.store, unlocking: .recoveryCode(origin.second))
                }
            }),
        VaultCommand(
            testDescription: "change a slot",
            run: { vault, origin, _ in
                _ = try await vault.changeSlot(
                    origin.secondSlot, to: .recoveryCode(origin.exportCode), at: Samples.time)
            },
            doneAlready: [.notFound],
            check: { vault, origin in
                _ = try await Vault.open(
                    origin.vault, in: vault.store, unlocking: .recoveryCode(origin.exportCode))
                await #expect(throws: VaultError(.wrongSecret, "")) {
                    _ = try await Vault.open(origin.vault, in: vault.store, unlocking: .recoveryCode(origin.second))
                }
            }),
        VaultCommand(
            testDescription: "enrol a writer",
            run: { vault, origin, _ in
                _ = try await vault.enrol(origin.newDevice.card, as: .device, at: Samples.time)
            },
            doneAlready: [.alreadyExists],
            check: { vault, origin in
                let device = try await Vault.open(
                    origin.vault, in: vault.store, unlocking: .device(origin.newDevice))
                _ = try await Samples.store([1], in: device)
                try await vault.refresh()
            }),
        VaultCommand(
            testDescription: "enrol a delegate",
            run: { vault, origin, _ in
                _ = try await vault.enrol(origin.newDevice.card, as: .delegate, writing: [], at: Samples.time)
            },
            doneAlready: [.alreadyExists],
            check: { vault, origin in
                let delegate = try await Vault.open(
                    origin.vault, in: vault.store, unlocking: .device(origin.newDevice))
                #expect(try await delegate.list().count >= 3)
            }),
        VaultCommand(
            testDescription: "remove a writer",
            run: { vault, origin, _ in try await vault.removeSlots([origin.deviceSlot], at: Samples.time) },
            doneAlready: [.notFound],
            check: { vault, origin in
                await #expect(throws: VaultError(.wrongSecret, "")) {
                    _ = try await Vault.open(origin.vault, in: vault.store, unlocking: .device(origin.device))
                }
                #expect(await vault.writers().isEmpty)
            }),
    ]
}
