// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

@Suite("Coverage of a signature — ISO 32000-2 §12.8.1")
struct CoverageTests {
    private static let signed = Result { try PDFFixture.signed(PDFFixture.classic()) }

    /// Overwrites the array of `/ByteRange`, whose room is wide, with another text.
    private func coverage(byteRange template: String) throws -> ByteRangeCoverage {
        var bytes = try Self.signed.get()
        let file = try PDFFixture.file(bytes)
        let signature = try #require(try DocumentSignatures(in: file).signatures.first)
        let reference = try #require(signature.dictionary.reference)
        let object = try #require(try file.indirectObject(reference))
        let range = try #require(object.range(ofValueOf: "ByteRange"))
        let numbers = try #require(signature.dictionary.byteRange)
        var filled = template
        for (letter, number) in zip(["b", "c", "d"], numbers.dropFirst()) {
            for (mark, change) in [("-20", -20), ("-1", -1), ("+1", 1), ("", 0)] as [(String, Int64)] {
                filled = filled.replacingOccurrences(of: letter + mark, with: String(number + change))
            }
        }
        var text = Array(filled.utf8)
        text += [UInt8](repeating: 32, count: range.count - text.count)
        bytes.replaceSubrange(Int(range.lowerBound)..<Int(range.upperBound), with: text)
        let changed = try DocumentSignatures(in: PDFFixture.file(bytes)).signatures
        return try #require(changed.first).coverage
    }

    @Test func `the byte range as written is sound`() throws {
        let coverage = try coverage(byteRange: "[0 b c d]")
        #expect(coverage.isSound)
        #expect(coverage.scope == .entireFile)
        #expect(coverage.uncoveredRanges.isEmpty)
        #expect(coverage.revisionCount == 2)
    }

    /// `b`, `c` and `d` stand for the right numbers, `b-1` for one less.
    @Test(
        arguments: [
            ("[0 b c]", .byteRangeMalformed), ("[]", .byteRangeMalformed), ("[0 b c d 0]", .byteRangeMalformed),
            ("[0 b c 5.0]", .byteRangeMissing), ("null", .byteRangeMissing), ("[1 b-1 c d]", .byteRangeNotFromStart),
            ("[-1 b+1 c d]", .byteRangeNotFromStart), ("[0 c b d]", .byteRangeOutOfOrder),
            ("[0 0 c d]", .byteRangeOutOfOrder), ("[0 b c 0]", .byteRangeOutOfOrder),
            ("[0 b c -5]", .byteRangeOutOfOrder),
            ("[0 b c 9223372036854775807]", .byteRangeOutOfOrder), ("[0 b c d+1]", .byteRangeBeyondFile),
            ("[0 b-1 c d]", .gapIsNotContents), ("[0 b+1 c d]", .gapIsNotContents),
            ("[0 b c-1 d+1]", .gapIsNotContents),
            ("[0 b c+1 d-1]", .gapIsNotContents), ("[0 10 20 30]", .gapIsNotContents),
            ("[0 b c d-20]", .endsInsideRevision),
            ("3 0 R", .byteRangeIndirect),
        ] as [(String, CoverageFault.Code)])
    func `another byte range is not`(text: String, code: CoverageFault.Code) throws {
        let coverage = try coverage(byteRange: text)
        #expect(coverage.faults.map(\.code).contains(code), "\(coverage.faults)")
        #expect(!coverage.isSound)
        #expect(coverage.scope == (code == .endsInsideRevision ? .partial : .unclear))
        #expect(!coverage.faults.contains { $0.clause.isEmpty })
    }

    @Test func `the end of line behind the last marker may be left out`() throws {
        let coverage = try coverage(byteRange: "[0 b c d-1]")
        #expect(coverage.scope == .entireRevision)
        #expect(coverage.isSound)
        #expect(coverage.uncoveredRanges.map(\.count) == [1])
    }

    @Test func `bytes behind the last revision are a fault`() throws {
        let bytes = try Self.signed.get()
        for (tail, sound) in [("\n\n", true), ("junk", false)] {
            let document = try DocumentSignatures(in: PDFFixture.file(bytes + Array(tail.utf8)))
            let coverage = try #require(document.signatures.first).coverage
            #expect(coverage.isSound == sound)
            #expect(coverage.faults.map(\.code) == (sound ? [] : [.trailingBytes]))
            #expect(coverage.scope == .entireRevision)
        }
    }

    @Test func `contents that are not hexadecimal, or not in place, are a fault`() throws {
        for (value, name) in [
            (PDFObject.string([UInt8](repeating: 0, count: 10), hexadecimal: false), "literal"),
            (.reference(IndirectReference(4)), "indirect"), (.null, "null"),
        ] {
            let bytes = try PDFFixture.appending(PDFFixture.classic(page: "/Annots[]")) { update, file in
                let signature = update.add(
                    .dictionary([
                        "Type": .name("Sig"), "Contents": value,
                        "ByteRange": .array([.integer(0), .integer(1), .integer(2), .integer(3)]),
                    ]))
                let field = update.add(
                    .dictionary([
                        "FT": .name("Sig"), "T": .string([65], hexadecimal: false), "V": .reference(signature),
                    ]))
                var (root, catalog) = try file.catalog()
                catalog["AcroForm"] = .dictionary(["Fields": .array([.reference(field)])])
                update.set(.dictionary(catalog), for: root)
            }
            let signature = try #require(try DocumentSignatures(in: PDFFixture.file(bytes)).signatures.first)
            #expect(signature.coverage.faults.map(\.code).contains(.contentsNotDirect), "\(name)")
            #expect(!signature.field.isOnPage)
        }
    }

    @Test func `a signature that stands directly in its field is a fault`() throws {
        let bytes = try PDFFixture.appending(PDFFixture.classic()) { update, file in
            let value = PDFObject.dictionary(["Type": .name("Sig"), "Contents": .string([0], hexadecimal: true)])
            let field = update.add(
                .dictionary(["FT": .name("Sig"), "T": .string([65], hexadecimal: false), "V": value]))
            var (root, catalog) = try file.catalog()
            catalog["AcroForm"] = .dictionary(["Fields": .array([.reference(field)])])
            update.set(.dictionary(catalog), for: root)
        }
        let signature = try #require(try DocumentSignatures(in: PDFFixture.file(bytes)).signatures.first)
        #expect(signature.coverage.faults.map(\.code).contains(.dictionaryNotIndirect))
    }

    @Test func `two fields with one signature are a fault of both`() throws {
        let bytes = try PDFFixture.appending(Self.signed.get()) { update, file in
            let field = update.add(
                .dictionary([
                    "FT": .name("Sig"), "T": .string([66], hexadecimal: false), "V": .reference(IndirectReference(5)),
                ]))
            var (root, catalog) = try file.catalog()
            catalog["AcroForm"] = .dictionary(["Fields": .array([.reference(IndirectReference(6)), .reference(field)])])
            update.set(.dictionary(catalog), for: root)
        }
        let document = try DocumentSignatures(in: PDFFixture.file(bytes))
        #expect(document.signatures.count == 2)
        #expect(!document.signatures.contains { !$0.coverage.faults.map(\.code).contains(.gapsOverlap) })
    }

    @Test func `a signature written again elsewhere is not covered by its old range`() throws {
        let bytes = try PDFFixture.appending(Self.signed.get()) { update, file in
            let dictionary = try #require(try file.object(IndirectReference(5)).dictionary)
            update.set(.dictionary(dictionary), for: IndirectReference(5))
        }
        let coverage = try #require(DocumentSignatures(in: PDFFixture.file(bytes)).signatures.first).coverage
        #expect(coverage.faults.map(\.code) == [.gapIsNotContents])
    }

    @Test func `fields only on a page, under a parent, or in a circle are found or refused`() throws {
        let hidden = PDFFixture.classic(
            page: "/Annots[5 0 R]",
            more: [(5, "<</Subtype/Widget/Parent 6 0 R>>"), (6, "<</FT/Sig/T(hidden)/Kids[5 0 R]/V<</Type/Sig>>>>")])
        let field = try #require(try SignatureField.all(in: PDFFixture.file(hidden)).first)
        #expect(field.name == "hidden" && !field.isInForm && field.isOnPage && field.signature != nil)
        let nested = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>",
            more: [(5, "<</FT/Sig/T(a)/Kids[6 0 R]>>"), (6, "<</T(b)/Parent 5 0 R/V<</Type/Sig>>>>")])
        #expect(try SignatureField.all(in: PDFFixture.file(nested)).map(\.name) == ["a.b"])
        let circle = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>", more: [(5, "<</FT/Sig/T(a)/Kids[5 0 R]>>")])
        #expect(throws: PAdESError(.malformedForm, "")) { try SignatureField.all(in: PDFFixture.file(circle)) }
    }
}
