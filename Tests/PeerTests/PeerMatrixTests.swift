// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import SignatureValidation
import TestSupport
import Testing

@Suite struct `Peers by format, algorithm and level (docs/peers.md)` {
    private static let page = Corpora.packageRoot.appending(path: "docs/peers.md")
    private static let columns = MatrixPeer.allCases

    private func matrix() async throws -> PeerMatrix {
        let samples = try MatrixSamples()
        var rows: [PeerMatrix.Row] = []
        for format in MatrixSample.Format.allCases {
            for algorithm in MatrixSamples.Algorithm.asked {
                let signer = try samples.signer(algorithm)
                for level in BaselineLevel.allCases {
                    func make(_ usesResponses: Bool) async throws -> MatrixSample {
                        try await samples.make(format, algorithm, level, usesResponses: usesResponses, by: signer)
                    }
                    rows.append(PeerMatrix.Row(lists: try await make(false), responses: try await make(true)))
                }
            }
        }
        return try PeerMatrix(samples, rows: rows)
    }

    /// The tables of the page, one for each format.
    private func tables(_ matrix: PeerMatrix) -> [String] {
        var lines: [String] = []
        for format in MatrixSample.Format.allCases {
            lines += ["### \(format.rawValue)", ""]
            lines.append("| algorithm | level | " + Self.columns.map(\.rawValue).joined(separator: " | ") + " |")
            lines.append("|---|---|" + String(repeating: "---|", count: Self.columns.count))
            for row in matrix.rows where row.lists.format == format {
                let cells = Self.columns.map { row.answers[$0]?.cell ?? "?" }
                lines.append(
                    "| \(row.lists.algorithm.name) | \(row.lists.level.rawValue) | \(cells.joined(separator: " | ")) |")
            }
            lines.append("")
        }
        return lines
    }

    /// What the peers call themselves, in the order of the page's line.
    private func versions() throws -> String {
        let folder = try TemporaryFolder()
        func first(_ text: String?) -> String {
            text?.split(separator: "\n").first.map { String($0).replacing(/\s*\(Library.*/, with: "") } ?? "absent"
        }
        let script = try folder.write(
            Array("from importlib.metadata import version; print('pyHanko', version('pyhanko'))".utf8), as: "v.py")
        let python = try PythonPeer.interpreter.map { try CommandPeer.output($0, [script]).output }
        return [
            first(python), first(try CommandPeer.run("pdfsig", ["-v"])?.output),
            first(try CommandPeer.run("qpdf", ["--version"])?.output),
            first(try CommandPeer.run("openssl", ["version"])?.output),
        ].joined(separator: "; ")
    }

    @Test func `every cell is what the peer says today, and the page says the same`() async throws {
        let matrix = try await matrix()
        var counts: [String: Int] = [:]
        for row in matrix.rows {
            for column in Self.columns {
                let answer = row.answers[column] ?? .absent
                let kind = String(answer.cell.prefix { $0 != ":" && $0 != " " })
                counts["\(column.rawValue) \(kind == "–" ? "not applicable" : kind)", default: 0] += 1
                if column == .own { #expect(answer == .accepted, "\(row.lists.format) \(row.lists.algorithm.name)") }
            }
        }
        let tables = tables(matrix)
        print(tables.joined(separator: "\n"))
        print(
            "peer matrix: \(matrix.rows.count) rows, \(matrix.rows.count * 2) files; "
                + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
                + "; \(matrix.refusedTwins) changed twins refused")
        let versions = try versions()
        if ProcessInfo.processInfo.environment["DOSSIER_UPDATE"] == "peers" { try write(tables, versions) }
        try compare(matrix, tables, versions)
    }

    private static let (begin, end) = ("<!-- matrix -->", "<!-- end of the matrix -->")
    private static let versionLine = "Peers of this table: "

    private func write(_ tables: [String], _ versions: String) throws {
        let old = try String(contentsOf: Self.page, encoding: .utf8)
        guard let start = old.range(of: Self.begin), let stop = old.range(of: Self.end) else { return }
        let text = ([Self.begin, Self.versionLine + versions, ""] + tables).joined(separator: "\n")
        try (old[..<start.lowerBound] + text + "\n" + old[stop.lowerBound...])
            .write(to: Self.page, atomically: true, encoding: .utf8)
    }

    private func compare(_ matrix: PeerMatrix, _ tables: [String], _ versions: String) throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        let stated = lines.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| algorithm") }.filter { line in
            MatrixSamples.Algorithm.asked.contains { line.hasPrefix("| \($0.name) |") }
        }
        let found = tables.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| algorithm") }
        try #require(stated.count == found.count, "make the page anew with DOSSIER_UPDATE=peers")
        let isSame = lines.contains(Self.versionLine + versions)
        if !isSame { print("the page was made with other versions of the peers; here: \(versions)") }
        var absent = 0
        for (said, now) in zip(stated, found) {
            let (said, now) = (said.components(separatedBy: " | "), now.components(separatedBy: " | "))
            for (old, new) in zip(said, now) where !old.hasPrefix(new) {
                if new.hasPrefix("?") {
                    absent += 1
                } else if isSame || old.hasPrefix("accepted") {
                    // Another version may accept more, never less.
                    Issue.record("\(now.prefix(2)): the page says “\(old)”, the peer “\(new)”")
                }
            }
        }
        if absent > 0 { print("skipped: \(absent) cells whose peer is not installed") }
    }
}
