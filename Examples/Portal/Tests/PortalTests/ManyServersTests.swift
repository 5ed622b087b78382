// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing

@testable import Portal

/// A PostgreSQL of `Scripts/postgresql-server`, gone when it is no longer wanted.
private final class Database {
    let port: String
    let folder: String
    private let process = Process()
    private let input = Pipe()

    /// `nil` after saying that the cases are skipped.
    init?(cases: String) throws {
        let output = Pipe()
        process.executableURL =
            URL(filePath: #filePath).appendingPathComponent(
                "../../../../../Scripts/postgresql-server"
            ).standardized
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        var line: [UInt8] = []
        while line.last != 10, let octet = try output.fileHandleForReading.read(upToCount: 1)?.first {
            line.append(octet)
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 3, words[0] == "ready" else {
            print("skipped: \(cases): " + words.joined(separator: " "))
            return nil
        }
        (port, folder) = (words[1], words[2])
        try "test\n".write(toFile: passwordFile, atomically: true, encoding: .utf8)
    }

    private var passwordFile: String {
        FileManager.default.temporaryDirectory.appendingPathComponent("portal-test-\(port).password").path
    }

    func address(_ schema: String) -> String {
        "postgres://dossier@localhost:\(port)/dossier?sslrootcert=\(folder)/server.crt&durability=single-node&pool=4"
            + "&passwordfile=\(passwordFile)&schema=\(schema)"
    }

    func storage() async throws -> PortalStorage {
        try await PortalStorage(vaults: address("vaults"), logs: address("logs"))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: passwordFile)
    }
}

@Suite struct `Portal, several servers over one PostgreSQL` {
    private static let answers = [
        "q.home": "rented-or-lent", "q.movesWithSpouse": "wife", "q.movesWithChild": "no",
    ]

    @Test func `a citizen goes on at another server, and what was done at one is seen at the other`() async throws {
        guard let database = try Database(cases: "the portal over PostgreSQL") else { return }
        let first = try await TestPortal(storage: database.storage())
        let second = try TestPortal(beside: first, storage: try await database.storage())
        // Signs up at one, and is known at the other.
        let here = first.browser()
        try await here.makeVault()
        #expect(try await here.post("/vault/samples/citizen-card-scan.pdf").status == 303)
        let there = second.browser()
        try await there.signIn("citizen-1")
        #expect(try await there.get("/vault").text.contains("/vault/unlock"))
        #expect(try await there.post("/vault/unlock", ["passphrase": "không phải câu này"]).status == 403)
        _ = try await there.get("/vault")
        #expect(try await there.post("/vault/unlock", ["passphrase": TestBrowser.passphrase]).status == 303)
        #expect(try await there.get("/vault").text.contains("citizen-card-scan.pdf"))
        // Two sessions of one person, each at its server, put papers in by turns.
        for (number, file) in ["marriage-certificate", "lawful-home-proof", "host-consent"].enumerated() {
            let (writes, reads) = number % 2 == 0 ? (there, here) : (here, there)
            #expect(try await writes.post("/vault/samples/\(file).pdf").status == 303)
            #expect(try await reads.get("/vault").text.contains("\(file).pdf"))
        }
        // Applies at one; the agency reads through the other; the log shows all of it at both.
        _ = try await there.post("/procedures/1.004222/consent", Self.answers)
        let agreed = Self.answers.merging(["agree": "yes", "v.declarant.fullName": "Nguyễn Văn Thử"]) { $1 }
        let sent = try await there.post("/procedures/1.004222/submit", agreed)
        #expect(sent.status == 303)
        let code = try #require(sent.location?.split(separator: "/").last.map(String.init))
        let official = first.browser()
        try await official.signIn("official-1")
        _ = try await official.get("/office/\(code)")
        #expect(try await official.post("/office/\(code)/open").status == 303)
        #expect(try await official.get("/office/\(code)/papers/0").status == 200)
        for citizen in [here, there] {
            let log = try await citizen.get("/log").text
            #expect(log.contains(AccessRecord.Kind.released.name.vi.dropFirst()) && log.contains("Lê Thị Kiểm"))
            #expect(log.contains(AccessRecord.Kind.unlockFailed.name.vi.dropFirst()))
        }
        // Consent withdrawn at the one holds at the other.
        let log = try await here.get("/log")
        let start = try #require(log.text.firstRange(of: "action=\"/grants/"))
        let id = log.text[start.upperBound...].prefix { $0 != "/" }
        #expect(try await here.post("/grants/\(id)/revoke").status == 303)
        _ = try await official.get("/office/\(code)")
        #expect(try await official.post("/office/\(code)/open").status == 403)
        // A server that comes up later has it all.
        let third = try TestPortal(beside: first, storage: try await database.storage())
        let later = third.browser()
        try await later.signIn("citizen-1")
        _ = try await later.get("/vault")
        #expect(try await later.post("/vault/unlock", ["passphrase": TestBrowser.passphrase]).status == 303)
        #expect(try await later.get("/vault").text.contains("host-consent.pdf"))
    }
}
