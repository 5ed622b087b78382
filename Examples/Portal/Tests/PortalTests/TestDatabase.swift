// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// A PostgreSQL of `Scripts/postgresql-server`, gone when it is no longer wanted.
final class TestDatabase {
    /// A folder for what belongs to it: the file with the password, the portal's world.
    let folder: String
    private let port: String
    private let certificate: String
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())

    /// `nil` after saying that the cases are skipped.
    init?(_ settings: [String] = [], cases: String) throws {
        let places = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard
            places.contains(where: {
                FileManager.default.isExecutableFile(atPath: "/usr/lib/postgresql/\($0)/bin/initdb")
            })
        else {
            print("skipped: \(cases): no PostgreSQL server is installed (postgresql-15)")
            return nil
        }
        process.executableURL =
            URL(filePath: #filePath).appendingPathComponent(
                "../../../../../Scripts/postgresql-server"
            ).standardized
        process.arguments = settings
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let words = try Self.line(output).split(separator: " ").map(String.init)
        guard words.count == 3, words[0] == "ready" else {
            throw ServedPortal.Failed(reason: words.joined(separator: " "))
        }
        (port, certificate) = (words[1], "\(words[2])/server.crt")
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("portal-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("test\n", to: "password")
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The address of a schema.
    func address(_ schema: String, password: String = "password", trusting authority: String? = nil) -> String {
        "postgres://dossier@localhost:\(port)/dossier?sslrootcert=\(authority ?? certificate)&durability=single-node&pool=4"
            + "&passwordfile=\(folder)/\(password)&schema=\(schema)"
    }

    /// Puts a file into the folder, for its owner alone.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }

    /// What psql prints as the superuser.
    @discardableResult
    func sql(_ text: String) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data("sql a --d \(text)\n".utf8))
        let answer = try Self.line(output)
        guard answer.hasPrefix("ok") else { throw ServedPortal.Failed(reason: answer) }
        return String(answer.dropFirst(3))
    }

    private static func line(_ pipe: Pipe) throws -> String {
        var line: [UInt8] = []
        while let octet = try pipe.fileHandleForReading.read(upToCount: 1)?.first, octet != 10 { line.append(octet) }
        return String(decoding: line, as: UTF8.self)
    }
}
