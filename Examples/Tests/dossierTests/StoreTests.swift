// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Stores through the tool, on a PostgreSQL of `Scripts/postgresql-server` that ends with the test.
@Suite("Stores with dossier")
struct StoreTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    /// Starts a server; ends it when its input is closed.
    private final class Server {
        let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        let port: String
        let folder: String

        init?() throws {
            process.executableURL = DossierTool.root.appending(path: "Scripts/postgresql-server")
            (process.standardInput, process.standardOutput) = (input, output)
            try process.run()
            var line: [UInt8] = []
            while let octet = try output.fileHandleForReading.read(upToCount: 1)?.first, octet != 10 {
                line.append(octet)
            }
            let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
            guard words.count == 3, words[0] == "ready" else {
                print("skipped: stores in PostgreSQL with dossier: \(words.joined(separator: " "))")
                return nil
            }
            (port, folder) = (words[1], words[2])
        }

        deinit {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }

        /// Another database, to be a cluster of its own.
        func makeDatabase(_ name: String) throws {
            try input.fileHandleForWriting.write(contentsOf: Data("sql a CREATE DATABASE \(name) OWNER dossier\n".utf8))
            var line: [UInt8] = []
            while let octet = try output.fileHandleForReading.read(upToCount: 1)?.first, octet != 10 {
                line.append(octet)
            }
            guard line.starts(with: "ok".utf8) else { throw CocoaError(.fileWriteUnknown) }
        }

        func url(_ options: String = "durability=single-node") -> String {
            "postgres://dossier@localhost:\(port)/dossier?sslrootcert=\(folder)/server.crt&passwordenv=STORE_PASSWORD&\(options)"
        }
    }

    private func run(_ arguments: [String], password: String = "test") throws -> DossierTool.Outcome {
        try DossierTool.run(arguments, environment: ["LANG": "en_US.UTF-8", "STORE_PASSWORD": password])
    }

    @Test func `a vault goes from a folder to PostgreSQL and back, and opens in each`() throws {
        guard let server = try Server() else { return }
        let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
        let folder = "sqlite:\(bench.path("store"))"
        let made = try run(["vault", "create", "--json", "--store", folder] + secret)
        let vault = try #require(made.json["vault"] as? String)
        let file = try bench.write(Array("nội dung".utf8), "file.txt")
        for path in [file, Bench.sample("pdfs/plain.pdf")] where FileManager.default.fileExists(atPath: path) {
            let added = try run(
                ["vault", "add", "--json", "--store", folder, "--vault", vault, "--type", "other"] + secret
                    + Bench.trust() + [path])
            #expect(added.status == 0, "\(added.errors)")
        }
        // No tables yet.
        let early = try run(["store", "check", "--store", server.url()])
        #expect(early.status == 65 && early.errors.contains("store init"))
        let prepared = try run(["store", "init", "--json", "--store", server.url()])
        #expect(prepared.status == 0, "\(prepared.errors)")
        #expect(try run(["store", "migrate", "--store", server.url()]).status == 0)
        let check = try run(["store", "check", "--json", "--store", server.url()])
        #expect(check.status == 0 && check.json["engine"] as? String == "postgresql", "\(check.errors)")
        let copied = try run(["store", "copy", "--json", "--store", folder, "--to", server.url()])
        #expect(copied.status == 0 && (copied.json["vaults"] as? [Any])?.count == 1, "\(copied.errors)")
        let back = "sqlite:\(bench.path("back"))"
        #expect(try run(["store", "init", "--store", back]).status == 0)
        let returned = try run(["store", "copy", "--json", "--store", server.url(), "--to", back, "--vault", vault])
        #expect(returned.status == 0, "\(returned.errors)")
        var heads: Set<String> = []
        for store in [folder, server.url(), back] {
            let verified = try run(["vault", "verify", "--json", "--store", store, "--vault", vault] + secret)
            #expect(verified.status == 0 && verified.json["complete"] as? Bool == true, "\(verified.errors)")
            let head = try #require(verified.json["head"] as? [String: Any])
            heads.insert("\(head["sequence"] ?? "") \(head["hash"] ?? "")")
        }
        #expect(heads.count == 1)
        let added = try run(
            ["vault", "add", "--json", "--store", server.url(), "--vault", vault, "--type", "other"] + secret
                + Bench.trust() + [file])
        #expect(added.status == 0, "\(added.errors)")
    }

    @Test func `a vault moves to another cluster and is found there`() throws {
        guard let server = try Server() else { return }
        try server.makeDatabase("second")
        let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
        let store = server.url("durability=single-node&shard=localhost:\(server.port)/second")
        #expect(try run(["store", "init", "--store", store]).status == 0)
        let made = try run(["vault", "create", "--json", "--store", store] + secret)
        let vault = try #require(made.json["vault"] as? String)
        let file = try bench.write(Array("nội dung".utf8), "file.txt")
        for (number, cluster) in [1, 2, 1].enumerated() {
            let moved = try run(["store", "move", "--json", "--store", store, "--vault", vault, "--to", "\(cluster)"])
            #expect(moved.status == 0, "\(moved.errors)")
            let move = (moved.json["vaults"] as? [[String: Any]])?.first
            #expect(move?["to"] as? Int == cluster)
            #expect(number == 0 || move?["from"] as? Int == 3 - cluster)
            let added = try run(
                ["vault", "add", "--json", "--store", store, "--vault", vault, "--type", "other"] + secret
                    + Bench.trust() + [file])
            #expect(added.status == 0, "\(added.errors)")
            let verified = try run(["vault", "verify", "--json", "--store", store, "--vault", vault] + secret)
            #expect(verified.json["documents"] as? Int == number + 1, "\(verified.errors)")
        }
        #expect(try run(["store", "move", "--store", store, "--vault", vault, "--abandon"]).status == 0)
        for wrong in [["--to", "3"], ["--to", "0"], [], ["--to", "1", "--abandon"]] {
            #expect(try run(["store", "move", "--store", store, "--vault", vault] + wrong).status == 64)
        }
        let nobody = String(repeating: "0", count: 64)
        #expect(try run(["store", "move", "--store", store, "--vault", nobody, "--to", "1"]).status == 66)
        let folder = "sqlite:\(bench.path("store"))"
        #expect(try run(["store", "move", "--store", folder, "--vault", vault, "--to", "1"]).status == 64)
    }

    @Test func `a store that loses what it acknowledged, a wrong password and one in the open are refused`() throws {
        guard let server = try Server() else { return }
        #expect(try run(["store", "init", "--store", server.url()]).status == 0)
        let asynchronous = try run(["store", "check", "--store", server.url("retry=0")])
        #expect(asynchronous.status == 77 && asynchronous.errors.contains("single-node"))
        let wrong = try run(["store", "check", "--store", server.url()], password: "mật-khẩu-sai")
        #expect(wrong.status == 77 && !wrong.errors.contains("mật-khẩu-sai"))
        let open = try run(["store", "check", "--store", server.url().replacing("dossier@", with: "dossier:lộ@")])
        #expect(open.status == 64 && !open.errors.contains("lộ"))
        let alone = server.url().replacing("dossier@", with: "dossier:lộ@").replacing(
            "passwordenv=STORE_PASSWORD&", with: "")
        let shown = try run(["store", "check", "--store", alone])
        #expect(shown.status == 64 && shown.errors.contains("passwordfile") && !shown.errors.contains("lộ"))
        #expect(try run(["store", "check", "--store", "mysql://x"]).status == 64)
        let nobody = server.url("durability=single-node&retry=0").replacing(":\(server.port)/", with: ":1/")
        #expect(try run(["store", "check", "--store", nobody]).status == 69)
    }
}
