// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

/// Programs made by `Tests/Python/changes/fonts.py`, whose letter A is a bar far from where its width, its own box and the
/// font's box say; where Poppler, MuPDF and PDFium show it is the independent value.
@Suite("Outlines of embedded fonts — ISO/IEC 14496-22, Adobe Technical Notes 5176 and 5177, Adobe Type 1 Font Format")
struct FontProgramTests {
    private static let trueType = """
        AAEAAAAHAEAAAgAwY21hcAIBARQAAAB8AAABEmdseWYG3wy/AAABkAAAADhoZWFkYQdDogAAAcgAAAA2aGhlYQUWATAAAAIAAAAAJGhtdHgF\
        3AnEAAACJAAAAAxsb2NhAAAAXAAAAjAAAAAQbWF4cAAJABIAAAJAAAAAIAAAAAEAAQAAAAAADAAAAQYAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAA\
        AAH0ArwAAwAAAQEBAQfQAAACWAAAA4QBLAAA/tQAAP//AAAAAAH0ArwAAwAB+iQAZAAAAAEAAAABAAAAAAAAXw889QAAA+gAAAAAAAAAAAAA\
        AAAAAAAAAAAAAAH0ArwAAAAIAAIAAQAAAAAAAQAAAyD/OAAAAfQAAAAAAfQAAQAAAAAAAAAAAAAAAAAAAAMB9AAAAfQH0AH0AfQAAAAAAAAA\
        AAAAACQAAAA4AAEAAAADAAgAAgAIAAIAAQAAAAAAAAAAAAAAAAABAAE=
        """
    private static let compact = """
        AQAEAgABAgABAARGYXIAAQIAAQAQHAAoDxwALREcAAQcAF4SAAAAAAAAIgAjAAMCAAEAAgAOACcOHAfQHAOEFRz/lQoOHAAKHAAKFRwDhBwB\
        LBwDhBwBLBocADIGDhwABBMAAQIAAQAOHAJYBhwBLAcc/agGCw==
        """
    private static let type1 = """
        JSFQUy1BZG9iZUZvbnQtMS4wOiBGYXIgMS4wCjExIGRpY3QgYmVnaW4gL0ZvbnRJbmZvIDIgZGljdCBkdXAgYmVnaW4gL3ZlcnNpb24gKDEp\
        IHJlYWRvbmx5IGRlZiBlbmQgcmVhZG9ubHkgZGVmCi9Gb250TmFtZSAvRmFyIGRlZiAvUGFpbnRUeXBlIDAgZGVmIC9Gb250VHlwZSAxIGRl\
        ZiAvRm9udE1hdHJpeCBbMC4wMDEgMCAwIDAuMDAxIDAgMF0gcmVhZG9ubHkgZGVmCi9FbmNvZGluZyAyNTYgYXJyYXkgMCAxIDI1NSB7MSBp\
        bmRleCBleGNoIC8ubm90ZGVmIHB1dH0gZm9yIGR1cCA2NSAvQSBwdXQgcmVhZG9ubHkgZGVmCi9Gb250QkJveCB7MCAwIDUwMCA3MDB9IHJl\
        YWRvbmx5IGRlZiBjdXJyZW50ZGljdCBlbmQgY3VycmVudGZpbGUgZWV4ZWMKuFiNpQlEjEZHviXcZ19WAC6hAg0wxj7QbkOrJHXfTHWAroDW\
        oK2cm1xc3lwJasiBiYMd8gP1+7hZh8n6Zk8+DeUIEZQZDES6YROEVHgFbOq3iP8Yl5BwNUKp7gEBnOK6/8Y0P08Am/z3umNpgP9s7pq8DpS5\
        s7+K9wZcyhWrU43AmiF8UKbqGzXEmiB+n9UPZe67+fNAdbeeZgY5ptH2SGjcjC3SbihPGxfTa5EjETNDaS9Q9Zk35YQ5K1+CGRgCzIwxC+N6\
        3TrTcZfHKORFIsbsQZyAGlj2uLnP/JhQGNK2SHTWFvwY0KUvjMqukrp9kVIJmEdk0FCT6cH0r7/ltR1mOj1/ESYf5TiVQqrsLjieaDNynOT6\
        qmiemPnXCWK3G541KID6BZ6FylQSLssLyDG3GjdNaQSAsR8Gj7VX697TyyZ5WWjcW4FInb/qYRaC6WK5VBT2GdO2PPu/qbrzvMZ01VtkgCC/\
        vip40tdLsOzJGQfM47wxbbUVz7kTpEhXV2laS9MC5LIaqTqyj9Jo12P8naBXB7tSwqk9IysxXrJXev/es8E6BzzSewseCU7DaVZCrxuej9m3\
        fOud5mE4
        """

    private func bytes(_ text: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: text))) }

    private func expect(_ box: PageRectangle?, _ corners: [Double]) throws {
        let box = try #require(box)
        for (value, expected) in zip([box.x, box.y, box.x + box.width, box.y + box.height], corners) {
            #expect(abs(value - expected) < 0.001, "\(box)")
        }
    }

    /// The renderers move the outline by its side bearing: A is shown from 4.0 to 4.6, B from 1.0 to 1.6. The places without
    /// that movement count as well.
    @Test func `points of a TrueType font and of its composed glyphs`() throws {
        var room = 1_000_000
        try expect(TrueTypeFont(embedded: bytes(Self.trueType)).outlineBox(room: &room), [0.5, 0.9, 4.6, 1.3])
    }

    /// A, by a subroutine, from 2.0 to 2.6 and 0.9 to 1.2; B, by a curve, from (0.01, 0.01) to (0.36, 2.11).
    @Test func `charstrings of a compact font`() throws {
        var room = 1_000_000
        try expect(CompactFont(bytes(Self.compact)[...], room: &room)?.outlineBox, [0.01, 0.01, 2.6, 2.11])
    }

    @Test func `encrypted charstrings of a Type 1 font, binary and in digits`() throws {
        var room = 1_000_000
        let program = try bytes(Self.type1)
        try expect(Type1Font(program, room: &room)?.outlineBox, [2, 0.9, 2.6, 1.2])
        let start = try #require(Data(program).range(of: Data("eexec\n".utf8))?.upperBound)
        let digits = program[start...].map { String(format: "%02x", $0) }.joined()
        try expect(Type1Font(program[..<start] + Array(digits.utf8), room: &room)?.outlineBox, [2, 0.9, 2.6, 1.2])
    }

    /// Each has some thirty steps along its outlines.
    @Test func `a font with more outline than there is room for is none`() throws {
        for (room, isRead) in [(2000, true), (4, false)] {
            var (first, second, third) = (room, room, room)
            let boxes = [
                try TrueTypeFont(embedded: bytes(Self.trueType)).outlineBox(room: &first),
                CompactFont(try bytes(Self.compact)[...], room: &second)?.outlineBox,
                Type1Font(try bytes(Self.type1), room: &third)?.outlineBox,
            ]
            #expect(boxes.map { $0 != nil } == [isRead, isRead, isRead])
            if isRead { #expect(first < room && second < room && third < room) }
        }
    }

    /// Three numbers may stand for 65,536 widths. A font that is no object of its own is read at every use.
    @Test func `widths that are read again and again count`() throws {
        let program = try bytes(Self.trueType).map { String(format: "%02x", $0) }.joined() + ">"
        let font = """
            <</Type/Font/Subtype/Type0/BaseFont/Far/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[0 65535 500]\
            /FontDescriptor<</FontFile2 6 0 R>>>>]>>
            """
        for (direct, times, isUnknown) in [(true, 3, false), (true, 30, true), (false, 30, false)] {
            let operators = String(repeating: "BT /F 20 Tf 10 20 Td <0001> Tj ET ", count: times)
            let named = direct ? font : "5 0 R"
            let bytes = PDFFixture.appendingText(
                PDFFixture.classic(page: "/Resources<</Font<</F \(named)>>>>"),
                [
                    (4, "<</Length \(operators.utf8.count)>>\nstream\n\(operators)\nendstream"), (5, font),
                    (6, "<</Filter/ASCIIHexDecode/Length \(program.utf8.count)>>\nstream\n\(program)\nendstream"),
                ])
            let budget = Budget(bytes: 1 << 30, depth: 64, objects: 20_000, expansionRatio: 1100)
            let file = try PDFFile(reading: MemorySource(bytes), budget: budget)
            let content = PaintedContent(ofPage: IndirectReference(3), in: ContentSource(file), asOf: 1)
            #expect(content.isUnknown == isUnknown)
        }
    }

    @Test func `a damaged font gives a box or none`() throws {
        var counts = (boxes: 0, none: 0)
        for text in [Self.trueType, Self.compact, Self.type1] {
            let whole = try bytes(text)
            for index in stride(from: 0, to: whole.count, by: 3) {
                var damaged = whole
                damaged[index] ^= UInt8(truncatingIfNeeded: 255 - index % 7)
                for part in [damaged, Array(whole.prefix(index))] {
                    var room = 1_000_000
                    let boxes = [
                        (try? TrueTypeFont(embedded: part))?.outlineBox(room: &room),
                        CompactFont(part[...], room: &room)?.outlineBox, Type1Font(part, room: &room)?.outlineBox,
                    ]
                    if boxes.allSatisfy({ $0 == nil }) { counts.none += 1 } else { counts.boxes += 1 }
                }
            }
        }
        #expect(counts.boxes > 100 && counts.none > 100, "\(counts)")
    }

    /// Each has its text where an honest font has it, and nothing above.
    @Test func `text in such a font counts where it is shown`() throws {
        for (text, key, subtype) in [
            (Self.trueType, "FontFile2", "TrueType"), (Self.compact, "FontFile3", "Type1"),
            (Self.type1, "FontFile", "Type1"),
        ] {
            let program = try bytes(text).map { String(format: "%02x", $0) }.joined() + ">"
            let font = """
                <</Type/Font/Subtype/\(subtype)/BaseFont/Far/FirstChar 65/LastChar 65/Widths[500]\
                /FontDescriptor<</Type/FontDescriptor/FontBBox[0 0 500 700]/\(key) 6 0 R>>>>
                """
            let operators = "BT /F 20 Tf 10 20 Td (A) Tj ET"
            let file = try PDFFixture.file(
                PDFFixture.appendingText(
                    PDFFixture.classic(page: "/Resources<</Font<</F 5 0 R>>>>"),
                    [
                        (4, "<</Length \(operators.utf8.count)>>\nstream\n\(operators)\nendstream"), (5, font),
                        (6, "<</Filter/ASCIIHexDecode/Length \(program.utf8.count)>>\nstream\n\(program)\nendstream"),
                    ]))
            let content = PaintedContent(ofPage: IndirectReference(3), in: ContentSource(file), asOf: 1)
            #expect(!content.isUnknown)
            #expect(content.isPainted(in: PageRectangle(x: 55, y: 40, width: 2, height: 2)))
            #expect(!content.isPainted(in: PageRectangle(x: 130, y: 40, width: 2, height: 2)))
            #expect(!content.isPainted(in: PageRectangle(x: 55, y: 80, width: 2, height: 2)))
        }
    }
}
