// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `extend` raises what anybody signed, level by level.
@Suite("Extending with dossier")
struct ExtendTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private let xml = Bench.sample("dossiers/ct01.xml")
    private static let anchors = Array(Bench.trust().prefix(4))

    init() throws { bench = try Bench() }

    private func extend(
        _ file: String, to level: String, as name: String, _ options: [String]
    ) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["extend", "--json", "--level", level] + Self.anchors + options
                + ["--output", bench.path(name), bench.path(file)])
    }

    private static let formats = [
        ("auto", "a.pdf"), ("cades", "ct01.xml.p7s"), ("asic-e", "a.asice"), ("asic-s", "a.asics"),
    ]

    @Test(arguments: formats)
    func `a signature of level B-B rises to B-LTA and is renewed`(format: String, name: String) throws {
        let server = try #require(try TestServer())
        let services = server.remap() + ["--tsa", server.address + "/tsa"]
        try bench.write([UInt8](try Data(contentsOf: URL(filePath: xml))), "ct01.xml")
        let file = format == "auto" ? form : bench.path("ct01.xml")
        var last = name
        _ = try bench.sign(file, as: name, ["--format", format])
        for level in ["b-t", "b-lt", "b-lta", "b-lta"] {
            // The content of a detached signature is paired by name.
            let next = format == "cades" ? "\(level)/ct01.xml.p7s" : "\(level)-\(last)"
            if format == "cades" {
                try bench.write([UInt8](try Data(contentsOf: URL(filePath: xml))), "\(level)/ct01.xml")
            }
            let isRenewal = last.contains("b-lta")
            let outcome = try extend(last, to: level, as: next, services + (isRenewal ? ["--force"] : []))
            if isRenewal && format == "cades" {
                #expect(outcome.status == 64, "output and input are one file")
                break
            }
            #expect(outcome.status == 0, "\(level): \(outcome.errors)")
            #expect(outcome.json["level"] as? String == level.uppercased())
            let judged = try DossierTool.run(
                ["verify", "--json"] + Self.anchors + (level == "b-t" ? server.remap() : []) + [bench.path(next)])
            #expect(judged.status == 0, "\(level): \(judged.findings) \(judged.subIndication ?? "")")
            #expect(judged.signature["level"] as? String == level.uppercased())
            last = next
        }
    }

    @Test func `a signature of pyHanko's or OpenSSL's making is raised`() throws {
        let server = try #require(try TestServer())
        let services = server.remap() + ["--tsa", server.address + "/tsa"]
        try bench.write([UInt8](try Data(contentsOf: URL(filePath: xml))), "ct01.xml")
        let pem = try DossierTool.run(
            URL(filePath: "/usr/bin/openssl"),
            [
                "cms", "-sign", "-cades", "-binary", "-md", "sha256", "-in", bench.path("ct01.xml"), "-signer",
                Bench.shared("pki/company.pem"), "-outform", "DER", "-out", bench.path("ct01.xml.p7s"),
            ])
        #expect(pem.status == 0, "\(pem.errors)")
        let outcome = try DossierTool.run(
            ["extend", "--level", "b-lta"] + Self.anchors + services
                + ["--material", Bench.shared("pki/material"), "--output", bench.path("raised.p7s"), "--detached"]
                + [bench.path("ct01.xml"), bench.path("ct01.xml.p7s")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let judged = try DossierTool.run(
            ["verify", "--json"] + Self.anchors + ["--detached", xml, bench.path("raised.p7s")])
        #expect(judged.status == 0, "\(judged.findings)")
        #expect(judged.signature["level"] as? String == "B-LTA")
    }

    @Test func `what cannot be raised is refused with its code and nothing is written`() throws {
        let server = try #require(try TestServer())
        let tsa = ["--tsa", server.address + "/tsa"]
        let signed = try bench.sign(form, as: "a.pdf")
        let broken = try bench.read("a.pdf")
        try bench.write(broken.flipped(at: 100), "broken.pdf")
        try bench.write(Array("%PDF-1.7\nnothing".utf8), "garbage.pdf")
        try bench.write([UInt8](try Data(contentsOf: URL(filePath: form))), "unsigned.pdf")
        try bench.write([UInt8](try Data(contentsOf: URL(filePath: xml))), "ct01.xml")
        let there = bench.names
        let cases: [(file: String, level: String, options: [String], status: Int32)] = [
            ("a.pdf", "b-lt", tsa, 69), ("a.pdf", "b-lta", tsa, 69),
            ("a.pdf", "b-t", ["--tsa", "http://127.0.0.1:1/", "--tsa-timeout", "1"], 69), ("a.pdf", "b-b", tsa, 64),
            ("a.pdf", "b-lta", [], 64), ("a.pdf", "b-lt", [], 64), ("a.pdf", "b-t", ["--tsa", "nowhere"], 64),
            ("none.pdf", "b-t", tsa, 66), ("garbage.pdf", "b-t", tsa, 65), ("unsigned.pdf", "b-t", tsa, 65),
            ("ct01.xml", "b-t", tsa, 65), ("broken.pdf", "b-t", tsa, 65),
        ]
        for (file, level, options, status) in cases {
            let outcome = try extend(file, to: level, as: "out", options)
            #expect(outcome.status == status, "\(file) \(level): \(outcome.status) \(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        #expect(bench.names == there)
        #expect(try extend("a.pdf", to: "b-t", as: "unsigned.pdf", tsa).status == 73)
        #expect(try extend("a.pdf", to: "b-t", as: "a.pdf", tsa + ["--force"]).status == 64)
        #expect(try bench.read("a.pdf") == broken)
        #expect(try bench.verify(signed).status == 0)
    }
}
