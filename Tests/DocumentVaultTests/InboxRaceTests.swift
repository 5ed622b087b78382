// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Testing
import VaultTesting

@testable import DocumentVault

/// Whoever holds the same ticket twice – an official who clicks twice, two officials of one agency – leaves one document.
@Suite("Two depositors with one ticket — docs/formats/vault-v1.md §12")
struct InboxRaceTests {
    /// Lets one of two depositors make its next call when the schedule says so.
    private final class Gate: StoreDecorator {
        let inner: any VaultStore
        private let turn: Turn
        private let own: Character

        init(_ inner: any VaultStore, _ turn: Turn, _ own: Character) {
            (self.inner, self.turn, self.own) = (inner, turn, own)
        }

        func before(_ call: StoreCall) async { await turn.wait(for: own) }

        func after(_ call: StoreCall) async { await turn.done(own) }
    }

    private actor Turn {
        private var schedule: [Character]
        private var waiting: [(Character, CheckedContinuation<Void, Never>)] = []

        init(_ schedule: String) { self.schedule = Array(schedule) }

        func wait(for own: Character) async {
            guard let next = schedule.first, next != own, schedule.contains(own) else { return }
            await withCheckedContinuation { waiting.append((own, $0)) }
        }

        func done(_ own: Character) {
            if let index = schedule.firstIndex(of: own) { schedule.remove(at: index) }
            release()
        }

        func leave(_ own: Character) {
            schedule.removeAll { $0 == own }
            release()
        }

        private func release() {
            let free = waiting.filter { own, _ in schedule.first == own || !schedule.contains(own) }
            waiting.removeAll { own, _ in schedule.first == own || !schedule.contains(own) }
            for (_, continuation) in free { continuation.resume() }
        }
    }

    /// Most calls that a deposit makes when nobody is in its way.
    private static let calls = 6

    private func deposit(_ bytes: [UInt8], by ticket: DepositTicket, in store: any VaultStore) async -> Bool {
        do {
            _ = try await ticket.deposit(
                MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(), depositor: "",
                in: store, at: Samples.time)
            return true
        } catch {
            let code = (error as? VaultError)?.code
            #expect(code == .conflict || code == .alreadyExists, "\(error)")
            return false
        }
    }

    /// All orders in which each of two is interrupted once, and with `DOSSIER_THOROUGH` every order of their first calls.
    private static var schedules: [String] {
        func run(_ own: Character, _ count: Int) -> String { String(repeating: own, count: count) }
        guard ProcessInfo.processInfo.environment["DOSSIER_THOROUGH"] != nil else {
            print("two depositors: 36 orders of their calls, all 924 with DOSSIER_THOROUGH=1")
            return (0..<calls).flatMap { first in
                (0..<calls).map { run("a", first) + run("b", $0) + run("a", 99) + run("b", 99) }
            }
        }
        var all = [""]
        for _ in 0..<(2 * calls) {
            all = all.flatMap { schedule in
                ["a", "b"].filter { own in schedule.count { $0 == own } < calls }.map { schedule + String($0) }
            }
        }
        return all
    }

    @Test(arguments: [false, true])
    func `in every order of their calls one leaves its document, and what is taken in is what was acknowledged`(
        isLeftBefore: Bool
    ) async throws {
        let scene = try await Scene()
        for schedule in Self.schedules {
            let ticket = try await scene.vault.issueTicket(for: "x")
            if isLeftBefore {
                // What an attempt left that was killed between record and content.
                let failing = FailingStore(scene.store)
                failing.crash(.before, atChange: 1)
                await #expect(throws: VaultError(.storeFailure, "")) {
                    _ = try await ticket.deposit(
                        MemorySource([0]), sha256: Digest32(of: [0]), metadata: Samples.metadata(), depositor: "",
                        in: failing, at: Samples.time)
                }
            }
            let turn = Turn(schedule)
            async let first = {
                let isLeft = await deposit([1], by: ticket, in: Gate(scene.store, turn, "a"))
                await turn.leave("a")
                return isLeft
            }()
            async let second = {
                let isLeft = await deposit([2], by: ticket, in: Gate(scene.store, turn, "b"))
                await turn.leave("b")
                return isLeft
            }()
            let left = await [first, second]
            #expect(left.count { $0 } == 1, "\(schedule.prefix(20)): \(left)")
            let absorbed = try await scene.vault.absorbDeposits(at: Samples.time)
            #expect(absorbed.documents.map(\.document) == [ticket.document], "\(schedule.prefix(20))")
            let bytes = try? await scene.vault.read(ticket.document).bytes()
            #expect(bytes == (left[0] ? [1] : [2]), "\(schedule.prefix(20))")
        }
        #expect(try await scene.open().verify().isComplete)
    }

    @Test func `many at once leave one document, and one who comes later is told that it is there`() async throws {
        let scene = try await Scene()
        for _ in 0..<10 {
            let ticket = try await scene.vault.issueTicket(for: "x")
            let left = await withTaskGroup(of: (UInt8, Bool).self) { group in
                for number in 1...6 as ClosedRange<UInt8> {
                    group.addTask { (number, await deposit([number], by: ticket, in: scene.store)) }
                }
                return await group.reduce(into: [UInt8]()) { if $1.1 { $0.append($1.0) } }
            }
            #expect(left.count == 1)
            await #expect(throws: VaultError(.alreadyExists, "")) {
                _ = try await ticket.deposit(
                    MemorySource([9]), sha256: Digest32(of: [9]), metadata: Samples.metadata(), depositor: "",
                    in: scene.store, at: Samples.time)
            }
            _ = try await scene.vault.absorbDeposits(at: Samples.time)
            #expect(try await scene.vault.read(ticket.document).bytes() == left)
        }
    }

    @Test(arguments: FailingStore.Side.allCases)
    func `a depositor whose answer is lost at any call can come again, and one document is left`(
        side: FailingStore.Side
    ) async throws {
        for number in 0..<12 {
            for stays in [false, true] {
                let scene = try await Scene()
                let ticket = try await scene.vault.issueTicket(for: "x")
                scene.failing.fail(side, atCall: number, stays: stays)
                let isLeft =
                    (try? await ticket.deposit(
                        MemorySource([1]), sha256: Digest32(of: [1]), metadata: Samples.metadata(), depositor: "",
                        in: scene.failing, at: Samples.time)) != nil
                // Again, as after a failure: either it is taken, or the first one is there.
                let isLeftAgain = await deposit([1], by: ticket, in: scene.store)
                #expect(!(isLeft && isLeftAgain))
                let opened = try await scene.open()
                let absorbed = try await opened.absorbDeposits(at: Samples.time)
                #expect(
                    absorbed.documents.count == 1 && absorbed.quarantined.isEmpty, "call \(number), \(side), \(stays)")
                #expect(try await opened.read(ticket.document).bytes() == [1])
            }
        }
    }
}

@Suite("Deposits that the vault has no room for — docs/formats/vault-v1.md §12")
struct FullInboxTests {
    @Test func `one that is too large for the quota waits, and those behind it are taken in`() async throws {
        let scene = try await Scene()
        var tickets: [DepositTicket] = []
        for size in [50_000, 100] {
            let ticket = try await scene.vault.issueTicket(for: "x")
            _ = try await ticket.deposit(
                MemorySource(Samples.bytes(size)), sha256: Digest32(of: Samples.bytes(size)),
                metadata: Samples.metadata(), depositor: "", in: scene.store, at: Samples.time)
            tickets.append(ticket)
        }
        let small = try await Vault.open(
            scene.vault.id, in: scene.store, unlocking: .recoveryCode(scene.code), quota: VaultQuota(total: 10_000))
        let absorbed = try await small.absorbDeposits(at: Samples.time)
        #expect(absorbed.documents.map(\.document) == [tickets[1].document])
        #expect(Array(absorbed.noRoom.keys) == [tickets[0].id] && absorbed.quarantined.isEmpty)
        // With more room it is taken in as any other.
        let opened = try await scene.open()
        let later = try await opened.absorbDeposits(at: Samples.time)
        #expect(later.documents.map(\.document) == [tickets[0].document] && later.noRoom.isEmpty)
        #expect(try await opened.verify().isComplete)
    }
}
