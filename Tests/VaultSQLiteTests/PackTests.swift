// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import GRDB
import Glibc
import Testing
import VaultSQLite
import VaultTesting

@testable import DocumentVault

@Suite("Packs of contents — docs/formats/vault-v1.md §9")
struct PackTests {
    private struct Scene {
        let folder: TemporaryFolder
        let path: String
        let code = RecoveryCode(random: SystemRandom())
        let vault: Vault
        let references: [DocumentReference]

        /// A vault with documents of 6,000 octets that went into packs.
        init(_ count: Int = 300) async throws {
            folder = try TemporaryFolder()
            path = folder.path + "/store"
            vault = try await Vault.create(
                name: "kho", in: try SQLiteVaultStore(path: path, creating: true, shards: 1),
                unlocking: [.recoveryCode(code)], at: Samples.time)
            references = try await vault.store(count, at: Samples.time) { try Scene.upload($0) }
        }

        static func bytes(_ number: Int) -> [UInt8] {
            (0..<6000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 7 &+ $0 / 256) }
        }

        static func upload(_ number: Int) throws -> DocumentUpload {
            DocumentUpload(
                selfDeclared: MemorySource(bytes(number)), metadata: Samples.metadata(name: "giấy \(number)"))
        }

        var contents: String { "\(path)/contents/\(vault.id)" }

        func packs() -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: contents)) ?? []).filter { $0.hasSuffix(".pack") }
                .map { "\(contents)/\($0)" }
        }

        func octets() -> [Data] { packs().compactMap { FileManager.default.contents(atPath: $0) } }

        func open() async throws -> Vault {
            try await Vault.open(
                vault.id, in: try SQLiteVaultStore(path: path), unlocking: .recoveryCode(code),
                anchor: await vault.anchor)
        }

        func database<Value>(_ body: (Database) throws -> Value) throws -> Value {
            let queue = try DatabaseQueue(path: path + "/shard-00.sqlite")
            defer { try? queue.close() }
            return try queue.write(body)
        }

        /// Where the content of a document lies.
        func place(_ reference: DocumentReference) async throws -> (pack: String, range: Range<Int>, id: String) {
            let id = try await vault.document(reference.document).current.content
            let row = try #require(
                try database { db in
                    try Row.fetchOne(
                        db,
                        sql: """
                            SELECT lower(hex(pack.name)) AS name, place, size FROM packed JOIN pack ON no = pack
                            WHERE id = ?
                            """, arguments: [Data(id.octets)])
                })
            let (place, size): (Int, Int) = (row["place"], row["size"])
            return ("\(contents)/\(row["name"] as String).pack", place..<place + size, "\(id)")
        }
    }

    @Test func `documents that are stored together lie in one file, and are read after reopening`() async throws {
        let scene = try await Scene()
        #expect(scene.packs().count == 1)
        #expect(try scene.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM packed") } == 300)
        let opened = try await scene.open()
        for number in [0, 1, 150, 298, 299] {
            #expect(try await opened.read(scene.references[number].document).bytes() == Scene.bytes(number))
        }
        let report = try await opened.verify(anchor: scene.vault.anchor)
        #expect(report.isComplete && report.documents == 300)
        #expect(try await opened.sweep(at: Samples.time).isEmpty, "nothing of it is garbage")
        #expect(scene.packs().count == 1)
    }

    @Test func `an erased document is zeros in its pack, its neighbours are as before, and an empty pack is deleted`()
        async throws
    {
        let scene = try await Scene()
        let place = try await scene.place(scene.references[7])
        let before = try #require(FileManager.default.contents(atPath: place.pack))
        #expect(before[place.range].contains { $0 != 0 })
        _ = try await scene.vault.erase(scene.references[7].document, reason: "thử", at: Samples.time)
        var expected = before
        expected.replaceSubrange(place.range, with: Data(count: place.range.count))
        #expect(FileManager.default.contents(atPath: place.pack) == expected)
        #expect(try scene.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM wiping") } == 0)
        let opened = try await scene.open()
        #expect(try await opened.verify().documents == 299)
        #expect(try await opened.read(scene.references[8].document).bytes() == Scene.bytes(8))
        for reference in scene.references where reference != scene.references[7] {
            _ = try await scene.vault.erase(reference.document, reason: "thử", at: Samples.time)
        }
        #expect(scene.packs().isEmpty)
        #expect(try scene.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM pack") } == 0)
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `a changed octet of a pack is found, wherever it is`() async throws {
        let scene = try await Scene(200)
        let pack = try #require(scene.packs().first)
        let good = try #require(FileManager.default.contents(atPath: pack))
        for place in [0, 55, 56, 6000, good.count / 2, good.count - 1] {
            var bad = good
            bad[place] ^= 1
            try bad.write(to: URL(filePath: pack))
            #expect(try await !scene.open().verify().isComplete, "octet \(place)")
        }
        try good.dropLast().write(to: URL(filePath: pack))
        #expect(try await !scene.open().verify().isComplete)
        try good.write(to: URL(filePath: pack))
        #expect(try await scene.open().verify().isComplete)
        // What the database says of it is compared too.
        try scene.database { try $0.execute(sql: "UPDATE pack SET live = live - 1") }
        #expect(try await !scene.open().verify().isComplete)
    }

    @Test func `a pack that no row names is garbage, unless somebody is still writing it`() async throws {
        let scene = try await Scene(200)
        let name = ContentID(random: SystemRandom())
        let stray = "\(scene.contents)/\(name).pack"
        try Data(count: 1000).write(to: URL(filePath: stray))
        let writer = open(stray, O_RDONLY)
        #expect(flock(writer, LOCK_EX) == 0)
        _ = try await scene.open().sweep(at: Samples.time)
        #expect(FileManager.default.fileExists(atPath: stray))
        close(writer)
        _ = try await scene.open().sweep(at: Samples.time)
        #expect(!FileManager.default.fileExists(atPath: stray))
        #expect(scene.packs().count == 1)
        #expect(try await scene.open().verify().documents == 200)
    }

    @Test func `contents are put once: a repetition leaves their pack as it is, even when nothing can be written`()
        async throws
    {
        let scene = try await Scene(1)
        let store = try SQLiteVaultStore(path: scene.path)
        let id = scene.vault.id
        var contents: [ContentID: [UInt8]] = [:]
        for number in 0..<60 { contents[ContentID(random: SystemRandom())] = Scene.bytes(number) }
        try await store.putContents(contents, of: id)
        let before = scene.octets()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let locked = try DatabaseQueue(path: scene.path + "/shard-00.sqlite", configuration: configuration)
        defer { try? locked.close() }
        let first = try #require(contents.keys.min())
        for repeated in [contents, [first: Scene.bytes(99) + [1]]] {
            try await locked.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            await #expect(throws: VaultError(.alreadyExists, "")) { try await store.putContents(repeated, of: id) }
            try await locked.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        }
        #expect(scene.octets() == before)
        #expect(try await store.contents(Array(contents.keys), of: id, limit: 1 << 20) == contents)
    }

    @Test func `a count that was tampered with does not take a pack away from its contents, and is found`() async throws
    {
        let scene = try await Scene(200)
        try scene.database { db in try db.execute(sql: "UPDATE pack SET live = 1") }
        #expect(try await scene.open().verify().problems == [VaultError(.damaged, "")])
        // With its one last content the pack would go.
        let vault = try await scene.open()
        _ = try await vault.erase(scene.references[3].document, reason: "", at: Samples.time)
        _ = try await vault.sweep(at: Samples.time)
        #expect(scene.packs().count == 1)
        #expect(try await vault.read(scene.references[4].document).bytes() == Scene.bytes(4))
    }

    @Test func `a note to wipe what is there, and a trigger, are found before anything is changed`() async throws {
        for change in [
            "INSERT INTO wiping (pack, place, size) SELECT pack, place + 100, 1 FROM packed LIMIT 1",
            "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM key_record; END",
        ] {
            let scene = try await Scene(200)
            #expect(try await scene.open().verify().isComplete)
            try scene.database { db in try db.execute(sql: change) }
            let report = try await scene.open().verify()
            #expect(report.problems == [VaultError(.damaged, "")] && report.intactVersions == 200)
        }
    }

    @Test func `a pack that is gone is damage of its documents, not a document that is not there`() async throws {
        let scene = try await Scene(200)
        try FileManager.default.removeItem(atPath: try #require(scene.packs().first))
        let vault = try await scene.open()
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await vault.read(scene.references[0].document).bytes()
        }
        #expect(try await vault.verify().problems.allSatisfy { $0.code == .damaged })
    }

    @Test func `wiping that was interrupted is taken up`() async throws {
        let scene = try await Scene(200)
        let place = try await scene.place(scene.references[3])
        // As it is after the commit of an erasure whose process ended just then.
        try scene.database { db in
            try db.execute(
                sql: """
                    INSERT INTO wiping (pack, place, size) SELECT pack, place, size FROM packed
                        WHERE lower(hex(id)) = '\(place.id)';
                    DELETE FROM packed WHERE lower(hex(id)) = '\(place.id)';
                    UPDATE pack SET live = live - 1;
                    """)
        }
        let opened = try await scene.open()
        _ = try await Samples.store([1], in: opened)
        let octets = try #require(FileManager.default.contents(atPath: place.pack))
        #expect(octets[place.range].allSatisfy { $0 == 0 })
        #expect(try scene.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM wiping") } == 0)
        #expect(try await opened.read(scene.references[4].document).bytes() == Scene.bytes(4))
    }

    @Test func `an emptied pack whose file went before its rows is no damage, and the rows go with the next sweep`()
        async throws
    {
        let scene = try await Scene(200)
        let place = try await scene.place(scene.references[3])
        // As it is when the process that erases the last one ends after deleting the file.
        for reference in scene.references where reference != scene.references[3] {
            _ = try await scene.vault.erase(reference.document, reason: "thử", at: Samples.time)
        }
        let pack = try #require(scene.packs().first)
        let kept = try #require(FileManager.default.contents(atPath: pack))
        let others = kept.indices.filter { !place.range.contains($0) }
        #expect(others.allSatisfy { kept[$0] == 0 })
        let rows = try scene.database { try Row.fetchAll($0, sql: "SELECT * FROM pack") }
        _ = try await scene.vault.erase(scene.references[3].document, reason: "thử", at: Samples.time)
        #expect(scene.packs().isEmpty)
        try scene.database { db in
            for row in rows {
                try db.execute(
                    sql: "INSERT INTO pack (no, vault, name, live) VALUES (?, ?, ?, 0)",
                    arguments: [row["no"], row["vault"], row["name"]])
                try db.execute(sql: "INSERT INTO wiping (pack, place, size) VALUES (?, 0, 7)", arguments: [row["no"]])
            }
        }
        let opened = try await scene.open()
        #expect(try await opened.verify().isComplete)
        _ = try await opened.sweep(at: Samples.time)
        for table in ["pack", "wiping"] {
            #expect(try scene.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") } == 0)
        }
    }

    @Test func `many packs that no row names are all deleted, some at a time`() async throws {
        let scene = try await Scene(200)
        for _ in 0..<300 {
            let stray = "\(scene.contents)/\(ContentID(random: SystemRandom())).pack"
            try Data(count: 1).write(to: URL(filePath: stray))
        }
        _ = try await scene.open().sweep(at: Samples.time)
        #expect(scene.packs().count == 1)
        #expect(try await scene.open().verify().documents == 200)
    }

    @Test func `when a document cannot be read, those of earlier appends are stored and nothing is left of the others`()
        async throws
    {
        struct Unreadable: Error {}
        let scene = try await Scene(2)
        await #expect(throws: Unreadable.self) {
            _ = try await scene.vault.store(2000, at: Samples.time) { place in
                guard place != 1500 else { throw Unreadable() }
                return try Scene.upload(place)
            }
        }
        let count = await scene.vault.documentCount - 2
        #expect(count > 0 && count <= 1500)
        let opened = try await scene.open()
        #expect(try await opened.verify().documents == Int(count) + 2)
        #expect(try await opened.sweep(at: Samples.time).isEmpty)
        #expect(try scene.database { try Int.fetchOne($0, sql: "SELECT count(*) FROM packed") } == Int(count))
    }

    @Test func `a batch that is cancelled leaves whole appends and no garbage`() async throws {
        let scene = try await Scene(2)
        let vault = scene.vault
        let task = Task {
            try await vault.store(4000, at: Samples.time, progress: { _ in withUnsafeCurrentTask { $0?.cancel() } }) {
                try Scene.upload($0)
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let count = await vault.documentCount - 2
        #expect(count > 0 && count < 4000)
        #expect(try await scene.open().verify().documents == Int(count) + 2)
        #expect(try await scene.vault.sweep(at: Samples.time).isEmpty)
    }

    @Test func `rotating leaves every octet of every content as it was, in packs, in the database and in files`()
        async throws
    {
        let scene = try await Scene(200)
        _ = try await Samples.store(Samples.bytes(1000), in: scene.vault)
        _ = try await Samples.store(Samples.bytes(100_000), in: scene.vault)
        let store = try SQLiteVaultStore(path: scene.path)
        let (packs, ids) = (scene.octets(), try await scene.vault.list().map(\.current.content))
        let before = try await store.contents(ids, of: scene.vault.id, limit: 1 << 20)
        let records = try await store.keyRecords(of: scene.vault.list().map(\.current.id), in: scene.vault.id)
        #expect(before.count == 202 && packs.count == 1)
        try await scene.vault.rotate(at: Samples.time)
        #expect(try await store.contents(ids, of: scene.vault.id, limit: 1 << 20) == before)
        #expect(scene.octets() == packs)
        let after = try await store.keyRecords(of: scene.vault.list().map(\.current.id), in: scene.vault.id)
        #expect(records.count == 202 && records.allSatisfy { after[$0.key] != $0.value }, "every key is wrapped anew")
        #expect(try await scene.open().verify().documents == 202)
    }

    @Test func `an upload of many that a sweep took for garbage is made again under other names`() async throws {
        let scene = try await Scene(2)
        let opened = try await scene.open()
        let store = try SQLiteVaultStore(path: scene.path)
        // Another device sweeps while the contents wait for their entries.
        let sweeping = Task {
            while !Task.isCancelled { _ = try? await opened.sweep(at: Samples.time) }
        }
        let references = try await scene.vault.store(1200, at: Samples.time) { try Scene.upload($0) }
        sweeping.cancel()
        await sweeping.value
        #expect(references.count == 1200)
        let other = try await Vault.open(scene.vault.id, in: store, unlocking: .recoveryCode(scene.code))
        #expect(try await other.verify().documents == 1202)
        #expect(try await other.read(references[1100].document).bytes() == Scene.bytes(1100))
    }
}
