// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// Every way of damaging a signed file or its context is refused with a reason; the undamaged twin passes.
@Suite("Refusals of dossier verify")
struct RefusalTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    @Test(arguments: ["citizen", "company", "official"])
    func `a flipped byte in the signed range breaks the digest`(subscriber: String) throws {
        // Samples with a classic table, in whose streams a changed byte leaves the structure readable.
        for sample in ["pdfs/ct01-declaration.pdf", "pdfs/citizen-card-scan.pdf"] {
            let signed = try bench.sign(Bench.sample(sample), by: subscriber, as: UUID().uuidString + ".pdf")
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: signed)))
            let stream = try #require(bytes.offset(of: "stream"))
            for offset in [stream + 60, stream + 200, stream + 400] {
                let outcome = try bench.verify(bench.write(bytes.flipped(at: offset), "flipped.pdf"))
                #expect(outcome.status == 1, "\(sample) \(offset)")
                #expect(outcome.subIndication == "HASH_FAILURE")
                #expect(outcome.signature["integrity"] as? String == "broken")
                #expect(outcome.findings.contains("digest-mismatch"), "\(outcome.findings)")
            }
            #expect(try bench.verify(signed).status == 0)
        }
    }

    @Test func `a flipped byte anywhere in the signed file is never valid`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/ct01-declaration.pdf"), as: "signed.pdf")
        let bytes = try bench.read("signed.pdf")
        // What no signature covers: the copy of the issuer's certificate that comes along as a convenience. The verifier
        // has its own; a changed copy is of no use to anybody.
        let issuer = try Data(contentsOf: URL(filePath: Bench.shared("pki/material/public-issuing.crt")))
        let digits = issuer.map { String(format: "%02x", $0) }.joined()
        let lower = bytes.map { (65...70).contains($0) ? $0 + 32 : $0 }
        let start = try #require(lower.offset(of: digits))
        let copy = start..<start + digits.utf8.count
        let open = try #require(bytes[..<start].lastIndex(of: 0x3c))
        let room = open..<(try #require(bytes[start...].firstIndex(of: 0x3e)))
        let places = (0..<200).map { bytes.count * $0 / 200 }.filter { !copy.contains($0) }
        let files = try places.enumerated().map { index, offset in
            // In the digits of the signature one bit only: white space and capitals spell the same octets.
            let mask: UInt8 = room.contains(offset) ? 1 : 1 << UInt8(index % 8)
            return try bench.write(bytes.flipped(at: offset, mask: mask), "flip-\(index).pdf")
        }
        let outcome = try DossierTool.run(["verify", "--json"] + Bench.trust() + files)
        #expect(outcome.files.count == places.count)
        for (file, offset) in zip(outcome.files, places) {
            #expect(file["indication"] as? String != "TOTAL-PASSED", "flip at \(offset) of \(bytes.count)")
        }
        #expect(try bench.verify(signed).status == 0)
    }

    @Test(arguments: ["citizen", "company", "official"])
    func `a flipped byte in the signature value is refused`(subscriber: String) throws {
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), by: subscriber, as: "signed.pdf")
        let bytes = try bench.read("signed.pdf")
        let contents = try #require(bytes.offset(of: "/Contents", last: true))
        let open = try #require(bytes[contents...].firstIndex(of: 0x3c))
        // The value ends the CMS: the last digits before the padding.
        let close = try #require(bytes[open...].firstIndex(of: 0x3e))
        var end = close - 1
        while bytes[end] == 0x30 { end -= 1 }
        let digit = end - 8
        let changed =
            bytes[digit] == 0x31
            ? bytes.flipped(at: digit, mask: 3)
            : {
                var copy = bytes
                copy[digit] = 0x31
                return copy
            }()
        let outcome = try bench.verify(bench.write(changed, "flipped.pdf"))
        #expect(outcome.status == 1)
        #expect(outcome.subIndication == "SIG_CRYPTO_FAILURE", "\(outcome.output)")
        #expect(try bench.verify(signed).status == 0)
    }

    @Test func `a flipped byte in a detached signature is refused`() throws {
        let file = try bench.write(
            [UInt8](try Data(contentsOf: URL(filePath: Bench.sample("dossiers/ct01.xml")))), "a.xml")
        let signed = try bench.sign(file, by: "company", as: "a.xml.p7s")
        let bytes = try bench.read("a.xml.p7s")
        // The copy of the issuer's certificate is covered by no signature and needed by no verifier that has it.
        let issuer = try Data(contentsOf: URL(filePath: Bench.shared("pki/material/public-issuing.crt")))
        let copy = try #require(Data(bytes).range(of: issuer))
        for index in 0..<40 where !copy.contains(bytes.count * index / 40) {
            try bench.write(bytes.flipped(at: bytes.count * index / 40), "a.xml.p7s")
            let outcome = try bench.verify(signed)
            #expect([1, 2, 3, 65].contains(outcome.status), "\(index): \(outcome.status)")
        }
        try bench.write(bytes.flipped(at: bytes.count - 20), "a.xml.p7s")
        #expect(try bench.verify(signed).subIndication == "SIG_CRYPTO_FAILURE")
        try bench.write(bytes, "a.xml.p7s")
        #expect(try bench.verify(signed).status == 0)
    }

    @Test func `a revision that changes the page after signing is refused`() throws {
        for (index, sample) in ["pdfs/host-consent.pdf", "pdfs/ct01-declaration.pdf", "pdfs/design-drawing.pdf"]
            .enumerated()
        {
            let signed = try bench.sign(Bench.sample(sample), as: "signed-\(index).pdf")
            guard let changed = try appendPageChange(to: signed, "changed-\(index).pdf") else { return }
            let outcome = try bench.verify(changed)
            #expect(outcome.status == 1, "\(sample): \(outcome.errors)")
            #expect(outcome.subIndication == "FORMAT_FAILURE")
            #expect(outcome.findings.contains("changed-after-signing"), "\(outcome.findings)")
            #expect(outcome.signature["integrity"] as? String == "intact", "the signed bytes themselves are unchanged")
            #expect(try bench.verify(signed).status == 0)
        }
    }

    /// Appends a revision with another producer's writer (pyHanko): the page is scaled and a drawing is added.
    private func appendPageChange(to file: String, _ name: String) throws -> String? {
        guard let python = DossierTool.python else {
            print("skipped: a revision that changes the page: no Python with the peers")
            return nil
        }
        let script = """
            import sys
            from pyhanko.pdf_utils import generic
            from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
            with open(sys.argv[1], "rb") as source:
                writer = IncrementalPdfFileWriter(source)
                stream = generic.StreamObject(stream_data=b"q 1 0 0 rg 50 50 200 200 re f Q")
                writer.add_stream_to_page(0, writer.add_object(stream))
                with open(sys.argv[2], "wb") as target:
                    writer.write(target)
            """
        let outcome = try DossierTool.run(python, ["-c", script, file, bench.path(name)])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return bench.path(name)
    }

    @Test func `bytes after the end are not covered and refused`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        let bytes = try bench.read("signed.pdf")
        let longer = try bench.verify(bench.write(bytes + Array("\n% appended\n".utf8), "longer.pdf"))
        #expect(longer.status == 1 || longer.status == 65)
        #expect(try bench.verify(signed).status == 0)
    }

    @Test func `an expired certificate is not valid today, and was when it was in force`() throws {
        // The old infrastructure cannot sign through the tool, so its list and certificate are judged by themselves.
        let certificate = Bench.shared("old-pki/citizen.crt")
        func judge(_ time: String) throws -> DossierTool.Outcome {
            try DossierTool.run(["certificate", "--json", "--at", time] + Bench.trust("old-pki") + [certificate])
        }
        let expired = try judge("2026-11-21T00:00:00Z")
        #expect(expired.status != 0)
        #expect(expired.json["rule"] as? String == "expired")
        #expect(try judge("2018-01-01T00:00:00Z").json["rule"] as? String == "not-yet-valid")
        #expect(try judge("2019-01-02T00:00:00Z").status == 0)
    }

    @Test func `a signature judged after the end of its certificate is indeterminate, before it passes`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        let late = try bench.verify(signed, options: ["--at", "2035-01-01T00:00:00Z"])
        #expect(late.status == 2)
        #expect(
            ["OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED"].contains(late.subIndication),
            "\(late.subIndication ?? "")")
        #expect(late.findings.contains("expired"))
        let early = try bench.verify(signed, options: ["--at", "2020-01-01T00:00:00Z"])
        #expect(early.status == 2)
        #expect(early.findings.contains("not-yet-valid"))
        #expect(try bench.verify(signed).status == 0)
    }

    @Test func `an unknown issuer is indeterminate, and its own trust passes it`() throws {
        let arguments = ["sign"] + Bench.trust("other-pki") + Bench.key("citizen", of: "other-pki")
        let file = bench.path("foreign.pdf")
        #expect(try DossierTool.run(arguments + ["--output", file, Bench.samplePDFs[0]]).status == 0)
        let outcome = try bench.verify(file)
        #expect(outcome.status == 2)
        #expect(outcome.subIndication == "NO_CERTIFICATE_CHAIN_FOUND")
        #expect(outcome.signature["trustDomain"] is NSNull)
        #expect(outcome.signature["integrity"] as? String == "intact")
        #expect(try bench.verify(file, pki: "other-pki").status == 0)
    }

    @Test func `the roots of one domain do not vouch for the other`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), by: "official", as: "signed.pdf")
        func status(_ domain: String) throws -> Int32 {
            try DossierTool.run([
                "verify", "--trust", "\(domain)=\(Bench.shared("pki/trust/\(domain)"))", "--material",
                Bench.shared("pki/material"), signed,
            ]).status
        }
        #expect(try status("public") == 2)
        #expect(try status("public-duty") == 0)
    }

    @Test func `material is never trust`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        #expect(try DossierTool.run(["verify", "--material", Bench.shared("pki"), signed]).status == 2)
        #expect(try bench.verify(signed).status == 0)
    }

    @Test func `missing and stale revocation lists leave the question open`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        let trust = ["--trust", "public=\(Bench.shared("pki/trust/public"))"]
        let issuing = ["--material", Bench.shared("pki/material/public-issuing.crt")]
        let without = try DossierTool.run(["verify", "--json"] + trust + issuing + [signed])
        #expect(without.status == 2)
        #expect(without.subIndication == "CERTIFICATE_CHAIN_GENERAL_FAILURE")
        let stale = try bench.verify(signed, options: ["--at", "2027-06-01T00:00:00Z"])
        #expect(stale.status == 2)
        #expect(stale.subIndication == "TRY_LATER")
        let off = try bench.verify(signed, options: ["--revocation", "off"])
        #expect(off.status == 2 && off.findings.contains("revocation-not-checked"))
        #expect(off.signature["validAtSigningTime"] as? String == "unknown")
        let lenient = try bench.verify(signed, options: ["--revocation", "off", "--policy", "etsi-2026"])
        #expect(lenient.status == 0 && lenient.findings.contains("revocation-not-checked"))
        #expect(try bench.verify(signed).status == 0)
    }
}
