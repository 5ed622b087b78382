// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// One line of the table: our time beside the time of a peer that does the same.
struct Measurement: Codable {
    let name: String
    /// Median time of one call here, in ``unit``.
    let ours: Double
    /// Median time of one call of the peer, in ``unit``.
    let peer: Double
    let unit: String
    /// What was measured: `wall` or `processor` time. The goal is held against it.
    let clock: BenchClock
    /// The peer's time over ours, the median over pairs of batches: above 1 this library is faster.
    let ratio: Double
    /// The same ratio by the other clock.
    let otherClocksRatio: Double
    let goal: String
    let holds: Bool
    let note: String
}

/// What a measurement is to reach.
enum Goal {
    case ratio(Double)
    case microseconds(below: Double)
    /// Nothing: the row stands beside another to explain it.
    case none

    var text: String {
        switch self {
        case .ratio(let least): String(format: "ratio >= %.3g", least)
        case .microseconds(let most): String(format: "ours < %.5g µs", most)
        case .none: "-"
        }
    }

    func holds(ours: Double, ratio: Double) -> Bool {
        switch self {
        case .ratio(let least): ratio >= least
        case .microseconds(let most): ours < most
        case .none: true
        }
    }
}

/// Runs measurements: medians of repeated batches, ours and the peer's in turn, so that a busy moment hits both.
struct Bench {
    private(set) var results: [Measurement] = []
    /// Part of the names of the only measurements that are made; empty for all.
    let only: String
    /// Batches of each side, and how long one should last, in microseconds.
    private let rounds = 41
    private let batch = 10_000.0

    /// Whether a measurement is wanted; costly preparations ask first.
    func wants(_ name: String) -> Bool { only.isEmpty || name.contains(only) }

    mutating func compare(
        _ name: String, goal: Goal, note: String, clock: BenchClock = .wall, ours: () async throws -> Void,
        peer: () throws -> Void
    ) async throws {
        try await compareEach(name, goal: goal, note: note, rounds: rounds, clock: clock) { _ in
            try await ours()
        } peer: { _ in
            try peer()
        }
    }

    /// Compares with something else in every round: another key, another file.
    mutating func compareEach(
        _ name: String, goal: Goal, note: String, rounds: Int, clock: BenchClock = .processor,
        ours: (Int) async throws -> Void, peer: (Int) throws -> Void
    ) async throws {
        guard wants(name) else { return }
        let peerAsync: (Int) async throws -> Void = { try peer($0) }
        let ourCount = try await batchSize(ours)
        let peerCount = try await batchSize(peerAsync)
        var ourTimes: [Timing] = []
        var peerTimes: [Timing] = []
        for round in 0..<rounds {
            // What is done once per key is done before; keys are used more than once.
            try await ours(round)
            try peer(round)
            // Whoever comes second finds warmer caches; they take turns.
            if round.isMultiple(of: 2) {
                ourTimes.append(try await time(ourCount, round, ours))
                peerTimes.append(try await time(peerCount, round, peerAsync))
            } else {
                peerTimes.append(try await time(peerCount, round, peerAsync))
                ourTimes.append(try await time(ourCount, round, ours))
            }
        }
        add(name, goal: goal, note: note, clock: clock, ours: ourTimes, peer: peerTimes)
    }

    /// Adds a row from pairs that were timed elsewhere, ours and the peer's in turn.
    mutating func add(
        _ name: String, goal: Goal, note: String, clock: BenchClock = .processor, ours: [Timing], peer: [Timing]
    ) {
        func ratio(_ clock: BenchClock) -> Double { median(zip(ours, peer).map { $1.of(clock) / $0.of(clock) }) }
        let (our, their) = (median(ours.map { $0.of(clock) }), median(peer.map { $0.of(clock) }))
        let result = Measurement(
            name: name, ours: rounded(our), peer: rounded(their), unit: "µs", clock: clock,
            ratio: rounded(ratio(clock)), otherClocksRatio: rounded(ratio(clock.other)), goal: goal.text,
            holds: goal.holds(ours: our, ratio: ratio(clock)), note: note)
        results.append(result)
        print(Self.line(result))
        // Each row is to be seen when it is there, in a log as well.
        fflush(nil)
    }

    /// Calls that fill one batch; also warms up.
    private func batchSize(_ work: (Int) async throws -> Void) async throws -> Int {
        try await work(0)
        var count = 1
        while true {
            // By processor time: on a busy machine one call may take as long as a batch should by the clock on the wall.
            // Work that waits for a disk is held by the wall all the same.
            let call = try await time(count, 0, work)
            let duration = max(call.processor, call.wall / 10) * Double(count)
            if duration >= batch { return count }
            count = duration * 4 < batch ? count * 4 : count * 2
        }
    }

    /// One call's time out of many.
    func time(_ count: Int, _ round: Int, _ work: (Int) async throws -> Void) async throws -> Timing {
        let start = Timing.now
        for _ in 0..<count { try await work(round) }
        return Timing.now.since(start) / Double(count)
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// Four significant digits.
    private func rounded(_ value: Double) -> Double { Double(String(format: "%.4g", value)) ?? value }

    static let header = line("", "ours µs", "peer µs", "ratio", "goal", "")

    private static func line(_ result: Measurement) -> String {
        line(
            result.name, String(format: "%.2f", result.ours), String(format: "%.2f", result.peer),
            String(format: "%.2f", result.ratio), result.goal,
            result.goal == Goal.none.text ? "" : result.holds ? "holds" : "MISSED")
    }

    private static func line(
        _ name: String, _ ours: String, _ peer: String, _ ratio: String, _ goal: String, _ holds: String
    ) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return left(name, 58) + right(ours, 12) + right(peer, 12) + right(ratio, 9) + "  " + left(goal, 17) + holds
    }
}

/// A peer refused what it was to accept; its time would say nothing.
struct PeerRefused: Error {
    let what: String

    static func check(_ result: Int32, _ what: String) throws {
        guard result == 1 else { throw PeerRefused(what: what) }
    }
}
