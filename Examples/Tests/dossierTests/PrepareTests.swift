// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `prepare` and `complete`: the value comes from OpenSSL, which has the key.
@Suite("Signing in two steps with dossier")
struct PrepareTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private let xml = Bench.sample("dossiers/ct01.xml")
    private static let openssl = URL(filePath: "/usr/bin/openssl")

    init() throws { bench = try Bench() }

    private func prepare(
        _ file: String, _ options: [String] = [], by subscriber: String = "citizen", as name: String = "token"
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["prepare", "--json"] + Bench.trust() + ["--certificate", Bench.shared("pki/\(subscriber).crt")] + options
                + ["--data", bench.path("\(name).data"), "--output", bench.path(name), file])
    }

    private func complete(
        _ options: [String] = [], token: String = "token", value: String = "value", as name: String = "out"
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["complete", "--json", "--token", bench.path(token), "--signature", bench.path(value)] + Bench.trust()
                + options + ["--output", bench.path(name)])
    }

    /// The value by OpenSSL over the bytes that `prepare` wrote.
    private func value(by subscriber: String = "citizen", of token: String = "token", pss: Bool) throws {
        let padding = pss ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"] : []
        let signed = try DossierTool.run(
            Self.openssl,
            ["dgst", "-sha256", "-sign", Bench.shared("pki/\(subscriber).pem")] + padding
                + ["-out", bench.path("value"), bench.path("\(token).data")])
        try #require(signed.status == 0, "\(signed.errors)")
    }

    /// Whether the key of a subscriber is RSA.
    private func isRSA(_ subscriber: String) throws -> Bool {
        try DossierTool.run(Self.openssl, ["pkey", "-in", Bench.shared("pki/\(subscriber).pem"), "-noout", "-text"])
            .output.contains("modulus")
    }

    @Test(arguments: ["pades", "cades", "cades-enveloping"])
    func `a value made elsewhere completes the signature, and the digest is what OpenSSL counts`(format: String) throws
    {
        for subscriber in ["citizen", "company"] {
            let isRSA = try isRSA(subscriber)
            let file = format == "pades" ? form : xml
            let options = ["--format", format, "--digest", "sha256", "--role", "Chủ tịch"]
            let token = "\(subscriber)-token"
            let prepared = try prepare(
                file, options + (format == "pades" ? ["--appearance", "citizen", "--reason", "Đồng ý"] : []),
                by: subscriber, as: token)
            #expect(prepared.status == 0, "\(prepared.errors)")
            #expect(try SchemaPeer.faults(prepared.outputBytes, by: "prepare-v1") == "")
            #expect(try SchemaPeer.faults(Data(bench.read(token)), by: "signing-token-v1") == "")
            let counted = try DossierTool.run(Self.openssl, ["dgst", "-sha256", "-r", bench.path(token + ".data")])
            #expect(counted.output.hasPrefix(prepared.json["digest"] as? String ?? "-"))
            try value(by: subscriber, of: token, pss: isRSA)
            let completed = try complete(token: token, as: subscriber)
            #expect(completed.status == 0, "\(completed.errors)")
            #expect(try SchemaPeer.faults(completed.outputBytes, by: "complete-v1") == "")
            let detached = format == "cades" ? ["--detached", xml] : []
            #expect(try bench.verify(bench.path(subscriber), options: detached).status == 0)
            // Another machine with the same document writes the same bytes.
            let copy = try bench.write([UInt8](try Data(contentsOf: URL(filePath: file))), "copy-\(subscriber)")
            let again = try DossierTool.run(
                ["complete", "--token", bench.path(token), "--signature", bench.path("value"), "--output"]
                    + [bench.path("again-\(subscriber)"), copy])
            #expect(again.status == 0, "\(again.errors)")
            #expect(try bench.read("again-\(subscriber)") == bench.read(subscriber))
        }
    }

    @Test func `a level that the token asks for is reached on completion or nothing is written`() throws {
        let server = try #require(try TestServer())
        #expect(try prepare(form, ["--level", "b-lt"], by: "company").status == 0)
        try value(by: "company", pss: try isRSA("company"))
        #expect(try complete().status == 64, "needs --tsa")
        #expect(try complete(["--tsa", "http://127.0.0.1:1/", "--tsa-timeout", "1"]).status == 69)
        #expect(!bench.exists("out"))
        let completed = try complete(["--tsa", server.address + "/tsa"] + server.remap())
        #expect(completed.status == 0, "\(completed.errors)")
        #expect(try bench.verify(bench.path("out")).signature["level"] as? String == "B-LT")
    }

    @Test func `a value that does not verify is never written`() throws {
        #expect(try prepare(xml).status == 0)
        try value(pss: try isRSA("citizen"))
        let good = try bench.read("value")
        for (index, bad) in [good.flipped(at: good.count - 1), [], Array(good.dropLast()), [1, 2, 3]].enumerated() {
            try bench.write(bad, "bad-\(index)")
            #expect(try complete(value: "bad-\(index)").status == 65)
        }
        #expect(!bench.exists("out"))
        try bench.write(Array(Data(good).base64EncodedString().utf8), "text")
        #expect(try complete(value: "text").status == 0, "base64 is taken too")
    }

    @Test func `a token is bound to its document, certificate, time, user and seal`() throws {
        let key = try bench.write(Array("0123456789abcdef0123456789abcdef".utf8), "key")
        let other = try bench.write(Array("0123456789abcdef0123456789abcdeF".utf8), "other")
        let short = try bench.write([1], "short")
        let seal = ["--seal-key", key, "--user", "alice"]
        #expect(try prepare(xml, seal).status == 0)
        try value(pss: try isRSA("citizen"))
        #expect(try complete().status == 77, "sealed")
        #expect(try complete(["--seal-key", other, "--user", "alice"]).status == 77)
        #expect(try complete(["--seal-key", short, "--user", "alice"]).status == 78)
        #expect(try complete(["--seal-key", key]).status == 77, "nobody")
        #expect(try complete(["--seal-key", key, "--user", "bob"]).status == 77)
        #expect(try complete(seal + [form]).status == 65, "another document")
        let token = String(decoding: try bench.read("token"), as: UTF8.self)
        for (old, new) in [("alice", "malory"), ("\"b-b\"", "\"b-t\""), ("expires\" : \"20", "expires\" : \"29")] {
            try bench.write(Array(token.replacingOccurrences(of: old, with: new).utf8), "forged")
            let user = new == "malory" ? "malory" : "alice"
            #expect(try complete(["--seal-key", key, "--user", user], token: "forged").status == 77, "\(new)")
        }
        #expect(!bench.exists("out"))
        #expect(try complete(seal).status == 0)
        #expect(try complete(seal).status == 73, "written already")

        #expect(try prepare(xml, ["--valid-for", "1"], as: "brief").status == 0)
        try value(of: "brief", pss: try isRSA("citizen"))
        sleep(3)
        #expect(try complete(token: "brief", as: "late").status == 77)
        #expect(!bench.exists("late"))
    }

    @Test func `wrong usage, garbage and a signer that does not hold are refused`() throws {
        let garbage = try bench.write(Array("{}".utf8), "garbage")
        try bench.write([1], "value")
        #expect(try complete(token: "garbage").status == 65)
        #expect(try complete(token: "none").status == 66)
        #expect(try prepare(bench.path("none")).status == 66)
        #expect(try prepare(form, ["--algorithm", "nonsense"]).status == 64)
        #expect(try prepare(form, ["--valid-for", "0"]).status == 64)
        #expect(try prepare(form, ["--reserve-field", "a"]).status == 64)
        #expect(try prepare(xml, ["--certify", "1"]).status == 64)
        #expect(try prepare(form, ["--algorithm", "ed25519"]).status == 65)
        #expect(try prepare(form, by: "tsa").status == 77, "no certificate for signing")
        #expect(try prepare(form, ["--certificate", garbage]).status == 65)
        #expect(bench.names == ["garbage", "value"])
    }

    @Test(arguments: ["asic-e", "asic-s"])
    func `a container is completed elsewhere, at every level`(format: String) throws {
        let server = try #require(try TestServer())
        let services = ["--tsa", server.address + "/tsa"] + server.remap()
        let pss = try isRSA("company")
        let further = format == "asic-e" ? [form] : []
        for level in ["b-b", "b-t", "b-lt", "b-lta"] {
            let name = "\(level).\(format)"
            let prepared = try prepare(
                xml, ["--format", format, "--level", level] + further, by: "company", as: "\(name)-token")
            #expect(prepared.status == 0, "\(prepared.errors)")
            #expect(try SchemaPeer.faults(Data(bench.read("\(name)-token")), by: "signing-token-v1") == "")
            try value(by: "company", of: "\(name)-token", pss: pss)
            let completed = try complete(level == "b-b" ? [] : services, token: "\(name)-token", as: name)
            #expect(completed.status == 0, "\(completed.errors)")
            #expect(try SchemaPeer.faults(completed.outputBytes, by: "complete-v1") == "")
            let verified = try bench.verify(bench.path(name))
            #expect(verified.status == 0, "\(name): \(verified.findings)")
            #expect(verified.signature["level"] as? String == level.uppercased())
            #expect(verified.files.first?["format"] as? String == (format == "asic-e" ? "ASiC-E" : "ASiC-S"))
        }
        // The files may have moved, but each must be the one that was prepared.
        let names = ([form].filter { _ in format == "asic-e" } + [xml]).map { URL(filePath: $0).lastPathComponent }
        let moved = try zip(names, further + [xml]).map { name, path in
            try bench.write([UInt8](Data(contentsOf: URL(filePath: path))), "elsewhere/\(name)")
        }
        let arguments = ["complete", "--token", bench.path("b-b.\(format)-token"), "--signature", bench.path("value")]
        try value(by: "company", of: "b-b.\(format)-token", pss: pss)
        let again = try DossierTool.run(arguments + ["--output", bench.path("again")] + moved)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try bench.verify(bench.path("again")).status == 0)
        let other = [form, xml].map { _ in form }.prefix(moved.count)
        #expect(try DossierTool.run(arguments + ["--output", bench.path("other")] + other).status == 65)
        #expect(try DossierTool.run(arguments + ["--output", bench.path("other")] + moved + [xml]).status == 64)
        #expect(!bench.exists("other"))
    }

    @Test func `a further signature in a container is completed elsewhere and leaves the first valid`() throws {
        let first = try bench.sign(xml, as: "first.asice", ["--format", "asic-e"])
        #expect(try prepare(first, by: "company").status == 0)
        try value(by: "company", pss: try isRSA("company"))
        #expect(try complete().status == 0)
        let verified = try bench.verify(bench.path("out"))
        #expect(verified.status == 0)
        #expect((verified.files.first?["signatures"] as? [Any])?.count == 2)
        #expect(try prepare(form, [xml], as: "two").status == 64, "several files need a container")
        #expect(try prepare(form, ["--format", "asic-s", xml], as: "two").status == 64)
    }

    @Test func `a check of the signer that is no longer fresh is made again before completion`() throws {
        #expect(try prepare(xml).status == 0)
        try value(pss: try isRSA("citizen"))
        let token = String(decoding: try bench.read("token"), as: UTF8.self)
        let fresh = try #require(token.firstMatch(of: /"freshUntil" : "([^"]+)"/)?.1)
        try bench.write(Array(token.replacing(fresh, with: "2026-01-01T00:00:00Z").utf8), "stale")
        let untrusting = [
            "complete", "--signature", bench.path("value"), "--output", bench.path("out"), "--token",
        ]
        #expect(try DossierTool.run(untrusting + [bench.path("stale")]).status == 69)
        #expect(!bench.exists("out"))
        #expect(try complete(token: "stale", as: "judged").status == 0)
        #expect(try DossierTool.run(untrusting + [bench.path("token")]).status == 0, "fresh: nobody is asked")
    }
}
