// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Access logs in PostgreSQL")
struct AccessLogStoreTests {
    private static func with(
        ports: ((Int) throws -> Int)? = nil, _ options: String = "pool=4", cases: String,
        _ body: (PostgreSQLAccessLogStore, PostgreSQLStoreURL) async throws -> Void
    ) async throws {
        guard let server = try PostgreSQLServer.shared(cases: cases) else { return }
        let address = try PostgreSQLStoreURL(
            server.url(
                schema: TestStores.newSchema(), ports: try ports.map { [try $0(server.port)] },
                "durability=single-node&\(options)"))
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLAccessLogStore(address) }
        for _ in 0..<2 { try await PostgreSQLAccessLogStore.prepare(address) }
        let store = try await PostgreSQLAccessLogStore(address)
        do { try await body(store, address) } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    @Test func `it keeps what a store in memory keeps, over processes' lives`() async throws {
        try await Self.with(cases: "access logs") { _, address in
            let log = try TestStores.vault()
            let key = try DeviceKey(random: SystemRandom())
            let memory = InMemoryAccessLogStore()
            for number in 0..<5 {
                let store = try await PostgreSQLAccessLogStore(address)
                var roots: [Digest32] = []
                for store in [store, memory] as [any AccessLogStore] {
                    let writer = AccessLog(in: store, signedBy: key, random: CountingRandom(number))
                    for _ in 0..<3 {
                        _ = try await writer.write(
                            AccessRecord(.unlocked, at: Samples.time, reason: "phiên \(number)"), of: log)
                    }
                    roots.append(try await writer.checkpoint(of: log, at: Samples.time).root)
                }
                #expect(roots[0] == roots[1])
                await store.close()
            }
            let store = try await PostgreSQLAccessLogStore(address)
            #expect(try await store.size(of: log) == 15)
            #expect(try await store.entries(of: log, from: 4, limit: 3) == memory.entries(of: log, from: 4, limit: 3))
            #expect(try await store.entries(of: log, from: 15, limit: 3).isEmpty)
            #expect(try await store.record([9], of: log) == nil)
            #expect(try await store.size(of: TestStores.vault()) == 0)
            await store.close()
        }
    }

    @Test func `an append on another size changes nothing, and many at once all count`() async throws {
        try await Self.with(cases: "races for access logs") { store, _ in
            let log = try TestStores.vault()
            func append(_ size: Int64, _ octet: UInt8) async throws -> Bool {
                try await store.append(
                    AccessLogAppend(expecting: size, entries: [[octet]], records: [[1]: [octet]]), to: log)
            }
            #expect(try await !append(1, 9))
            #expect(try await store.size(of: log) == 0)
            #expect(try await append(0, 1))
            #expect(try await !append(0, 2))
            #expect(try await store.record([1], of: log) == [1])
            #expect(try await append(1, 3))
            #expect(try await store.entries(of: log, from: 0, limit: 9) == [[1], [3]])
            #expect(try await store.append(AccessLogAppend(expecting: 2, entries: [], records: [[1]: [7]]), to: log))
            #expect(try await store.record([1], of: log) == [7])
            let second = try TestStores.vault()
            let writer = AccessLog(in: store, signedBy: try DeviceKey(random: SystemRandom()))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { _ = try await writer.write(AccessRecord(.unlocked, at: Samples.time), of: second) }
                }
                try await group.waitForAll()
            }
            let (checkpoint, entries) = try await writer.history(of: second, at: Samples.time)
            #expect(checkpoint.size == 20)
            _ = try AccessHistory(entries, checkpoint, signedBy: writer.verification, since: nil, at: Samples.time)
        }
    }

    @Test(arguments: CuttingProxy.Trouble.allCases)
    func `an append whose answer is lost is put once`(trouble: CuttingProxy.Trouble) async throws {
        guard let server = try PostgreSQLServer.shared(cases: "lost answers of access logs") else { return }
        let proxy = try CuttingProxy(before: server.port)
        defer { proxy.end() }
        let options = "sslmode=disable&timeout=3&retry=10&pool=2"
        try await Self.with(ports: { _ in proxy.port }, options, cases: "lost answers of access logs") { store, _ in
            let log = try TestStores.vault()
            for number in 0..<2 {
                proxy.plan(trouble, at: "put_record")
                let change = AccessLogAppend(expecting: Int64(number), entries: [[UInt8(number)]], records: [[1]: [2]])
                #expect(try await store.append(change, to: log))
            }
            #expect(try await store.entries(of: log, from: 0, limit: 9) == [[0], [1]])
            #expect(proxy.troubles == 2)
        }
    }

    @Test func `a schema with vaults, or with something else, is left alone`() async throws {
        try await TestStores.with(cases: "foreign tables of access logs") { store, server in
            let address = store.address
            await #expect(throws: VaultError(.notAStore, "")) { try await PostgreSQLAccessLogStore.prepare(address) }
            let schema = TestStores.newSchema()
            let logs = try PostgreSQLStoreURL(server.url(schema: schema))
            try await PostgreSQLAccessLogStore.prepare(logs)
            await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLVaultStore.prepare(logs) }
            try server.sql("INSERT INTO \(schema).access_log_version VALUES (9)")
            await #expect(throws: VaultError(.newerVersion, "")) { _ = try await PostgreSQLAccessLogStore(logs) }
        }
    }
}
