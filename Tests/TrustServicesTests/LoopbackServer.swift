// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import TrustServices

/// The server of `server.py`, started by a test and ended with its last reference.
final class LoopbackServer: Sendable {
    /// Its port on 127.0.0.1.
    let port: Int
    /// What it serves below `/files/`.
    let files: TemporaryFolder
    private let process: Process
    private let input: Pipe

    /// Starts a server; with TLS when a certificate and its key are given as PEM files.
    init(tls: (certificate: String, key: String, version: String?)? = nil) throws {
        files = try TemporaryFolder()
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        let script = Corpora.packageRoot.appending(path: "Tests/TrustServicesTests/server.py").path()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script, files.url.path()]
        if let tls { process.arguments? += [tls.certificate, tls.key] + (tls.version.map { [$0] } ?? []) }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 { line.append(byte) }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else { throw CocoaError(.fileReadUnknown) }
        self.port = port
        self.process = process
        self.input = input
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The text of an address on this server.
    func text(_ path: String, host: String = "127.0.0.1", scheme: String = "http") -> String {
        "\(scheme)://\(host):\(port)\(path)"
    }

    /// An address on this server.
    func address(_ path: String, host: String = "127.0.0.1", scheme: String = "http") throws -> HTTPAddress {
        try HTTPAddress(text(path, host: host, scheme: scheme))
    }
}
