// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import GRDB
import Testing
import VaultTesting

@testable import VaultSQLite

@Suite("SQLite store — docs/formats/vault-v1.md §9")
struct SQLiteVaultStoreTests {
    @Test(arguments: VaultStoreConformance.cases)
    func `the store conforms`(conformance: VaultStoreConformance) async throws {
        let folder = try TemporaryFolder()
        try await conformance.run(on: SQLiteVaultStore(path: folder.path + "/store", creating: true, shards: 2))
    }

    @Test(arguments: VaultStoreConformance.cases)
    func `the store in memory conforms`(conformance: VaultStoreConformance) async throws {
        try await conformance.run(on: InMemoryVaultStore())
    }

    @Test(arguments: [0, 1, 1023, 1024, 16_383, 16_384, 16_385, 65_536, 1 << 20, 20 << 20])
    func `a document outlives the process that stored it`(size: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let vault = try await Vault.create(
            name: "kho", in: try SQLiteVaultStore(path: path, creating: true), unlocking: [.passphrase("x")],
            at: Samples.time)
        let reference = try await Samples.store(Samples.bytes(size), in: vault)
        let anchor = await vault.anchor
        // Another store object on the same folder has none of the first one's memory or connections.
        let reopened = try await Vault.open(
            vault.id, in: try SQLiteVaultStore(path: path), unlocking: .passphrase("x"), anchor: anchor)
        #expect(try await reopened.read(reference.document).bytes() == Samples.bytes(size))
        #expect(try await reopened.verify(anchor: anchor).isComplete)
    }

    @Test func `two stores on one folder append to one vault at once and lose nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let one = try await Vault.create(
            name: "kho", in: try SQLiteVaultStore(path: path, creating: true, shards: 1),
            unlocking: [.passphrase("x")], at: Samples.time)
        let two = try await Vault.open(one.id, in: try SQLiteVaultStore(path: path), unlocking: .passphrase("x"))
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask { _ = try await Samples.store([UInt8(number)], in: number % 2 == 0 ? one : two) }
            }
            try await group.waitForAll()
        }
        try await one.refresh()
        #expect(try await one.list().count == 20)
        #expect(try await one.verify().isComplete)
    }

    @Test func `databases are made with WAL and tables of version 1, and large contents lie beside`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
        _ = try await Samples.store(Samples.bytes(1000), in: vault)
        _ = try await Samples.store(Samples.bytes(100_000), in: vault)
        let queue = try DatabaseQueue(path: path + "/shard-00.sqlite")
        let (mode, version, inside) = try await queue.read { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode"), try Int.fetchOne(db, sql: "PRAGMA user_version"),
                try Int.fetchOne(db, sql: "SELECT count(*) FROM content")
            )
        }
        #expect(mode == "wal" && version == 1 && inside == 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(path)/contents/\(vault.id)")
        #expect(files.count == 1 && files[0].count == 32)
    }

    @Test func `what was erased is in the files of the store before, and in none of them after`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
        let document = try await Samples.store(Samples.bytes(1000), in: vault)
        _ = try await Samples.store(Samples.bytes(2000), in: vault)
        let database = try DatabaseQueue(path: path + "/shard-00.sqlite")
        let secrets = try await database.read { db in
            try Data.fetchAll(db, sql: "SELECT record FROM key_record UNION ALL SELECT sealed FROM content")
        }
        try database.close()
        func found() throws -> Int {
            let files = ["", "-wal"].compactMap { FileManager.default.contents(atPath: path + "/shard-00.sqlite" + $0) }
            return secrets.count { secret in files.contains { $0.firstRange(of: secret.prefix(64)) != nil } }
        }
        #expect(try secrets.count == 4 && found() == 4)
        _ = try await vault.erase(document.document, reason: "thử", at: Samples.time)
        #expect(try found() == 2, "the other document's alone")
        #expect(await vault.documentCount == 1)
    }

    @Test func `what a rotation replaced is in no file of the store after it, and a replaced snapshot empties no log`()
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
        let log = path + "/shard-00.sqlite-wal"
        func logSize() throws -> Int { FileManager.default.contents(atPath: log)?.count ?? 0 }
        var sizes = [try logSize()]
        for number in 0..<70 {
            _ = try await Samples.store([UInt8(number)], in: vault)
            sizes.append(try logSize())
        }
        #expect(sizes == sizes.sorted() && sizes[0] < sizes[70], "two snapshots were made, and it only grew")
        let secrets = try await {
            let database = try DatabaseQueue(path: path + "/shard-00.sqlite")
            defer { try? database.close() }
            return try await database.read { db in
                try Data.fetchAll(db, sql: "SELECT record FROM key_record UNION ALL SELECT record FROM slot")
            }
        }()
        func found() -> Int {
            let files = ["", "-wal"].compactMap { FileManager.default.contents(atPath: path + "/shard-00.sqlite" + $0) }
            return secrets.count { secret in files.contains { $0.firstRange(of: secret.suffix(48)) != nil } }
        }
        #expect(secrets.count == 71 && found() == 71)
        try await vault.rotate(at: Samples.time)
        #expect(found() == 0)
        #expect(try await vault.verify().isComplete)
    }

    @Test func `a log that somebody left goes when the store is next opened`() async throws {
        let folder = try TemporaryFolder()
        let (path, left) = (folder.path + "/store", folder.path + "/left")
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        for number in 0..<3 { _ = try await Samples.store([UInt8(number)], in: vault) }
        // As a process leaves it that is killed.
        try FileManager.default.copyItem(atPath: path, toPath: left)
        let log = left + "/shard-00.sqlite-wal"
        #expect(try #require(FileManager.default.contents(atPath: log)).count > 0)
        let opened = try await Vault.open(
            vault.id, in: SQLiteVaultStore(path: left), unlocking: .recoveryCode(code), anchor: await vault.anchor)
        #expect(FileManager.default.contents(atPath: log)?.isEmpty == true)
        #expect(try await opened.verify().documents == 3)
    }

    @Test func `every file of a store is its owner's alone, also in a folder that was there`() async throws {
        let folder = try TemporaryFolder()
        let (path, manager) = (folder.path + "/store", FileManager.default)
        try manager.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
        for size in [1, 200_000] { _ = try await Samples.store(Samples.bytes(size), in: vault) }
        var modes: [String: Int] = [:]
        for name in try manager.subpathsOfDirectory(atPath: path) {
            let found = try manager.attributesOfItem(atPath: path + "/" + name)
            guard found[.type] as? FileAttributeType == .typeRegular else { continue }
            modes[name] = try #require(found[.posixPermissions] as? Int)
        }
        #expect(modes.count >= 5 && modes.values.allSatisfy { $0 == 0o600 }, "\(modes)")
        #expect(modes["shard-00.sqlite"] != nil && modes["shard-00.sqlite-wal"] != nil)
        withExtendedLifetime(store) {}

        // Somebody shares it on purpose.
        let shared = path + "/shard-00.sqlite"
        try manager.setAttributes([.posixPermissions: 0o660], ofItemAtPath: shared)
        _ = try await SQLiteVaultStore(path: path).head(of: vault.id)
        #expect(try manager.attributesOfItem(atPath: shared)[.posixPermissions] as? Int == 0o660)
    }

    @Test func `a bad address is a typed error and nothing is made there`() async throws {
        let folder = try TemporaryFolder()
        let manager = FileManager.default
        #expect(throws: VaultError(.notFound, "")) { try SQLiteVaultStore(path: folder.path + "/none") }
        #expect(!manager.fileExists(atPath: folder.path + "/none"))
        #expect(throws: VaultError(.notFound, "")) { try SQLiteVaultStore(path: folder.path + "/a/b", creating: true) }

        let file = folder.path + "/file"
        try Data([1]).write(to: URL(filePath: file))
        for creating in [false, true] {
            #expect(throws: VaultError(.notAStore, "")) { try SQLiteVaultStore(path: file, creating: creating) }
        }
        let foreign = folder.path + "/foreign"
        try manager.createDirectory(atPath: foreign, withIntermediateDirectories: false)
        try Data([1]).write(to: URL(filePath: foreign + "/thing"))
        for creating in [false, true] {
            #expect(throws: VaultError(.notAStore, "")) { try SQLiteVaultStore(path: foreign, creating: creating) }
        }
        #expect(try manager.contentsOfDirectory(atPath: foreign) == ["thing"])
        for (text, code) in [
            ("", VaultError.Code.notAStore), ("[]", .notAStore),
            ("{\"format\": \"x\", \"version\": 1, \"shards\": 1}", .notAStore),
            ("{\"format\": \"dossier-vault-store\", \"version\": 2, \"shards\": 1}", .newerVersion),
            ("{\"format\": \"dossier-vault-store\", \"version\": 1, \"shards\": 0}", .damaged),
        ] {
            try Data(text.utf8).write(to: URL(filePath: foreign + "/manifest.json"))
            #expect(throws: VaultError(code, "")) { try SQLiteVaultStore(path: foreign) }
        }
    }

    @Test func `a store whose maker was killed is made again, and of several makers one decides`() async throws {
        let folder = try TemporaryFolder()
        let manager = FileManager.default
        let path = folder.path + "/store"
        try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
        try Data("{".utf8).write(to: URL(filePath: path + "/manifest.json.4711.part"))
        #expect(throws: VaultError(.notAStore, "")) { try SQLiteVaultStore(path: path) }
        _ = try SQLiteVaultStore(path: path, creating: true)
        #expect(try manager.contentsOfDirectory(atPath: path) == ["manifest.json"])

        for number in 0..<20 {
            let path = folder.path + "/\(number)"
            let made = try await withThrowingTaskGroup(of: Int.self) { group in
                for shards in 1...8 {
                    group.addTask {
                        try SQLiteVaultStore(path: path, creating: true, shards: shards).folder.shards
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(made.count == 1)
            #expect(try manager.contentsOfDirectory(atPath: path) == ["manifest.json"])
        }
    }

    @Test func `a shard that is no database, or somebody else's, is a typed error and left alone`() async throws {
        let folder = try TemporaryFolder()
        let vault = try #require(VaultID(octets: [UInt8](repeating: 0, count: 32)))
        let path = folder.path + "/store"
        _ = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let shard = URL(filePath: path + "/shard-00.sqlite")
        let text = Data(String(repeating: "this is no database. ", count: 100).utf8)
        try text.write(to: shard)
        // The folder says that it is a store, so what stands in the shard's place is damage.
        await #expect(throws: VaultError(.damaged, "")) { _ = try await SQLiteVaultStore(path: path).head(of: vault) }
        #expect(try Data(contentsOf: shard) == text)
        try FileManager.default.removeItem(at: shard)
        let foreign = try DatabaseQueue(path: shard.path())
        try await foreign.write { db in try db.execute(sql: "CREATE TABLE other (x)") }
        try foreign.close()
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await SQLiteVaultStore(path: path).head(of: vault) }
        try FileManager.default.removeItem(at: shard)
        #expect(try await SQLiteVaultStore(path: path).head(of: vault) == nil)
    }

    @Test func `a database that somebody else holds is busy, and then free again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path + "/shard-00.sqlite", configuration: configuration)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: VaultError(.busy, "")) { _ = try await Samples.store([1], in: vault) }
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        _ = try await Samples.store([1], in: vault)
        #expect(try await vault.verify().documents == 1)
    }

    @Test func `a database with octets changed anywhere gives an error or the truth, and never traps`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        var vaultID: VaultID?
        let code = RecoveryCode(random: SystemRandom())
        do {
            let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
            let vault = try await Vault.create(
                name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
            for size in [10, 2000] { _ = try await Samples.store(Samples.bytes(size), in: vault) }
            vaultID = vault.id
        }
        let id = try #require(vaultID)
        let shard = URL(filePath: path + "/shard-00.sqlite")
        let whole = try Data(contentsOf: shard)
        var (refused, untouched) = (0, 0)
        for number in 0..<300 {
            var bytes = whole
            // Every region of the file in turn, each time with another change.
            bytes[(number * 7919 * 31) % bytes.count] ^= UInt8(truncatingIfNeeded: number &* 37 | 1)
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: shard.path() + suffix) }
            try bytes.write(to: shard)
            do {
                let report = try await Vault.verify(
                    id, in: try SQLiteVaultStore(path: path), unlocking: .recoveryCode(code))
                guard report.isComplete else {
                    refused += 1
                    continue
                }
                // What does not matter to any object: free pages, counters, indexes that were not read.
                #expect(report.documents == 2 && report.intactVersions == 2 && report.head?.sequence == 3)
                untouched += 1
            } catch is VaultError {
                refused += 1
            }
        }
        #expect(refused > 0)
        print("tamper: 300 changes of a database file: \(refused) refused, \(untouched) touched no object, no trap")
    }

    @Test func `one octet of a large content in its file is found and named`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 1)
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.passphrase("x")], at: Samples.time)
        let reference = try await Samples.store(Samples.bytes(200_000), in: vault)
        let contents = "\(path)/contents/\(vault.id)"
        let file = URL(filePath: contents + "/" + (try FileManager.default.contentsOfDirectory(atPath: contents)[0]))
        var bytes = try Data(contentsOf: file)
        bytes[100_000] ^= 1
        try bytes.write(to: file)
        let report = try await vault.verify()
        #expect(
            !report.isComplete && report.problems.first?.object.hasSuffix(", content \(file.lastPathComponent)") == true
        )
        // The chunk that holds octet 100,000: 56 + 6 · 16,400.
        #expect(report.problems.first?.detail.contains("octet 98456") == true)
        await #expect(throws: VaultError(.damaged, "")) { _ = try await vault.read(reference.document).bytes() }
        #expect(try await vault.read(reference.document).bytes(in: 0..<1000) == Samples.bytes(1000))
    }

    @Test func `many vaults written at once share commits and lose nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/store"
        let store = try SQLiteVaultStore(path: path, creating: true, shards: 2)
        let code = RecoveryCode(random: SystemRandom())
        let ids = try await withThrowingTaskGroup { group in
            for number in 0..<16 {
                group.addTask {
                    let vault = try await Vault.create(
                        name: "kho \(number)", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
                    for size in 0..<10 { _ = try await Samples.store(Samples.bytes(size), in: vault) }
                    return vault.id
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let reopened = try SQLiteVaultStore(path: path)
        for id in ids {
            let vault = try await Vault.open(id, in: reopened, unlocking: .recoveryCode(code))
            #expect(try await vault.list().count == 10)
            #expect(try await vault.verify().isComplete)
        }
    }

    @Test func `a disk without room is a typed error, and everything acknowledged before is there`() async throws {
        let folder = try TemporaryFolder()
        guard run("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.path]) == 0 else {
            print("skipped: a full disk: a file system of its own may not be mounted here")
            return
        }
        defer { _ = run("umount", ["-l", folder.path]) }
        let store = try SQLiteVaultStore(path: folder.path + "/store", creating: true, shards: 1)
        let code = RecoveryCode(random: SystemRandom())
        let vault = try await Vault.create(name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
        var stored: [DocumentID] = []
        for size in [20 << 20, 300_000, 20_000] {
            do {
                for _ in 0..<400 { stored.append(try await Samples.store(Samples.bytes(size), in: vault).document) }
                Issue.record("there is no end of room")
            } catch let error as VaultError {
                #expect(error.code == .storeFull, "\(error)")
            }
        }
        #expect(stored.count >= 2)
        let opened = try await Vault.open(vault.id, in: store, unlocking: .recoveryCode(code))
        #expect(try await Set(stored).isSubset(of: opened.list().map(\.id)))
        #expect(try await opened.verify().isComplete)
    }

    private func run(_ program: String, _ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// A folder that goes away with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init(in place: String = FileManager.default.temporaryDirectory.path()) throws {
        let url = URL(filePath: place).appending(path: "dossier-vault-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
