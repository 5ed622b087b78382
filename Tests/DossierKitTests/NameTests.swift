// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import Foundation
import Testing

@Suite struct `AttachmentName and MediaType` {
    @Test(arguments: [
        ("gia\u{301}y khai sinh.pdf", "giấy khai sinh.pdf".precomposedStringWithCanonicalMapping),
        ("a/b\\c.pdf", "a_b_c.pdf"), ("a\u{202e}fdp.exe", "a_fdp.exe"), ("a\nb\u{0}.pdf", "a_b_.pdf"),
        ("  a.pdf ", "a.pdf"), ("\u{feff}a\u{200b}.pdf", "_a_.pdf"), ("", "_"), (".", "_"), ("..", "_"), ("   ", "_"),
        ("x\u{301}.pdf", "x\u{301}.pdf"), ("😀.png", "😀.png"), ("\u{1100}\u{1161}.pdf", "\u{ac00}.pdf"),
        ("a\u{2028}b", "a_b"),
    ])
    func `a name is brought to a form that a manifest takes`(name: String, expected: String) {
        let normalized = AttachmentName.normalized(name)
        if name == "gia\u{301}y khai sinh.pdf" {
            #expect(Array(normalized.utf8) == Array("giáy khai sinh.pdf".precomposedStringWithCanonicalMapping.utf8))
        } else {
            #expect(Array(normalized.utf8) == Array(expected.utf8))
        }
        #expect(AttachmentName.isValid(normalized))
        #expect(AttachmentName.normalized(normalized) == normalized)
    }

    @Test func `a long name keeps its end and loses no half letter`() {
        let long = String(repeating: "ấ", count: 300) + ".pdf"
        let cut = AttachmentName.normalized(long)
        #expect(cut.hasSuffix("ấ.pdf") && cut.utf8.count <= 200 && cut.utf8.count > 195)
        #expect(
            AttachmentName.normalized("a" + String(repeating: "\u{301}", count: 400)) == "_", "one letter without end")
        let huge = String(repeating: "n", count: 2_000_000) + ".pdf"
        #expect(AttachmentName.normalized(huge).utf8.count == 200)
        #expect(
            AttachmentName.isValid(
                AttachmentName.normalized(String(repeating: "n", count: 10) + " " + String(repeating: "m", count: 199)))
        )
    }

    @Test func `every Unicode scalar gives a valid name`() {
        for value in stride(from: UInt32(0), through: 0x10ffff, by: 37) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for name in [String(scalar), "a\(scalar)b", "\(scalar).pdf"] {
                #expect(AttachmentName.isValid(AttachmentName.normalized(name)), "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test func `file names in the folder read back`() throws {
        for (ordinal, name) in [(1, "a.pdf"), (12, "b-c.pdf"), (999, "-"), (1000, "x")] {
            let entry = DossierManifest.Entry(
                ordinal: ordinal, name: name, type: "other", mediaType: "a/b", size: 0, sha256: "")
            let file = SealedDossier.fileName(of: entry)
            let read = SealedDossier.ordinal(of: file)
            #expect(read.ordinal == ordinal && read.name == name, "\(file)")
        }
        for file in [
            "a.pdf", "1-a.pdf", "01-a.pdf", "0001-a.pdf", "000-a.pdf", "-a", "00a-b", "001", "+01-a", "٠٠١-a",
            "99999999999999999999-a", "",
        ] {
            let read = SealedDossier.ordinal(of: file)
            #expect(read.ordinal == nil && read.name == file, "\(file)")
        }
    }

    @Test func `the first bytes decide the media type, never the name`() throws {
        func type(_ bytes: [UInt8]) throws -> String { try MediaType.of(MemorySource(bytes)) }
        #expect(try MediaType.of(Bench.sample("host-consent.pdf")) == "application/pdf")
        #expect(try MediaType.of(Bench.sample("photo.jpg")) == "image/jpeg")
        #expect(try MediaType.of(Bench.sample("ct01.xml")) == "application/xml")
        #expect(try type([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) == "image/png")
        #expect(try type([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a]) == "application/octet-stream")
        #expect(try type(Array("PK\u{3}\u{4}".utf8)) == "application/zip")
        #expect(try type([0x49, 0x49, 0x2a, 0]) == "image/tiff")
        #expect(try type([0xef, 0xbb, 0xbf] + Array("\r\n <?xml".utf8)) == "application/xml")
        for bytes: [UInt8] in [[], [0], Array("%PDF".utf8), Array(" %PDF-1.7".utf8), Array("<?xm".utf8)] {
            #expect(try type(bytes) == "application/octet-stream", "\(bytes)")
        }
    }
}
