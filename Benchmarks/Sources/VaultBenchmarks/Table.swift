// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// One line of the table.
struct Row: Codable {
    let name: String
    let ours: Double
    /// The peer's figure in the same unit; absent where the goal is a figure of its own.
    let peer: Double?
    let unit: String
    /// The peer's figure over ours, the median over pairs of rounds; both are costs, so above 1 this library is better.
    let ratio: Double?
    let goal: String
    let holds: Bool
    let note: String
}

/// What a row is to reach.
enum Goal {
    /// Peer over ours at least.
    case ratio(Double)
    /// Ours at most, in the row's unit.
    case atMost(Double)
    /// Measured, not judged.
    case none

    var text: String {
        switch self {
        case .ratio(let least): String(format: "ratio >= %.3g", least)
        case .atMost(let most): String(format: "ours <= %.4g", most)
        case .none: "-"
        }
    }

    func holds(ours: Double, ratio: Double?) -> Bool {
        switch self {
        case .ratio(let least): (ratio ?? 0) >= least
        case .atMost(let most): ours <= most
        case .none: true
        }
    }
}

/// The rows that were measured so far.
struct Table {
    private(set) var rows: [Row] = []
    /// Part of the names of the only rows that are made; empty for all.
    let only: String

    func wants(_ name: String) -> Bool { only.isEmpty || name.contains(only) }

    /// A row with one figure.
    mutating func add(_ name: String, _ ours: Double, _ unit: String, goal: Goal, note: String) {
        put(name, ours, nil, unit, nil, goal, note)
    }

    /// A row from rounds that ours and the peer made in turn.
    mutating func add(
        _ name: String, ours: [Double], peer: [Double], _ unit: String, goal: Goal, note: String
    ) {
        let ratio = zip(ours, peer).map { $1 / $0 }.median
        put(name, ours.median, peer.median, unit, ratio, goal, note)
    }

    private mutating func put(
        _ name: String, _ ours: Double, _ peer: Double?, _ unit: String, _ ratio: Double?, _ goal: Goal, _ note: String
    ) {
        let row = Row(
            name: name, ours: ours.rounded4, peer: peer?.rounded4, unit: unit, ratio: ratio?.rounded4, goal: goal.text,
            holds: goal.holds(ours: ours, ratio: ratio), note: note)
        rows.append(row)
        say(Self.line(row))
    }

    static let header = line("", "ours", "peer", "", "ratio", "goal", "")

    private static func line(_ row: Row) -> String {
        line(
            row.name, figure(row.ours), row.peer.map(figure) ?? "", row.unit,
            row.ratio.map { String(format: "%.2f", $0) } ?? "", row.goal, row.holds ? "holds" : "MISSED")
    }

    private static func figure(_ value: Double) -> String { String(format: value < 1 ? "%.3f" : "%.2f", value) }

    private static func line(
        _ name: String, _ ours: String, _ peer: String, _ unit: String, _ ratio: String, _ goal: String,
        _ holds: String
    ) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return left(name, 58) + right(ours, 11) + right(peer, 11) + " " + left(unit, 6) + right(ratio, 7) + "  "
            + left(goal, 16) + holds
    }

    /// Puts the rows behind those that other programs have written to a file.
    func write(to path: String) throws {
        let url = URL(filePath: path)
        let encoder = JSONEncoder()
        let own = try JSONSerialization.jsonObject(with: try encoder.encode(rows))
        var all: [Any] = []
        if let data = try? Data(contentsOf: url), let earlier = try? JSONSerialization.jsonObject(with: data) as? [Any]
        {
            let names = Set(rows.map(\.name))
            all = earlier.filter { !names.contains(($0 as? [String: Any])?["name"] as? String ?? "") }
        }
        all += own as? [Any] ?? []
        try JSONSerialization.data(
            withJSONObject: all, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        ).write(to: url, options: .atomic)
    }
}

extension [Double] {
    var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}

extension Double {
    /// Four significant digits.
    fileprivate var rounded4: Double { Double(String(format: "%.4g", self)) ?? self }
}
