// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import Synchronization
import TestSupport
import Testing
import VaultTesting

@testable import VaultPostgreSQL

@Suite("A vault moves between clusters")
struct MovingTests {
    private static let time = Instant(seconds: 1_795_228_222)
    private let clock = ContinuousClock()

    @Test func `everything of it moves, and whoever knew the old place follows`() async throws {
        guard let clusters = try TestClusters(3, cases: "moving vaults") else { return }
        let (store, other) = (try await clusters.open(), try await clusters.open())
        for home in 0..<3 {
            let vault = try await VaultImage.make(in: store, home: home)
            var image = try await VaultImage(vault, in: other)
            #expect(try await other.cluster(of: vault) == home + 1)
            for target in [1, 2, 0, 2, 1, 0, 0].map({ ($0 + home) % 3 }) {
                let from = try #require(try await store.cluster(of: vault))
                let move = try await store.move(vault, to: target + 1, clock: clock)
                #expect(move.from == from && move.to == target + 1)
                #expect(from == target + 1 || (move.entries == image.entries.count && move.deposits == 2))
                for reader in [other, store] { #expect(try await VaultImage(vault, in: reader) == image) }
                #expect(try await other.cluster(of: vault) == target + 1)
                #expect(try await TestClusters.accepting(vault, in: store) == [target])
                let rows = try await TestClusters.rows(of: vault, in: store)
                #expect(rows.enumerated().allSatisfy { ($0.element > 0) == ($0.offset == target) }, "\(rows)")
                // Every change by one who has not heard of it.
                var batch = try TestStores.batch(after: image.head)
                batch.keyRecords = [VersionID(random: SystemRandom()): [9]]
                #expect(try await other.append(batch, to: vault) == .committed)
                #expect(try await store.append(batch, to: vault) == .repeated(batch.head.sequence))
                try await other.putContent(
                    ContentID(random: SystemRandom()), of: vault, size: 3, from: OctetStream([1, 2, 3]))
                try await other.deleteContents([try #require(image.contents.keys.min())], of: vault)
                try await other.deleteDeposits([image.deposits[0].id], of: vault)
                try await other.putDeposit(
                    StoredDeposit(id: DepositID(random: SystemRandom()), record: [8]), of: vault)
                try await other.replaceKeyRecords([try #require(image.keys.keys.min()): [7]], in: vault)
                image = try await VaultImage(vault, in: store)
                #expect(image.head == batch.head && image.deposits.last?.record == [8])
            }
            // Each vault is listed once, wherever it lies.
            let listed = try await other.vaults(after: nil, limit: 100)
            #expect(listed.count == home + 1 && listed.filter { $0.id == vault }.map(\.head) == [image.head])
        }
        await store.close()
        await other.close()
    }

    @Test func `a cluster that is added later is empty until vaults are moved there`() async throws {
        guard let clusters = try TestClusters(3, cases: "a cluster that is added") else { return }
        let old = try await clusters.open(2)
        let vaults = [try await VaultImage.make(in: old, home: 0), try await VaultImage.make(in: old, home: 1)]
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLVaultStore(clusters.address(3)) }
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await old.move(vaults[0], to: 3, clock: clock) }
        #expect(try await PostgreSQLVaultStore.prepare(clusters.address(3)).last == 0)
        let new = try await PostgreSQLVaultStore(clusters.address(3))
        for vault in vaults {
            let image = try await VaultImage(vault, in: old)
            #expect(try await VaultImage(vault, in: new) == image)
            #expect(try await new.move(vault, to: 3, clock: clock).to == 3)
            #expect(try await VaultImage(vault, in: new) == image)
            // A process that was told of two clusters only says so, and writes nowhere.
            await #expect(throws: VaultError(.notAStore, "")) { _ = try await old.head(of: vault) }
            await #expect(throws: VaultError(.notAStore, "")) {
                _ = try await old.append(TestStores.batch(after: image.head), to: vault)
            }
        }
        // New vaults go where their ids said before.
        let made = try await VaultImage.make(in: new)
        #expect(try await new.cluster(of: made) == old.home(of: made) + 1)
        #expect(try await new.vaults(after: nil, limit: 10).count == 3)
        await old.close()
        await new.close()
        await #expect(throws: VaultError(.notAStore, "")) { _ = try await PostgreSQLVaultStore(clusters.address(1)) }
    }

    @Test func `writers of two processes go on through twenty moves, and nothing is lost or twice`() async throws {
        guard let clusters = try TestClusters(3, cases: "moves under writers") else { return }
        let stores = [try await clusters.open(), try await clusters.open()]
        let mover = try await clusters.open()
        let code = RecoveryCode(random: SystemRandom())
        let created = try await Vault.create(name: "x", in: stores[0], unlocking: [.recoveryCode(code)], at: Self.time)
        let log = Log()
        let clock = clock
        try await withThrowingTaskGroup { group in
            for number in 0..<4 {
                group.addTask {
                    let vault = try await Vault.open(created.id, in: stores[number % 2], unlocking: .recoveryCode(code))
                    var count = 0
                    while !log.isOver {
                        // As much as fits between two moves, so that the twentieth carries no more than is proportionate.
                        guard log.takesOne() else {
                            try await Task.sleep(nanoseconds: 5_000_000)
                            continue
                        }
                        count += 1
                        // Now and then one in pieces, one beside its entry, one inside it.
                        let size = count % 40 == 0 ? (2 << 20) + 5 : count % 8 == 0 ? 100_000 : 200
                        let bytes = SystemRandom().bytes(size)
                        var made: DocumentID?
                        let taken = try await clock.measure {
                            made = try await vault.store(
                                MemorySource(bytes),
                                metadata: DocumentMetadata(
                                    type: "other", name: "x", mediaType: "application/octet-stream"),
                                provenance: .selfDeclared(Digest32(of: bytes)), at: Self.time
                            ).document
                        }
                        log.state.withLock { log in
                            if let made { log.documents[made] = bytes }
                            if size == 200 { log.write = max(log.write, taken) }
                        }
                    }
                }
            }
            for store in stores {
                group.addTask {
                    while !log.isOver {
                        let known = log.state.withLock { ($0.documents.count, $0.deposits.count) }
                        var read: Vault?
                        let taken = try await clock.measure {
                            read = try await Vault.open(created.id, in: store, unlocking: .recoveryCode(code))
                        }
                        // What was acknowledged before is seen, wherever the vault is meanwhile.
                        let listed = try await read?.list().count ?? 0
                        #expect(listed >= known.0)
                        log.state.withLock { $0.read = max($0.read, taken) }
                        let deposit = StoredDeposit(id: DepositID(random: SystemRandom()), record: [1, 2, 3])
                        if known.1 < 60 {
                            try await store.putDeposit(deposit, of: created.id)
                            log.state.withLock { $0.deposits.append(deposit.id) }
                        }
                        // Each opening reads the whole journal.
                        try await Task.sleep(nanoseconds: 100_000_000)
                    }
                }
            }
            var (pauses, rounds): ([Double], Int) = ([], 0)
            for number in 1...20 {
                let move = try await mover.move(created.id, to: (number * 2) % 3 + 1, clock: clock)
                pauses.append(move.pause)
                rounds = max(rounds, move.rounds)
                #expect(try await TestClusters.accepting(created.id, in: mover).count == 1)
                log.state.withLock { $0.allowed += 24 }
                try await Task.sleep(nanoseconds: 30_000_000)
            }
            log.end()
            try await group.waitForAll()
            let longest = log.state.withLock {
                ($0.documents.count, $0.write / .milliseconds(1), $0.read / .milliseconds(1))
            }
            print(
                "20 moves under 4 writers and 2 readers of 2 processes: \(longest.0) documents, at most \(rounds) "
                    + "rounds before the last; a move held writing for \(Int(pauses.sorted()[10])) ms, at most "
                    + "\(Int(pauses.max() ?? 0)); longest writing of a small one "
                    + "\(Int(longest.1)) ms, longest opening \(Int(longest.2)) ms")
        }
        let vault = try await Vault.open(created.id, in: mover, unlocking: .recoveryCode(code))
        #expect(try await vault.verify().isComplete)
        let (documents, deposits) = log.state.withLock { ($0.documents, $0.deposits) }
        let listed = try await vault.list().map(\.id)
        #expect(listed.count == documents.count && Set(listed) == Set(documents.keys))
        for (id, bytes) in documents { #expect(try await vault.read(id).bytes() == bytes) }
        #expect(Set(try await mover.deposits(of: created.id, limit: 1000).map(\.id)) == Set(deposits))
        for store in stores + [mover] { await store.close() }
    }

    /// What was acknowledged, and the longest times.
    private final class Log: Sendable {
        struct State {
            var documents: [DocumentID: [UInt8]] = [:]
            var deposits: [DepositID] = []
            var write = Duration.zero
            var read = Duration.zero
            var isOver = false
            var (begun, allowed) = (0, 24)
        }

        let state = Mutex(State())
        var isOver: Bool { state.withLock { $0.isOver } }
        func end() { state.withLock { $0.isOver = true } }

        /// Whether one more may be written before the next move.
        func takesOne() -> Bool {
            state.withLock { log in
                guard log.begun < log.allowed else { return false }
                log.begun += 1
                return true
            }
        }
    }

    @Test func `a vault that is written faster than it is copied is fenced all the same`() async throws {
        guard let clusters = try TestClusters(2, cases: "a vault that is written without a break") else { return }
        let (store, mover) = (try await clusters.open(), try await clusters.open())
        let vault = try await VaultImage.make(in: store, home: 0)
        let start = try await store.head(of: vault)
        let log = Log()
        let clock = clock
        try await withThrowingTaskGroup { group in
            group.addTask {
                var (head, longest) = (start, Duration.zero)
                while !log.isOver {
                    // Each with more than one transaction of the copy carries, so that no round finds little.
                    var batch = try TestStores.batch(after: head)
                    for _ in 0..<3 { batch.contents[ContentID(random: SystemRandom())] = SystemRandom().bytes(60_000) }
                    let begun = clock.now
                    let outcome = try await store.append(batch, to: vault)
                    #expect(outcome == .committed)
                    longest = max(longest, begun.duration(to: clock.now))
                    head = batch.head
                }
                let wrote = (head?.sequence ?? 0) - (start?.sequence ?? 0)
                print("written without a break: \(wrote) batches, the longest took \(longest / .milliseconds(1)) ms")
            }
            for number in 0..<3 {
                let move = try await mover.move(vault, to: 2 - number % 2, clock: clock)
                #expect(move.rounds <= 8)
                print(
                    "moved while it was written: \(move.rounds) rounds, \(move.entries) entries, \(Int(move.pause)) ms")
            }
            log.end()
            try await group.waitForAll()
        }
        let image = try await VaultImage(vault, in: mover)
        #expect(image.entries.map(\.sequence) == Array(0...(image.head?.sequence ?? -1)))
        #expect(try await TestClusters.accepting(vault, in: mover) == [1])
        await store.close()
        await mover.close()
    }

    @Test func `a move waits for a content that is being put, and takes it along`() async throws {
        guard let clusters = try TestClusters(2, cases: "a content that is put during a move") else { return }
        let store = try await clusters.open()
        let vault = try await VaultImage.make(in: store, home: 0)
        let id = ContentID(random: SystemRandom())
        let bytes = SystemRandom().bytes(3 << 20)
        let clock = clock
        async let put: Void = store.putContent(id, of: vault, size: Int64(bytes.count), from: SlowStream(bytes))
        try await Task.sleep(nanoseconds: 200_000_000)
        let move = try await store.move(vault, to: 2, clock: clock)
        try await put
        #expect(move.contents == 7)
        #expect(try await store.content(id, of: vault, in: 0..<Int64(bytes.count)) == bytes)
        #expect(try await TestClusters.accepting(vault, in: store) == [1])
        await store.close()
    }

    /// Octets that come slowly.
    private final class SlowStream: ContentStream {
        private let rest: LockedOctets

        init(_ octets: [UInt8]) { rest = LockedOctets(octets) }

        func next() -> [UInt8]? {
            usleep(200_000)
            return rest.take(512 << 10)
        }
    }
}
