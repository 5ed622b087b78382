// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import VaultPostgreSQL

@Suite("Moves that are broken off, and movers that meet")
struct BrokenMoveTests {
    private let clock = ContinuousClock()

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

    /// What an operation threw.
    private func failure(_ operation: () async throws -> Void) async -> (any Error)? {
        do {
            try await operation()
            return nil
        } catch {
            return error
        }
    }

    @Test func `two who move the same vault at once do not harm it`() async throws {
        guard let clusters = try TestClusters(3, cases: "two movers") else { return }
        let stores = [try await clusters.open(), try await clusters.open(), try await clusters.open()]
        let vault = try await VaultImage.make(in: stores[0])
        let image = try await VaultImage(vault, in: stores[0])
        var done = 0
        for _ in 0..<12 {
            let clock = clock
            let failures = await withTaskGroup { group in
                for store in stores {
                    let target = Int.random(in: 1...3)
                    group.addTask { await self.failure { _ = try await store.move(vault, to: target, clock: clock) } }
                }
                return await group.reduce(into: [(any Error)?]()) { $0.append($1) }
            }
            done += failures.count { $0 == nil }
            for failure in failures.compactMap(\.self) {
                let error = try #require(failure as? VaultError)
                #expect([.conflict, .busy].contains(error.code), "\(error)")
            }
            // One that lost may have left its beginning.
            _ = await failure { try await stores[0].abandonMove(of: vault) }
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
