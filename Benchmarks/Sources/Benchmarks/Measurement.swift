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
    /// The peer's time over ours, the median over pairs of batches: above 1 this library is faster.
    let ratio: Double
    let goal: String
    let holds: Bool
    let note: String
}

/// What a measurement is to reach.
enum Goal {
    case ratio(Double)
    case microseconds(below: Double)

    var text: String {
        switch self {
        case .ratio(let least): String(format: "ratio >= %.3g", least)
        case .microseconds(let most): String(format: "ours < %.3g µs", most)
        }
    }

    func holds(ours: Double, ratio: Double) -> Bool {
        switch self {
        case .ratio(let least): ratio >= least
        case .microseconds(let most): ours < most
        }
    }
}

/// Runs measurements: medians of repeated batches, ours and the peer's in turn, so that a busy moment hits both.
struct Bench {
    private(set) var results: [Measurement] = []
    /// Part of the names of the only measurements that are made; empty for all.
    let only: String
    private let clock = ContinuousClock()
    /// Batches of each side, and how long one should last.
    private let rounds = 41
    private let batch = Duration.milliseconds(10)

    mutating func compare(
        _ name: String, goal: Goal, note: String, ours: () async throws -> Void, peer: () throws -> Void
    ) async throws {
        guard only.isEmpty || name.contains(only) else { return }
        let peerAsync: () async throws -> Void = { try peer() }
        let ourCount = try await batchSize(ours)
        let peerCount = try await batchSize(peerAsync)
        var ourTimes: [Double] = []
        var peerTimes: [Double] = []
        for round in 0..<rounds {
            // Whoever comes second finds warmer caches; they take turns.
            if round.isMultiple(of: 2) {
                ourTimes.append(try await time(ourCount, ours))
                peerTimes.append(try await time(peerCount, peerAsync))
            } else {
                peerTimes.append(try await time(peerCount, peerAsync))
                ourTimes.append(try await time(ourCount, ours))
            }
        }
        let (our, their) = (median(ourTimes), median(peerTimes))
        let ratio = median(zip(ourTimes, peerTimes).map { $1 / $0 })
        let result = Measurement(
            name: name, ours: rounded(our), peer: rounded(their), unit: "µs", ratio: rounded(ratio), goal: goal.text,
            holds: goal.holds(ours: our, ratio: ratio), note: note)
        results.append(result)
        print(Self.line(result))
    }

    /// Calls that fill one batch; also warms up.
    private func batchSize(_ work: () async throws -> Void) async throws -> Int {
        try await work()
        var count = 1
        while true {
            let duration = try await clock.measure { for _ in 0..<count { try await work() } }
            if duration >= batch { return count }
            count = duration * 4 < batch ? count * 4 : count * 2
        }
    }

    /// Microseconds of one call.
    private func time(_ count: Int, _ work: () async throws -> Void) async throws -> Double {
        try await clock.measure { for _ in 0..<count { try await work() } } / .microseconds(1) / Double(count)
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// Four significant digits.
    private func rounded(_ value: Double) -> Double { Double(String(format: "%.4g", value)) ?? value }

    static let header = line("", "ours µs", "peer µs", "ratio", "goal", "")

    private static func line(_ result: Measurement) -> String {
        line(
            result.name, String(format: "%.2f", result.ours), String(format: "%.2f", result.peer),
            String(format: "%.2f", result.ratio), result.goal, result.holds ? "holds" : "MISSED")
    }

    private static func line(
        _ name: String, _ ours: String, _ peer: String, _ ratio: String, _ goal: String, _ holds: String
    ) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return left(name, 44) + right(ours, 12) + right(peer, 12) + right(ratio, 9) + "  " + left(goal, 16) + holds
    }
}

/// A peer refused what it was to accept; its time would say nothing.
struct PeerRefused: Error {
    let what: String

    static func check(_ result: Int32, _ what: String) throws {
        guard result == 1 else { throw PeerRefused(what: what) }
    }
}
