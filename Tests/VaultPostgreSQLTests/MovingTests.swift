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

    @Test func `a mover that is gone in the last round does not keep writers out`() async throws {
        guard let clusters = try TestClusters(2, cases: "a mover that is gone") else { return }
        let store = try await clusters.open(nil, "pool=2&retry=3")
        let vault = try await VaultImage.make(in: store, home: 0)
        var image = try await VaultImage(vault, in: store)
        // Ends between the fence and the commit.
        var number = 0
        while try await TestClusters.accepting(vault, in: store) == [0] {
            let breaking = Breaking(at: number, .before, stays: true)
            var mover = VaultMover(store: store, vault: vault)
            mover.gate = { side throws(VaultError) in try breaking.pass(side) }
            _ = try? await mover.move(to: 1, clock: clock)
            number += 1
        }
        #expect(try await TestClusters.accepting(vault, in: store) == [])
        let batch = try TestStores.batch(after: image.head)
        #expect(try await store.append(batch, to: vault) == .committed)
        #expect(try await TestClusters.accepting(vault, in: store) == [0])
        image.entries += batch.entries
        image.head = batch.head
        #expect(try await VaultImage(vault, in: store) == image)
        #expect(try await TestClusters.rows(of: vault, in: store)[1] == 0)
        #expect(try await store.move(vault, to: 2, clock: clock).entries == Int64(image.entries.count))
        #expect(try await VaultImage(vault, in: store) == image)
        await store.close()
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

    @Test(arguments: [true, false])
    func `a move that ends at any of its steps is finished or given up later`(staysDown: Bool) async throws {
        guard let clusters = try TestClusters(2, cases: "moves that are broken off") else { return }
        let (store, impatient) = (try await clusters.open(), try await clusters.open(nil, "retry=0&pool=2"))
        let vault = try await VaultImage.make(in: store, home: 0)
        var image = try await VaultImage(vault, in: store)
        var (number, refused, moves) = (0, 0, 0)
        let isThorough = ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] == "1"
        var reached = true
        while reached {
            for side in [VaultMover.Side.before, .after] {
                let from = try #require(try await store.cluster(of: vault)) - 1
                let breaking = Breaking(at: number, side, stays: staysDown)
                var mover = VaultMover(store: store, vault: vault)
                mover.gate = { side throws(VaultError) in try breaking.pass(side) }
                let broken = await Result { () async throws -> PostgreSQLVaultMove in
                    try await mover.move(to: 1 - from, clock: clock)
                }
                reached = breaking.hasFailed
                #expect(reached == ((try? broken.get()) == nil) || !staysDown)
                moves += 1
                // Nowhere two; and read it can be.
                let accepting = try await TestClusters.accepting(vault, in: store)
                #expect(accepting.count <= 1)
                #expect(try await VaultImage(vault, in: impatient) == image)
                let batch = try TestStores.batch(after: image.head)
                do {
                    #expect(try await impatient.append(batch, to: vault) == .committed)
                } catch {
                    #expect(error == VaultError(.busy, "") && accepting.isEmpty)
                    refused += 1
                }
                if moves % 3 == 1 {
                    // Giving up is broken off as well.
                    let again = Breaking(at: moves / 3 % 5, side, stays: true)
                    var giver = VaultMover(store: store, vault: vault)
                    giver.gate = { side throws(VaultError) in try again.pass(side) }
                    try? await giver.abandon()
                    #expect(try await TestClusters.accepting(vault, in: store).count <= 1)
                    #expect(try await VaultImage(vault, in: impatient).entries.count >= image.entries.count)
                }
                if moves % 3 == 0 {
                    do { try await store.abandonMove(of: vault) } catch {
                        #expect(error == VaultError(.conflict, ""))
                    }
                    #expect(try await TestClusters.accepting(vault, in: store).count == 1)
                }
                _ = try await store.move(vault, to: 2 - from, clock: clock)
                if accepting.isEmpty { #expect(try await impatient.append(batch, to: vault) == .committed) }
                #expect(try await TestClusters.accepting(vault, in: store) == [1 - from])
                let rows = try await TestClusters.rows(of: vault, in: store)
                #expect(rows[from] == 0 && rows[1 - from] > 0)
                image.entries += batch.entries
                image.head = batch.head
                #expect(try await VaultImage(vault, in: impatient) == image)
            }
            // That one call fails and the next ones do not is looked at at every third.
            number += staysDown || isThorough ? 1 : 3
        }
        print(
            "moves broken off at steps up to \(number), before and after\(staysDown ? "" : ", once"): \(moves), "
                + "writing waited for the next in \(refused)")
        #expect(number > 20 && (refused > 4 || !staysDown))
        await store.close()
        await impatient.close()
    }

    @Test func `two who move the same vault at once do not harm it`() async throws {
        guard let clusters = try TestClusters(3, cases: "two movers") else { return }
        let stores = [try await clusters.open(), try await clusters.open(), try await clusters.open()]
        let vault = try await VaultImage.make(in: stores[0])
        let image = try await VaultImage(vault, in: stores[0])
        var done = 0
        for _ in 0..<12 {
            let clock = clock
            let outcomes = await withTaskGroup { group in
                for store in stores {
                    let target = Int.random(in: 1...3)
                    group.addTask {
                        await Result { () async throws -> PostgreSQLVaultMove in
                            try await store.move(vault, to: target, clock: clock)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for outcome in outcomes {
                do {
                    _ = try outcome.get()
                    done += 1
                } catch {
                    let error = try #require(error as? VaultError)
                    #expect([.conflict, .busy].contains(error.code), "\(error)")
                }
            }
            // One that lost may have left its beginning.
            try? await stores[0].abandonMove(of: vault)
            #expect(try await TestClusters.accepting(vault, in: stores[0]).count == 1)
            #expect(try await VaultImage(vault, in: stores[1]) == image)
        }
        #expect(done > 0)
        for store in stores { await store.close() }
    }

    /// Ends a move at one of its transactions.
    private final class Breaking: Sendable {
        private let state = Mutex((count: 0, failed: false))
        private let (number, side, stays): (Int, VaultMover.Side, Bool)

        init(at number: Int, _ side: VaultMover.Side, stays: Bool) {
            (self.number, self.side, self.stays) = (number, side, stays)
        }

        var hasFailed: Bool { state.withLock { $0.failed } }

        func pass(_ side: VaultMover.Side) throws(VaultError) {
            let fails = state.withLock { state in
                if state.failed { return stays }
                if side == self.side {
                    state.failed = state.count == number
                    state.count += 1
                }
                return state.failed
            }
            if fails { throw VaultError(.storeFailure, "no answer") }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
