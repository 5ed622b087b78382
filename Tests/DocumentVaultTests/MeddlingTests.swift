// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Synchronization
import Testing
import VaultTesting

@testable import DocumentVault

/// Somebody else changes the vault between two calls of a command that only reads: what is whole must not be called
/// damaged, and no file may be written that does not open.
@Suite("Reading while others change the vault — docs/formats/vault-v1.md §4, §7, §11, §13")
struct MeddlingTests {
    /// What the other device does.
    enum Meddling: String, CaseIterable {
        case rotate, rotateTwice, changeSlot, erase, store, snapshot

        func run(on vault: Vault) async throws {
            switch self {
            case .rotate: try await vault.rotate(at: Samples.time)
            case .rotateTwice: for _ in 0..<2 { try await vault.rotate(at: Samples.time) }
            case .changeSlot:
                _ = try await vault.addSlot(.recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
            case .erase:
                if let first = try await vault.list().first {
                    _ = try await vault.erase(first.id, reason: "", at: Samples.time)
                }
            case .store: _ = try await Samples.store([7], in: vault)
            case .snapshot:
                _ = try await Samples.store([8], in: vault)
                try await vault.makeSnapshot(at: Samples.time)
            }
        }
    }

    /// Does something before one of its calls, or before each of several.
    final class Interrupted: StoreDecorator {
        let inner: any VaultStore
        private let count = Mutex(0)
        private let places: Range<Int>
        private let action: @Sendable () async throws -> Void

        init(_ inner: any VaultStore, at places: Range<Int>, _ action: @escaping @Sendable () async throws -> Void) {
            (self.inner, self.places, self.action) = (inner, places, action)
        }

        var calls: Int { count.withLock { $0 } }

        func before(_ call: StoreCall) async throws(VaultError) {
            let number = count.withLock { count in
                defer { count += 1 }
                return count
            }
            guard places.contains(number) else { return }
            do {
                try await action()
            } catch {
                throw VaultError(.storeFailure, "the other device failed: \(error)")
            }
        }
    }

    private static let stride = 4
    private let isThorough = ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == "1"

    private func scene() async throws -> Scene {
        let scene = try await Scene(inline: 1024)
        for size in [10, 5000, 70_000] { _ = try await Samples.store(Samples.bytes(size), in: scene.vault) }
        try await scene.vault.makeSnapshot(at: Samples.time)
        _ = try await Samples.store(Samples.bytes(20), in: scene.vault)
        return scene
    }

    /// Runs a command once for each place at which it can be interrupted.
    private func everywhere(
        _ meddling: Meddling, times: Int = 1, _ command: (Scene, any VaultStore) async throws -> Void
    ) async throws {
        let quiet = try await scene()
        let counting = Interrupted(quiet.store, at: 0..<0) {}
        try await command(quiet, counting)
        #expect(counting.calls > 0)
        let first = isThorough ? 0 : (Meddling.allCases.firstIndex(of: meddling) ?? 0) % Self.stride
        for place in Swift.stride(from: first, to: counting.calls, by: isThorough ? 1 : Self.stride) {
            let scene = try await scene()
            let other = try await scene.open()
            let store = Interrupted(scene.store, at: place..<place + times) { try await meddling.run(on: other) }
            do {
                try await command(scene, store)
            } catch {
                Issue.record("\(meddling) before call \(place): \(error)")
            }
        }
    }

    @Test(arguments: Meddling.allCases) func `opening and listing`(meddling: Meddling) async throws {
        if !isThorough {
            print("reduced: every fourth place where a reading may be interrupted; all with DOSSIER_THOROUGH=1")
        }
        for times in [1, 3] {
            try await everywhere(meddling, times: times) { scene, store in
                let vault = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
                #expect(try await vault.list().count >= 1)
            }
        }
    }

    @Test(arguments: Meddling.allCases) func `verifying`(meddling: Meddling) async throws {
        for times in [1, 3] {
            try await everywhere(meddling, times: times) { scene, store in
                let report = try await Vault.verify(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
                #expect(report.isComplete, "\(report.problems)")
            }
        }
    }

    @Test(arguments: Meddling.allCases) func `verifying a vault that is open`(meddling: Meddling) async throws {
        try await everywhere(meddling) { scene, store in
            let vault = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
            let report = try await vault.verify()
            #expect(report.isComplete, "\(report.problems)")
        }
    }

    @Test(arguments: Meddling.allCases) func `an export is whole, or not written to its end`(meddling: Meddling)
        async throws
    {
        var written = 0
        try await everywhere(meddling) { scene, store in
            let vault = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
            let (sink, code) = (ExportTests.Sink(), RecoveryCode(random: SystemRandom()))
            do {
                let anchor = try await vault.export(under: code, to: { sink.write($0) })
                let file = try ExportedVault(reading: MemorySource(sink.bytes))
                let report = try await Vault.open(file, code: code, anchor: anchor).verify(anchor: anchor)
                #expect(report.isComplete && report.freshness == .anchored, "\(report.problems)")
                written += 1
            } catch let error as VaultError where error.code == .busy {
            }
        }
        #expect(written > 1)
    }

    @Test(arguments: [Meddling.rotate, .rotateTwice, .snapshot])
    func `storing and sweeping`(meddling: Meddling) async throws {
        try await everywhere(meddling, times: 2) { scene, store in
            let vault = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
            let stored = try await Samples.store([1, 2, 3], in: vault)
            _ = try await vault.sweep(at: Samples.time)
            #expect(try await vault.read(stored.document).bytes() == [1, 2, 3])
        }
    }

    @Test func `originals are whole, or not written to their end`() async throws {
        for meddling in [Meddling.erase, .rotateTwice] {
            try await everywhere(meddling) { scene, store in
                let vault = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
                do {
                    try await vault.exportOriginals(to: { _ in }, at: Samples.time)
                } catch let error as VaultError where error.code == .busy {
                }
            }
        }
    }

    @Test func `what was erased meanwhile is said to be, not called damaged; what is missing is`() async throws {
        let scene = try await scene()
        let vault = try await scene.open()
        let documents = try await vault.list().map(\.id)
        _ = try await scene.vault.erase(documents[0], reason: "", at: Samples.time)
        await #expect(throws: VaultError(.notFound, "")) { _ = try await vault.read(documents[0]) }
        let version = try await vault.document(documents[1]).current.id
        try await scene.store.tamper(with: vault.id) { $0.keyRecords[version] = nil }
        await #expect(throws: VaultError(.damaged, "")) { _ = try await vault.read(documents[1]) }
        let report = try await vault.verify()
        #expect(report.problems == [VaultError(.damaged, "")] && report.intactVersions == 2)
    }

    @Test func `a slot that is removed while it opens the vault does not open it, and a store cannot go on for ever`()
        async throws
    {
        let scene = try await scene()
        let gone = RecoveryCode(random: SystemRandom())
        let slot = try await scene.vault.addSlot(.recoveryCode(gone), at: Samples.time)
        // Before the second call after the slots were read.
        let counting = Interrupted(scene.store, at: 0..<0) {}
        let reading = try await JournalReading(scene.vault.id, in: counting)
        _ = try await Vault.unlock(reading, with: .recoveryCode(gone))
        let store = Interrupted(scene.store, at: counting.calls..<counting.calls + 1) {
            try await scene.vault.removeSlots([slot], at: Samples.time)
        }
        await #expect(throws: VaultError(.wrongSecret, "")) {
            _ = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(gone))
        }
        let other = try await scene.open()
        let always = Interrupted(scene.store, at: 0..<10_000) { try await other.rotate(at: Samples.time) }
        do {
            _ = try await Vault.open(scene.vault.id, in: always, unlocking: .recoveryCode(scene.code))
        } catch {
            #expect(error.code == .damaged || error.code == .busy)
        }
        #expect(always.calls < 1000)
    }
}
