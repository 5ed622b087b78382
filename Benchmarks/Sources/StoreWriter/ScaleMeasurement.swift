// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import DossierCore
import Foundation
import VaultPostgreSQL

/// What opening, listing and putting take in a store with few vaults and in one with many, measured in turn.
struct ScaleMeasurement {
    private static let time = Instant(seconds: 1_795_228_222)
    private static let writers = 32
    private static let rounds = 34
    private static let names = ["head", "open", "open and list", "put"]
    private let store: PostgreSQLVaultStore
    private let vaults: [(id: VaultID, code: RecoveryCode)]

    /// - Parameter lines: What ``seed(_:in:)`` said, for those vaults that the store has.
    init(_ store: PostgreSQLVaultStore, _ lines: some Sequence<String>) throws {
        self.store = store
        vaults = try lines.compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let id = VaultID(words[1]) else { return nil }
            return (id, try RecoveryCode(String(words[2])))
        }
    }

    /// Makes vaults of ten documents, and says a line for each: `vault ID CODE`.
    static func seed(_ count: Int, in store: PostgreSQLVaultStore) async throws {
        try await withThrowingTaskGroup { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in stride(from: writer, to: count, by: writers) {
                        let code = RecoveryCode(random: SystemRandom())
                        let vault = try await Vault.create(
                            name: "\(number)", in: store, unlocking: [.recoveryCode(code)], at: time)
                        for _ in 0..<10 { try await put(in: vault) }
                        StoreWriter.say("vault \(vault.id) \(try code.text().replacing(" ", with: ""))")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    // Contents are small: they are not what is measured, and an object store has them at that size.
    private static func put(in vault: Vault) async throws {
        let bytes = SystemRandom().bytes(100)
        _ = try await vault.store(
            MemorySource(bytes),
            metadata: DocumentMetadata(type: "other", name: "giấy tờ", mediaType: "application/octet-stream"),
            provenance: .selfDeclared(Digest32(of: bytes)), at: time)
    }

    /// Milliseconds of each call, by name, with so many writers at once; each takes vaults by turns from its own part, so that
    /// no two meet in one and none is taken twice before all were.
    private func round(_ number: Int, writers: Int, each count: Int) async throws -> [String: [Double]] {
        try await withThrowingTaskGroup { group in
            for writer in 0..<writers {
                group.addTask {
                    var times: [String: [Double]] = [:]
                    let clock = ContinuousClock()
                    func timed(_ name: String, _ body: () async throws -> Void) async throws {
                        let taken = try await clock.measure(body)
                        times[name, default: []].append(taken / .milliseconds(1))
                    }
                    for turn in 0..<count {
                        let place = ((number * count + turn) * writers + writer) % vaults.count
                        let (id, code) = vaults[place < 0 ? place + vaults.count : place]
                        try await timed("head") { _ = try await store.head(of: id) }
                        var opened: Vault?
                        try await timed("open") {
                            opened = try await Vault.open(id, in: store, unlocking: .recoveryCode(code))
                        }
                        guard let vault = opened else { continue }
                        try await timed("open and list") {
                            let vault = try await Vault.open(id, in: store, unlocking: .recoveryCode(code))
                            guard try await vault.list().count >= 10 else { throw VaultError(.damaged, "a short list") }
                        }
                        try await timed("put") { try await Self.put(in: vault) }
                    }
                    return times
                }
            }
            return try await group.reduce(into: [:]) { all, times in all.merge(times) { $0 + $1 } }
        }
    }

    /// What was measured in both stores.
    private struct Results {
        var times: (few: [String: [Double]], many: [String: [Double]]) = ([:], [:])
        var ratios: [String: [Double]] = [:]
        var processor: (few: Double, many: Double) = (0, 0)
        var visits = (few: 0, many: 0)

        mutating func merge(_ few: [String: [Double]], _ many: [String: [Double]]) {
            for (name, values) in many { ratios[name, default: []].append(values.at(0.5) / (few[name] ?? []).at(0.5)) }
            times.few.merge(few) { $0 + $1 }
            times.many.merge(many) { $0 + $1 }
            visits.few += few["put"]?.count ?? 0
            visits.many += many["put"]?.count ?? 0
        }

        func show(_ title: String) {
            for name in ScaleMeasurement.names {
                let (a, b, spread) = (times.few[name] ?? [], times.many[name] ?? [], ratios[name] ?? [])
                print(
                    String(
                        format:
                            "%@, %@: few p50 %.3f p99 %.2f ms, many p50 %.3f p99 %.2f ms, ratio of all medians %.2f, "
                            + "of rounds %.2f (half of %d within %.2f to %.2f), %d and %d calls",
                        title, name, a.at(0.5), a.at(0.99), b.at(0.5), b.at(0.99), b.at(0.5) / a.at(0.5),
                        spread.at(0.5), spread.count, spread.at(0.25), spread.at(0.75), a.count, b.count))
            }
            let (few, many) = (processor.few / Double(visits.few), processor.many / Double(visits.many))
            print(
                String(
                    format:
                        "%@, processor time of server and client for a whole visit: few %.2f, many %.2f ms, ratio %.2f",
                    title, few * 1000, many * 1000, many / few))
        }
    }

    /// Prints a line for each call: median and 99th percentile in both stores, and the ratio of the medians over rounds;
    /// with 32 writers in vaults that nobody used before, with one, and with 32 in vaults that were used before.
    ///
    /// - Parameter server: Number of the server's first process.
    static func run(small: Self, large: Self, server: Int) async throws {
        print("genuine vaults: \(small.vaults.count) in the small store, \(large.vaults.count) in the large one")
        // Connections are made and statements prepared in vaults at the other end of the list.
        _ = try await small.round(-1, writers: writers, each: 2)
        _ = try await large.round(-1, writers: writers, each: 2)
        for (title, writers, each, first) in [
            ("32 writers", writers, 3, 0), ("1 writer", 1, 20, 170), ("32 writers again", writers, 3, 0),
        ] {
            var results = Results()
            for number in first..<first + rounds {
                var (few, many): ([String: [Double]], [String: [Double]]) = ([:], [:])
                // Each goes first every other time.
                for isFew in number % 2 == 0 ? [true, false] : [false, true] {
                    let before = ProcessorTime.spent(server: server)
                    let times = try await (isFew ? small : large).round(number, writers: writers, each: each)
                    let spent = ProcessorTime.spent(server: server) - before
                    if isFew {
                        few = times
                        results.processor.few += spent
                    } else {
                        many = times
                        results.processor.many += spent
                    }
                }
                results.merge(few, many)
            }
            results.show(title)
        }
    }
}

/// Seconds of processors that a server and this process have spent.
enum ProcessorTime {
    static func spent(server: Int) -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var ticks = 0.0
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let number = Int(name), let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let end = text.lastIndex(of: ")")
            else { continue }
            let words = text[end...].split(separator: " ").dropFirst().map { Double($0) ?? 0 }
            guard words.count > 14 else { continue }
            // Its parent, and its own time with that of its children that ended.
            if number == server { ticks += words[11] + words[12] + words[13] + words[14] }
            if Int(words[1]) == server { ticks += words[11] + words[12] }
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime) + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

extension [Double] {
    fileprivate func at(_ part: Double) -> Double {
        isEmpty ? .nan : sorted()[Swift.min(count - 1, Int(Double(count) * part))]
    }
}
