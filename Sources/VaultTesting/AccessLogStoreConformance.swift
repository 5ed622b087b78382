// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DocumentVault

/// What every ``DocumentVault/AccessLogStore`` must do, as cases that a new engine's tests run one by one.
public struct AccessLogStoreConformance: Sendable, CustomStringConvertible {
    /// A case that does not hold.
    public struct Failure: Error, CustomStringConvertible {
        /// What was expected and what happened.
        public let description: String
    }

    /// What the case shows.
    public let description: String
    private let body: @Sendable (_ first: any AccessLogStore, _ second: any AccessLogStore) async throws -> Void

    /// Runs the case on a store; it makes logs of its own.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - other: The same logs, opened by another process or at least by other connections.
    /// - Throws: ``Failure``, or what the store threw.
    public func run(on store: any AccessLogStore, and other: any AccessLogStore) async throws {
        try await body(store, other)
    }

    /// All cases.
    public static let cases: [AccessLogStoreConformance] = [
        Self("a log that does not exist has no entries, no records and the size 0") { store, _ in
            let log = try newLog()
            try await expect(store.size(of: log) == 0, "a size")
            try await expect(store.entries(of: log, from: 0, limit: 9).isEmpty, "entries")
            try await expect(store.record([1], of: log) == nil, "a record")
            try await expect(!store.append(AccessLogAppend(expecting: 1, entries: [[1]]), to: log), "a second entry")
            try await expect(store.size(of: log) == 0, "a size after the refused append")
        },
        Self("what was appended is read back at once, wherever the logs are open") { store, other in
            let log = try newLog()
            let large = SystemRandom().bytes(100_000)
            let first = AccessLogAppend(expecting: 0, entries: [[1], []], records: [[1]: [7], []: [], [2]: large])
            try await expect(store.append(first, to: log), "the first append")
            for store in [other, store] {
                try await expect(store.size(of: log) == 2, "the size")
                try await expect(store.entries(of: log, from: 0, limit: 9) == [[1], []], "the entries")
                try await expect(store.entries(of: log, from: 1, limit: 9) == [[]], "entries from 1")
                try await expect(store.entries(of: log, from: 0, limit: 1) == [[1]], "the limit")
                try await expect(store.entries(of: log, from: 2, limit: 9).isEmpty, "entries past the end")
                try await expect(store.record([1], of: log) == [7], "a record")
                try await expect(store.record([], of: log) == [], "a record without octets under such a key")
                try await expect(store.record([2], of: log) == large, "a large record")
            }
            let second = AccessLogAppend(expecting: 2, entries: [large], records: [[1]: [8, 8]])
            try await expect(other.append(second, to: log), "the second append")
            try await expect(store.entries(of: log, from: 2, limit: 9) == [large], "a large entry")
            try await expect(store.record([1], of: log) == [8, 8], "the replaced record")
            try await expect(store.size(of: newLog()) == 0, "the size of another log")
            try await expect(store.record([1], of: newLog()) == nil, "the record of another log")
        },
        Self("an append on another size changes nothing; one without entries changes records alone") { store, _ in
            let log = try newLog()
            let records: [[UInt8]: [UInt8]] = [[1]: [1]]
            try await expect(
                store.append(AccessLogAppend(expecting: 0, entries: [], records: records), to: log), "no entry")
            try await expect(store.size(of: log) == 0, "the size without entries")
            try await expect(store.record([1], of: log) == [1], "the record without entries")
            try await expect(store.append(AccessLogAppend(expecting: 0, entries: [[1]]), to: log), "the first entry")
            for size in [Int64(0), 2, 9] {
                let stale = AccessLogAppend(expecting: size, entries: [[9]], records: [[1]: [9], [2]: [9]])
                try await expect(!store.append(stale, to: log), "an append on the size \(size)")
                let bare = AccessLogAppend(expecting: size, entries: [], records: [[1]: [9]])
                try await expect(!store.append(bare, to: log), "records on the size \(size)")
            }
            try await expect(store.size(of: log) == 1, "the size")
            try await expect(store.entries(of: log, from: 0, limit: 9) == [[1]], "the entries")
            try await expect(store.record([1], of: log) == [1], "the record")
            try await expect(store.record([2], of: log) == nil, "a record of the refused append")
        },
        Self("of first entries that come at once, one is put, whole") { store, other in
            for _ in 0..<5 {
                let log = try newLog()
                let put = try await withThrowingTaskGroup(of: UInt8?.self) { group in
                    for number in UInt8(0)..<8 {
                        group.addTask {
                            let change = AccessLogAppend(
                                expecting: 0, entries: [[number], [number]], records: [[1]: [number]])
                            let store = number.isMultiple(of: 2) ? store : other
                            return try await store.append(change, to: log) ? number : nil
                        }
                    }
                    return try await group.reduce(into: [UInt8]()) { all, number in if let number { all.append(number) }
                    }
                }
                try await expect(put.count == 1, "\(put.count) of 8 were told that theirs is the first")
                try await expect(store.size(of: log) == 2, "the size")
                try await expect(store.entries(of: log, from: 0, limit: 9) == [put, put], "the entries")
                try await expect(store.record([1], of: log) == put, "the record")
            }
        },
        Self("it keeps what a store in memory keeps") { store, other in
            let log = try newLog()
            let key = try DeviceKey(random: SystemRandom())
            let memory = InMemoryAccessLogStore()
            for number in 0..<4 {
                var roots: [Digest32] = []
                for store in [number.isMultiple(of: 2) ? store : other, memory] {
                    let writer = AccessLog(in: store, signedBy: key, random: CountingRandom(number))
                    for _ in 0..<3 {
                        _ = try await writer.write(
                            AccessRecord(.unlocked, at: Samples.time, reason: "phiên \(number)"), of: log)
                    }
                    try await writer.writeFailure(AccessRecord(.unlockFailed, at: Samples.time), of: log)
                    roots.append(try await writer.checkpoint(of: log, at: Samples.time).root)
                }
                try await expect(roots[0] == roots[1], "the root after round \(number)")
            }
            try await expect(
                store.entries(of: log, from: 4, limit: 3) == memory.entries(of: log, from: 4, limit: 3), "the entries")
        },
        Self("whoever writes at once is logged, in a tree that a citizen accepts") { store, other in
            let log = try newLog()
            let key = try DeviceKey(random: SystemRandom())
            let writers = [AccessLog(in: store, signedBy: key), AccessLog(in: other, signedBy: key)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        _ = try await writers[number % 2].write(AccessRecord(.unlocked, at: Samples.time), of: log)
                    }
                }
                try await group.waitForAll()
            }
            let (checkpoint, entries) = try await writers[0].history(of: log, at: Samples.time)
            try await expect(checkpoint.size == 20, "\(checkpoint.size) of 20 entries")
            _ = try AccessHistory(entries, checkpoint, signedBy: writers[0].verification, since: nil, at: Samples.time)
        },
        Self("a release that dies at any call of the store is logged or did not happen") { store, _ in
            let scene = try await ReleaseScene(in: store)
            for side in FailingStore.Side.allCases {
                var died = 0
                for number in 0..<12 where try await scene.survives(side, atCall: number) == false { died += 1 }
                try await expect(died > 0 && died < 12, "\(died) of 12 releases died")
            }
        },
        Self("whoever releases at once uses each use once") { store, other in
            let scene = try await ReleaseScene(in: store)
            let services = [scene.service, try scene.service(in: other)]
            let issued = try await scene.grant(uses: 5)
            let requests = try (0..<12).map { _ in try scene.request(issued) }
            let recipient = scene.recipient
            let released = await withTaskGroup(of: Bool.self) { group in
                for (number, request) in requests.enumerated() {
                    group.addTask {
                        (try? await services[number % 2].release(request, to: recipient, at: Samples.time)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            try await expect(released == 5, "\(released) of 5 uses")
            try await expect(scene.releases(of: issued) == 5, "the log")
        },
    ]

    private init(
        _ description: String,
        _ body: @escaping @Sendable (any AccessLogStore, any AccessLogStore) async throws -> Void
    ) {
        (self.description, self.body) = (description, body)
    }

    static func expect(_ holds: Bool, _ what: String) async throws {
        guard holds else { throw Failure(description: "not as it must be: \(what)") }
    }

    private static func newLog() throws -> VaultID {
        guard let log = VaultID(octets: SystemRandom().bytes(VaultID.byteCount)) else {
            throw Failure(description: "no name for a log")
        }
        return log
    }
}
