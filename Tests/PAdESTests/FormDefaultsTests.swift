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
                (5, "<</FT/Tx/T(text)/V(100)/Type/Annot/Subtype/Widget/Rect[1 1 9 9]/P 3 0 R/F 4\(field)>>")
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
        #expect(try mayGain(asked, form: "", field: "/DA(/F 12 Tf 0 g)"))
        #expect(try mayGain(asked, form: "", field: "") == false)
    }
}
