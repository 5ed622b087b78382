// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// What `sign` writes is what `verify` passes, for every sample and every kind of key.
@Suite("Signing and verifying with dossier")
struct SigningTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    @Test(
        arguments: [
            ("citizen", [], true), ("company", [], true), ("company", ["--algorithm", "rsa-pkcs1"], false),
            ("official", [], true), ("commune", ["--digest", "sha512"], true),
        ] as [(String, [String], Bool)])
    func `every sample PDF is signed and passes`(subscriber: String, options: [String], conforms: Bool) throws {
        let signed = try DossierTool.run(
            ["sign", "--json"] + Bench.trust() + Bench.key(subscriber) + options
                + ["--output", bench.path("out")] + Bench.samplePDFs)
        #expect(signed.status == 0)
        let outputs = signed.files.compactMap { $0["output"] as? String }
        #expect(outputs.count == 11)
        let report = try DossierTool.run(["verify", "--json"] + Bench.trust() + outputs)
        #expect(report.status == 0)
        for (file, original) in zip(report.files, Bench.samplePDFs) {
            let path = try #require(file["path"] as? String)
            let signature = try #require((file["signatures"] as? [[String: Any]])?.first)
            #expect(file["indication"] as? String == "TOTAL-PASSED", "\(path)")
            #expect(file["format"] as? String == "PAdES")
            #expect(signature["level"] as? String == "B-B")
            #expect(signature["integrity"] as? String == "intact")
            #expect(signature["validAtSigningTime"] as? String == "yes")
            #expect(
                signature["trustDomain"] as? String
                    == (["citizen", "company"].contains(subscriber) ? "public" : "public-duty"))
            #expect((signature["conformity"] as? [String: Any])?["conformant"] as? Bool == conforms, "\(path)")
            let coverage = try #require(signature["coverage"] as? [String: Any])
            #expect(coverage["scope"] as? String == "entire-file" && coverage["whole"] as? Bool == true)
            let before = try Data(contentsOf: URL(filePath: original))
            #expect(try Data(contentsOf: URL(filePath: path)).starts(with: before), "\(path): earlier bytes changed")
        }
    }

    @Test func `the signer's numbers are masked in the report and the claim is no proof of time`() throws {
        let report = try bench.verify(bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf"))
        #expect(!report.output.contains("001099000001"))
        let signer = try #require(report.signature["signer"] as? [String: Any])
        #expect(signer["commonName"] as? String == "Nguyễn Văn Thử (TEST)")
        #expect(signer["identifiers"] as? [[String: String]] == [["kind": "citizen-id", "value": "0010******01"]])
        #expect(report.signature["bestSignatureTimeSource"] as? String == "validation-time")
        #expect(report.signature["claimedSigningTime"] is String)
    }

    @Test func `a detached signature beside its content is paired by its name`() throws {
        for sample in ["dossiers/ct01.xml", "dossiers/photo.jpg"] {
            let name = URL(filePath: sample).lastPathComponent
            let content = [UInt8](try Data(contentsOf: URL(filePath: Bench.sample(sample))))
            let file = try bench.write(content, name)
            let signature = try bench.sign(file, by: "company", as: name + ".p7s")
            let good = try bench.verify(signature)
            #expect(good.status == 0)
            #expect(good.signature["packaging"] as? String == "detached")
            #expect(good.files.first?["format"] as? String == "CAdES")

            try bench.write(content.flipped(at: content.count / 2), name)
            let changed = try bench.verify(signature)
            #expect(changed.status == 1)
            #expect(changed.subIndication == "HASH_FAILURE")
            #expect(changed.signature["integrity"] as? String == "broken")

            try FileManager.default.removeItem(atPath: file)
            let alone = try bench.verify(signature)
            #expect(alone.status == 2)
            #expect(alone.subIndication == "SIGNED_DATA_NOT_FOUND")

            #expect(try bench.verify(signature, options: ["--detached", Bench.sample(sample)]).status == 0)
            let wrong = try bench.verify(signature, options: ["--detached", Bench.samplePDFs[0]])
            #expect(wrong.status == 1 && wrong.subIndication == "HASH_FAILURE")
            let missing = try bench.verify(signature, options: ["--detached", bench.path("none.xml")])
            #expect(missing.status == 66 && missing.output.contains("none.xml"))
        }
    }

    @Test func `an enveloping signature carries its content, and no other may stand beside it`() throws {
        let content = [UInt8](try Data(contentsOf: URL(filePath: Bench.sample("dossiers/ct01.xml"))))
        let file = try bench.write(content, "ct01.xml")
        let signature = try bench.sign(file, by: "official", as: "ct01.xml.p7s", ["--format", "cades-enveloping"])
        let good = try bench.verify(signature)
        #expect(good.status == 0)
        #expect(good.signature["packaging"] as? String == "enveloping")
        try bench.write(content + [32], "ct01.xml")
        #expect(try bench.verify(signature).subIndication == "HASH_FAILURE")
        try FileManager.default.removeItem(atPath: file)
        #expect(try bench.verify(signature).status == 0)
        let bytes = try bench.read("ct01.xml.p7s")
        let inside = try #require(bytes.offset(of: "<?xml"))
        #expect(try bench.verify(bench.write(bytes.flipped(at: inside + 40), "changed.p7s")).status == 1)
    }

    @Test func `a PDF as a detached CAdES keeps its bytes`() throws {
        let original = try Data(contentsOf: URL(filePath: Bench.samplePDFs[0]))
        let file = try bench.write([UInt8](original), "a.pdf")
        #expect(try bench.verify(bench.sign(file, as: "a.pdf.p7s", ["--format", "cades"])).status == 0)
        #expect(try bench.read("a.pdf") == [UInt8](original))
    }

    @Test func `a second signer is added and both signatures hold`() throws {
        let first = try bench.sign(Bench.sample("pdfs/residence-confirmation.pdf"), by: "official", as: "1.pdf")
        let second = try bench.sign(first, by: "citizen", as: "2.pdf")
        let report = try bench.verify(second)
        #expect(report.status == 0)
        let signatures = try #require(report.files.first?["signatures"] as? [[String: Any]])
        let scopes = signatures.map { ($0["coverage"] as? [String: Any])?["scope"] as? String }
        #expect(scopes == ["entire-revision", "entire-file"])
        let changes = try #require(signatures[0]["changesAfterSigning"] as? [[String: Any]])
        #expect(changes.map { $0["kind"] as? String } == ["signature"])
        #expect(changes.allSatisfy { $0["allowed"] as? Bool == true })
    }

    @Test func `a claimed time far from the clock needs a reason`() throws {
        let sign = ["sign"] + Bench.trust() + Bench.key("citizen") + ["--at", "2026-01-02T03:04:05Z"]
        let file = [Bench.samplePDFs[0]]
        #expect(try DossierTool.run(sign + ["--output", bench.path("a.pdf")] + file).status == 64)
        let options = ["--override", "tệp ký lại theo biên bản", "--output", bench.path("a.pdf")]
        #expect(try DossierTool.run(sign + options + file).status == 0)
        #expect(
            try bench.verify(bench.path("a.pdf")).signature["claimedSigningTime"] as? String == "2026-01-02T03:04:05Z")
    }

    @Test func `a PEM key signs with the certificates in its file`() throws {
        let sign =
            ["sign"] + Bench.trust() + ["--key", Bench.shared("pki/citizen.pem"), "--output", bench.path("a.pdf")]
        #expect(try DossierTool.run(sign + [Bench.samplePDFs[0]]).status == 0)
        #expect(try bench.verify(bench.path("a.pdf")).status == 0)
        let foreign = ["--certificate", Bench.shared("pki/company.crt")]
        let refused = try DossierTool.run(sign + foreign + ["--force", Bench.samplePDFs[0]])
        #expect(refused.status == 65, "a certificate of another key")
    }

    @Test func `certificates beside a PKCS#12 key are further ones of its chain, and are read`() throws {
        let other = Bench.shared("pki/company.crt")
        let bytes = try Data(contentsOf: URL(filePath: other))
        let file = Bench.sample("dossiers/ct01.xml")
        for (name, options) in [("without.p7s", []), ("with.p7s", ["--certificate", other])] {
            let signed = try bench.sign(file, as: name, ["--format", "cades"] + options)
            let isEnclosed = Data(try bench.read(name)).range(of: bytes) != nil
            #expect(isEnclosed == !options.isEmpty, "\(name)")
            #expect(try bench.verify(signed, options: ["--detached", file]).status == 0)
        }
        // The certificate of the key itself is in the file already.
        let own = ["--format", "cades", "--certificate", Bench.shared("pki/citizen.crt")]
        #expect(try bench.verify(bench.sign(file, as: "own.p7s", own), options: ["--detached", file]).status == 0)
        let garbage = try bench.write(Array("{}".utf8), "garbage")
        for (path, status) in [(bench.path("none"), 66), (garbage, 65)] as [(String, Int32)] {
            let refused = try DossierTool.run(
                ["sign"] + Bench.trust() + Bench.key("citizen") + ["--certificate", path]
                    + ["--output", bench.path("refused.pdf"), Bench.samplePDFs[0]])
            #expect(refused.status == status, "\(refused.errors)")
            #expect(refused.errors.contains(path) && !bench.exists("refused.pdf"))
        }
    }
}
