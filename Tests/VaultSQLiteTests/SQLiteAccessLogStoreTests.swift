// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultTesting

@testable import VaultSQLite

@Suite("Access logs in SQLite")
struct SQLiteAccessLogStoreTests {
    private let vault: VaultID

    init() throws { vault = try #require(VaultID(octets: [UInt8](repeating: 7, count: 32))) }

    @Test func `it keeps what a store in memory keeps, over processes' lives`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/log.sqlite"
        let log = vault
        let key = try DeviceKey(random: SystemRandom())
        let memory = InMemoryAccessLogStore()
        var roots: [Digest32] = []
        for number in 0..<5 {
            let store = try SQLiteAccessLogStore(path: path)
            for store in [store, memory] as [any AccessLogStore] {
                let writer = AccessLog(in: store, signedBy: key, random: CountingRandom(number))
                for _ in 0..<3 {
                    _ = try await writer.write(
                        AccessRecord(.unlocked, at: Samples.time, reason: "phiên \(number)"), of: vault)
                }
            }
            roots.append(
                try await AccessLog(in: store, signedBy: key).checkpoint(of: log, at: Samples.time).root)
            #expect(
                try await AccessLog(in: memory, signedBy: key).checkpoint(of: log, at: Samples.time).root
                    == roots.last)
        }
        #expect(Set(roots).count == 5)
        let store = try SQLiteAccessLogStore(path: path)
        #expect(try await store.size(of: log) == 15)
        #expect(try await store.entries(of: log, from: 4, limit: 3).count == 3)
        #expect(try await store.entries(of: log, from: 15, limit: 3).isEmpty)
        #expect(try await store.record([9], of: log) == nil)
        let other = try #require(VaultID(octets: [UInt8](repeating: 8, count: 32)))
        #expect(try await store.size(of: other) == 0)
    }

    @Test(arguments: AccessLogStoreConformance.cases)
    func `the store conforms, with two who have it open`(conformance: AccessLogStoreConformance) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/log.sqlite"
        try await conformance.run(on: SQLiteAccessLogStore(path: path), and: SQLiteAccessLogStore(path: path))
    }

    @Test(arguments: AccessLogStoreConformance.cases)
    func `the store in memory conforms`(conformance: AccessLogStoreConformance) async throws {
        let store = InMemoryAccessLogStore()
        try await conformance.run(on: store, and: store)
    }

    @Test func `a new database is its owner's alone, an existing one keeps its permissions`() throws {
        let folder = try TemporaryFolder()
        func mode(_ name: String) throws -> Int {
            let found = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions]
            return try #require(found as? Int)
        }
        let store = try SQLiteAccessLogStore(path: folder.path + "/new.sqlite")
        #expect(try mode("new.sqlite") == 0o600 && mode("new.sqlite-wal") == 0o600)
        withExtendedLifetime(store) {}
        // Somebody shares it on purpose.
        #expect(
            FileManager.default.createFile(
                atPath: folder.path + "/shared.sqlite", contents: nil, attributes: [.posixPermissions: 0o660]))
        let shared = try SQLiteAccessLogStore(path: folder.path + "/shared.sqlite")
        #expect(try mode("shared.sqlite") == 0o660)
        withExtendedLifetime(shared) {}
    }

    @Test func `an append on another size changes nothing, and many at once all count`() async throws {
        let folder = try TemporaryFolder()
        let log = vault
        let store = try SQLiteAccessLogStore(path: folder.path + "/log.sqlite")
        #expect(
            try await store.append(AccessLogAppend(expecting: 0, entries: [[1]], records: [[1]: [1]]), to: log))
        #expect(
            try await !store.append(AccessLogAppend(expecting: 0, entries: [[2]], records: [[1]: [2]]), to: log))
        #expect(try await store.record([1], of: log) == [1])
        #expect(try await store.entries(of: log, from: 0, limit: 9) == [[1]])
        let second = try #require(VaultID(octets: [UInt8](repeating: 9, count: 32)))
        let key = try DeviceKey(random: SystemRandom())
        let writer = AccessLog(in: store, signedBy: key)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { _ = try await writer.write(AccessRecord(.unlocked, at: Samples.time), of: second) }
            }
            try await group.waitForAll()
        }
        let (checkpoint, entries) = try await writer.history(of: second, at: Samples.time)
        #expect(checkpoint.size == 20)
        _ = try AccessHistory(
            entries, checkpoint, signedBy: writer.verification, since: nil, at: Samples.time)
    }

    @Test func `a database of something else is left alone`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        _ = try await Vault.create(
            name: "kho", in: try SQLiteVaultStore(path: path, creating: true, shards: 1),
            unlocking: [.recoveryCode(RecoveryCode(random: SystemRandom()))], at: Samples.time)
        #expect(throws: VaultError(.notAStore, "")) { try SQLiteAccessLogStore(path: path + "/shard-00.sqlite") }
        try Data("not a database at all, but long enough to be looked at".utf8).write(
            to: URL(filePath: folder.path + "/x"))
        #expect(throws: VaultError(.damaged, "")) { try SQLiteAccessLogStore(path: folder.path + "/x") }
        _ = try SQLiteAccessLogStore(path: folder.path + "/y")
    }
}
