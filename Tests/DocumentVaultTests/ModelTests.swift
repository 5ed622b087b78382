// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultTesting

@testable import DocumentVault

/// Several devices do at random what a vault can, and a plain model says what must come out.
///
/// 300 operations in three vaults by default, 100,000 in 50 vaults with `DOSSIER_THOROUGH=1`.
@Suite("Random operations against a model")
struct ModelTests {
    private struct Model {
        struct Document {
            var versions: [[UInt8]]
            var reference: DocumentReference
            var status = DeclaredStatus.active
            var isHeld = false
        }
        var documents: [DocumentID: Document] = [:]
        var order: [DocumentID] = []
    }

    private static let isThorough = ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == "1"

    @Test(arguments: isThorough ? Array(1...50) : [1, 2, 3] as [UInt64])
    func `what several devices do comes out as the model says`(seed: UInt64) async throws {
        let isThorough = Self.isThorough
        if !isThorough { print("reduced: 100 operations of 2,000 per vault; all with DOSSIER_THOROUGH=1") }
        var random = SeededGenerator(seed: seed)
        let scene = try await Scene(inline: 2000)
        let key = try DeviceKey(random: SystemRandom())
        _ = try await scene.vault.enrol(key.card, as: .device, at: Samples.time)
        var devices = [scene.vault, try await scene.open(), try await scene.open(.device(key))]
        var model = Model()
        for step in 0..<(isThorough ? 2000 : 100) {
            let index = Int.random(in: 0..<devices.count, using: &random)
            let device = devices[index]
            let isOwner = index < 2
            let chosen = model.order.randomElement(using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<7:
                let bytes = Samples.bytes(Int.random(in: 0..<4000, using: &random))
                let reference = try await Samples.store(bytes, in: device)
                model.documents[reference.document] = .init(versions: [bytes], reference: reference)
                model.order.append(reference.document)
            case 7..<10:
                guard let chosen, let known = model.documents[chosen] else { continue }
                let bytes = Samples.bytes(Int.random(in: 0..<4000, using: &random))
                let reference = try await Samples.store(bytes, correcting: known.reference, in: device)
                model.documents[chosen]?.versions.append(bytes)
                model.documents[chosen]?.reference = reference
            case 10..<12:
                guard let chosen, let status = DeclaredStatus.allCases.randomElement(using: &random) else { continue }
                try await device.refresh()
                try await device.declare(status, of: chosen, reason: "r", at: Samples.time)
                model.documents[chosen]?.status = status
            case 12:
                guard isOwner, let chosen, let known = model.documents[chosen] else { continue }
                try await device.refresh()
                if known.isHeld {
                    try await device.liftHold(on: chosen, at: Samples.time)
                } else {
                    try await device.hold(chosen, ground: "g", decidedBy: "d", at: Samples.time)
                }
                model.documents[chosen]?.isHeld.toggle()
            case 13..<15:
                guard isOwner, let chosen, let known = model.documents[chosen] else { continue }
                try await device.refresh()
                if known.isHeld {
                    await #expect(throws: VaultError(.held, "")) {
                        _ = try await device.erase(chosen, reason: "", at: Samples.time)
                    }
                } else {
                    _ = try await device.erase(chosen, reason: "", at: Samples.time)
                    model.documents[chosen] = nil
                    model.order.removeAll { $0 == chosen }
                }
            case 15: if isOwner { try await device.rotate(at: Samples.time) }
            case 16: if isOwner { try await device.makeSnapshot(at: Samples.time) }
            case 17: _ = try await device.sweep(at: Samples.time)
            case 18:
                devices[index] = try await scene.open(isOwner ? nil : .device(key), anchor: await scene.vault.anchor)
            default:
                guard let chosen, let known = model.documents[chosen], let bytes = known.versions.last else { continue }
                try await device.refresh()
                #expect(try await device.read(chosen).bytes() == bytes, "step \(step)")
            }
            if step % (isThorough ? 199 : 33) == 0 {
                try await expectSame(model, try await scene.open(), "step \(step)")
            }
        }
        for device in devices {
            try await device.refresh()
            try await expectSame(model, device, "at the end")
        }
        let report = try await scene.open().verify(anchor: await scene.vault.anchor)
        #expect(report.isComplete, "\(report.problems)")
        #expect(report.freshness == .anchored)
    }

    private func expectSame(_ model: Model, _ vault: Vault, _ place: String) async throws {
        let records = try await vault.list()
        #expect(records.map(\.id) == model.order, "\(place)")
        for record in records {
            let known = try #require(model.documents[record.id])
            #expect(record.versions.map(\.size) == known.versions.map { Int64($0.count) }, "\(place)")
            #expect(record.declaredStatus == known.status && (record.hold != nil) == known.isHeld, "\(place)")
        }
        #expect(await vault.documentCount == model.order.count, "\(place)")
        let octets = records.flatMap(\.versions).reduce(0) { $0 + $1.paddedSize }
        #expect(await vault.storedOctets == octets, "\(place)")
    }
}
