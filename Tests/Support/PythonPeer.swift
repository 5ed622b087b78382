// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import Foundation

/// Python with the pinned peers (PyPI cryptography >= 50, pyHanko), run as a process of its own.
public enum PythonPeer {
    /// What a script left behind.
    public struct Outcome {
        /// Exit status.
        public let status: Int32
        /// Standard output.
        public let output: Data
        /// Standard error.
        public let errors: String
    }

    /// `.build/peers/bin/python`, else the interpreter that `DOSSIER_PEERS_PYTHON` names; `nil` when there is none.
    public static let interpreter: String? = {
        let candidates: [String?] = [
            Corpora.packageRoot.appending(path: ".build/peers/bin/python").path(),
            ProcessInfo.processInfo.environment["DOSSIER_PEERS_PYTHON"],
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs a script of the package, or returns `nil` after printing that the cases are skipped.
    public static func run(
        _ script: String, _ arguments: [String] = [], input: Data = Data(), cases: String
    ) throws -> Outcome? {
        guard let interpreter else {
            print("skipped: \(cases): no Python with the peers (.build/peers or DOSSIER_PEERS_PYTHON)")
            return nil
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "dossier-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files rather than pipes: neither side can block on a full pipe.
        let files = ["input", "output", "errors"].map { folder.appending(path: $0) }
        for file in files { try Data().write(to: file) }
        try input.write(to: files[0])
        let process = Process()
        process.executableURL = URL(filePath: interpreter)
        process.arguments = ["-B", Corpora.packageRoot.appending(path: script).path()] + arguments
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try Data(contentsOf: files[1]),
            errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
}
