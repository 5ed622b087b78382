// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Outputs appear whole or not at all, and never by surprise.
@Suite("Output files of dossier")
struct OutputTests {
    private let bench: Bench
    private let form = Bench.sample("pdfs/host-consent.pdf")
    private let xml = Bench.sample("dossiers/ct01.xml")

    init() throws { bench = try Bench() }

    private func sign(_ files: [String], to output: String, _ options: [String] = []) throws -> DossierTool.Outcome {
        try DossierTool.run(
            ["sign"] + Bench.trust() + Bench.key("citizen") + options + ["--output", output] + files)
    }

    @Test func `an existing output is 73 and untouched, unless forced`() throws {
        let output = try bench.write([1, 2, 3], "out.pdf")
        #expect(try sign([form], to: output).status == 73)
        #expect(try bench.read("out.pdf") == [1, 2, 3])
        #expect(try sign([form], to: output, ["--force"]).status == 0)
        #expect(try bench.verify(output).status == 0)
        #expect(bench.names == ["out.pdf"])
    }

    @Test func `an output that is an input is 64, under any spelling and forced or not`() throws {
        let original = [UInt8](try Data(contentsOf: URL(filePath: form)))
        let file = try bench.write(original, "form.pdf")
        try FileManager.default.createSymbolicLink(atPath: bench.path("link.pdf"), withDestinationPath: file)
        for output in [file, bench.path("./form.pdf"), bench.path("link.pdf")] {
            #expect(try sign([file], to: output).status == 64, "\(output)")
            #expect(try sign([file], to: output, ["--force"]).status == 64, "\(output)")
        }
        #expect(try sign([file, xml], to: bench.folder.path(), ["--force"]).status == 64)
        #expect(try bench.read("form.pdf") == original)
        #expect(try sign([file], to: bench.path("form-signed.pdf")).status == 0)
    }

    @Test func `an output that cannot be written is 73 and leaves nothing behind`() throws {
        let file = try bench.write([0], "file")
        for output in [
            "/proc/out.pdf", bench.path("no-folder/out.pdf"), file + "/out.pdf", bench.path(""), "/dev/full/x",
        ] {
            let outcome = try sign([form], to: output, ["--force"])
            #expect(outcome.status == 73, "\(output): \(outcome.status) \(outcome.errors)")
        }
        #expect(try sign([form, xml], to: "/proc/out").status == 73)
        #expect(bench.names == ["file"])
    }

    @Test func `what is no file is never replaced by one`() throws {
        let pipe = bench.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: bench.path("link"), withDestinationPath: pipe)
        for output in [pipe, bench.path("link")] {
            for options in [[], ["--force"]] {
                #expect(try sign([form], to: output, options).status == 73, "\(output) \(options)")
                #expect(try bench.verify(form, options: ["--html", output] + options).status == 73)
            }
        }
        #expect(bench.names == ["link", "pipe"])
        var status = stat()
        #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        let file = try bench.write([1], "file")
        #expect(try sign([form], to: file, ["--force"]).status == 0)
    }

    @Test func `a result that cannot be delivered is 74`() throws {
        let shell = URL(filePath: "/bin/sh")
        let command = "exec \"$0\" verify \(form) > /dev/full"
        #expect(try DossierTool.run(shell, ["-c", command, DossierTool.executable.path()]).status == 74)
    }

    @Test func `what cannot be signed leaves no output and no temporary file`() throws {
        let bad = try bench.write(Array("%PDF-1.7\nnothing".utf8), "bad.pdf")
        let cases: [([String], Int32)] = [
            ([bad], 65), ([bench.path("none")], 66), ([bench.folder.path()], 65), ([bad, bench.path("none")], 65),
        ]
        for (files, status) in cases {
            #expect(try sign(files, to: bench.path("out")).status == status, "\(files)")
            #expect(bench.names == ["bad.pdf"])
        }
        #expect(try sign([xml], to: bench.path("out.pdf"), ["--format", "pades"]).status == 65)
        #expect(bench.names == ["bad.pdf"])
    }

    @Test func `a batch keeps what is finished and reports each file`() throws {
        let bad = try bench.write(Array("%PDF-1.7\nnothing".utf8), "bad.pdf")
        let outcome = try sign([form, bad, xml], to: bench.path("out"), ["--json"])
        #expect(outcome.status == 65)
        #expect(outcome.files.map { $0["error"] != nil } == [false, true, false])
        #expect(bench.names == ["bad.pdf", "out"])
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted()
        #expect(names == ["ct01.xml.p7s", "host-consent.pdf"])
        #expect(try bench.verify(bench.path("out/host-consent.pdf")).status == 0)
    }

    @Test func `two inputs of one name are refused rather than one overwritten`() throws {
        let other = try bench.write([UInt8](try Data(contentsOf: URL(filePath: form))), "other/host-consent.pdf")
        #expect(try sign([form, other], to: bench.path("out")).status == 64)
        #expect(!bench.exists("out"))
        #expect(try sign([form, xml], to: bench.path("out")).status == 0)
    }

    @Test func `a signer whose certificate is expired, unknown or unchecked does not sign`() throws {
        func status(_ trust: [String], _ key: [String]) throws -> Int32 {
            try DossierTool.run(["sign"] + trust + key + ["--output", bench.path("out.pdf"), form]).status
        }
        #expect(try status(Bench.trust("old-pki"), Bench.key("citizen", of: "old-pki")) != 0, "expired")
        #expect(try status(Bench.trust(), Bench.key("citizen", of: "other-pki")) == 69, "unknown issuer")
        #expect(try status([], Bench.key("citizen")) == 69, "no trust at all")
        #expect(try status(Array(Bench.trust().prefix(4)), Bench.key("citizen")) == 69, "no revocation list")
        #expect(try status(Bench.trust(), Bench.key("tsa")) == 77, "not a certificate for signing")
        #expect(bench.names.isEmpty)
        #expect(try status(Bench.trust(), Bench.key("citizen")) == 0)
    }

    @Test func `an infrastructure and a dossier are not made over existing files`() throws {
        try bench.write([7], "mine/file")
        #expect(try DossierTool.run(["testpki", "init", bench.path("mine")]).status == 73)
        let assemble =
            ["assemble"] + Bench.trust() + Bench.key("citizen")
            + ["--dossier", "T-1", "--procedure", "1.004222", "--output", bench.path("mine")]
        #expect(try DossierTool.run(assemble + ["other=\(form)"]).status == 73)
        #expect(try DossierTool.run(assemble + ["--force", "other=\(form)"]).status == 73, "somebody's own files")
        #expect(try bench.read("mine/file") == [7])
        #expect(bench.names == ["mine"])
    }

    @Test func `assembling anew under force leaves no attachment of before`() throws {
        func assemble(_ attachments: [String], _ options: [String] = []) throws -> Int32 {
            try DossierTool.run(
                ["assemble"] + Bench.trust() + Bench.key("citizen") + options
                    + ["--dossier", "T-1", "--procedure", "1.004222", "--output", bench.path("d")] + attachments
            ).status
        }
        let folder = ["examine"] + Bench.trust() + [bench.path("d")]
        #expect(try assemble(["other=\(form)", "other=\(xml)"]) == 0)
        #expect(try assemble(["other=\(xml)"]) == 73)
        #expect(try assemble(["other=\(bench.path("d/attachments/002-ct01.xml"))"], ["--force"]) == 64)
        #expect(try assemble(["other=\(xml)"], ["--force"]) == 0)
        #expect(try DossierTool.run(folder).status == 0)
        #expect(bench.names == ["d"])
        for (attachments, status) in [
            (["nonsense=\(xml)"], 64), (["other"], 64), (["other=\(bench.path("none"))"], 66),
            (["other=\(xml)", "other=\(xml)"], 65),
        ] as [([String], Int32)] {
            #expect(try assemble(attachments, ["--force"]) == status, "\(attachments)")
        }
        #expect(try DossierTool.run(folder).status == 0, "a failure leaves the dossier of before")
    }
}
