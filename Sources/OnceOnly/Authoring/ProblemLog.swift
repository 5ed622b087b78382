// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Collects the problems of one catalogue while it is read.
final class ProblemLog {
    /// Offsets at which lines begin.
    private let lines: [Int]
    private(set) var problems: [CatalogueProblem] = []
    /// A problem was found for which a catalogue is refused, listed or not.
    private(set) var hasFault = false

    init(_ bytes: [UInt8]) {
        var lines = [0]
        for (offset, byte) in bytes.enumerated() where byte == 10 { lines.append(offset + 1) }
        self.lines = lines
    }

    func report(_ code: CatalogueProblem.Code, _ path: String, at offset: Int, _ detail: String = "") {
        if code.severity == .fault { hasFault = true }
        // A hostile file could hold a million faults; nobody reads more than these.
        guard problems.count < 1_000 else { return }
        let line = line(at: offset)
        problems.append(
            CatalogueProblem(
                code: code, path: path, line: line, column: offset - lines[line - 1] + 1, detail: detail))
    }

    /// The problems in the order of the text.
    var sorted: [CatalogueProblem] { problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) } }

    private func line(at offset: Int) -> Int {
        var low = 0
        var high = lines.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lines[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }
}
