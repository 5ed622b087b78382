// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("PostgreSQL as a store of vaults")
struct PostgreSQLVaultStoreTests {
    @Test(arguments: VaultStoreConformance.cases)
    func `it does what a store must do`(conformance: VaultStoreConformance) async throws {
        try await TestStores.with(cases: "conformance of PostgreSQL: \(conformance)") { store, _ in
            try await conformance.run(on: store)
        }
    }

    @Test(arguments: StoreAttack.cases)
    func `a vault in it finds the attack`(attack: StoreAttack) async throws {
        try await TestStores.with(cases: "attacks on PostgreSQL: \(attack)") { store, _ in
            try await attack.run(on: store)
        }
    }

    @Test(arguments: StoreCrash.cases)
    func `a device that crashes at any change of it loses nothing`(crash: StoreCrash) async throws {
        try await TestStores.with(cases: "crashes on PostgreSQL: \(crash)") { store, _ in
            try await crash.run(on: store)
        }
    }

    @Test func `with statements that are not kept it does the same`() async throws {
        for conformance in VaultStoreConformance.cases.prefix(5) {
            try await TestStores.with("durability=single-node&statements=unnamed", cases: "unnamed statements") {
                store, _ in try await conformance.run(on: store)
            }
        }
    }

    @Test func `behind a pooler that gives every transaction another connection`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "pgbouncer") else { return }
        let pooler: Int?
        do {
            pooler = Int(try server.command("pooler transaction"))
        } catch {
            print("skipped: pgbouncer: \(error)")
            return
        }
        let port = try #require(pooler)
        let options = "durability=single-node&statements=unnamed&sslmode=disable&retry=1"
        let url = server.url(schema: TestStores.newSchema(), ports: [port], options)
        let store = try await TestStores.open(url)
        for conformance in VaultStoreConformance.cases { try await conformance.run(on: store) }
        await store.close()
    }

    @Test
    func `a pooler that does not keep prepared statements is told by name, and no schema gets another's statement`()
        async throws
    {
        guard let server = try PostgreSQLServer.shared(cases: "pgbouncer without statements=unnamed") else { return }
        let pooler: Int?
        do {
            pooler = Int(try server.command("pooler transaction"))
        } catch {
            print("skipped: pgbouncer without statements=unnamed: \(error)")
            return
        }
        let port = try #require(pooler)
        let options = "durability=single-node&sslmode=disable&retry=1&pool=1"
        let vault = try TestStores.vault()
        var stores: [PostgreSQLVaultStore] = []
        for _ in 0..<2 {
            let url = server.url(schema: TestStores.newSchema(), ports: [port], options)
            _ = try await PostgreSQLVaultStore.prepare(PostgreSQLStoreURL(url))
            stores.append(try await PostgreSQLVaultStore(PostgreSQLStoreURL(url)))
        }
        let names = stores.map { $0.clusters[0].statements.head.name }
        #expect(names[0] != names[1] && names.allSatisfy { $0.utf8.count < 64 })
        #expect(Statement.suffix("a").utf8.count < 20)
        // Each finds its own head on whatever connection of the server, or an error that says what to do; never the other's.
        let batch = try TestStores.batch(after: nil)
        let direct = try await PostgreSQLVaultStore(
            PostgreSQLStoreURL(
                server.url(schema: stores[0].clusters[0].statements.schema, "durability=single-node&pool=1")))
        #expect(try await direct.append(batch, to: vault) == .committed)
        for _ in 0..<20 {
            for (store, head) in zip(stores, [batch.head, nil]) {
                do {
                    #expect(try await store.head(of: vault) == head)
                } catch {
                    #expect(error.code == .notPermitted && error.detail.contains("statements=unnamed"))
                }
            }
        }
        for store in stores + [direct] { await store.close() }
    }

    @Test func `of fifty races of eight each has one winner`() async throws {
        try await TestStores.with(cases: "races") { store, _ in
            let vault = try TestStores.vault()
            let first = try TestStores.batch(after: nil)
            #expect(try await store.append(first, to: vault) == .committed)
            var head = first.head
            for _ in 0..<50 {
                let batches = try (0..<8).map { _ in try TestStores.batch(after: head) }
                let outcomes = try await withThrowingTaskGroup { group in
                    for batch in batches {
                        group.addTask { (batch.head, try await store.append(batch, to: vault)) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let winners = outcomes.filter { $0.1 == .committed }
                try #require(winners.count == 1)
                head = winners[0].0
                #expect(outcomes.filter { $0.1 == .conflict(head) }.count == 7)
            }
            #expect(try await store.entries(of: vault, from: 0, limit: 100).count == 51)
        }
    }

    @Test func `one operation sent by eight at once is put once`() async throws {
        try await TestStores.with(cases: "one operation by many") { store, _ in
            for _ in 0..<20 {
                let vault = try TestStores.vault()
                let first = try TestStores.batch(after: nil)
                for batch in [first, try TestStores.batch(after: first.head)] {
                    let outcomes = try await withThrowingTaskGroup { group in
                        for _ in 0..<8 { group.addTask { try await store.append(batch, to: vault) } }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(outcomes.filter { $0 == .committed }.count == 1)
                    #expect(outcomes.filter { $0 == .repeated(batch.head.sequence) }.count == 7)
                }
            }
        }
    }

    @Test func `a content of several pieces is read in any range`() async throws {
        try await TestStores.with(cases: "large contents") { store, _ in
            let vault = try TestStores.vault()
            let size = 3 * Int(Statements.pieceSize) + 17
            let octets = SystemRandom().bytes(size)
            let id = ContentID(random: SystemRandom())
            try await store.putContent(id, of: vault, size: Int64(size), from: OctetStream(octets))
            let piece = Int(Statements.pieceSize)
            for range in [
                0..<size, 0..<0, 0..<1, piece - 1..<piece + 1, piece..<2 * piece, 5..<2 * piece + 3, size - 1..<size,
                3 * piece..<size,
            ] {
                let read = try await store.content(
                    id, of: vault, in: Int64(range.lowerBound)..<Int64(range.upperBound))
                #expect(read == Array(octets[range]), "\(range)")
            }
            await #expect(throws: VaultError(.alreadyExists, "")) {
                try await store.putContent(id, of: vault, size: Int64(size), from: OctetStream(octets))
            }
            await #expect(throws: VaultError(.damaged, "")) {
                _ = try await store.content(id, of: vault, in: 0..<Int64(size + 1))
            }
        }
    }

    @Test func `vaults lie in the cluster that their id says, and an address in another order is refused`() async throws
    {
        guard let server = try PostgreSQLServer.shared(cases: "two clusters") else { return }
        let schema = TestStores.newSchema()
        try server.command("sql a CREATE DATABASE \(schema) OWNER dossier")
        let place = "localhost:\(server.port)"
        let options = "durability=single-node&pool=2"
        let both = server.url(schema: schema, options + "&shard=\(place)/\(schema)")
        let store = try await TestStores.open(both)
        var vaults: Set<VaultID> = []
        for _ in 0..<40 {
            let vault = try TestStores.vault()
            let batch = try TestStores.batch(after: nil)
            #expect(try await store.append(batch, to: vault) == .committed)
            #expect(try await store.head(of: vault) == batch.head)
            vaults.insert(vault)
        }
        #expect(Set(vaults.map { PostgreSQLVaultStore.shard(of: $0, count: 2) }) == [0, 1])
        var (listed, last): ([VaultID], VaultID?) = ([], nil)
        while true {
            let page = try await store.vaults(after: last, limit: 7)
            guard !page.isEmpty else { break }
            listed += page.map(\.id)
            last = page.last?.id
        }
        #expect(listed.count == 40 && Set(listed) == vaults)
        await store.close()
        await #expect(throws: VaultError(.notAStore, "")) {
            _ = try await PostgreSQLVaultStore(PostgreSQLStoreURL(server.url(schema: schema, options)))
        }
        let swapped = "postgres://dossier:test@\(place)/\(schema)?sslrootcert=\(server.folder)/server.crt"
        await #expect(throws: VaultError(.notAStore, "")) {
            _ = try await PostgreSQLVaultStore(
                PostgreSQLStoreURL(swapped + "&schema=\(schema)&\(options)&shard=\(place)/dossier"))
        }
    }

    @Test func `another cluster takes its share from each of the others and nothing else moves`() throws {
        var moved = 0
        for number in 0..<4096 {
            let octets = [UInt8(number >> 8), UInt8(number & 0xff)] + [UInt8](repeating: 0, count: 30)
            let vault = try #require(VaultID(octets: octets))
            let (before, after) = (
                PostgreSQLVaultStore.shard(of: vault, count: 4), PostgreSQLVaultStore.shard(of: vault, count: 5)
            )
            #expect(before == after || after == 4)
            moved += before == after ? 0 : 1
        }
        #expect((4096 / 5 - 150...4096 / 5 + 150).contains(moved), "\(moved)")
    }
}
