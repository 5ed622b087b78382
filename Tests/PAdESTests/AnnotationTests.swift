// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

@Suite("Annotations after a certification that allows them — ISO 32000-2 §12.5")
struct AnnotationTests {
    /// Appends the annotations as written, numbered from 20, with an appearance as object 30, to a certified document.
    private func reasons(_ annotations: [String]) throws -> [ChangeReason.Code] {
        let signed = try PDFFixture.signed(
            ChangesTests.form, .new(name: "First"), PDFFixture.request(.certification(.annotate)))
        let numbers = annotations.indices.map { 20 + $0 }
        let list = numbers.map { "\($0) 0 R" }.joined(separator: " ")
        let appearance = "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"
        let bytes = PDFFixture.appendingText(
            signed, [(8, "[5 0 R 6 0 R 11 0 R \(list)]")] + Array(zip(numbers, annotations)) + [(30, appearance)])
        let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
        return try #require(last).reasons.map(\.code)
    }

    /// The page is 200 by 100 points and painted from (0, 0) to (10, 10).
    @Test(arguments: [
        ("Line", "/L[100 50 110 60]", "/L[0 5 110 60]"),
        ("Ink", "/InkList[[100 50 110 60]]", "/InkList[[100 50 110 60][100 50 0 5]]"),
        ("Polygon", "/Vertices[100 50 110 60 105 60]", "/Vertices[0 0 110 60 105 60]"),
        ("PolyLine", "/Vertices[100 50 110 60 105 60]", "/Vertices[100 50 0 0]"),
        ("Highlight", "/QuadPoints[100 60 110 60 100 50 110 50]", "/QuadPoints[0 10 10 10 0 0 10 0]"),
        ("StrikeOut", "/QuadPoints[100 60 110 60 100 50 110 50]", "/QuadPoints[0 10 10 10 0 0 10 0]"),
        ("FreeText", "/IT/FreeTextCallout/CL[100 50 110 60]", "/IT/FreeTextCallout/CL[0 5 110 60]"),
    ])
    func `points inside its rectangle are allowed, outside of it refused`(kind: String, in inside: String, out: String)
        throws
    {
        func annotation(_ points: String, _ more: String) -> String {
            "<</Type/Annot/Subtype/\(kind)/Rect[100 50 110 60]\(points)/BS<</W 30>>/F 4\(more)>>"
        }
        #expect(try reasons([annotation(inside, "/AP<</N 30 0 R>>")]) == [])
        #expect(try reasons([annotation(out, "/AP<</N 30 0 R>>")]) == [.annotationUnsuitable])
        // Without an appearance readers draw lines as wide as they are said to be.
        #expect(try reasons([annotation(inside, "")]) == [.annotationUnsuitable])
        #expect(try reasons([annotation(inside, "/AP<</N 99 0 R>>")]) == [.annotationUnsuitable])
    }

    @Test func `a callout line without a callout counts where there is no appearance`() throws {
        func text(_ more: String) -> [String] {
            ["<</Type/Annot/Subtype/FreeText/Rect[100 50 110 60]/CL[0 5 110 60]/F 4\(more)>>"]
        }
        #expect(try reasons(text("/AP<</N 30 0 R>>")) == [])
        #expect(try reasons(text("")) == [.annotationUnsuitable])
    }

    @Test func `what keeps its size or stays upright lies elsewhere than it says`() throws {
        func stamp(_ flags: Int) -> [String] {
            ["<</Type/Annot/Subtype/Stamp/Rect[100 50 110 60]/F \(flags)/AP<</N 30 0 R>>>>"]
        }
        #expect(try reasons(stamp(4)) == [])
        #expect(try reasons(stamp(4 | 8)) == [.annotationUnsuitable])
        #expect(try reasons(stamp(4 | 16)) == [.annotationUnsuitable])
    }

    @Test func `flags that readers cannot hold, or no integers, may stand for any`() throws {
        for flags in ["8.0", "4294967300", "-4"] {
            let stamp = "<</Type/Annot/Subtype/Stamp/Rect[100 50 110 60]/F \(flags)/AP<</N 30 0 R>>>>"
            #expect(try reasons([stamp]) == [.annotationUnsuitable])
        }
    }

    @Test func `the icon of a note is larger than a small rectangle`() throws {
        func note(_ rectangle: String, _ more: String = "") -> [String] {
            ["<</Type/Annot/Subtype/Text/Rect[\(rectangle)]/Contents(Seen)\(more)>>"]
        }
        #expect(try reasons(note("100 50 101 51")) == [])
        #expect(try reasons(note("1 25 2 26")) == [.annotationUnsuitable])
        #expect(try reasons(note("1 25 2 26", "/AP<</N 30 0 R>>")) == [])
    }

    @Test func `the closed window of a note may lie over content, an open one may not`() throws {
        func note(_ more: String, window: String) -> [String] {
            [
                "<</Type/Annot/Subtype/Text/Rect[100 50 116 66]/F 28/Contents(Seen)/Popup 21 0 R\(more)>>",
                "<</Type/Annot/Subtype/Popup/Rect[0 0 90 90]\(window)>>",
            ]
        }
        #expect(try reasons(note("", window: "/Parent 20 0 R")) == [])
        #expect(try reasons(note("", window: "/Parent 20 0 R/Open false")) == [])
        #expect(try reasons(note("", window: "/Parent 20 0 R/Open true")) == [.annotationUnsuitable])
        #expect(try reasons(note("/Open true", window: "/Parent 20 0 R")) == [.annotationUnsuitable])
        #expect(try reasons(note("", window: "")) == [.annotationUnsuitable])
        #expect(try reasons(note("", window: "/Parent 20 0 R/AP<</N 30 0 R>>")) == [.annotationUnsuitable])
    }
}
