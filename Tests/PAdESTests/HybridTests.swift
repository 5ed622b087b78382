// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import PDFSyntax
import PKIX
import SignatureValidation
import TestSupport
import Testing

@testable import PAdES

@Suite("Hybrid and encrypted files with signatures — ISO 32000-2 §7.5.8.4, §7.6")
struct HybridTests {
    /// A document whose table hides one object as free, which `/XRefStm` finds; the key tells who refers to it.
    private func hybrid(_ key: String) throws -> [UInt8] {
        let base = PDFFixture.classic(page: key == "Annots" ? "/Annots 9 0 R" : "", more: [])
        let file = try PDFFixture.file(base)
        var bytes = base
        let offset = bytes.count
        bytes += Array("9 0 obj\n\(key == "Annots" ? "[]" : "<</Type/StructTreeRoot>>")\nendobj\n".utf8)
        let catalog = bytes.count
        let entry = key == "Annots" ? "" : "/\(key) 9 0 R"
        bytes += Array("1 0 obj\n<</Type/Catalog/Pages 2 0 R\(entry)>>\nendobj\n".utf8)
        let stream = bytes.count
        let data = String(format: "01%08x00", offset) + ">"
        bytes += Array(
            "8 0 obj\n<</Type/XRef/Size 10/W[1 4 1]/Index[9 1]/Filter/ASCIIHexDecode/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream\nendobj\n"
                .utf8)
        let start = bytes.count
        let rows = "1 1\n" + String(format: "%010d 00000 n \n", catalog) + "9 1\n0000000000 65535 f \n"
        let trailer = "<</Size 10/Root 1 0 R/ID[<01><02>]/Prev \(file.newest.startOffset)/XRefStm \(stream)>>"
        bytes += Array("xref\n\(rows)trailer\n\(trailer)\nstartxref\n\(start)\n%%EOF\n".utf8)
        return bytes
    }

    @Test func `views agree when only the structure is hidden, and signing is refused either way`() throws {
        let structure = try PDFFixture.file(hybrid("StructTreeRoot"))
        #expect(structure.isHybrid && structure.objectsSeenOtherwise(asOf: 1) == [9])
        #expect(HybridViews.agree(in: structure))
        let shown = try PDFFixture.file(hybrid("OCProperties"))
        #expect(!HybridViews.agree(in: shown))
        #expect(try !HybridViews.agree(in: PDFFixture.file(hybrid("Annots"))))
        #expect(HybridViews.agree(in: try PDFFixture.file(PDFFixture.classic())))
        for file in [structure, shown] {
            #expect(throws: PAdESError(.unsuitableFile, "")) {
                try SignaturePlaceholder.prepare(file, in: .new(name: "x"), PDFFixture.request(), identifier: [1])
            }
        }
    }

    @Test func `signed hybrid files of another project are judged by their two views`() throws {
        var counts: [String: Int] = [:]
        for path in Corpora.pdfs(in: "dss") + Corpora.pdfs(in: "pyhanko") {
            guard let file = try? PDFFile(reading: FileSource(path: path)), file.isHybrid else { continue }
            counts[HybridViews.agree(in: file) ? "agree" : "differ", default: 0] += 1
        }
        print(counts.isEmpty ? "skipped: hybrid files of the corpora" : "hybrid files of the corpora: \(counts)")
    }

    @Test func `an encrypted file that another project signed is intact, and broken when it was changed`() throws {
        guard let path = Corpora.pdfs(in: "dss").first(where: { $0.hasSuffix("/encrypted.pdf") }) else {
            print("skipped: an encrypted signed file of the corpus dss")
            return
        }
        var bytes = try FileSource(path: path).allBytes(limit: 1 << 24)
        let facts = try PDFDocument(parsing: MemorySource(bytes)).signatureFacts(with: .init())
        #expect(!facts.isEmpty)
        #expect(facts.allSatisfy { $0.reference == .intact && $0.formatFaults.isEmpty })
        bytes[60] ^= 1
        if let document = try? PDFDocument(parsing: MemorySource(bytes)) {
            #expect(try document.signatureFacts(with: .init()).allSatisfy { $0.reference == .broken })
        }
    }

    @Test(arguments: ["aes256", "aes128", "rc4"])
    func `a file that pyHanko encrypted and signed is judged with its password`(method: String) throws {
        let folder = try TemporaryFolder()
        let sample = Corpora.packageRoot.appending(path: "testvectors/pdfs/marriage-certificate.pdf").path()
        let options =
            ["aes256": ["256"], "aes128": ["128", "--use-aes=y"], "rc4": ["128", "--use-aes=n"]][method] ?? []
        guard
            try qpdf(
                ["--allow-weak-crypto", "--encrypt", "user-pass", "owner-pass"] + options + [
                    "--", sample, folder.path("plain.pdf"),
                ]) != nil,
            let run = try PythonPeer.run(
                "Tests/Python/pdf_peer.py", ["sign", folder.path("plain.pdf"), "user-pass", folder.path("signed.pdf")],
                cases: "an encrypted file signed by pyHanko")
        else { return }
        #expect(run.status == 0, "\(run.errors)")
        let bytes = try folder.read("signed.pdf")
        #expect(throws: PDFSyntaxError(.passwordRequired, "")) { try PDFDocument(parsing: MemorySource(bytes)) }
        for password in ["user-pass", "owner-pass"] {
            let document = try PDFDocument(parsing: MemorySource(bytes), password: password)
            let facts = try document.signatureFacts(with: .init())
            #expect(facts.map(\.reference) == [.intact])
            #expect(facts.map(\.value) == [.valid])
            #expect(facts.first?.formatFaults.isEmpty == true)
            #expect(facts.first?.coverage.scope == .entireFile)
        }
        var changed = bytes
        changed[bytes.count / 3] ^= 1
        if let document = try? PDFDocument(parsing: MemorySource(changed), password: "user-pass") {
            #expect(try document.signatureFacts(with: .init()).map(\.reference) == [.broken])
        }
    }
}
