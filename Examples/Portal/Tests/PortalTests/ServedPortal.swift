// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// The program itself, started as a process of its own on loopback.
final class ServedPortal {
    struct Failed: Error { let reason: String }

    static let samples = URL(filePath: #filePath).appendingPathComponent("../../../../../testvectors/pdfs")
        .standardized.path

    let folder: String
    let port: UInt16
    private let process: Process

    var processID: Int32 { process.processIdentifier }

    /// Starts one with a folder of its own.
    convenience init(_ options: [String] = []) throws {
        let folder =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "portal-test-\(UUID().uuidString)"
            ).path
        try self.init(arguments: ["--folder", folder] + options, folder: folder)
    }

    /// Starts one that keeps everything where the arguments say.
    convenience init(arguments: [String]) throws { try self.init(arguments: arguments, folder: "") }

    private init(arguments: [String], folder: String) throws {
        self.folder = folder
        let output = Pipe()
        process = try Self.start(arguments, output: output, errors: nil)
        var line: [UInt8] = []
        while line.last != 10, let octet = try output.fileHandleForReading.read(upToCount: 1)?.first {
            line.append(octet)
        }
        let address = String(decoding: line, as: UTF8.self)
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0.prefix { $0.isNumber }) })
        else {
            process.terminate()
            throw Failed(reason: "no address: \(address)")
        }
        self.port = port
    }

    private static func start(_ arguments: [String], output: Pipe, errors: Pipe?) throws -> Process {
        let process = Process()
        // The program lies beside the tests.
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("portal-demo")
        process.arguments = ["--port", "0", "--samples", samples] + arguments
        process.standardOutput = output
        if let errors { process.standardError = errors }
        try process.run()
        return process
    }

    /// What the program says when it is started with arguments that it refuses, and its exit code.
    static func refusal(_ arguments: [String]) throws -> (code: Int32, text: String) {
        let (output, errors) = (Pipe(), Pipe())
        let process = try start(arguments, output: output, errors: errors)
        let text = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        if !folder.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Ends it as a failing machine would.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
