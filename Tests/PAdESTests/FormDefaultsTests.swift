// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import Testing

@testable import PAdES

@Suite("Defaults by which a form's fields are drawn — ISO 32000-2 §12.7.4.3")
struct FormDefaultsTests {
    /// Whether the form may gain an entry while a text field is drawn by a default appearance.
    private func mayGain(_ entry: String, form: String, field: String) throws -> Bool {
        let base = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]\(form)>>", page: "/Annots[5 0 R]",
            more: [
                (5, "<</FT/Tx/T(text)/V(100)/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4\(field)>>"),
                (8, "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"),
            ])
        let request = PDFFixture.request()
        let signed = try PDFFixture.signed(base, .new(name: "First"), request)
        let file = try PDFFixture.file(signed)
        let fields = try #require(file.catalog().dictionary["AcroForm"]?.dictionary?["Fields"]?.array)
        let list = fields.compactMap(\.reference).map { "\($0.number) 0 R" }.joined(separator: " ")
        let bytes = PDFFixture.appendingText(
            signed,
            [
                (1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[\(list)]/SigFlags 3\(form)\(entry)>>>>"),
                (30, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
            ])
        let last = try #require(try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last)
        #expect(last.isAllowed || last.reasons.map(\.code).contains(.formChanged), "\(last.reasons)")
        return last.isAllowed
    }

    @Test func `no field is drawn by a font or colour that came later`() throws {
        let asked = "/DA(/Late 12 Tf 0 g)"
        let late = "/DR<</Font<</Late 30 0 R>>>>"
        #expect(try mayGain("/DR<</Font<</Other 30 0 R>>>>", form: "", field: asked))
        #expect(try mayGain(late, form: "", field: asked) == false)
        #expect(try mayGain(late, form: "", field: "/DA(/L#61te 12 Tf 0 g)") == false)
        #expect(try mayGain(late, form: asked, field: "") == false)
        // What has an appearance is drawn by that, unless all fields are drawn anew.
        #expect(try mayGain(late, form: "", field: "\(asked)/AP<</N 8 0 R>>"))
        #expect(try mayGain(late, form: "/NeedAppearances true", field: "\(asked)/AP<</N 8 0 R>>") == false)
        #expect(try mayGain(late, form: "", field: "\(asked)/AP<</D 8 0 R>>") == false)
        #expect(try mayGain(asked, form: "", field: "/DA(/F 12 Tf 0 g)"))
        #expect(try mayGain(asked, form: "", field: "") == false)
    }

    @Test func `a field without an appearance gets one with another value only`() throws {
        let base = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>", page: "/Annots[5 0 R]",
            more: [(5, "<</FT/Tx/T(text)/V(100)/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4>>")])
        let signed = try PDFFixture.signed(base, .new(name: "First"), PDFFixture.request())
        func reasons(_ value: String, _ appearance: String) throws -> [ChangeReason.Code] {
            let field = "/FT/Tx/T(text)/V(\(value))/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4"
            let bytes = PDFFixture.appendingText(
                signed,
                [
                    (5, "<<\(field)\(appearance)>>"),
                    (30, "<</Subtype/Form/BBox[0 0 9 9]/Length 13>>\nstream\n0 0 1 1 re f \nendstream"),
                ])
            let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
            return try #require(last).reasons.map(\.code)
        }
        #expect(try reasons("200", "/AP<</N 30 0 R>>") == [])
        #expect(try reasons("200", "") == [])
        #expect(try reasons("100", "/AP<</N 30 0 R>>") == [.appearanceWithoutValue])
        #expect(try reasons("100", "/AP<</N null>>") == [.appearanceWithoutValue])
    }

    @Test func `a push button has no value by which it could show something else`() throws {
        func reasons(_ flags: String, parent: String, _ change: String) throws -> [ChangeReason.Code] {
            func button(_ more: String) -> String {
                "<</T(button)\(flags)/Parent 6 0 R/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4\(more)>>"
            }
            let picture = "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"
            let base = PDFFixture.classic(
                catalog: "/AcroForm<</Fields[6 0 R]>>", page: "/Annots[5 0 R]",
                more: [
                    (5, button("/AP<</N 8 0 R>>")), (6, "<</FT/Btn/T(all)\(parent)/Kids[5 0 R]>>"), (8, picture),
                ])
            let signed = try PDFFixture.signed(base, .new(name: "First"), PDFFixture.request())
            let bytes = PDFFixture.appendingText(signed, [(5, button(change)), (30, picture)])
            let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
            return try #require(last).reasons.map(\.code)
        }
        for (flags, parent) in [("/Ff 65536", ""), ("", "/Ff 65536"), ("/Ff 65537", "/Ff 0")] {
            let code = try reasons(flags, parent: parent, "/V(x)/AP<</N 30 0 R>>")
            #expect(code == [.appearanceWithoutValue])
        }
        #expect(try reasons("/Ff 32768", parent: "/Ff 65536", "/V/x/AP<</N 30 0 R>>") == [])
        #expect(try reasons("/Ff 65536", parent: "", "/AP<</N 8 0 R>>") == [])
    }

    @Test(arguments: [
        ("/Tx", "/AP<</N<</a 8 0 R/b 9 0 R>>>>", "/AS/a", "/AS/b"), ("/Ch", "/Opt[(100)(200)]", "/I[0]", "/I[1]"),
        ("/Btn", "/AP<</N<</a 8 0 R/b 9 0 R>>>>", "/AS/a", "/AS/b"),
    ])
    func `the state that is shown changes with the value only`(type: String, fixed: String, old: String, new: String)
        throws
    {
        func field(_ value: String, _ state: String) -> String {
            let value = type == "/Btn" ? value == "100" ? "/a" : "/b" : "(\(value))"
            let place = "/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4"
            return "<</FT\(type)/T(text)/V\(value)\(place)\(fixed)\(state)>>"
        }
        let form = "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream"
        let base = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>", page: "/Annots[5 0 R]",
            more: [(5, field("100", old)), (8, form), (9, form)])
        let signed = try PDFFixture.signed(base, .new(name: "First"), PDFFixture.request())
        func reasons(_ value: String, _ state: String) throws -> [ChangeReason.Code] {
            let bytes = PDFFixture.appendingText(signed, [(5, field(value, state))])
            let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
            return try #require(last).reasons.map(\.code)
        }
        #expect(try reasons("200", new) == [])
        #expect(try reasons("100", new) == [.appearanceWithoutValue])
    }
}
