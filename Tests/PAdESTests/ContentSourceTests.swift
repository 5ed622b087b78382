// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax
import Testing

@testable import PAdES

/// Contents that ask for far more work than they have bytes, each beside one that asks for as much as it may.
@Suite("The contents of all pages have one allowance")
struct ContentSourceTests {
    private static func stream(_ entries: String, _ data: String) -> String {
        "<<\(entries)/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream"
    }

    /// Forms within forms, each drawn eight times, on two pages, which two later signatures are put on.
    private static func twoPages() throws -> [UInt8] {
        let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</XObject<</X 6 0 R>>>>>>"
        let draws = String(repeating: "/X Do ", count: 8)
        func form(_ inner: Int, _ data: String) -> String {
            stream("/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X \(inner) 0 R>>>>", data)
        }
        let objects = [
            (2, "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>"), (3, page), (4, stream("", draws)), (5, page),
            (6, form(7, draws)), (7, form(8, draws)), (8, form(9, "0 0 1 1 re f")),
        ]
        let first = try PDFFixture.signed(PDFFixture.appendingText(PDFFixture.classic(), objects))
        let appearance = SignatureAppearance(
            rectangle: PageRectangle(x: 80, y: 40, width: 60, height: 30), content: [])
        let second = try PDFFixture.signed(first, .new(name: "Second", page: 1, appearance: appearance))
        return try PDFFixture.signed(second, .new(name: "Third", page: 2, appearance: appearance))
    }

    /// A page takes 8 + 64 + 512 forms of at least nine operators.
    @Test(arguments: [(100_000, [true, true]), (3500, [true, false]), (1000, [false, false])])
    func `pages under visible fields share their operations`(objects: Int, areAllowed: [Bool]) throws {
        let budget = Budget(bytes: 1 << 30, depth: 64, objects: objects, expansionRatio: 1100)
        let file = try PDFFile(reading: MemorySource(Self.twoPages()), budget: budget)
        let changes = try DocumentSignatures(in: file).changesAfterFirstSignature()
        #expect(changes.map(\.isAllowed) == areAllowed)
        for change in changes where !change.isAllowed {
            #expect(change.reasons.map(\.code) == [.visibleFieldOverContent])
        }
    }

    /// A form of twenty kilobytes of white space in a few hundred bytes.
    @Test(arguments: [(4, false), (40, true)])
    func `octets that come out of streams count however often they are drawn`(times: Int, isUnknown: Bool) throws {
        let data = String(repeating: "8120", count: 160) + ">"
        let form = Self.stream("/Subtype/Form/BBox[0 0 9 9]/Filter[/ASCIIHexDecode/RunLengthDecode]", data)
        let draws = String(repeating: "/X Do ", count: times)
        let bytes = PDFFixture.appendingText(
            PDFFixture.classic(page: "/Resources<</XObject<</X 5 0 R>>>>"), [(4, Self.stream("", draws)), (5, form)])
        let budget = Budget(bytes: 1 << 17, depth: 64, objects: 100_000, expansionRatio: 1100)
        let file = try PDFFile(reading: MemorySource(bytes), budget: budget)
        let content = PaintedContent(ofPage: IndirectReference(3), in: ContentSource(file), asOf: 1)
        #expect(content.isUnknown == isUnknown)
    }

    /// What a filter that fails may have given counts: it would be tried again on every page.
    @Test func `what cannot be decoded counts too`() throws {
        let bytes = PDFFixture.appendingText(
            PDFFixture.classic(),
            [(4, Self.stream("/Filter/RunLengthDecode", "abc")), (5, Self.stream("/Filter/RunLengthDecode", "\u{0}a"))])
        let file = try PDFFile(reading: MemorySource(bytes))
        for (number, most) in [(4, 3 * 1100), (5, 2 * 1100)] as [(Int, Int64)] {
            let source = ContentSource(file)
            let before = source.octets
            let stream = try #require(try file.object(IndirectReference(number)).stream)
            let decoded = try? source.bytes(of: stream, asOf: 1)
            #expect(decoded == (number == 5 ? [97] : nil))
            #expect(before - source.octets == (number == 5 ? 1 : most))
        }
    }
}
