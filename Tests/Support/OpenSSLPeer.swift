// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// The `openssl` program, run as a process of its own.
public enum OpenSSLPeer {
    /// What a call left behind.
    public struct Outcome {
        /// Exit status.
        public let status: Int32
        /// Standard output.
        public let output: [UInt8]
        /// Standard error.
        public let errors: String
        /// Standard output as text.
        public var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The program, from `PATH`; `nil` when there is none.
    public static let program: String? = CommandPeer.path("openssl")

    /// Runs `openssl`, or returns `nil` after printing that the cases are skipped.
    public static func run(
        _ arguments: [String], input: [UInt8] = [], in folder: TemporaryFolder, cases: String
    ) throws -> Outcome? {
        guard let program else {
            print("skipped: \(cases): no openssl program")
            return nil
        }
        // Files rather than pipes: neither side can block on a full pipe.
        let name = UUID().uuidString
        try folder.write(input, as: name + ".in")
        try folder.write([], as: name + ".out")
        try folder.write([], as: name + ".err")
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = try FileHandle(forReadingFrom: folder.url.appending(path: name + ".in"))
        process.standardOutput = try FileHandle(forWritingTo: folder.url.appending(path: name + ".out"))
        process.standardError = try FileHandle(forWritingTo: folder.url.appending(path: name + ".err"))
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try folder.read(name + ".out"),
            errors: String(decoding: try folder.read(name + ".err"), as: UTF8.self))
    }
}
