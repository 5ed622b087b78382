// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization

/// A PostgreSQL of `Scripts/postgresql-server`, which ends when this process does, however that ends.
public final class PostgreSQLServer: Sendable {
    /// What the script said.
    public struct Refusal: Error, CustomStringConvertible {
        public let description: String
    }

    /// Port of the first node.
    public let port: Int
    /// Folder of the server: sockets and certificate.
    public let folder: String
    private let process: Process
    private let pipes: Mutex<(input: FileHandle, output: FileHandle)>
    private static let start = Result { try PostgreSQLServer() }

    /// One server for all tests that do nothing to it but use it; `nil` after saying that the cases are skipped.
    public static func shared(cases: String) throws -> PostgreSQLServer? {
        guard isInstalled(cases: cases) else { return nil }
        return try start.get()
    }

    /// Whether there is a server program; says when not.
    public static func isInstalled(cases: String) -> Bool {
        let places = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard places.contains(where: { isExecutable("/usr/lib/postgresql/\($0)/bin/initdb") }) else {
            print("skipped: \(cases): no PostgreSQL server is installed (postgresql-15)")
            return false
        }
        return true
    }

    private static func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Starts a server with settings of its own.
    public init(_ settings: [String] = []) throws {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = Corpora.packageRoot.appending(path: "Scripts/postgresql-server")
        process.arguments = settings
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let words = try Self.line(output.fileHandleForReading).split(separator: " ").map(String.init)
        guard words.count == 3, words[0] == "ready", let port = Int(words[1]) else {
            throw Refusal(description: words.joined(separator: " "))
        }
        (self.port, folder, self.process) = (port, words[2], process)
        pipes = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
    }

    deinit {
        pipes.withLock { try? $0.input.close() }
        process.waitUntilExit()
    }

    private static func line(_ handle: FileHandle) throws -> String {
        var line: [UInt8] = []
        while let octet = try handle.read(upToCount: 1)?.first, octet != 10 { line.append(octet) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Gives a command of the script and returns what it answered.
    @discardableResult
    public func command(_ text: String) throws -> String {
        let answer = try pipes.withLock { pipes in
            try pipes.input.write(contentsOf: Data((text.replacing("\n", with: " ") + "\n").utf8))
            return try Self.line(pipes.output)
        }
        guard answer.hasPrefix("ok") else { throw Refusal(description: answer) }
        return String(answer.dropFirst(3))
    }

    /// What psql prints as the superuser, in the database of the tests.
    @discardableResult
    public func sql(_ text: String, node: String = "a") throws -> String { try command("sql \(node) --d \(text)") }

    /// The address of a store in a schema.
    public func url(
        schema: String = "dossier", ports: [Int]? = nil, _ options: String = "durability=single-node"
    ) -> String {
        let hosts = (ports ?? [port]).map { "localhost:\($0)" }.joined(separator: ",")
        return "postgres://dossier:test@\(hosts)/dossier?sslrootcert=\(folder)/server.crt&schema=\(schema)&\(options)"
    }
}
