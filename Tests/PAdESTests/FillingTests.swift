// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import SignatureValidation
import Testing

@testable import PAdES

/// What real programs write when they fill a field, each beside a change from which it differs in one thing.
@Suite("Fields filled by real programs — ISO 32000-2 §12.7.4")
struct FillingTests {
    private func reasons(_ bytes: [UInt8]) throws -> [ChangeReason.Code] {
        let changes = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature()
        return try #require(changes.last).reasons.map(\.code)
    }

    private static let form = "<</Subtype/Form/BBox[0 0 8 8]/Length 3>>\nstream\n1 g\nendstream"
    private static let common = "/FT/Ch/T(one)/Type/Annot/Subtype/Widget/P 3 0 R/F 4"

    /// A choice field 5 with its appearance 9, on a page 3.
    private static func document(_ entries: String, page: String = "", root: String = "") -> [UInt8] {
        PDFFixture.classic(
            catalog: "/AcroForm<</Fields[\(root.isEmpty ? 5 : 10) 0 R]>>", page: "/Annots[5 0 R]\(page)",
            more: [
                (5, "<<\(common)\(entries)/V(a)/AP<</N 9 0 R>>\(root.isEmpty ? "" : "/Parent 10 0 R")>>"), (9, form),
                (10, "<</T(root)/Kids[5 0 R]\(root)>>"),
            ])
    }

    /// MuPDF states every entry anew: rectangles in single precision, defaults, a border, texts in another encoding.
    @Test(arguments: [
        ("/Rect[1.2345678 1 9 9]", "/Rect[1.23457 1 9 9]", "(b)", true),
        ("/Rect[1 9 9 1]", "/Rect[1 1 9 9]", "(b)", true), ("/Rect[1 1 9 9]", "/Rect[1 1 9.01 9]", "(b)", false),
        ("/Rect[1.2345678 1 9 9]", "/Rect[1.234 1 9 9]", "(b)", false),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9]", "(b)", false),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/Ff 0", "(b)", true),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/Ff 1", "(b)", false),
        ("/Rect[1 1 9 9]/Ff 1", "/Rect[1 1 9 9]", "(b)", false),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/Ff 0.0", "(b)", false),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/BS<</S/S/W 1>>", "(b)", true),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/BS<</S/S/W 1>>", "(a)", false),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/BS 4 0 R", "(b)", false),
        ("/Rect[1 1 9 9]/I[0]", "/Rect[1 1 9 9]/TI 0", "(b)", true),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/TI 0", "(a)", false),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/MK<</BC[0]>>", "(b)", true),
        ("/Rect[1 1 9 9]", "/Rect[1 1 9 9]/MK<</I 4 0 R>>", "(b)", false),
        ("/Rect[1 1 9 9]/Opt[<FEFF0061>(b)]", "/Rect[1 1 9 9]/Opt[(a)(b)]", "(b)", true),
        ("/Rect[1 1 9 9]/Opt[<FEFF0061>(b)]", "/Rect[1 1 9 9]/Opt[(a)(c)]", "(b)", false),
        ("/Rect[1 1 9 9]/Opt[[(1)<FEFF0061>]]", "/Rect[1 1 9 9]/Opt[[(1)(a)]]", "(b)", true),
        ("/Rect[1 1 9 9]/DV<FEFF0061>", "/Rect[1 1 9 9]/DV(\\376\\377\\000a)", "(b)", true),
        ("/Rect[1 1 9 9]/DV<FEFF0061>", "/Rect[1 1 9 9]/DV(\\376\\377\\000b)", "(b)", false),
    ])
    func `what is said again with a value`(before: String, after: String, value: String, isAllowed: Bool) throws {
        let signed = try PDFFixture.signed(Self.document(before))
        let field = "<<\(Self.common)\(after)/V\(value)/AP<</N 9 0 R>>>>"
        #expect(try reasons(PDFFixture.appendingText(signed, [(5, field)])).isEmpty == isAllowed)
    }

    @Test func `flags that are inherited are no default`() throws {
        for (inherited, isAllowed) in [("/Ff 0", true), ("/Ff 1", false)] {
            let signed = try PDFFixture.signed(Self.document("/Rect[1 1 9 9]", root: inherited))
            let field = "<<\(Self.common)/Rect[1 1 9 9]/Ff 0/V(b)/AP<</N 9 0 R>>/Parent 10 0 R>>"
            #expect(try reasons(PDFFixture.appendingText(signed, [(5, field)])).isEmpty == isAllowed)
        }
    }

    /// A border without an appearance is drawn as the reader likes.
    @Test func `how a field is drawn changes beside an appearance only`() throws {
        for (appearance, isAllowed) in [("/AP<</N 9 0 R>>", true), ("", false)] {
            let signed = try PDFFixture.signed(Self.document("/Rect[1 1 9 9]"))
            let field = "<<\(Self.common)/Rect[1 1 9 9]/BS<</W 9>>/V(b)\(appearance)>>"
            #expect(try reasons(PDFFixture.appendingText(signed, [(5, field)])).isEmpty == isAllowed)
        }
    }

    /// LibreOffice writes fifteen digits, Poppler and PDFium those of a single-precision number.
    @Test func `a page may be written again with fewer digits`() throws {
        for (box, isAllowed) in [
            ("595.30396 841.8898", true), ("595.304 841.89", true), ("595.31 841.8898", false), ("595.30396", false),
            // Ten decimals are Poppler's for the boxes of a page; cut off they are no rounding.
            ("595.3039370079 841.8897637795", true), ("595.3039370078 841.8897637795", false),
            ("595.3039370080 841.8897637795", true), ("595.3039370081 841.8897637795", false),
            // As small a difference, and no rounding: it could be made in each of many revisions.
            ("595.3035 841.8898", false),
        ] {
            let bytes = PDFFixture.classic(page: "/CropBox[0 0 595.303937007874 841.889763779528]")
            let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/CropBox[0 0 \(box)]>>"
            let update = try PDFFixture.appendingText(PDFFixture.signed(bytes), [(3, page)])
            let found = try reasons(update)
            // The signature's widget is not in the page any more; what is asked here is the box.
            #expect(found.contains(.pageChanged) != isAllowed, "\(found)")
        }
    }

    /// Poppler frees the appearance that it replaces, or writes it again under the next generation.
    @Test(arguments: [
        ("/AP<</N 30 0 R>>", "", true), ("/AP<</N 9 0 R>>", "", false),
        ("/AP<</N 30 0 R>>", "/AP<</N 9 0 R>>", false),
        ("/AP<</N 30 0 R/D 9 1 R>>", "", false),
    ])
    func `an appearance that nothing shows any more may be given up`(
        after: String, other: String, isAllowed: Bool
    ) throws {
        let second = "<</FT/Tx/T(two)/Type/Annot/Subtype/Widget/Rect[20 20 30 30]/F 4/V(a)\(other)>>"
        let signed = try PDFFixture.signed(
            PDFFixture.classic(
                catalog: "/AcroForm<</Fields[5 0 R 6 0 R]>>", page: "/Annots[5 0 R 6 0 R]",
                more: [(5, "<<\(Self.common)/Rect[1 1 9 9]/V(a)/AP<</N 9 0 R>>>>"), (6, second), (9, Self.form)]))
        let field = "<<\(Self.common)/Rect[1 1 9 9]/V(b)\(after)>>"
        let filled = PDFFixture.appendingText(signed, [(5, field), (30, Self.form)])
        let text = String(String.UnicodeScalarView(filled.map { Unicode.Scalar($0) }))
        let table = try #require(text.range(of: "xref\n5 1\n", options: .backwards))
        for row in ["9 1\n0000000000 00001 f \n", nil] {
            // Under another generation the object stands before the table.
            let again = row == nil ? "9 1 obj\n\(Self.form)\nendobj\n" : ""
            let place = text.unicodeScalars.distance(from: text.startIndex, to: table.lowerBound)
            let entry = row ?? "9 1\n" + String(format: "%010d 00001 n \n", place)
            var changed = text.replacingCharacters(in: table, with: again + "xref\n" + entry + "5 1\n")
            changed = changed.replacingOccurrences(
                of: "startxref\n\(place)\n", with: "startxref\n\(place + again.utf8.count)\n")
            #expect(
                try reasons(Array(changed.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })).isEmpty
                    == isAllowed)
        }
    }

    /// Poppler and PDFBox add fonts to the dictionary that the form shares with the page.
    @Test(arguments: [
        ("", "/F 21 0 R/New 30 0 R", true),
        // The page, an appearance, a field or a note asked for the name already.
        ("page", "/F 21 0 R/New 30 0 R", false), ("appearance", "/F 21 0 R/New 30 0 R", false),
        ("field", "/F 21 0 R/New 30 0 R", false),
        // Another font under a name that was there, or one that was there under another name.
        ("", "/F 30 0 R", false), ("", "/F 21 0 R/New 21 0 R", false), ("", "/New 30 0 R", false),
        // What is no font.
        ("", "/F 21 0 R/New 31 0 R", false), ("", "/F 21 0 R/Encoding 30 0 R", false),
        // A dictionary that is used for something else too.
        ("other", "/F 21 0 R/New 30 0 R", false),
    ])
    func `fonts are added under names that nothing asks for`(asks: String, fonts: String, isAllowed: Bool) throws {
        let shows = "BT /N#65w 9 Tf (100) Tj ET"
        func stream(_ text: String, _ entries: String = "") -> String {
            "<<\(entries)/Length \(text.utf8.count)>>\nstream\n\(text)\nendstream"
        }
        let page = asks == "page" ? shows : "BT /F 9 Tf (100) Tj ET"
        let second = asks == "field" ? "/DA(/New 9 Tf)" : "/DA(/F 9 Tf)"
        let document = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R 6 0 R]/DR<</Font 20 0 R>>>>\(asks == "other" ? "/Extra 20 0 R" : "")",
            page: "/Annots[5 0 R 6 0 R]/Resources<</Font 20 0 R/XObject<</X 22 0 R>>>>",
            more: [
                (5, "<<\(Self.common)/Rect[1 1 9 9]/V(a)/AP<</N 9 0 R>>>>"),
                (6, "<</FT/Tx/T(two)/Type/Annot/Subtype/Widget/Rect[20 20 30 30]/F 4/V(100)\(second)>>"),
                (9, Self.form),
                (20, "<</F 21 0 R>>"), (21, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
                (22, stream(asks == "appearance" ? shows : page, "/Subtype/Form/BBox[0 0 9 9]")),
            ])
        let signed = try PDFFixture.signed(
            PDFFixture.appendingText(document, [(4, stream(page))], trailer: "/Size 23/Root 1 0 R"))
        let update = PDFFixture.appendingText(
            signed,
            [
                (5, "<<\(Self.common)/Rect[1 1 9 9]/V(b)/AP<</N 9 0 R>>>>"), (20, "<<\(fonts)>>"),
                (30, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"), (31, "<</Type/Pattern>>"),
            ])
        #expect(try reasons(update).isEmpty == isAllowed)
    }

    /// PDFBox gives a form without defaults its own; a field that has widgets is drawn by them.
    @Test(arguments: [("/AP<</N 9 0 R>>", true), ("", false)])
    func `the form gains defaults that no widget needs`(appearance: String, isAllowed: Bool) throws {
        let document = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R 7 0 R]>>", page: "/Annots[5 0 R 8 0 R]",
            more: [
                (5, "<<\(Self.common)/Rect[1 1 9 9]/V(a)/AP<</N 9 0 R>>>>"),
                (7, "<</FT/Tx/T(two)/V(100)/DA(/Helv 9 Tf)/Kids[8 0 R]>>"),
                (8, "<</Type/Annot/Subtype/Widget/Parent 7 0 R/Rect[20 20 30 30]/F 4\(appearance)>>"), (9, Self.form),
            ])
        let update = try PDFFixture.appending(PDFFixture.signed(document)) { update, file in
            let font = update.add(
                .dictionary(["Type": .name("Font"), "Subtype": .name("Type1"), "BaseFont": .name("Helvetica")]))
            try ChangesTests.edit(5) { $0["V"] = .string([98], hexadecimal: false) }(&update, file)
            try ChangesTests.edit(1) {
                var form = $0["AcroForm"]?.dictionary ?? [:]
                form["DR"] = .dictionary(["Font": .dictionary(["Helv": .reference(font)])])
                $0["AcroForm"] = .dictionary(form)
            }(&update, file)
        }
        #expect(try reasons(update).isEmpty == isAllowed)
    }

    /// Poppler names the state of a signature's appearance, although there is but one.
    @Test(arguments: [
        ("Sig", "/V 30 0 R/AS/N", true), ("Sig", "/AS/N", false), ("Sig", "/V 30 0 R/AS[<<>>]", false),
        ("DocTimeStamp/SubFilter/ETSI.RFC3161", "/V 30 0 R/AS/N", false),
        ("DocTimeStamp/SubFilter/ETSI.RFC3161", "/V 30 0 R", true),
    ])
    func `a signature names the state of its appearance`(type: String, entries: String, isAllowed: Bool) throws {
        let field = "/FT/Sig/T(sign)/Type/Annot/Subtype/Widget/Rect[20 20 60 40]/P 3 0 R/F 132/AP<</N 9 0 R>>"
        let signed = try PDFFixture.signed(
            PDFFixture.classic(
                catalog: "/AcroForm<</Fields[6 0 R]>>", page: "/Annots[6 0 R]",
                more: [(6, "<<\(field)>>"), (9, Self.form)]))
        let update = PDFFixture.appendingText(
            signed,
            [(6, "<<\(field)\(entries)>>"), (30, "<</Type/\(type)/ByteRange[0 1 2 3]/Contents<00>>>")])
        #expect(try reasons(update).isEmpty == isAllowed)
    }

    @Test func `a report says why a change is not allowed`() throws {
        for (value, codes) in [("(b)", []), ("(a)", ["field-changed"])] {
            let signed = try PDFFixture.signed(Self.document("/Rect[1 1 9 9]"))
            let field = "<<\(Self.common)/Rect[1 1 9 9]/BS<</W 1>>/V\(value)/AP<</N 9 0 R>>>>"
            let document = try DocumentSignatures(in: PDFFixture.file(PDFFixture.appendingText(signed, [(5, field)])))
            let reported = try #require(try document.changesAfterFirstSignature().last).reported
            #expect(reported.reasons.map(\.code) == codes)
            #expect(reported.reasons.map(\.object) == codes.map { _ in "5 0 R" })
            #expect(reported.reasons.allSatisfy { $0.vi.contains("ô") && $0.en.contains("field") })
            #expect(reported.allowed == codes.isEmpty)
        }
    }

    /// PDFium states the length of every stream itself.
    @Test func `a stream whose length stands elsewhere is the same`() throws {
        let bytes = PDFFixture.classic(
            catalog: "/Extra 8 0 R", more: [(8, "<</Length 9 0 R>>\nstream\n1 g\nendstream"), (9, "3")])
        for (data, isAllowed) in [("1 g", true), ("2 g", false)] {
            let stream = "<</Length 3>>\nstream\n\(data)\nendstream"
            let update = try PDFFixture.appendingText(PDFFixture.signed(bytes), [(8, stream)])
            #expect(try reasons(update) == (isAllowed ? [] : [.unexplainedChange]))
        }
    }

    /// Writers that compress everything write a blank page's contents as deflate data of no bytes.
    @Test func `nothing that is compressed paints nothing`() throws {
        for (data, isAllowed) in [("", true), ("x", false)] {
            let stream = "<</Filter/FlateDecode/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream"
            let bytes = PDFFixture.appendingText(PDFFixture.classic(), [(4, stream)])
            let source = ContentSource(try PDFFixture.file(bytes))
            let content = PaintedContent(ofPage: IndirectReference(3), in: source, asOf: 1)
            #expect(content.isUnknown != isAllowed)
            #expect(content.boxes.isEmpty)
        }
    }
}
