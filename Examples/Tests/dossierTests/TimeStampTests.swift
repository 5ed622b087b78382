// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `sign --level b-t --tsa` against the authority of the test infrastructure.
@Suite("Time-stamps of dossier sign")
struct TimeStampTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")

    init() throws { bench = try Bench() }

    private func sign(_ options: [String], as name: String, _ files: [String]? = nil) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["sign", "--json"] + Bench.trust() + Bench.key("citizen") + options + ["--output", bench.path(name)]
                + (files ?? [form]))
    }

    @Test func `a PDF and any other file reach B-T and pass`() throws {
        let server = try #require(try TestServer())
        let tsa = ["--tsa", server.address + "/tsa"]
        for (file, name) in [(form, "signed.pdf"), (Bench.sample("dossiers/ct01.xml"), "ct01.xml.p7s")] {
            let signed = try sign(["--level", "b-t"] + tsa, as: name, [file])
            #expect(signed.status == 0, "\(signed.errors)")
            #expect(signed.errors.isEmpty)
            #expect(signed.files.first?["level"] as? String == "B-T")
            let detached = name.hasSuffix(".p7s") ? ["--detached", file] : []
            let verified = try bench.verify(bench.path(name), options: detached)
            #expect(verified.status == 0, "\(verified.output)")
            #expect(verified.signature["level"] as? String == "B-T")
        }
        #expect(try sign(tsa, as: "default.pdf").files.first?["level"] as? String == "B-T")
        #expect(try sign(["--level", "b-b"] + tsa, as: "plain.pdf").files.first?["level"] as? String == "B-B")
        // The address that the infrastructure writes, sent to loopback by the operator's table.
        let remapped = [
            "--tsa", "http://pki.dossier.test/tsa", "--remap", "http://pki.dossier.test/=\(server.address)/",
        ]
        #expect(try sign(remapped, as: "remapped.pdf").status == 0)
    }

    @Test func `an authority that does not answer is 69, nothing is written, and another one is asked`() throws {
        let dead = try #require(try TestServer(["--fault", "dead-tsa"]))
        for tsa in [dead.address + "/tsa", "http://127.0.0.1:1/tsa"] {
            let outcome = try sign(["--tsa", tsa, "--tsa-timeout", "1"], as: "signed.pdf")
            #expect(outcome.status == 69, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
            #expect(bench.names.isEmpty)
        }
        let several = try sign(
            ["--tsa", "http://127.0.0.1:1/tsa"], as: "folder", [form, Bench.sample("dossiers/ct01.xml")])
        #expect(several.status == 69)
        #expect(!bench.exists("folder"))
        let server = try #require(try TestServer())
        let second = try sign(["--tsa", "http://127.0.0.1:1/tsa", "--tsa", server.address + "/tsa"], as: "signed.pdf")
        #expect(second.status == 0)
        #expect(second.errors.contains("http://127.0.0.1:1/tsa"), "the failure is said")
        #expect(try bench.verify(bench.path("signed.pdf")).signature["level"] as? String == "B-T")
    }

    @Test func `a token of an authority that the trust refuses is not taken`() throws {
        let server = try #require(try TestServer())
        let tsa = ["--tsa", server.address + "/tsa"]
        // Somebody who answers, but not with a time-stamp.
        #expect(try sign(["--tsa", server.address + "/crl/public-root.crl"], as: "list.pdf").status == 69)
        guard try bench.revoke(Bench.shared("pki/tsa.crt"), into: "revoked.crl") else { return }
        let revoked = try sign(tsa + ["--material", bench.path("revoked.crl")], as: "revoked.pdf")
        #expect(revoked.status == 69)
        #expect(revoked.errors.contains("is not taken"), "\(revoked.errors)")
        #expect(bench.names == ["revoked.crl"])
        #expect(try sign(tsa, as: "signed.pdf").status == 0)
    }

    @Test func `wrong usage of levels and authorities is 64`() throws {
        for options in [
            ["--level", "b-t"], ["--level", "b-x"], ["--tsa", "tsa.example"], ["--tsa", "ftp://tsa.example/"],
            ["--tsa", "http://127.0.0.1:1/", "--tsa-timeout", "0"],
        ] {
            #expect(try sign(options, as: "signed.pdf").status == 64, "\(options)")
        }
        #expect(bench.names.isEmpty)
    }
}
