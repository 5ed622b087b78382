// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("Connections to PostgreSQL: trust, refusals, the pool")
struct ConnectionTests {
    private func refusal(_ url: String) async throws -> VaultError? {
        do {
            let store = try await PostgreSQLVaultStore(PostgreSQLStoreURL(url))
            await store.close()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a server is trusted by its certificate and name only`() async throws {
        try await TestStores.with(cases: "TLS") { store, server in
            let schema = store.clusters[0].statements.schema
            let place = "dossier:test@localhost:\(server.port)/dossier"
            let rest = "schema=\(schema)&durability=single-node&retry=0"
            let authority = "sslrootcert=\(server.folder)/server.crt"
            #expect(try await refusal("postgres://\(place)?\(authority)&\(rest)") == nil)
            // Another name of the same machine, which the certificate does not have.
            let other = "postgres://dossier:test@ip6-localhost,127.0.0.2:\(server.port)/dossier"
            let named = try await refusal("\(other)?\(authority)&\(rest)")
            #expect(named?.code == .busy || named?.code == .notPermitted)
            let folder = try TemporaryFolder()
            guard
                try OpenSSLPeer.run(
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                        "/CN=other", "-keyout", "other.key", "-out", "other.crt",
                    ], in: folder, cases: "a foreign authority") != nil
            else { return }
            let foreign = try await refusal("postgres://\(place)?sslrootcert=\(folder.path("other.crt"))&\(rest)")
            #expect(foreign?.code == .notPermitted)
        }
    }

    @Test func `a wrong password, role or database is a typed error that names none of them`() async throws {
        try await TestStores.with(cases: "wrong passwords") { store, server in
            let schema = store.clusters[0].statements.schema
            let rest = "?sslrootcert=\(server.folder)/server.crt&schema=\(schema)&durability=single-node&retry=0"
            for (access, database, code) in [
                ("dossier:bí-mật-sai", "dossier", VaultError.Code.notPermitted),
                ("nobody-there:bí-mật-sai", "dossier", .notPermitted), ("dossier:test", "no-such-base", .notFound),
            ] {
                let error = try await refusal("postgres://\(access)@localhost:\(server.port)/\(database)\(rest)")
                #expect(error?.code == code, "\(String(describing: error))")
                for word in ["bí-mật-sai", "nobody-there", "no-such-base", "localhost"] {
                    #expect(error?.description.contains(word) == false)
                }
            }
            let file = try TemporaryFolder()
            let path = try file.write("test\n", as: "password")
            let place = "dossier@localhost:\(server.port)/dossier\(rest)"
            #expect(try await refusal("postgres://\(place)&passwordfile=\(path)") == nil)
            #expect(try await refusal("postgres://\(place)&passwordfile=\(path).none")?.code == .notPermitted)
            #expect(try await refusal("postgres://\(place)&passwordenv=DOSSIER_NO_SUCH")?.code == .notPermitted)
        }
    }

    @Test func `where nobody listens is busy, and the first host that writes is taken`() async throws {
        try await TestStores.with(cases: "dead hosts") { store, server in
            let schema = store.clusters[0].statements.schema
            let dead = try await refusal(server.url(schema: schema, ports: [1], "durability=single-node&retry=0"))
            #expect(dead?.code == .busy)
            #expect(
                try await refusal(
                    server.url(schema: schema, ports: [1, server.port], "durability=single-node&retry=0")) == nil)
        }
    }

    @Test func `a store that acknowledges too early is refused unless it is said by name`() async throws {
        guard let server = try PostgreSQLServer.shared(cases: "durability") else { return }
        let schema = TestStores.newSchema()
        _ = try await PostgreSQLVaultStore.prepare(PostgreSQLStoreURL(server.url(schema: schema)))
        #expect(try await refusal(server.url(schema: schema)) == nil)
        let asynchronous = try await refusal(server.url(schema: schema, "retry=0"))
        #expect(asynchronous?.code == .notPermitted && asynchronous?.detail.contains("single-node") == true)
        try server.sql(
            """
            CREATE ROLE \(schema)_hasty LOGIN PASSWORD 'test' IN ROLE dossier;
            ALTER ROLE \(schema)_hasty SET synchronous_commit = off
            """)
        let url = server.url(schema: schema, "durability=single-node&retry=0")
        let hasty = try await refusal(url.replacing("dossier:test@", with: "\(schema)_hasty:test@"))
        #expect(hasty?.code == .notPermitted && hasty?.detail.contains("synchronous_commit") == true)
    }

    @Test func `many calls share few connections, and none is lost by errors or cancellation`() async throws {
        try await TestStores.with("durability=single-node&pool=2&timeout=600", cases: "the pool") { store, _ in
            let cluster = store.clusters[0]
            try await withThrowingTaskGroup { group in
                for _ in 0..<40 {
                    group.addTask { _ = try await store.head(of: TestStores.vault()) }
                    group.addTask {
                        // A statement that the server refuses leaves a connection that can be used.
                        try await cluster.perform("x") { session, _ async throws(PostgreSQLError) in
                            do throws(PostgreSQLError) {
                                _ = try await session.run([Query(sql: "SELECT 1/0")])
                            } catch { guard error.kind == .state("22012") else { throw error } }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(store.activity.connections <= 2 && store.activity.busyConnections == 0)
            for _ in 0..<6 {
                let sleeping = Task {
                    try await cluster.perform("x") { session, _ async throws(PostgreSQLError) in
                        _ = try await session.run([Query(sql: "SELECT pg_sleep(60)")])
                    }
                }
                while store.activity.busyConnections == 0 { await Task.yield() }
                sleeping.cancel()
                await #expect(throws: VaultError.self) { try await sleeping.value }
            }
            #expect(store.activity.busyConnections == 0 && store.activity.waiting == 0)
            #expect(try await store.head(of: TestStores.vault()) == nil)
        }
    }

    @Test func `who waits too long for a connection or an answer is told so`() async throws {
        try await TestStores.with("durability=single-node&pool=1&timeout=5&retry=0", cases: "time limits") { store, _ in
            let cluster = store.clusters[0]
            let sleeping = Task {
                try await cluster.perform("x") { session, _ async throws(PostgreSQLError) in
                    _ = try await session.run([Query(sql: "SELECT pg_sleep(60)")])
                }
            }
            while store.activity.busyConnections == 0 { await Task.yield() }
            let waiting = Task { try await store.head(of: TestStores.vault()) }
            await #expect(throws: VaultError(.storeFailure, "")) { try await sleeping.value }
            // Whichever limit ends first: the place is given over, or the wait ends.
            do { _ = try await waiting.value } catch let error as VaultError { #expect(error.code == .busy) }
            #expect(try await store.head(of: TestStores.vault()) == nil)
            let cancelled = Task { try await store.head(of: TestStores.vault()) }
            cancelled.cancel()
            _ = try? await cancelled.value
            #expect(store.activity.waiting == 0 && store.activity.busyConnections == 0)
        }
    }
}
