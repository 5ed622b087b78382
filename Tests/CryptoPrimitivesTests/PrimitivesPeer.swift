// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation

/// PyPI cryptography through testvectors/primitives/peer.py.
enum PrimitivesPeer {
    /// The interpreter that has the peer: `.build/peers`, else the environment's.
    static var python: String? {
        let candidates: [String?] = [
            TestData.root.appending(path: ".build/peers/bin/python").path,
            ProcessInfo.processInfo.environment["DOSSIER_PEERS_PYTHON"],
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The peer's answers, `nil` where it refuses; `nil` altogether (and said on a line) when there is no peer.
    static func answers(to requests: [[String: any Sendable]]) throws -> [[UInt8]?]? {
        guard let python else {
            print("skipped: \(requests.count) peer cases, no Python with cryptography >= 50")
            return nil
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "dossier-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try JSONSerialization.data(withJSONObject: requests).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-B", TestData.root.appending(path: "testvectors/primitives/peer.py").path]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw PeerFailure(status: process.terminationStatus) }
        return try JSONDecoder().decode([String?].self, from: Data(contentsOf: output)).map {
            $0.flatMap { Hexadecimal.decode($0) }
        }
    }

    struct PeerFailure: Error { let status: Int32 }
}
