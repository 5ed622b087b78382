// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Testing
import VaultTesting

@testable import DocumentVault

/// A store that fails at every single call of every command in turn: before the call takes place or after it, once or for
/// good. What was acknowledged is there, nothing is half there, and the command can be repeated.
@Suite("Every operation of every command fails — contract of VaultStore")
struct EveryOperationTests {
    struct Way: Sendable {
        let side: FailingStore.Side
        let stays: Bool
    }

    private static let ways = FailingStore.Side.allCases.flatMap { side in
        [Way(side: side, stays: true), Way(side: side, stays: false)]
    }

    @Test(arguments: VaultCommand.storing + VaultCommand.erasing + VaultCommand.keys)
    func `nothing acknowledged is lost, nothing half is seen, and the retry succeeds`(command: VaultCommand)
        async throws
    {
        let origin = try await CommandOrigin()
        let failures = try await Self.fail(command, origin, step: 1)
        print("failing store: \(command.testDescription): \(failures) failures")
        #expect(failures >= 4)
    }

    @Test func `the same when a change brings a snapshot with it`() async throws {
        // 25 entries more: the next change finds that a snapshot is due.
        let origin = try await CommandOrigin(more: 21)
        var failures = 0
        for command in [VaultCommand.storing[0], VaultCommand.erasing[0], VaultCommand.keys[0]] {
            failures += try await Self.fail(command, origin, step: 1)
        }
        print("failing store: with snapshots: \(failures) failures")
        #expect(failures >= 40)
    }

    @Test func `a rotation of many steps goes on wherever it was stopped`() async throws {
        let isThorough = ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == "1"
        let origin = try await CommandOrigin(more: isThorough ? 1100 : 520)
        var failures = 0
        for command in [VaultCommand.keys[0], VaultCommand.keys[2]] {
            failures += try await Self.fail(command, origin, step: isThorough ? 1 : 31)
        }
        if !isThorough { print("reduced: every 31st point of a smaller rotation; all with DOSSIER_THOROUGH=1") }
        print("failing store: rotation of \(origin.documents.count) documents: \(failures) failures")
        #expect(failures >= (isThorough ? 100 : 8))
    }

    @Test func `a vault that is made in a failing store is there whole or not at all`() async throws {
        let code = RecoveryCode(random: SystemRandom())
        var failures = 0
        for way in Self.ways {
            for number in 0..<50 {
                let store = InMemoryVaultStore()
                let failing = FailingStore(store)
                failing.fail(way.side, atCall: number, stays: way.stays)
                do {
                    _ = try await Vault.create(
                        name: "kho", in: failing, unlocking: [.recoveryCode(code)], at: Samples.time)
                    if !failing.isDown, failing.calls <= number { break }
                } catch { failures += 1 }
                for id in await store.vaults.keys {
                    let report = try await Vault.verify(id, in: store, unlocking: .recoveryCode(code))
                    #expect(report.isComplete)
                }
            }
        }
        #expect(failures >= 4)
    }

    @Test func `an import that fails anywhere is repeated and puts everything back`() async throws {
        let origin = try await CommandOrigin()
        var failures = 0
        for way in Self.ways {
            for number in 0..<1000 {
                let store = InMemoryVaultStore(inlineContentLimit: CommandOrigin.inline)
                let failing = FailingStore(store)
                failing.fail(way.side, atCall: number, stays: way.stays)
                let export = try ExportedVault(reading: MemorySource(origin.export))
                func restore(_ store: any VaultStore) async throws -> Vault {
                    try await Vault.restore(
                        export, code: origin.exportCode, in: store, reason: "thử", at: Samples.time)
                }
                do {
                    _ = try await restore(failing)
                    if failing.calls <= number { break }
                } catch let error as VaultError {
                    #expect(error.code == .storeFailure, "\(error)")
                    failures += 1
                }
                let isThere = await store.vaults[origin.vault] != nil
                if !isThere { _ = try await restore(store) }
                let vault = try await Vault.open(origin.vault, in: store, unlocking: .recoveryCode(origin.code))
                #expect(try await vault.verify().isComplete)
                for (document, bytes) in origin.documents {
                    #expect(try await vault.read(document).bytes() == bytes)
                }
                // Only now: a vault that is there is not overwritten.
                await #expect(throws: VaultError(.alreadyExists, "")) { _ = try await restore(store) }
            }
        }
        print("failing store: import: \(failures) failures")
        #expect(failures >= 8)
    }

    /// Fails at every call of a command in every way; the number of failures.
    private static func fail(_ command: VaultCommand, _ origin: CommandOrigin, step: Int) async throws -> Int {
        let secret = command.secret?(origin)
        let counted = try await CommandScene(origin, opening: secret)
        counted.failing.recover()
        try await command.run(counted.vault, origin, OperationID(random: SystemRandom()))
        let calls = counted.failing.calls
        var failures = 0
        for way in ways {
            for number in stride(from: 0, to: calls, by: step) {
                let place = "\(command.testDescription), call \(number) of \(calls), \(way)"
                let scene = try await CommandScene(origin, opening: secret)
                let operation = OperationID(random: SystemRandom())
                scene.failing.fail(way.side, atCall: number, stays: way.stays)
                do {
                    try await command.run(scene.vault, origin, operation)
                } catch let error as VaultError {
                    #expect(error.code == .storeFailure, "\(place): \(error)")
                    failures += 1
                }
                scene.failing.recover()
                try await expectSound(command, scene, place)
                try await retry(command, scene, operation, isAnotherDevice: way.stays || secret != nil, place)
                try await expectSound(command, scene, "\(place), again")
            }
        }
        return failures
    }

    /// The same call again: on another device after a crash, else on the same one.
    private static func retry(
        _ command: VaultCommand, _ scene: CommandScene, _ operation: OperationID, isAnotherDevice: Bool, _ place: String
    ) async throws {
        let vault = isAnotherDevice ? try await scene.reopened() : scene.vault
        do {
            try await command.run(vault, scene.origin, operation)
        } catch let error as VaultError {
            #expect(command.doneAlready.contains(error.code), "\(place): the retry: \(error)")
            if await vault.isRotating { try await vault.rotate(at: Samples.time) }
        }
        try await command.check(vault, scene.origin)
    }

    private static func expectSound(_ command: VaultCommand, _ scene: CommandScene, _ place: String) async throws {
        let origin = scene.origin
        let vault = try await scene.reopened()
        let report = try await Vault.verify(
            origin.vault, in: scene.store, unlocking: .recoveryCode(origin.code), anchor: origin.anchor)
        #expect(report.isComplete && report.freshness == .anchored, "\(place): \(report.problems)")
        let erasable = command.erases(origin)
        let records = try await vault.list()
        for (document, bytes) in origin.documents where !erasable.contains(document) {
            let record = try #require(records.first { $0.id == document }, "\(place): \(document) is lost")
            let first = try #require(record.versions.first)
            if origin.documents.count < 100 {
                #expect(try await vault.read(document, version: first.id).bytes() == bytes, "\(place)")
            }
            #expect(first.size == Int64(bytes.count), "\(place)")
        }
        let known = Set(
            try (Array(origin.documents.values) + command.brings + [[1], VaultCommand.newLarge]).map {
                try Digest32(of: $0)
            })
        for record in records {
            for version in record.versions { #expect(known.contains(version.sha256), "\(place): nobody asked for it") }
        }
    }
}
