// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import Testing
import VaultTesting

@testable import DocumentVault
@testable import VaultObjectStore

/// Contents in parts under one key: of several uploads at the same time one is completed, whatever the server replaces.
@Suite("Several uploads of one content", .serialized)
struct ClaimTests {
    /// The server in memory replaces an object when an upload is completed, as Ceph does; both are asked.
    private static func servers() throws -> [[String]] {
        var servers = [[try ObjectStores.inMemory.get().endpoint]]
        if let ceph = ObjectStores.ceph { servers.append(try ceph.get().endpoints) }
        return servers
    }

    /// A stream that waits before its end until all of several have come as far.
    private final class Met: ContentStream {
        private let inner: Pieces
        private let meeting: Meeting
        private let last = Counter()

        init(_ bytes: [UInt8], _ meeting: Meeting) {
            inner = Pieces(bytes)
            self.meeting = meeting
            last.set(bytes.count)
        }

        func next() throws -> [UInt8]? {
            let piece = try inner.next()
            if let piece, last.take(piece.count) { meeting.arrive() }
            return piece
        }
    }

    private final class Counter: Sendable {
        private let left = NSLock()
        nonisolated(unsafe) private var value = 0

        func set(_ count: Int) { left.withLock { value = count } }

        /// Whether nothing is left.
        func take(_ count: Int) -> Bool {
            left.withLock {
                value -= count
                return value == 0
            }
        }
    }

    private final class Meeting: Sendable {
        private let condition = NSCondition()
        nonisolated(unsafe) private var missing: Int

        init(of count: Int) { missing = count }

        func arrive() {
            condition.lock()
            missing -= 1
            condition.broadcast()
            while missing > 0 { condition.wait() }
            condition.unlock()
        }
    }

    @Test func `of several that come to the end together one puts its content, and the others are told`() async throws {
        for endpoints in try Self.servers() {
            let test = try StoreUnderTest(endpoints)
            defer { withExtendedLifetime(test) {} }
            let vault = try #require(VaultID(octets: SystemRandom().bytes(32)))
            let (id, size) = (ContentID(random: SystemRandom()), 6 << 20)
            let meeting = Meeting(of: 3)
            let put = await withTaskGroup(of: (UInt8, VaultError?).self) { group in
                for number in 1...3 as ClosedRange<UInt8> {
                    group.addTask {
                        let stream = Met([UInt8](repeating: number, count: size), meeting)
                        do {
                            try await test.store.putContent(id, of: vault, size: Int64(size), from: stream)
                            return (number, nil)
                        } catch {
                            return (number, error as? VaultError)
                        }
                    }
                }
                return await group.reduce(into: [(UInt8, VaultError?)]()) { $0.append($1) }
            }
            let winners = put.filter { $0.1 == nil }.map(\.0)
            #expect(winners.count == 1, "\(put)")
            #expect(put.allSatisfy { $0.1 == nil || $0.1?.code == .alreadyExists }, "\(put)")
            let found = try await test.store.contents([id], of: vault, limit: Int64(size))[id] ?? []
            #expect(found.count == size && Set(found) == Set(winners))
            // Neither claims nor parts are left behind.
            #expect(
                try await test.store.client.list("\(test.location.prefix)/claim/", after: nil, limit: 9).objects.isEmpty
            )
            #expect(try await test.store.abortUploads(olderThan: 0, at: Instant(seconds: 1 << 40)) == 0)
        }
    }

    @Test func `a deposit of two at once is the one that was acknowledged`() async throws {
        for endpoints in try Self.servers() {
            let test = try StoreUnderTest(endpoints)
            defer { withExtendedLifetime(test) {} }
            let (vault, _) = try await test.vault()
            let ticket = try await vault.issueTicket(for: "x")
            let outcomes = await withTaskGroup(of: (UInt8, (any Error)?).self) { group in
                for number in 1...2 as ClosedRange<UInt8> {
                    group.addTask {
                        let bytes = [UInt8](repeating: number, count: 7 << 20)
                        do {
                            _ = try await ticket.deposit(
                                MemorySource(bytes), sha256: Digest32(of: bytes), metadata: Samples.metadata(),
                                depositor: "", in: test.store, at: Samples.time)
                            return (number, nil)
                        } catch {
                            return (number, error)
                        }
                    }
                }
                return await group.reduce(into: [(UInt8, (any Error)?)]()) { $0.append($1) }
            }
            let left = outcomes.filter { $0.1 == nil }.map(\.0)
            #expect(left.count == 1, "\(outcomes)")
            _ = try await vault.absorbDeposits(at: Samples.time)
            #expect(try await Set(vault.read(ticket.document).bytes()) == Set(left))
            #expect(try await vault.verify().isComplete)
        }
    }

    @Test func `who died before completing keeps nobody from it, and completes nothing any more`() async throws {
        for endpoints in try Self.servers() {
            let test = try StoreUnderTest(endpoints, settings: StoreUnderTest.settings(stall: 4))
            defer { withExtendedLifetime(test) {} }
            let vault = try #require(VaultID(octets: SystemRandom().bytes(32)))
            let (id, bytes) = (ContentID(random: SystemRandom()), SystemRandom().bytes(6 << 20))
            let (client, key) = (test.store.client, test.store.key(id, of: vault))
            let dead = try await client.beginUpload(key)
            let other = [UInt8](repeating: 9, count: 5 << 20)
            let tag = try await client.put(other, part: 1, of: dead)
            let claim = "\(test.location.prefix)/claim/\(vault)/\(id)/0"
            #expect(try await client.put(Array(dead.id.utf8), as: claim))

            try await test.store.putContent(id, of: vault, size: Int64(bytes.count), from: .pieces(bytes))
            #expect(try await test.store.contents([id], of: vault, limit: 9 << 20) == [id: bytes])
            do {
                try await client.complete(dead, parts: [tag], size: Int64(other.count))
                Issue.record("completed after its end")
            } catch {}
            #expect(try await test.store.contents([id], of: vault, limit: 9 << 20) == [id: bytes])
        }
    }

    @Test func `claims of the dead go with their uploads when they are old, and young ones stay`() async throws {
        let test = try StoreUnderTest([ObjectStores.inMemory.get().endpoint])
        defer { withExtendedLifetime(test) {} }
        let vault = try #require(VaultID(octets: SystemRandom().bytes(32)))
        let (id, client) = (ContentID(random: SystemRandom()), test.store.client)
        let dead = try await client.beginUpload(test.store.key(id, of: vault))
        let folder = "\(test.location.prefix)/claim/"
        #expect(try await client.put(Array(dead.id.utf8), as: "\(folder)\(vault)/\(id)/0"))
        let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
        #expect(try await test.store.abortUploads(at: now) == 0)
        #expect(try await client.list(folder, after: nil, limit: 9).objects.count == 1)
        #expect(try await test.store.abortUploads(at: now.adding(seconds: 90_000)) == 1)
        #expect(try await client.list(folder, after: nil, limit: 9).objects.isEmpty)
    }
}
