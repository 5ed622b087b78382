// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization
import TestSupport
import Testing
import VaultObjectStore
import VaultSQLite
import VaultTesting

@Suite("SQLite and an object store — docs/object-store.md") struct ObjectVaultStoreTests {
    @Test(arguments: VaultStoreConformance.cases)
    func `it conforms, on a server in memory`(conformance: VaultStoreConformance) async throws {
        let test = try StoreUnderTest([ObjectStores.inMemory.get().endpoint])
        defer { withExtendedLifetime(test) {} }
        try await conformance.run(on: test.store)
    }

    @Test(arguments: VaultStoreConformance.cases)
    func `it conforms, on a server without conditions`(conformance: VaultStoreConformance) async throws {
        let test = try StoreUnderTest([ObjectStores.withoutConditions.get().endpoint])
        defer { withExtendedLifetime(test) {} }
        try await conformance.run(on: test.store)
    }

    @Test(arguments: VaultStoreConformance.cases)
    func `it conforms, on Ceph`(conformance: VaultStoreConformance) async throws {
        guard let ceph = ObjectStores.ceph else { return }
        let test = try StoreUnderTest(ceph.get().endpoints)
        defer { withExtendedLifetime(test) {} }
        try await conformance.run(on: test.store)
    }

    @Test(arguments: StoreAttack.cases)
    func `a vault in it finds the attack`(attack: StoreAttack) async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        try await attack.run(on: test.store)
    }

    @Test(arguments: StoreCrash.cases)
    func `a device that crashes at any change of it loses nothing`(crash: StoreCrash) async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        try await crash.run(on: test.store)
    }

    @Test func `a missing bucket, wrong keys and nobody there are told apart`() async throws {
        let endpoint = try ObjectStores.real()[0]
        let records = InMemoryVaultStore()
        func refused(_ code: VaultError.Code, _ address: String, secret: String = "vaultsecret") async throws {
            let store = ObjectVaultStore(
                records: records, contents: try ObjectStoreLocation(address),
                credentials: try ObjectStoreCredentials(accessKey: "vaultkey", secretKey: secret),
                settings: StoreUnderTest.settings(rounds: 2))
            do {
                try await store.check()
                Issue.record("not refused")
            } catch {
                #expect(error.code == code, "\(error)")
                #expect(!"\(error)".contains(secret) && !"\(store.location)".contains(secret))
            }
        }
        let test = try StoreUnderTest([endpoint])
        defer { withExtendedLifetime(test) {} }
        try await test.store.check()
        try await refused(.notAStore, "s3://another-bucket?endpoint=\(endpoint)")
        try await refused(.notPermitted, "s3://vaults?endpoint=\(endpoint)", secret: "another-secret")
        try await refused(.storeFailure, "s3://vaults?endpoint=http://127.0.0.1:1")
        try await refused(.storeFailure, "s3://vaults?endpoint=https://\(endpoint.dropFirst(7))")
        // Of a missing bucket nothing is said to be absent.
        let store = ObjectVaultStore(
            records: records, contents: try ObjectStoreLocation("s3://another-bucket?endpoint=\(endpoint)"),
            credentials: try StoreUnderTest.credentials())
        let (vault, id) = (
            try #require(VaultID(octets: [UInt8](repeating: 7, count: 32))), ContentID(random: SystemRandom())
        )
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await store.content(id, of: vault, in: 0..<1) }
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await store.contents([id], of: vault, limit: 9) }
        await #expect(throws: VaultError(.notAStore, "")) { try await store.deleteContents([id], of: vault) }
        await #expect(throws: VaultError(.notAStore, "")) {
            try await store.putContent(id, of: vault, size: 3, from: .pieces([1, 2, 3]))
        }
    }

    @Test(arguments: [5 << 20, (5 << 20) + 1, 12_345_678, 15 << 20])
    func `a content in parts is put, read in ranges, and is written once`(size: Int) async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        let vault = try #require(VaultID(octets: SystemRandom().bytes(32)))
        let (id, bytes) = (ContentID(random: SystemRandom()), SystemRandom().bytes(size))
        try await test.store.putContent(id, of: vault, size: Int64(size), from: .pieces(bytes))
        #expect(try await test.store.contentSize(id, of: vault) == Int64(size))
        #expect(try await test.store.contents([id], of: vault, limit: Int64(size)) == [id: bytes])
        for range in [0..<1, size - 1..<size, (5 << 20) - 3..<5 << 20, 1_000_000..<3_000_001] {
            let read = try await test.store.content(
                id, of: vault, in: Int64(range.lowerBound)..<Int64(range.upperBound))
            #expect(read == Array(bytes[range]))
        }
        #expect(try await test.store.content(id, of: vault, in: 7..<7).isEmpty)
        await #expect(throws: VaultError(.damaged, "")) {
            _ = try await test.store.content(id, of: vault, in: Int64(size)..<Int64(size + 1))
        }
        await #expect(throws: VaultError(.alreadyExists, "")) {
            try await test.store.putContent(id, of: vault, size: Int64(size), from: .pieces(bytes))
        }
        await #expect(throws: VaultError(.alreadyExists, "")) {
            try await test.store.putContent(id, of: vault, size: 2, from: .pieces([1, 2]))
        }
        #expect(try await test.store.contents([id], of: vault, limit: Int64(size)) == [id: bytes])
    }

    @Test(arguments: [11_999_999, 12_000_001])
    func `parts of another size than announced, or whose stream fails, leave nothing behind`(size: Int64) async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        let vault = try #require(VaultID(octets: SystemRandom().bytes(32)))
        let (id, bytes) = (ContentID(random: SystemRandom()), SystemRandom().bytes(12_000_000))
        await #expect(throws: VaultError(.storeFailure, "")) {
            try await test.store.putContent(id, of: vault, size: size, from: .pieces(bytes))
        }
        await #expect(throws: Pieces.Broken.self) {
            try await test.store.putContent(id, of: vault, size: size + 1, from: Pieces(bytes, fails: true))
        }
        #expect(try await test.store.contentSize(id, of: vault) == nil)
        #expect(try await test.store.contents(of: vault, after: nil, limit: 10).isEmpty)
        // Neither does an upload without an end.
        #expect(try await test.store.abortUploads(olderThan: 0, at: Instant(seconds: 1 << 40)) == 0)
    }

    @Test func `uploads that nobody completed are given up when they are old, and their uploader is told`() async throws
    {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        let vault = try #require(VaultID(octets: SystemRandom().bytes(32)))
        let (id, bytes) = (ContentID(random: SystemRandom()), SystemRandom().bytes(12_000_000))
        let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
        let slow = Slow(bytes)
        async let put: Void = test.store.putContent(id, of: vault, size: Int64(bytes.count), from: slow)
        await slow.began()
        // Somebody is uploading: young uploads stay, and are completed.
        #expect(try await test.store.abortUploads(at: now) == 0)
        #expect(try await test.store.abortUploads(at: now.adding(seconds: 86_000)) == 0)
        slow.go()
        try await put
        #expect(try await test.store.contents([id], of: vault, limit: 20_000_000) == [id: bytes])

        let second = Slow(bytes)
        let other = ContentID(random: SystemRandom())
        async let late: Void = test.store.putContent(other, of: vault, size: Int64(bytes.count), from: second)
        await second.began()
        #expect(try await test.store.abortUploads(at: now.adding(seconds: 90_000)) == 1)
        second.go()
        do {
            try await late
            Issue.record("completed without its parts")
        } catch let error as VaultError {
            #expect(error.code == .notFound || error.code == .storeFailure, "\(error)")
        }
        #expect(try await test.store.contentSize(other, of: vault) == nil)
    }

    @Test func `contents that lay in the other store before stay readable, and new ones go beside`() async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        let code = RecoveryCode(random: SystemRandom())
        let before = try await Vault.create(
            name: "kho", in: test.store.records, unlocking: [.recoveryCode(code)], at: Samples.time)
        let old = try await Samples.store(Samples.bytes(200_000), in: before)
        let vault = try await Vault.open(before.id, in: test.store, unlocking: .recoveryCode(code))
        let new = try await Samples.store(Samples.bytes(300_000), in: vault)
        #expect(try await vault.read(old.document).bytes() == Samples.bytes(200_000))
        #expect(try await vault.read(new.document).bytes() == Samples.bytes(300_000))
        #expect(try await vault.verify().isComplete)
        let (inside, all) = (
            try await test.store.records.contents(of: vault.id, after: nil, limit: 10),
            try await test.store.contents(of: vault.id, after: nil, limit: 10)
        )
        #expect(inside.count == 1 && all.count == 2)
        _ = try await vault.erase(new.document, reason: "thử", at: Samples.time)
        _ = try await vault.erase(old.document, reason: "thử", at: Samples.time)
        #expect(try await vault.verify().isComplete)
        #expect(
            try await Set(test.store.contents(of: vault.id, after: nil, limit: 10)).isDisjoint(with: all),
            "what was erased is gone from both")
    }

    @Test func `contents that somebody moved from one store into the other are found, together and in ranges`()
        async throws
    {
        let test = try StoreUnderTest([ObjectStores.inMemory.get().endpoint])
        defer { withExtendedLifetime(test) {} }
        let (opened, _) = try await test.vault()
        let vault = opened.id
        let ids = (0..<4).map { _ in ContentID(random: SystemRandom()) }
        let contents = Dictionary(uniqueKeysWithValues: zip(ids, (1...4).map { [UInt8](repeating: $0, count: 70_000) }))
        let (store, records) = (test.store, test.store.records)
        for id in ids[..<2] {
            try await store.putContent(id, of: vault, size: 70_000, from: .pieces(contents[id] ?? []))
        }
        for id in ids[2...] {
            try await records.putContent(id, of: vault, size: 70_000, from: .pieces(contents[id] ?? []))
        }
        let missing = ContentID(random: SystemRandom())
        for _ in 0..<2 {
            #expect(try await store.contents(ids + [missing], of: vault, limit: 70_000) == contents)
        }
        let elsewhere = try test.another()
        try await elsewhere.deleteContents([ids[0], ids[2]], of: vault)
        try await records.putContent(ids[0], of: vault, size: 70_000, from: .pieces(contents[ids[0]] ?? []))
        try await elsewhere.putContent(ids[2], of: vault, size: 70_000, from: .pieces(contents[ids[2]] ?? []))
        for _ in 0..<2 { #expect(try await store.contents(ids, of: vault, limit: 70_000) == contents) }
        for id in ids {
            #expect(
                try await store.content(id, of: vault, in: 1..<9) == [UInt8](repeating: contents[id]?[0] ?? 0, count: 8)
            )
        }
        try await elsewhere.deleteContents(ids, of: vault)
        #expect(try await store.contents(ids, of: vault, limit: 70_000).isEmpty)
    }

    @Test func `old contents that no entry names are listed without a key, and a sweep deletes them`() async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        let (vault, _) = try await test.vault()
        _ = try await Samples.store(Samples.bytes(100_000), in: vault)
        let orphan = ContentID(random: SystemRandom())
        try await test.store.putContent(orphan, of: vault.id, size: 3, from: .pieces([1, 2, 3]))
        let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
        #expect(try await test.store.unnamedContents(of: vault.id, at: now).isEmpty)
        #expect(try await test.store.unnamedContents(of: vault.id, at: now.adding(seconds: 90_000)) == [orphan])
        #expect(try await vault.sweep(at: Samples.time) == [orphan])
        #expect(try await test.store.unnamedContents(of: vault.id, at: now.adding(seconds: 90_000)).isEmpty)
        #expect(try await vault.verify().isComplete)
    }

    @Test func `a gateway with TLS is believed under its own authority and name alone`() async throws {
        let folder = try TemporaryFolder()
        let (certificate, key) = (folder.path("certificate.pem"), folder.path("key.pem"))
        let made = try CommandPeer.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
            ])
        guard made != nil else { return }
        let server = try ObjectStores.Started(ServerProcess.script("s3server.py", ["tls", certificate, key]))
        let port = server.endpoint.split(separator: ":").last ?? ""
        func check(_ parameters: String) async throws {
            let store = ObjectVaultStore(
                records: InMemoryVaultStore(), contents: try ObjectStoreLocation("s3://vaults?endpoint=" + parameters),
                credentials: try StoreUnderTest.credentials(), settings: StoreUnderTest.settings(rounds: 1))
            try await store.check()
        }
        try await check("https://localhost:\(port)&authorities=\(certificate)")
        await #expect(throws: VaultError(.storeFailure, "")) { try await check("https://localhost:\(port)") }
        await #expect(throws: VaultError(.storeFailure, "")) {
            try await check("https://127.0.0.1:\(port)&authorities=\(certificate)")
        }
    }

    @Test func `many documents at once, small and large, by two stores, are all there`() async throws {
        let test = try StoreUnderTest(ObjectStores.real())
        defer { withExtendedLifetime(test) {} }
        let (one, code) = try await test.vault()
        let two = try await Vault.open(one.id, in: test.another(), unlocking: .recoveryCode(code))
        let stored = try await withThrowingTaskGroup { group in
            for number in 0..<24 {
                group.addTask {
                    try await Samples.store(
                        Samples.bytes(number % 3 == 0 ? 500 : 80_000 + number), in: number % 2 == 0 ? one : two)
                }
            }
            return try await group.reduce(into: Set<DocumentID>()) { $0.insert($1.document) }
        }
        let opened = try await Vault.open(one.id, in: test.another(), unlocking: .recoveryCode(code))
        #expect(try await Set(opened.list().map(\.id)) == stored)
        #expect(try await opened.verify().isComplete)
    }
}

/// A stream that waits in its second half until it may go on.
private final class Slow: ContentStream {
    private let inner: Pieces
    private let gate = DispatchSemaphore(value: 0)
    private let state = Mutex((left: 20, began: false))

    init(_ bytes: [UInt8]) { inner = Pieces(bytes) }

    func next() throws -> [UInt8]? {
        let waits = state.withLock { state in
            state.left -= 1
            if state.left == 0 { state.began = true }
            return state.left == 0
        }
        if waits { gate.wait() }
        return try inner.next()
    }

    func began() async {
        while !state.withLock({ $0.began }) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    func go() { gate.signal() }
}
