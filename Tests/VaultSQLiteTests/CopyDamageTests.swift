// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import GRDB
import Synchronization
import Testing
import VaultSQLite
import VaultTesting

@testable import DocumentVault

/// What a copy had before it was copied over once more is there whatever happens to the copying or to the source.
@Suite("Copies of vaults that are brought up to a damaged source, or half of the way")
struct CopyDamageTests {
    private let folder: TemporaryFolder
    private let code = RecoveryCode(random: SystemRandom())
    private let source: SQLiteVaultStore
    private let target: SQLiteVaultStore
    private let vault: Vault
    private let references: [DocumentReference]

    init() async throws {
        folder = try TemporaryFolder()
        source = try SQLiteVaultStore(path: folder.path + "/source", creating: true, shards: 1)
        target = try SQLiteVaultStore(path: folder.path + "/target", creating: true, shards: 1)
        vault = try await Vault.create(
            name: "kho", in: source, unlocking: [.recoveryCode(code)], at: Samples.time)
        var references: [DocumentReference] = []
        for size in [10, 5000] { references.append(try await Samples.store(Samples.bytes(size), in: vault)) }
        self.references = references
        _ = try await VaultCopying(from: source, to: target).copy(vault.id)
    }

    /// Lets some changes pass, then fails as a store does whose machine dies.
    private final class Dying: StoreDecorator, EnumerableVaultStore {
        let store: SQLiteVaultStore
        private let left: Mutex<Int>
        var inner: any VaultStore { store }

        init(_ store: SQLiteVaultStore, after changes: Int) {
            self.store = store
            left = Mutex(changes)
        }

        func before(_ call: StoreCall) throws(VaultError) {
            guard call.isChange else { return }
            let isDead = left.withLock { left in
                left -= 1
                return left < 0
            }
            if isDead { throw VaultError(.storeFailure, "the machine died") }
        }
        func vaults(after vault: VaultID?, limit: Int) async throws(VaultError) -> [VaultListing] {
            try await store.vaults(after: vault, limit: limit)
        }
        func slotRecords(of vault: VaultID) async throws(VaultError) -> [SlotID: [UInt8]] {
            try await store.slotRecords(of: vault)
        }
        func keyRecords(
            of vault: VaultID, after version: VersionID?, limit: Int
        ) async throws(VaultError) -> [(version: VersionID, record: [UInt8])] {
            try await store.keyRecords(of: vault, after: version, limit: limit)
        }
    }

    private func opened() async throws -> Vault {
        try await Vault.open(vault.id, in: target, unlocking: .recoveryCode(code))
    }

    @Test(arguments: ["rotate", "erase", "slot", "add"])
    func `a copy opens and is whole after every change by which it is brought up`(change: String) async throws {
        switch change {
        case "rotate": try await vault.rotate(at: Samples.time)
        case "erase": _ = try await vault.erase(references[1].document, reason: "", at: Samples.time)
        case "slot": _ = try await vault.addSlot(.recoveryCode(RecoveryCode(random: SystemRandom())), at: Samples.time)
        default: break
        }
        for number in 0..<150 { _ = try await Samples.store([UInt8(number)], in: vault) }
        var interruptions = 0
        for changes in 0..<200 {
            do {
                _ = try await VaultCopying(from: source, to: Dying(target, after: changes)).copy(vault.id)
                break
            } catch let error as VaultError where error.code == .storeFailure {
                interruptions += 1
            }
            let copy = try await opened()
            #expect(try await copy.verify().isComplete, "after \(changes) changes")
            #expect(try await copy.read(references[0].document).bytes() == Samples.bytes(10))
        }
        #expect(interruptions > 0)
        #expect(try await opened().list().count == (change == "erase" ? 151 : 152))
        #expect(try await opened().verify().isComplete)
    }

    /// Runs the statement on the source's database, where `lastChanged(value)` is the value with its last byte another
    /// one: a constant in its place would be the byte that is there already once in 256 times, and damage nothing.
    private func damage(_ sql: String) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            database.add(
                function: DatabaseFunction("lastChanged", argumentCount: 1, pure: true) { values in
                    guard var bytes = Data.fromDatabaseValue(values[0]), let last = bytes.popLast() else { return nil }
                    return bytes + [last &+ 1]
                })
        }
        let queue = try DatabaseQueue(path: folder.path + "/source/shard-00.sqlite", configuration: configuration)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: [
        "UPDATE key_record SET record = lastChanged(record) WHERE rowid <= 2",
        "DELETE FROM key_record WHERE rowid = (SELECT min(rowid) FROM key_record)",
        "UPDATE entry SET payload = NULL WHERE place & 4294967295 = 1",
        "UPDATE entry SET payload = lastChanged(payload) WHERE payload IS NOT NULL",
        "UPDATE entry SET entry = lastChanged(entry) WHERE place & 4294967295 = FIRST NEW",
        "DELETE FROM slot", "UPDATE slot SET record = x'00'",
        "UPDATE slot SET record = lastChanged(record)",
    ])
    func `what the source lost or what was damaged there stays in the copy, and is told`(sql: String) async throws {
        let next = try #require(await vault.anchor).head.sequence + 1
        for isNew in [false, true] {
            if isNew {
                for number in 0..<2 { _ = try await Samples.store([UInt8(number)], in: vault) }
            } else if sql.contains("NEW") {
                continue
            }
            try damage(sql.replacingOccurrences(of: "FIRST NEW", with: "\(next)"))
            await #expect(throws: VaultError(.damaged, "")) {
                _ = try await VaultCopying(from: source, to: target).copy(vault.id)
            }
            let copy = try await opened()
            #expect(try await copy.verify().isComplete)
            for (reference, size) in zip(references, [10, 5000]) {
                #expect(try await copy.read(reference.document).bytes() == Samples.bytes(size))
            }
        }
    }
}
