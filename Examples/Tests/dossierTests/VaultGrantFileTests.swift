// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Files that grants are read from and written to, and what a wrong one costs: nothing.
@Suite("Files of grants with dossier: whole or not at all, and no use lost")
struct VaultGrantFileTests {
    private let bench: Bench
    private let vault: [String]
    private let document: String
    private let text: String

    init() throws {
        bench = try Bench()
        let store = [
            "--store", "sqlite:\(bench.path("store"))", "--passphrase-file", Bench.shared("vault-passphrase"),
        ]
        let outcome = try DossierTool.run(["vault", "create", "--json"] + store)
        guard outcome.status == 0, let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        vault = store + ["--vault", id]
        for (subscriber, role) in [("commune", "recipient"), ("official", "release-service")] {
            let made = try DossierTool.run(
                ["vault", "agency-card"] + Bench.trust() + Bench.key(subscriber) + [
                    "--role", role, "--key-output", bench.path("\(role).key"), "--output", bench.path("\(role).card"),
                ])
            guard made.status == 0 else { throw Bench.Unexpected(made) }
        }
        let added = try DossierTool.run(
            ["vault", "add", "--json"] + vault + ["--type", "other", bench.write(Array("giấy tờ".utf8), "paper.txt")])
        document = try #require(added.json["id"] as? String)
        text = try bench.write(Array("Tôi đồng ý cho đọc giấy tờ thử nghiệm.\n".utf8), "text")
    }

    private func grant(
        _ package: String = "package", _ escrow: String = "escrow", text: String? = nil, uses: String = "1"
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["vault", "grant", "--json"] + vault + Bench.trust() + [
                "--recipient", bench.path("recipient.card"), "--service-card", bench.path("release-service.card"),
                "--domain", "public-duty", "--procedure", "1.004222", "--dossier", "T-1", "--text-file",
                text ?? self.text, "--until", "2099-01-01T00:00:00Z", "--uses", uses, "--package", bench.path(package),
                "--escrow", bench.path(escrow), document,
            ])
    }

    private func open(
        _ output: String, _ more: [String] = [], package: String = "package", log: String = "log.sqlite",
        store: String? = nil
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["vault", "open-grant", "--json"] + Bench.trust() + [
                "--release-log", bench.path(log), "--service-card", bench.path("release-service.card"),
                "--service-key", bench.path("release-service.key"), "--store", store ?? vault[1], "--package",
                bench.path(package), "--recipient", bench.path("recipient.card"), "--key", bench.path("recipient.key"),
                "--official", "cán bộ 12", "--output", bench.path(output),
            ] + more)
    }

    private func grants() throws -> [[String: Any]] {
        let listed = try DossierTool.run(["vault", "grants", "--json"] + vault)
        return try #require(listed.json["grants"] as? [[String: Any]])
    }

    @Test func `two outputs in one file are refused, of a grant and of a card`() throws {
        let outcome = try grant("same", "./same")
        #expect(outcome.status == 64 && outcome.errors.contains("same"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: bench.path("same")))
        #expect(try grant("text").status == 64, "the text is an input")
        #expect(try grant("recipient.card").status == 64, "the card is an input")
        #expect(try grants().isEmpty)
        let card = try DossierTool.run(
            ["vault", "agency-card"] + Bench.trust() + Bench.key("commune") + [
                "--role", "recipient", "--key-output", bench.path("both"), "--output", bench.path("both"),
            ])
        #expect(card.status == 64)
        #expect(!FileManager.default.fileExists(atPath: bench.path("both")))
        #expect(try grant().status == 0)
        // A hint names no option that the command does not have.
        let again = try grant()
        #expect(again.status == 73 && again.errors.contains("another name") && !again.errors.contains("--force"))
        #expect(try grants().count == 1)
    }

    @Test func `words that are agreed to are taken as they stand or not at all`() throws {
        let broken = try bench.write(Array("Tôi đồng ý ".utf8) + [0xff, 0xfe], "broken")
        let outcome = try grant(text: broken)
        #expect(outcome.status == 65 && outcome.errors.contains("broken"), "\(outcome.errors)")
        let long = try bench.write([UInt8](repeating: 97, count: 70_000), "long")
        let refused = try grant(text: long)
        #expect(refused.status == 65 && refused.errors.contains("long"), "\(refused.errors)")
        let missing = try grant(text: bench.path("missing"))
        #expect(missing.status == 66 && missing.errors.contains("missing"), "\(missing.errors)")
        #expect(try grants().isEmpty)
        #expect(try grant().status == 0)
    }

    @Test func `a use is not spent where nothing could be written or read`() throws {
        #expect(try grant().status == 0)
        let escrow = ["--escrow", bench.path("escrow")]
        _ = try bench.write([1], "file")
        #expect(try open("file", escrow).status == 73)
        #expect(try open("file/below", escrow).status == 73)
        try FileManager.default.createDirectory(atPath: bench.path("out"), withIntermediateDirectories: true)
        _ = try bench.write([1, 2, 3], "out/\(document)")
        let existing = try open("out", escrow)
        #expect(existing.status == 73, "\(existing.errors)")
        #expect(try bench.read("out/\(document)") == [1, 2, 3])
        #expect(try open("other", escrow, store: "sqlite:\(bench.path("nowhere"))").status == 66)
        #expect(try open("other", escrow, log: "nowhere/log.sqlite").status == 73)
        #expect(try open("other", escrow, log: "out").status == 73)
        // The one use is still there.
        let opened = try open("out", escrow + ["--force"])
        #expect(opened.status == 0, "\(opened.errors)")
        #expect(try bench.read("out/\(document)") == bench.read("paper.txt"))
        #expect(try open("again").status == 77)
    }

    @Test func `a document that its owner erased is said to be gone, and no use is spent on it`() throws {
        #expect(try grant().status == 0)
        let escrow = ["--escrow", bench.path("escrow")]
        let erased = try DossierTool.run(["vault", "erase", "--json"] + vault + ["--reason", "thử", document])
        #expect(erased.status == 0, "\(erased.errors)")
        let gone = try open("out", escrow)
        #expect(gone.status == 66 && gone.errors.contains("no longer in the store"), "\(gone.errors)")
        #expect(!bench.exists("out"))
        let log = try DossierTool.run(
            ["vault", "log", "--json"] + vault + Bench.trust() + [
                "--release-log", bench.path("log.sqlite"), "--service-card", bench.path("release-service.card"),
                "--service-key", bench.path("release-service.key"),
            ])
        let kinds = (log.json["entries"] as? [[String: Any]])?.compactMap { $0["kind"] as? String }
        #expect(kinds == ["granted"], "\(log.errors)")
    }

    @Test func `a file that is no package, escrow or revocation is wrong input and is named`() throws {
        #expect(try grant(uses: "9").status == 0)
        for (file, arguments) in [
            ("text", []), ("escrow", []), ("text", ["--escrow", "text"]), ("package", ["--escrow", "package"]),
            ("text", ["--grant-revocation", "text"]),
        ] as [(String, [String])] {
            let outcome = try open(
                "none", arguments.map { $0.hasPrefix("--") ? $0 : bench.path($0) },
                package: arguments.isEmpty ? file : "package")
            #expect(outcome.status == 65 && outcome.errors.contains(file), "\(file) \(arguments): \(outcome.errors)")
        }
        let missing = try open("none", package: "missing")
        #expect(missing.status == 66 && missing.errors.contains("missing"), "\(missing.errors)")
        #expect(try open("out", ["--escrow", bench.path("escrow")]).status == 0)
    }

    @Test func `an escrow that is kept back until after the withdrawal opens nothing`() throws {
        let given = try grant()
        let id = try #require(given.json["id"] as? String)
        let end = ["--grant-revocation", bench.path("end")]
        #expect(try DossierTool.run(["vault", "revoke"] + vault + ["--output", bench.path("end"), id]).status == 0)
        #expect(try open("none", end).status == 77)
        #expect(try open("none", ["--escrow", bench.path("escrow")]).status == 77)
        #expect(!FileManager.default.fileExists(atPath: bench.path("none")))
        // Another grant of the same document is none of it.
        #expect(try grant("package2", "escrow2").status == 0)
        #expect(try open("out", ["--escrow", bench.path("escrow2")], package: "package2").status == 0)
    }

    @Test func `a deposit that cannot be judged keeps no other from being taken in`() throws {
        func leave(_ bytes: [UInt8], _ name: String) throws {
            let ticket = bench.path("ticket-\(name)")
            #expect(
                try DossierTool.run(["vault", "ticket"] + vault + ["--dossier", "T-1", "--output", ticket]).status == 0)
            let left = try DossierTool.run([
                "vault", "deposit", "--store", vault[1], "--ticket", ticket, "--depositor", "cơ quan",
                bench.write(bytes, name),
            ])
            #expect(left.status == 0, "\(left.errors)")
        }
        try leave(Array("%PDF-1.7\n1 0 obj\n<< /ByteRange [0 1".utf8), "cut.pdf")
        try leave([0x50, 0x4b, 3, 4] + [UInt8](repeating: 9, count: 60), "cut.asice")
        try leave(Array("một dòng".utf8), "line.txt")
        let taken = try DossierTool.run(["vault", "inbox", "--json"] + vault + Bench.trust())
        #expect(taken.status == 0, "\(taken.errors)")
        #expect((taken.json["documents"] as? [String])?.count == 3)
        let listed = try DossierTool.run(["vault", "list", "--json"] + vault)
        let documents = try #require(listed.json["documents"] as? [[String: Any]])
        #expect(documents.filter { $0["name"] as? String != "paper.txt" }.count == 3)
        #expect(documents.allSatisfy { $0["assurance"] as? String == "self-declared" })
    }
}
