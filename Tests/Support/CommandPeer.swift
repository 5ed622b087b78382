// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// An independent program, found on `PATH` and run as a process of its own.
public enum CommandPeer {
    /// Where a program is; `nil` when there is none of that name.
    public static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Exit code and all output, or `nil` after printing that the program is not installed.
    public static func run(_ name: String, _ arguments: [String]) throws -> (status: Int32, output: String)? {
        guard let path = path(name) else {
            print("skipped: \(name) is not installed")
            return nil
        }
        return try output(path, arguments)
    }

    /// Exit code and all output of the program at a path.
    public static func output(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// Exit code and output of `qpdf`, or `nil` after printing that it is not installed.
public func qpdf(_ arguments: [String]) throws -> (status: Int32, output: String)? {
    try CommandPeer.run("qpdf", arguments)
}
