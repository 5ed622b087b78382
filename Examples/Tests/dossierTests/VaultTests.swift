// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// The vault through the tool: what is stored comes back, and nothing damaged comes back silently.
@Suite("Vaults with dossier (docs/formats/vault-v1.md)")
struct VaultTests {
    private let bench: Bench
    private let vault: String

    init() throws {
        bench = try Bench()
        let outcome = try DossierTool.run([
            "vault", "create", "--json", "--store", "sqlite:\(bench.path("store"))", "--passphrase-file",
            Bench.shared("vault-passphrase"), "--recovery-code-file", bench.path("code"), "--anchor",
            bench.path("anchor"),
        ])
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = id
    }

    private func run(
        _ command: String, _ arguments: [String] = [], store: String = "store", secret: [String]? = nil
    ) throws -> DossierTool.Outcome {
        let secret = secret ?? ["--passphrase-file", Bench.shared("vault-passphrase")]
        return try DossierTool.run(
            ["vault", command, "--json", "--store", "sqlite:\(bench.path(store))", "--vault", vault] + secret
                + arguments)
    }

    private func add(_ file: String, _ type: String = "other", _ options: [String] = []) throws -> [String: Any] {
        let outcome = try run(
            "add", Bench.trust() + ["--type", type, "--anchor", bench.path("anchor")] + options + [file])
        guard outcome.status == 0 else { throw Bench.Unexpected(outcome) }
        return outcome.json
    }

    private func get(_ id: String, store: String = "store") throws -> (status: Int32, bytes: [UInt8]) {
        let name = UUID().uuidString
        let outcome = try run("get", ["--output", bench.path(name), id], store: store)
        return (outcome.status, outcome.status == 0 ? try bench.read(name) : [])
    }

    private func copyStore(_ name: String) throws {
        try? FileManager.default.removeItem(atPath: bench.path(name))
        try FileManager.default.copyItem(atPath: bench.path("store"), toPath: bench.path(name))
    }

    @Test func `what is stored comes back to the byte, small and large`() throws {
        var random = SystemRandomNumberGenerator()
        for size in [0, 1, 65_536, 65_537, 3_000_000] {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            let id = try #require(try add(bench.write(bytes, "file-\(size)"))["id"] as? String)
            let back = try get(id)
            #expect(back.status == 0 && back.bytes == bytes, "\(size) bytes")
        }
        let list = try run("list")
        #expect(
            (list.json["documents"] as? [[String: Any]])?.map { $0["size"] as? Int } == [
                0, 1, 65_536, 65_537, 3_000_000,
            ])
        let report = try run("verify", ["--anchor", bench.path("anchor")])
        #expect(report.status == 0)
        #expect(report.json["complete"] as? Bool == true)
        #expect(report.json["documents"] as? Int == 5)
        #expect(report.json["freshness"] as? String == "anchored")
        #expect(try run("verify").json["freshness"] as? String == "unanchored")
    }

    @Test func `a wrong passphrase is 77 and the right one opens`() throws {
        for command in ["list", "unlock-check", "verify"] {
            #expect(try run(command, secret: ["--passphrase-file", Bench.shared("wrong-passphrase")]).status == 77)
            #expect(try run(command, secret: []).status == 77, "none, and no terminal")
            #expect(try run(command).status == 0)
        }
        #expect(try run("list", secret: ["--passphrase-file", bench.path("none")]).status == 66)
    }

    @Test func `the recovery code opens, a mistyped one is 77`() throws {
        let code = String(decoding: try bench.read("code"), as: UTF8.self)
        #expect(try run("list", secret: ["--recovery-code-file", bench.path("code")]).status == 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: bench.path("code"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let first = try #require(code.first)
        let typo = (first == "2" ? "3" : "2") + code.dropFirst()
        let file = try bench.write(Array(typo.utf8), "typo")
        let outcome = try run("list", secret: ["--recovery-code-file", file])
        #expect(outcome.status == 77)
        #expect(!outcome.errors.contains(String(code.prefix(14))))
    }

    @Test func `a vault or document that does not exist is 66, a store that cannot be made 73`() throws {
        #expect(try run("list", store: "nowhere").status == 66)
        #expect(!bench.exists("nowhere"))
        #expect(try get(String(repeating: "0", count: 32)).status == 66)
        let other = ["--store", "sqlite:\(bench.path("store"))", "--vault", String(repeating: "0", count: 64)]
        let secret = ["--passphrase-file", Bench.shared("vault-passphrase")]
        #expect(try DossierTool.run(["vault", "list"] + other + secret).status == 66)
        let made = try DossierTool.run(
            ["vault", "create", "--store", "sqlite:/proc/store", "--recovery-code-file", bench.path("c")] + secret)
        #expect(made.status == 73)
        #expect(!bench.exists("c"), "no recovery code of a vault that does not exist")
        let again = try DossierTool.run(
            ["vault", "create", "--store", "sqlite:\(bench.path("s"))", "--recovery-code-file", bench.path("code")]
                + secret)
        #expect(again.status == 73, "an existing code is not overwritten")
        #expect(!bench.exists("s"))
    }

    @Test func `getting a document overwrites nothing unless forced and leaves nothing behind on failure`() throws {
        let id = try #require(try add(Bench.sample("dossiers/photo.jpg"))["id"] as? String)
        let output = try bench.write([1], "out")
        #expect(try run("get", ["--output", output, id]).status == 73)
        #expect(try bench.read("out") == [1])
        #expect(try run("get", ["--output", output, "--force", id]).status == 0)
        let before = bench.names
        #expect(try run("get", ["--output", bench.path("x"), String(repeating: "f", count: 32)]).status == 66)
        #expect(bench.names == before)
    }

    @Test func `only a signature that holds raises a document above its holder's word`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/birth-certificate.pdf"), by: "official", as: "signed.pdf")
        let good = try add(signed, "birth-certificate")
        #expect(good["assurance"] as? String == "signature-verified")
        #expect(good["signer"] as? String == "Lê Thị Kiểm (TEST)")
        #expect(good["trustDomain"] as? String == "public-duty")

        let bytes = try bench.read("signed.pdf")
        let stream = try #require(bytes.offset(of: "stream"))
        let broken = try add(bench.write(bytes.flipped(at: stream + 100), "broken.pdf"), "birth-certificate")
        #expect(broken["assurance"] as? String == "self-declared")
        #expect(broken["signer"] == nil || broken["signer"] is NSNull)

        let unsigned = try add(
            Bench.sample("pdfs/birth-certificate.pdf"), "birth-certificate", ["--source", "agency-result"])
        #expect(unsigned["assurance"] as? String == "self-declared", "the way it came proves nothing")

        let foreign = try DossierTool.run(
            ["sign"] + Bench.trust("other-pki") + Bench.key("official", of: "other-pki")
                + ["--output", bench.path("foreign.pdf"), Bench.sample("pdfs/birth-certificate.pdf")])
        #expect(foreign.status == 0)
        #expect(try add(bench.path("foreign.pdf"), "birth-certificate")["assurance"] as? String == "self-declared")

        let late = try add(signed, "birth-certificate", ["--at", "2035-01-01T00:00:00Z"])
        #expect(late["assurance"] as? String == "self-declared", "an indeterminate signature proves nothing")
    }

    @Test func `what a document cannot be stored as is refused`() throws {
        let photo = Bench.sample("dossiers/photo.jpg")
        #expect(try run("add", ["--type", "no-such-type", photo]).status == 64)
        #expect(try run("add", ["--type", "other", "--source", "rumour", photo]).status == 64)
        #expect(try run("add", ["--type", "other", bench.path("none")]).status == 66)
        #expect(try run("add", ["--type", "other", bench.folder.path()]).status == 65)
        let nonsense = try bench.write(Array("[]".utf8), "description.json")
        #expect(try run("add", ["--type", "other", "--description", nonsense, photo]).status == 65)
        #expect((try run("list").json["documents"] as? [Any])?.isEmpty == true)
        #expect(try run("add", ["--type", "other", photo]).status == 0)
    }

    @Test func `any flipped byte of a content file is found and the document named`() throws {
        let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
        let id = try #require(try add(bench.write(bytes, "large"))["id"] as? String)
        try copyStore("damaged")
        let contents = bench.folder.appending(path: "damaged/contents")
        let names = FileManager.default.enumerator(atPath: contents.path())?.compactMap { $0 as? String } ?? []
        let files = try names.map { contents.appending(path: $0) }.filter {
            try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
        }
        let file = try #require(files.first)
        #expect(files.count == 1)
        let sealed = [UInt8](try Data(contentsOf: file))
        for index in 0..<16 {
            let offset = index < 15 ? sealed.count * index / 15 : sealed.count - 1
            try Data(sealed.flipped(at: offset)).write(to: file)
            let report = try run("verify", store: "damaged")
            #expect(report.status == 74, "byte \(offset)")
            let problems = report.json["problems"] as? [[String: Any]] ?? []
            #expect(problems.contains { ($0["object"] as? String)?.hasPrefix("document ") == true }, "\(problems)")
            if index % 8 == 0 { #expect(try get(id, store: "damaged").status == 74) }
        }
        for changed in [Array(sealed.dropLast()), sealed + [0], []] {
            try Data(changed).write(to: file)
            #expect(try run("verify", store: "damaged").status == 74)
        }
        try FileManager.default.removeItem(at: file)
        #expect(try run("verify", store: "damaged").status == 74)
        try Data(sealed).write(to: file)
        #expect(try run("verify", store: "damaged").status == 0)
    }

    @Test func `a flipped byte of the database is found, or changes nothing`() throws {
        let photo = [UInt8](try Data(contentsOf: URL(filePath: Bench.sample("dossiers/photo.jpg"))))
        let id = try #require(try add(Bench.sample("dossiers/photo.jpg"))["id"] as? String)
        let listed = try run("list").output
        try copyStore("damaged")
        let folder = bench.folder.appending(path: "damaged")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter {
            $0.hasSuffix(".sqlite")
        }
        #expect(names.count == 1)
        let file = folder.appending(path: try #require(names.first))
        let pages = [UInt8](try Data(contentsOf: file))
        var found = 0
        var unread = 0
        for index in 0..<60 {
            // Away from page borders, at an odd stride so that every kind of page is met.
            let offset = (pages.count * index / 60 + 37 * index) % pages.count
            for rest in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path() + rest) }
            try Data(pages.flipped(at: offset, mask: 4)).write(to: file)
            let report = try run("verify", store: "damaged")
            if report.status == 0 {
                // Free space, an index that is not read or SQLite's own bookkeeping: then everything still comes back.
                unread += 1
                let back = try get(id, store: "damaged")
                #expect(back.status == 0 && back.bytes == photo, "byte \(offset) of \(pages.count)")
                #expect(try run("list", store: "damaged").output == listed, "byte \(offset)")
            } else {
                found += 1
                #expect([66, 74, 77].contains(report.status), "byte \(offset): \(report.status) \(report.errors)")
                if report.status == 74, let problems = report.json["problems"] as? [[String: Any]] {
                    #expect(problems.allSatisfy { ($0["object"] as? String)?.isEmpty == false }, "\(problems)")
                }
            }
        }
        print("flipped bytes of the database: \(found) found, \(unread) in places that are not read")
        #expect(found > 5)
    }

    @Test func `a store rolled back behind the anchor is 74, and sound without it`() throws {
        _ = try add(bench.write([1], "one"))
        try copyStore("older")
        _ = try add(bench.write([2], "two"))
        let anchor = ["--anchor", bench.path("anchor")]
        let report = try run("verify", anchor, store: "older")
        #expect(report.status == 74)
        #expect(report.json["freshness"] as? String == "rolled-back")
        #expect(try run("list", anchor, store: "older").status == 74)
        #expect(try run("verify", store: "older").json["freshness"] as? String == "unanchored")
        #expect(try run("verify", store: "older").status == 0)
        #expect(try run("verify", anchor).status == 0)
        let nonsense = try bench.write(Array("nonsense".utf8), "bad-anchor")
        #expect(try run("verify", ["--anchor", nonsense]).status == 65)
    }

    @Test func `a store forked from the anchor is 74`() throws {
        _ = try add(bench.write([1], "one"))
        try copyStore("fork")
        _ = try add(bench.write([2], "two"))
        let two = try bench.write([3], "three")
        #expect(try run("add", ["--type", "other", two], store: "fork").status == 0)
        let report = try run("verify", ["--anchor", bench.path("anchor")], store: "fork")
        #expect(report.status == 74)
        #expect(report.json["freshness"] as? String == "forked")
    }
}
