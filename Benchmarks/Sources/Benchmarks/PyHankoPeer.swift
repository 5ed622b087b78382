// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import PKIX

/// pyHanko in its own Python process, which stays for the whole run: it times its own loops, so that neither the start of
/// the interpreter nor the pipe between the processes counts.
final class PyHankoPeer {
    private struct Answer: Decodable {
        let wall: Double?
        let processor: Double?
        let error: String?
    }
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()
    /// Files that are handed over; removed in the end.
    private let folder: URL

    /// Starts the peer; `nil` after a line that says it is not there.
    init?(skipping rows: String) throws {
        let interpreter = URL(filePath: ".build/peers/bin/python")
        guard FileManager.default.isExecutableFile(atPath: interpreter.path()) else {
            print("skipped: \(rows): no Python with pyHanko in .build/peers (Scripts/setup test)")
            return nil
        }
        folder = FileManager.default.temporaryDirectory.appending(path: "dossier-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = interpreter
        process.arguments = ["-B", "Benchmarks/Python/pyhanko_peer.py"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Writes what the peer is to read.
    func file(_ bytes: [UInt8], _ name: String) throws -> String {
        let url = folder.appending(path: name)
        try Data(bytes).write(to: url)
        return url.path()
    }

    func files(_ items: [[UInt8]], _ name: String) throws -> [String] {
        try items.enumerated().map { try file($1, "\(name)-\($0)") }
    }

    /// One call's time of a loop over there.
    func time(_ request: [String: Any]) throws -> Timing {
        let line = try JSONSerialization.data(withJSONObject: request)
        try input.fileHandleForWriting.write(contentsOf: line + Data("\n".utf8))
        let answer = try JSONDecoder().decode(Answer.self, from: readLine())
        guard let wall = answer.wall, let processor = answer.processor else {
            throw PeerRefused(what: "pyHanko: \(answer.error ?? "no answer")")
        }
        return Timing(wall: wall * 1e6, processor: processor * 1e6)
    }

    private func readLine() throws -> Data {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(buffer[..<end])
                buffer = Data(buffer[(end + 1)...])
                return line
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw PeerRefused(what: "pyHanko ended") }
            buffer += more
        }
    }
}
