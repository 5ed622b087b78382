// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

@Suite("What a new signature field shows — ISO 32000-2 §12.5.3, §12.7.5.5")
struct NewFieldTests {
    /// Appends a signature field as written, with an appearance as object 30, to a signed document.
    private func reasons(
        _ entries: String, _ purpose: SignatureRequest.Purpose, more: [(Int, String)] = []
    ) throws -> [ChangeReason.Code] {
        let signed = try PDFFixture.signed(ChangesTests.form, .new(name: "First"), PDFFixture.request(purpose))
        let catalog = try PDFFixture.file(signed).catalog().dictionary
        #expect(catalog["AcroForm"]?.dictionary?["SigFlags"] == .integer(3))
        let permissions = catalog["Perms"] == nil ? "" : "/Perms<</DocMDP 10 0 R>>"
        let form = "<</Fields[5 0 R 6 0 R 11 0 R 20 0 R]/SigFlags 3>>\(permissions)"
        let bytes = PDFFixture.appendingText(
            signed,
            [
                (1, "<</Type/Catalog/Pages 2 0 R/AcroForm\(form)/Metadata 7 0 R/Dangling 77 0 R>>"),
                (8, "[5 0 R 6 0 R 11 0 R 20 0 R]"), (20, "<</FT/Sig/T(Late)/AP<</N 30 0 R>>\(entries)>>"),
                (30, "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"),
            ] + more)
        let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
        return try #require(last).reasons.map(\.code)
    }

    @Test func `it is a widget and no other annotation`() throws {
        let free = "/Type/Annot/Rect[100 50 110 60]/F 4"
        #expect(try reasons("/Subtype/Widget\(free)", .approval) == [])
        #expect(try reasons("/Subtype/Widget\(free)", .certification(.fillForms)) == [.visibleFieldAfterCertification])
        for subtype in ["/Subtype/Stamp", "/Subtype/FreeText", ""] {
            for purpose in [SignatureRequest.Purpose.approval, .certification(.fillForms), .certification(.annotate)] {
                #expect(try reasons(subtype + free, purpose).contains(.newFieldUnsuitable))
            }
        }
    }

    /// LibreOffice writes `/V` and `/DV` alike.
    @Test func `its default value may be the signature itself and nothing else`() throws {
        let signature = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Contents<00>>>"
        let more = [(31, signature), (32, signature)]
        func reasons(_ entries: String) throws -> [ChangeReason.Code] {
            try self.reasons(
                "/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132\(entries)", .approval, more: more)
        }
        #expect(try reasons("/V 31 0 R") == [])
        #expect(try reasons("/V 31 0 R/DV 31 0 R") == [])
        #expect(try reasons("/V 31 0 R/DV 32 0 R").contains(.newFieldUnsuitable))
        #expect(try reasons("/V 31 0 R/DV(text)").contains(.newFieldUnsuitable))
        #expect(try reasons("/DV 31 0 R").contains(.newFieldUnsuitable))
    }

    /// The page is painted from (0, 0) to (10, 10).
    @Test func `what is printed or appears under the pointer is visible`() throws {
        func field(_ flags: Int) -> String { "/Type/Annot/Subtype/Widget/Rect[0 0 9 9]/F \(flags)" }
        // Numbers that readers cannot hold hide nothing in some.
        for out in [1 << 32 | 2, 1 << 31 | 2, -2] {
            #expect(try reasons(field(out), .approval) == [.visibleFieldOverContent])
        }
        for hidden in [2, 2 | 4, 32] {
            #expect(try reasons(field(hidden), .approval) == [])
            #expect(try reasons(field(hidden), .certification(.fillForms)) == [])
        }
        for shown in [0, 4, 32 | 4, 32 | 256] {
            #expect(try reasons(field(shown), .approval) == [.visibleFieldOverContent])
            #expect(try reasons(field(shown), .certification(.fillForms)).contains(.visibleFieldAfterCertification))
        }
    }

    /// The page is painted from (0, 0) to (10, 10).
    @Test func `a rectangle whose numbers are objects has the area that they give`() throws {
        func reasons(_ numbers: [Int]) throws -> [ChangeReason.Code] {
            let list = "[31 0 R 32 0 R 33 0 R 34 0 R]"
            return try self.reasons(
                "/Type/Annot/Subtype/Widget/F 4/Rect\(list)/MK<</R\(list)>>", .approval,
                more: zip(31..., numbers).map { ($0, String($1)) })
        }
        #expect(try reasons([0, 0, 9, 9]) == [.visibleFieldOverContent])
        #expect(try reasons([100, 50, 110, 60]) == [])
        #expect(try reasons([1, 1, 1, 9]) == [])
    }

    @Test(arguments: [
        ("Line", "/L[100 50 150 50]"), ("Ink", "/InkList[[100 50 150 50]]"),
        ("Highlight", "/QuadPoints[100 55 150 55 100 45 150 45]"), ("Polygon", "/Vertices[100 45 150 45 150 55]"),
    ])
    func `it covers no annotation that is drawn by points elsewhere`(kind: String, points: String) throws {
        let form = "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"
        func reasons(_ more: String, at place: String) throws -> [ChangeReason.Code] {
            let base = PDFFixture.classic(
                catalog: "/AcroForm<</Fields[5 0 R]/SigFlags 3>>", page: "/Annots[5 0 R 6 0 R]",
                more: [
                    (5, "<</FT/Sig/T(Empty)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>"),
                    (6, "<</Type/Annot/Subtype/\(kind)/Rect[20 80 30 90]\(points)/F 4\(more)>>"), (7, form),
                ])
            let signed = try PDFFixture.signed(base, .existing(name: "Empty"), PDFFixture.request())
            let contents = "/MediaBox[0 0 200 100]/Contents 4 0 R"
            let bytes = PDFFixture.appendingText(
                signed,
                [
                    (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R 20 0 R]/SigFlags 3>>>>"),
                    (3, "<</Type/Page/Parent 2 0 R\(contents)/Annots[5 0 R 6 0 R 20 0 R]>>"),
                    (20, "<</FT/Sig/T(Late)/Type/Annot/Subtype/Widget/Rect[\(place)]/F 4>>"),
                ])
            let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
            return try #require(last).reasons.map(\.code)
        }
        #expect(try reasons("", at: "110 40 120 60") == [.visibleFieldOverContent])
        #expect(try reasons("", at: "110 70 120 80") == [])
        #expect(try reasons("/AP<</N 7 0 R>>", at: "110 40 120 60") == [])
    }

    @Test func `a time-stamp in a field that was there shows nothing`() throws {
        let base = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>", page: "/Annots[5 0 R]",
            more: [(5, "<</FT/Sig/T(Empty)/Type/Annot/Subtype/Widget/Rect[100 50 110 60]/P 3 0 R/F 4>>")])
        func reasons(_ entries: String, _ purpose: SignatureRequest.Purpose) throws -> [ChangeReason.Code] {
            let signed = try PDFFixture.signed(base, .new(name: "First"), PDFFixture.request(purpose))
            let field = "/FT/Sig/T(Empty)/Type/Annot/Subtype/Widget/Rect[100 50 110 60]/P 3 0 R/V 30 0 R"
            let bytes = PDFFixture.appendingText(
                signed,
                [
                    (5, "<<\(field)\(entries)>>"),
                    (30, "<</Type/DocTimeStamp/Filter/A/SubFilter/ETSI.RFC3161/Contents<00>>>"),
                    (31, "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"),
                ])
            let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
            return try #require(last).reasons.map(\.code)
        }
        for purpose in [SignatureRequest.Purpose.approval, .certification(.noChanges), .certification(.annotate)] {
            #expect(try reasons("/F 4", purpose) == [])
            #expect(try reasons("/F 132", purpose) == [])
            #expect(try reasons("/F 132/AP<</N 31 0 R>>", purpose) == [.appearanceWithoutValue])
            #expect(try reasons("/F 132/MK<</BG[1 0 0]>>", purpose) == [.appearanceWithoutValue])
        }
    }
}
