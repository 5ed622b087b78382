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
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await PostgreSQLAccessLogStore.prepare(address) } }
            try await group.waitForAll()
        }
        let store = try await PostgreSQLAccessLogStore(address)
        do { try await body(store, address) } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    @Test(arguments: AccessLogStoreConformance.cases)
    func `the store conforms, with two who have it open`(conformance: AccessLogStoreConformance) async throws {
        try await Self.with(cases: "access logs") { store, address in
            let other = try await PostgreSQLAccessLogStore(address)
            do { try await conformance.run(on: store, and: other) } catch {
                await other.close()
                throw error
            }
            await other.close()
        }
    }

    @Test(arguments: CuttingProxy.Trouble.allCases)
    func `an append whose answer is lost is put once`(trouble: CuttingProxy.Trouble) async throws {
        guard let server = try PostgreSQLServer.shared(cases: "lost answers of access logs") else { return }
        let proxy = try CuttingProxy(before: server.port)
        defer { proxy.end() }
        // The trouble is at the text of the statement: nothing is kept prepared.
        let options = "sslmode=disable&timeout=3&retry=10&pool=2&statements=unnamed"
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

    @Test func `what was acknowledged is there after the server was killed`() async throws {
        guard PostgreSQLServer.isInstalled(cases: "access logs of a killed server") else { return }
        let server = try PostgreSQLServer()
        let address = try PostgreSQLStoreURL(server.url("durability=single-node&pool=2&retry=20"))
        try await PostgreSQLAccessLogStore.prepare(address)
        let store = try await PostgreSQLAccessLogStore(address)
        let writer = AccessLog(in: store, signedBy: try DeviceKey(random: SystemRandom()))
        let log = try TestStores.vault()
        for round in 1...3 {
            for _ in 0..<5 { try await writer.write(AccessRecord(.unlocked, at: Samples.time), of: log) }
            try server.command("kill a")
            try server.command("start a")
            let (checkpoint, entries) = try await writer.history(of: log, at: Samples.time)
            #expect(checkpoint.size == 5 * round)
            _ = try AccessHistory(entries, checkpoint, signedBy: writer.verification, since: nil, at: Samples.time)
        }
        await store.close()
    }

    /// What somebody who may do anything in the database does to a log of six entries; `@` is its table, `?` its name.
    private static let tampering = [
        "UPDATE @_entry SET entry = set_byte(entry, 40, get_byte(entry, 40) # 1) WHERE log = ? AND place = 2",
        "UPDATE @_entry SET entry = '\\x' WHERE log = ? AND place = 2",
        "UPDATE @_entry SET place = CASE place WHEN 2 THEN -3 ELSE place END WHERE log = ?",
        "UPDATE @_entry AS one SET entry = other.entry FROM @_entry AS other "
            + "WHERE one.log = ? AND other.log = ? AND one.place + other.place = 5",
        "DELETE FROM @_entry WHERE log = ? AND place = 0", "DELETE FROM @_entry WHERE log = ? AND place = 3",
        "DELETE FROM @_entry WHERE log = ? AND place = 5", "DELETE FROM @_entry WHERE log = ?",
        "DELETE FROM @_record WHERE log = ?",
        "UPDATE @_record SET value = set_byte(value, 20, get_byte(value, 20) # 1) WHERE log = ?",
        "UPDATE @_record SET value = '\\x' WHERE log = ?",
    ]

    @Test func `rows that were changed behind the service's back are found out`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "tampering with access logs") else { return }
        try await Self.with(cases: "tampering with access logs") { store, address in
            let table = "\(address.clusters[0].access.schema).access_log"
            let writer = AccessLog(in: store, signedBy: try DeviceKey(random: SystemRandom()))
            func read(_ log: VaultID) async throws {
                let (checkpoint, entries) = try await writer.history(of: log, at: Samples.time)
                #expect(checkpoint.size == 6)
                _ = try AccessHistory(
                    entries, checkpoint, signedBy: writer.verification, since: nil, at: Samples.time)
            }
            for text in Self.tampering {
                let log = try TestStores.vault()
                for _ in 0..<6 { try await writer.write(AccessRecord(.unlocked, at: Samples.time), of: log) }
                try await read(log)
                try server.sql(text.replacing("@", with: table).replacing("?", with: "'\\x\(log)'"))
                await #expect(throws: VaultError(.damaged, ""), "\(text)") { try await read(log) }
            }
            // All of a log gone is an empty log to whoever knows nothing of it, and found out by who saw it.
            let log = try TestStores.vault()
            for _ in 0..<6 { try await writer.write(AccessRecord(.unlocked, at: Samples.time), of: log) }
            let seen = try await writer.checkpoint(of: log, at: Samples.time)
            for part in ["", "_entry", "_record"] {
                try server.sql("DELETE FROM \(table)\(part) WHERE \(part.isEmpty ? "id" : "log") = '\\x\(log)'")
            }
            let (checkpoint, entries) = try await writer.history(of: log, at: Samples.time)
            #expect(throws: VaultError(.rolledBack, "")) {
                try AccessHistory(entries, checkpoint, signedBy: writer.verification, since: seen, at: Samples.time)
            }
        }
    }

    @Test func `a role that may change no entry can keep the logs`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "a role for access logs") else { return }
        try await Self.with(cases: "a role for access logs") { _, address in
            let schema = address.clusters[0].access.schema
            let role = "r\(schema)"
            try server.sql("CREATE ROLE \(role) LOGIN PASSWORD 'test'")
            try server.sql("GRANT USAGE ON SCHEMA \(schema) TO \(role)")
            try server.sql("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA \(schema) TO \(role)")
            try server.sql("GRANT UPDATE ON \(schema).access_log, \(schema).access_log_record TO \(role)")
            let store = try await PostgreSQLAccessLogStore(
                PostgreSQLStoreURL(server.url(schema: schema).replacing("//dossier:", with: "//\(role):")))
            let log = try TestStores.vault()
            for number in 0..<3 {
                let change = AccessLogAppend(expecting: Int64(number), entries: [[1]], records: [[1]: [UInt8(number)]])
                #expect(try await store.append(change, to: log))
            }
            #expect(try await store.entries(of: log, from: 0, limit: 9) == [[1], [1], [1]])
            try server.sql("REVOKE INSERT ON \(schema).access_log_entry FROM \(role)")
            await #expect(throws: VaultError(.notPermitted, "")) {
                _ = try await store.append(AccessLogAppend(expecting: 3, entries: [[1]]), to: log)
            }
            #expect(try await store.size(of: log) == 3)
            await store.close()
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
            await #expect(throws: VaultError(.newerVersion, "")) { try await PostgreSQLAccessLogStore.prepare(logs) }
            try server.sql("DELETE FROM \(schema).access_log_version")
            await #expect(throws: VaultError(.damaged, "")) { _ = try await PostgreSQLAccessLogStore(logs) }
        }
    }
}
