// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import DossierCore
import DossierKit
import Foundation
import PKIX
import SignatureValidation
import Testing
import ZIPSyntax

@Suite("Signatures that are not judged")
struct UnjudgedSignaturesTests {
    private final class Output {
        var bytes: [UInt8] = []
    }

    private func archive(_ names: String...) throws -> MemorySource {
        let output = Output()
        var writer = ZIPWriter { output.bytes += $0 }
        for name in names { try writer.add(name, MemorySource([1])) }
        try writer.finish()
        return MemorySource(output.bytes)
    }

    private func text(_ text: String) -> MemorySource { MemorySource(Array(text.utf8)) }

    @Test func `archives with signatures of their own kind are told from those without`() throws {
        #expect(try UnjudgedSignatures(in: archive("[Content_Types].xml", "_xmlsignatures/sig1.xml")) == .package)
        #expect(try UnjudgedSignatures(in: archive("content.xml", "META-INF/documentsignatures.xml")) == .package)
        #expect(
            try UnjudgedSignatures(in: archive("META-INF/MANIFEST.MF", "META-INF/A.SF", "META-INF/A.RSA")) == .package)
        #expect(try UnjudgedSignatures(in: archive("[Content_Types].xml", "word/document.xml")) == nil)
        #expect(try UnjudgedSignatures(in: archive("META-INF/MANIFEST.MF", "a.rsa", "signatures.xml")) == nil)
        #expect(try UnjudgedSignatures(in: text("PK nothing")) == nil)
    }

    @Test func `a block among text that nobody signed is named, the block alone is judged`() async throws {
        let bench = try Bench.shared.get()
        let signer = try bench.signer("citizen")
        let signature = try await CAdESSignature.enveloping(MemorySource([1, 2]), by: signer, claiming: Bench.now)
        let block = PEM.encode(signature, label: "PKCS7")
        for alone in [block, Data(signature).base64EncodedString()] {
            let report = try FileReport(path: "a", source: text(alone), validator: bench.validator, at: Bench.now)
            #expect(report.report?.indication == .totalPassed)
        }
        for among in ["Subject: words\n\n" + block, "words\n" + block] {
            #expect(try SignedFile.open(text(among)) == nil)
            #expect(try UnjudgedSignatures(in: text(among)) == .block)
        }
        #expect(throws: (any Error).self) { try SignedFile.open(text(block + "words\n")) }
    }

    /// Readers look for the header in the first 1024 octets, and for the end of an archive from its back.
    @Test func `a signed PDF or a container behind other octets is named`() async throws {
        let bench = try Bench.shared.get()
        let signed = try await bench.signedPDF("birth-certificate.pdf", by: "citizen")
        let unsigned = try Bench.sample("birth-certificate.pdf").allBytes(limit: 1 << 24)
        let container = try await ASiCContainer.signed(
            .extended, of: [ContainerFile(path: "a.txt", source: MemorySource([1]))], by: bench.signer("citizen"),
            claiming: Bench.now)
        for front in ["\n", "\u{feff}", " ", "MZ stub\n"] {
            for file in [signed, container] {
                let moved = MemorySource(Array(front.utf8) + file)
                #expect(try SignedFile.open(moved) == nil)
                #expect(try UnjudgedSignatures(in: moved) == .displaced)
                #expect(try UnjudgedSignatures(in: MemorySource(file)) == nil)
            }
            #expect(try UnjudgedSignatures(in: MemorySource(Array(front.utf8) + unsigned)) == nil)
        }
        #expect(try UnjudgedSignatures(in: text("The type application/vnd.etsi.asic-e+zip is that of %PDF- no")) == nil)
        let cms = try await CAdESSignature.enveloping(
            MemorySource([1]), by: bench.signer("citizen"), claiming: Bench.now)
        #expect(try UnjudgedSignatures(in: text("\u{feff}" + Data(cms).base64EncodedString())) == .block)
    }

    @Test func `a signed message is told by the header, whatever its body says`() throws {
        let signed = [
            "Content-Type: multipart/signed; boundary=x\n\nbody",
            "Subject: a\r\nContent-Type: application/pkcs7-mime;\r\n\tsmime-type=signed-data\r\n\r\nAAAA",
            "content-type: application/x-pkcs7-mime; name=smime.p7m\n\nAAAA",
        ]
        for message in signed { #expect(try UnjudgedSignatures(in: text(message)) == .mail, "\(message)") }
        let others = [
            "Subject: a\n\nContent-Type: multipart/signed\n", "Content-Type: text/plain\n\nmultipart/signed",
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA",
            "words\nContent-Type: multipart/signed\n",
            "",
        ]
        for message in others { #expect(try UnjudgedSignatures(in: text(message)) == nil, "\(message)") }
    }
}
