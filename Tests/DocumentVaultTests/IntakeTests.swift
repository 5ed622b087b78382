// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Testing
import VaultTesting

@testable import DocumentVault

@Suite("Intake of files")
struct IntakeTests {
    private func findings(_ text: String, _ mediaType: String = "application/pdf", name: String = "a.pdf") throws
        -> [IntakeFinding]
    {
        try FileIntake.findings(MemorySource(Array(text.utf8)), name: name, mediaType: mediaType)
    }

    @Test func `a file of another kind than it is said to be is found`() throws {
        #expect(try findings("%PDF-1.7\n") == [])
        #expect(try findings("%PDF-1.7\n", "image/png") == [.otherType])
        #expect(try findings("<?xml version=\"1.0\"?>", "text/xml") == [])
        #expect(try findings("<?xml version=\"1.0\"?>") == [.otherType])
        #expect(try findings("MZ program") == [.otherType])
        #expect(try findings("text", "text/plain") == [])
        #expect(try findings("", "text/plain") == [.empty])
        let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]
        #expect(try FileIntake.findings(MemorySource(png), name: "a.png", mediaType: "image/png") == [])
        #expect(try FileIntake.findings(MemorySource(png), name: "a.pdf", mediaType: "application/pdf") == [.otherType])
    }

    @Test func `what a PDF would do is found, wherever it stands, and words that only look alike are not`() throws {
        #expect(try findings("%PDF-1.7 /S /JavaScript /JS (x)") == [.javaScript])
        #expect(try findings("%PDF-1.7 /S/Launch/F") == [.launchAction])
        #expect(try findings("%PDF-1.7 trailer << /Encrypt 5 0 R >>") == [.encryptedPDF])
        #expect(try findings("%PDF-1.7 << /Type /EmbeddedFile >>") == [.embeddedFile])
        #expect(try findings("%PDF-1.7 << /EmbeddedFiles 3 0 R >>") == [.embeddedFile])
        #expect(try findings("%PDF-1.7 /JSTOR /Launcher /EncryptMetadata /JavaScripts") == [])
        // ISO 32000-2 7.3.5: any octet of a name may be written as two digits.
        #expect(try findings("%PDF-1.7 /S/J#61vaS#63ript") == [.javaScript])
        #expect(try findings("%PDF-1.7 /#4c#61#75#6E#63#68<<") == [.launchAction])
        #expect(try findings("%PDF-1.7 /J#2553 /J#6 /JS# /J#53x /JS,") == [])
        #expect(try findings("%PDF-1.7 /JS") == [.javaScript])
        for offset in (1 << 20) - 40...(1 << 20) + 1 {
            for mark in ["/JavaScript ", "/#4A#61#76#61#53#63#72#69#70#74 "] {
                let text = "%PDF-1.7" + String(repeating: " ", count: offset - 8) + mark
                #expect(try findings(text) == [.javaScript], "\(offset)")
            }
        }
    }

    @Test func `a name that is not normalised and a document that is there already are said`() async throws {
        #expect(try findings("%PDF-1.7", name: "gia\u{301}y.pdf") == [.nameNotNormalised])
        #expect(try findings("%PDF-1.7", name: "gi\u{e1}y.pdf") == [])
        let scene = try await Scene()
        let digest = try Digest32(of: [1, 2])
        #expect(try await scene.vault.examine(MemorySource([1, 2]), sha256: digest, name: "a", mediaType: "a/b") == [])
        _ = try await Samples.store([1, 2], in: scene.vault)
        #expect(
            try await scene.vault.examine(MemorySource([1, 2]), sha256: digest, name: "a", mediaType: "a/b") == [
                .duplicate
            ])
    }

    @Test func `the newest version counts for what is there already`() async throws {
        let scene = try await Scene()
        func holders(_ bytes: [UInt8]) async throws -> [DocumentID] {
            let asked = try await scene.vault.documents(withDigest: Digest32(of: bytes)).map(\.id)
            // Who opens the vault now has made no index yet.
            #expect(try await scene.open().documents(withDigest: Digest32(of: bytes)).map(\.id) == asked)
            return asked
        }
        let (old, new): ([UInt8], [UInt8]) = ([1, 2], [3, 4])
        #expect(try await holders(old) == [])
        let first = try await Samples.store(old, in: scene.vault)
        let second = try await Samples.store(new, in: scene.vault)
        let third = try await Samples.store(old, in: scene.vault)
        #expect(try await holders(old) == [first.document, third.document])
        _ = try await Samples.store(new, correcting: first, in: scene.vault)
        #expect(try await holders(old) == [third.document])
        #expect(try await holders(new) == [first.document, second.document])
        _ = try await scene.vault.erase(first.document, reason: "", at: Samples.time)
        #expect(try await holders(new) == [second.document])
    }

    @Test func `every finding has words in both languages`() {
        for finding in IntakeFinding.allCases { #expect(!finding.phrase.vi.isEmpty && !finding.phrase.en.isEmpty) }
    }
}
