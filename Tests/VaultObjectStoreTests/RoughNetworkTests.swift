// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import TestSupport
import Testing
import VaultObjectStore
import VaultPostgreSQL
import VaultTesting

@Suite("Bad networks before PostgreSQL and an object store", .timeLimit(.minutes(60))) struct RoughNetworkTests {
    private static func port(of endpoint: String) throws -> Int {
        try #require(endpoint.split(separator: ":").last.flatMap { Int($0) })
    }

    /// A short run, or a long one with `DOSSIER_THOROUGH=1`.
    private static let steps: Int = {
        guard ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == nil else { return 200 }
        print("rough networks: 40 operations of 200; all with DOSSIER_THOROUGH=1")
        return 40
    }()

    @Test(arguments: [1, 2] as [UInt64])
    func `every operation ends with what was wanted or a typed error, and nothing is lost, changed or there twice`(
        seed: UInt64
    ) async throws {
        let endpoint = try ObjectStores.real()[0]
        guard let server = try PostgreSQLServer.shared(cases: "rough networks") else { return }
        let database = try RoughNetwork(before: server.port, seed: seed)
        let gateway = try RoughNetwork(before: Self.port(of: endpoint), seed: seed &+ 100)
        defer {
            database.end()
            gateway.end()
        }
        let options = "&timeout=2&connect-timeout=2&retry=2&pool=4"
        guard
            let address = try await CombinedStore.address(
                ["http://127.0.0.1:\(gateway.port)"], cases: "rough networks", through: database, options: options)
        else { return }
        let combined = try await CombinedStore(address, settings: StoreUnderTest.settings(rounds: 2, stall: 1))
        var use = try await RoughUse(combined.store, seed: seed)
        database.trouble(RoughNetwork.Trouble.allCases, after: 1...60_000)
        gateway.trouble(RoughNetwork.Trouble.allCases, after: 1...600_000)
        // What stands already meets no trouble of its own.
        database.vanish()
        for _ in 0..<Self.steps { try await use.step() }
        for network in [database, gateway] {
            network.mend()
            network.vanish()
        }
        try await use.check()
        await combined.records.close()
        print(
            "rough networks, seed \(seed): \(use.calls) calls, \(use.failures) with a typed error, \(use.documents.count) documents there; PostgreSQL \(database.met.values.reduce(0, +)), object store \(gateway.met.values.reduce(0, +)) troubled connections"
        )
        #expect(!database.met.isEmpty && !gateway.met.isEmpty, "\(database.met) \(gateway.met)")
    }

    @Test func `an object store that vanishes is a typed error in every call, and what stood idle is given up`()
        async throws
    {
        let network = try RoughNetwork(before: Self.port(of: ObjectStores.inMemory.get().endpoint))
        defer { network.end() }
        let test = try StoreUnderTest(
            ["http://127.0.0.1:\(network.port)"], settings: StoreUnderTest.settings(rounds: 2, stall: 1))
        defer { withExtendedLifetime(test) {} }
        let (vault, store) = (try #require(VaultID(octets: [UInt8](repeating: 5, count: 32))), test.store)
        let (kept, bytes) = (ContentID(random: SystemRandom()), SystemRandom().bytes(100_000))
        try await store.putContent(kept, of: vault, size: 100_000, from: .pieces(bytes))
        // The connection that libcurl keeps has nobody behind it.
        for _ in 0..<2 {
            network.vanish()
            #expect(try await store.contents([kept], of: vault, limit: 200_000) == [kept: bytes])
        }
        // Nobody takes what is uploaded, in one request and in parts.
        for size in [3_000_000, 6_000_000] {
            network.trouble([.deafness], after: 1_000...1_000)
            network.vanish()
            let octets = SystemRandom().bytes(size)
            let id = ContentID(random: SystemRandom())
            await #expect(throws: VaultError(.storeFailure, "")) {
                try await store.putContent(id, of: vault, size: Int64(size), from: .pieces(octets))
            }
            network.mend()
            network.vanish()
            #expect(try await store.contentSize(id, of: vault) == nil)
        }
        network.swallow()
        let id = ContentID(random: SystemRandom())
        typealias Call = @Sendable () async throws -> Void
        let calls: [Call] = [
            { _ = try await store.contents([kept], of: vault, limit: 200_000) },
            { _ = try await store.content(kept, of: vault, in: 5..<9) },
            { _ = try await store.contentSize(kept, of: vault) },
            { _ = try await store.contents(of: vault, after: nil, limit: 9) },
            { try await store.putContent(id, of: vault, size: 100_000, from: .pieces(bytes)) },
            { try await store.deleteContents([kept], of: vault) },
        ]
        for call in calls { await #expect(throws: VaultError(.storeFailure, "")) { try await call() } }
        network.mend()
        #expect(try await store.contents([kept], of: vault, limit: 200_000) == [kept: bytes])
        try await store.putContent(id, of: vault, size: 100_000, from: .pieces(bytes))
        #expect(try await store.contentSize(id, of: vault) == 100_000)
    }
}

/// A person who does this and that, says the same again when told that the outcome is unknown, and knows what must be there.
private struct RoughUse {
    private let store: any VaultStore
    private let code = RecoveryCode(random: SystemRandom())
    private var vault: Vault
    private var generator: SeededGenerator
    private(set) var documents: [DocumentID: [UInt8]] = [:]
    private(set) var calls = 0
    private(set) var failures = 0

    init(_ store: any VaultStore, seed: UInt64) async throws {
        self.store = store
        generator = SeededGenerator(seed: seed)
        vault = try await Vault.create(name: "kho", in: store, unlocking: [.recoveryCode(code)], at: Samples.time)
    }

    mutating func step() async throws {
        let vault = vault
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...5:
            let size = [100, 20_000, 90_000, 90_000, 300_000].randomElement(using: &generator) ?? 0
            let bytes = SystemRandom().bytes(size)
            let operation = OperationID(random: SystemRandom())
            let stored = try await repeated { try await Samples.store(bytes, operation: operation, in: vault) }
            documents[stored.document] = bytes
        case 6...8:
            guard let (document, bytes) = documents.randomElement(using: &generator) else { return }
            let read = try await repeated { try await vault.read(document).bytes() }
            #expect(read == bytes, "a wrong content")
        case 9:
            guard documents.count > 3, let document = documents.keys.randomElement(using: &generator) else { return }
            try await repeated {
                do { _ = try await vault.erase(document, reason: "thử", at: Samples.time) } catch let error
                    as VaultError
                {
                    // An earlier attempt was carried out.
                    guard error.code == .notFound else { throw error }
                }
            }
            documents[document] = nil
        case 10: try await repeated { try await vault.rotate(at: Samples.time) }
        default:
            let (id, store, code) = (vault.id, store, code)
            self.vault = try await repeated {
                try await Vault.open(id, in: store, unlocking: .recoveryCode(code))
            }
            _ = try await repeated { try await vault.list() }
        }
    }

    func check() async throws {
        let opened = try await Vault.open(
            vault.id, in: store, unlocking: .recoveryCode(code), anchor: await vault.anchor)
        let listed = try await opened.list().map(\.id)
        #expect(listed.count == documents.count && Set(listed) == Set(documents.keys))
        for (document, bytes) in documents { #expect(try await opened.read(document).bytes() == bytes) }
        #expect(try await opened.verify().isComplete)
    }

    @discardableResult
    private mutating func repeated<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<40 {
            calls += 1
            do { return try await body() } catch let error as VaultError {
                guard [.busy, .storeFailure].contains(error.code) else { throw error }
                failures += 1
            }
        }
        return try await body()
    }
}
