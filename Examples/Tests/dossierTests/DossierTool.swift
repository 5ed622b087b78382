// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// Runs the built `dossier` tool as a user would.
enum DossierTool {
    /// What a run left behind.
    struct Outcome {
        /// Exit code; 256 and the signal's number for a run that crashed.
        let status: Int32
        let outputBytes: Data
        let errors: String

        var output: String { String(decoding: outputBytes, as: UTF8.self) }
        /// The output as one JSON object; empty when it is none.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: outputBytes)) as? [String: Any] ?? [:]
        }
        /// The `files` of a report.
        var files: [[String: Any]] { json["files"] as? [[String: Any]] ?? [] }
        /// The first signature of the first file of a report.
        var signature: [String: Any] { (files.first?["signatures"] as? [[String: Any]])?.first ?? [:] }
        /// Codes of the findings of that signature.
        var findings: [String] {
            (signature["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
        }
        var indication: String? { files.first?["indication"] as? String }
        var subIndication: String? { files.first?["subIndication"] as? String }
        /// The lines on standard error.
        var messages: [String] { errors.split(separator: "\n").map(String.init) }
    }

    /// The package's root folder.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The tool that was built with these tests, which stands beside their bundle.
    static let executable: URL = {
        let beside = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
            .appending(path: "dossier")
        return FileManager.default.isExecutableFile(atPath: beside.path())
            ? beside : root.appending(path: ".build/debug/dossier")
    }()

    /// Runs the tool.
    ///
    /// - Parameter environment: Added to one that has nothing but the path, so that the locale is known.
    static func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = ["LANG": "en_US.UTF-8"],
        in folder: URL? = nil
    ) throws -> Outcome {
        try run(executable, arguments, input: input, environment: environment, in: folder)
    }

    /// Runs any program.
    static func run(
        _ program: URL, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
        in folder: URL? = nil
    ) throws -> Outcome {
        let work = FileManager.default.temporaryDirectory.appending(path: "dossier-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        // Files rather than pipes: neither side can block on a full pipe.
        let files = ["input", "output", "errors"].map { work.appending(path: $0) }
        for file in files { try Data().write(to: file) }
        try input.write(to: files[0])
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        var inherited = environment
        for name in ["PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR"] {
            inherited[name] = inherited[name] ?? ProcessInfo.processInfo.environment[name]
        }
        process.environment = inherited
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        let crashed = process.terminationReason == .uncaughtSignal
        return Outcome(
            status: process.terminationStatus + (crashed ? 256 : 0), outputBytes: try Data(contentsOf: files[1]),
            errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }

    /// A Python with the pinned peers; `nil` when there is none.
    static let python: URL? = {
        let candidates: [String?] = [
            root.appending(path: ".build/peers/bin/python").path(),
            ProcessInfo.processInfo.environment["DOSSIER_PEERS_PYTHON"],
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }.map {
            URL(filePath: $0)
        }
    }()
}
