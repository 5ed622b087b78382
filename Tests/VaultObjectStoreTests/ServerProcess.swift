// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization
import TestSupport

/// A program that says in lines when it is ready, takes commands in lines, and ends with its standard input.
final class ServerProcess: Sendable {
    private let process: Process
    private let input: Pipe
    private let output: Mutex<FileHandle>

    init(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = process
        self.input = input
        self.output = Mutex(output.fileHandleForReading)
    }

    /// Starts a script of this folder.
    static func script(_ name: String, _ arguments: [String] = []) throws -> ServerProcess {
        let path = Corpora.packageRoot.appending(path: "Tests/VaultObjectStoreTests/\(name)").path()
        return try ServerProcess("python3", ["-B", path] + arguments)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The next line; `nil` when the program has ended.
    func line() throws -> String? {
        try output.withLock { output in
            var line: [UInt8] = []
            while let byte = try output.read(upToCount: 1)?.first {
                guard byte != 10 else { return String(decoding: line, as: UTF8.self) }
                line.append(byte)
            }
            return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
        }
    }

    /// Sends a command and gives the line that answers it.
    @discardableResult
    func command(_ text: String) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data("\(text)\n".utf8))
        return try line() ?? ""
    }
}

/// The object stores that the tests use; each is started once, when it is first needed, and ends with the tests.
enum ObjectStores {
    /// The one in memory, which needs nothing but Python.
    static let inMemory = Result { try Started(ServerProcess.script("s3server.py")) }
    /// The same, as a server that does not know `If-None-Match`.
    static let withoutConditions = Result { try Started(ServerProcess.script("s3server.py", ["no-conditions"])) }
    /// Ceph's, with three gateways; `nil` where it is not installed.
    static let ceph: Result<CephCluster, any Error>? = {
        let programs = ["ceph-mon", "ceph-osd", "ceph", "radosgw", "radosgw-admin"]
        guard ProcessInfo.processInfo.environment["DOSSIER_WITHOUT_CEPH"] == nil,
            programs.allSatisfy({ CommandPeer.path($0) != nil })
        else {
            print("skipped: object store of Ceph: ceph-mon, ceph-osd, ceph-common and radosgw are not installed")
            return nil
        }
        let cluster = Result { try CephCluster(gateways: 3) }
        // Where daemons may not run as they need to, that is no fault of what is tested; the reason stands in the log.
        if case .failure(let error) = cluster {
            print("skipped: object store of Ceph: it does not start here: \(error)")
            return nil
        }
        return cluster
    }()
    /// Ceph's where it is installed, else the one in memory.
    static func real() throws -> [String] {
        if let ceph { return try ceph.get().endpoints }
        return [try inMemory.get().endpoint]
    }

    /// A server whose first line is its port.
    final class Started: Sendable {
        let process: ServerProcess
        let endpoint: String

        init(_ process: ServerProcess) throws {
            guard let port = try process.line() else { throw CocoaError(.fileReadUnknown) }
            self.process = process
            endpoint = "http://127.0.0.1:\(port)"
        }
    }
}

/// A small Ceph of `Scripts/ceph-cluster`.
final class CephCluster: Sendable {
    /// The gateways that are always there.
    let endpoints: [String]
    /// One more, `client.rgw.c`, which a test may kill without disturbing others.
    let expendable: String
    private let folder: TemporaryFolder
    private let process: ServerProcess

    init(gateways: Int) throws {
        folder = try TemporaryFolder()
        let script = Corpora.packageRoot.appending(path: "Scripts/ceph-cluster").path()
        process = try ServerProcess(script, [folder.path("ceph"), "\(gateways)"])
        var endpoints: [String] = []
        var lines: [String] = []
        while let line = try process.line(), line != "ready" {
            lines.append(line)
            if line.hasPrefix("endpoint ") { endpoints.append(String(line.dropFirst(9))) }
        }
        guard endpoints.count == gateways, let last = endpoints.popLast() else {
            throw CocoaError(.fileReadUnknown, userInfo: [NSLocalizedDescriptionKey: "Ceph: \(lines)"])
        }
        self.endpoints = endpoints
        expendable = last
    }

    /// Kills a daemon, for example `osd.1` or `client.rgw.b`.
    func kill(_ name: String) throws { _ = try process.command("kill \(name)") }

    /// Starts a daemon again.
    func start(_ name: String) throws { _ = try process.command("start \(name)") }
}

/// A gateway that fails as it is told.
final class FaultyGateway: Sendable {
    let endpoint: String
    private let process: ServerProcess

    /// Stands before a gateway of `http://127.0.0.1:PORT`.
    init(before endpoint: String) throws {
        let started = try ObjectStores.Started(
            ServerProcess.script("s3faults.py", [String(endpoint.split(separator: ":").last ?? "")]))
        process = started.process
        self.endpoint = started.endpoint
    }

    /// The next requests of a method fail in this way, -1 for all, after some that do not.
    func fail(_ fault: String, _ method: String = "ANY", _ count: Int = -1, after passing: Int = 0) throws {
        try process.command("fail \(fault) \(method) \(count) \(passing)")
    }

    /// Passes everything on again.
    func recover() throws { try fail("none", "ANY", 0) }

    /// How many requests came.
    func requests() throws -> Int? { Int(try process.command("requests")) }

    /// How many requests came where a redirect pointed.
    func followedRedirects() throws -> Int? { Int(try process.command("elsewhere")) }
}
