// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

@Suite("Places that a page paints — ISO 32000-2 §8, §9")
struct PaintedContentTests {
    private func content(_ operators: String, resources: String = "", more: [(Int, String)] = []) throws
        -> PaintedContent
    {
        let form = "<</Length \(operators.utf8.count)>>\nstream\n\(operators)\nendstream"
        let bytes = PDFFixture.classic(page: "/Annots[]/Resources<<\(resources)>>", more: [(5, form)] + more)
        let moved = try PDFFixture.appending(bytes) { update, file in
            var page = try #require(try file.object(IndirectReference(3)).dictionary)
            page["Contents"] = .reference(IndirectReference(5))
            update.set(.dictionary(page), for: IndirectReference(3))
        }
        let file = try PDFFixture.file(moved)
        return PaintedContent(ofPage: IndirectReference(3), in: ContentSource(file), asOf: file.revisions.count - 1)
    }

    private func isPainted(_ content: PaintedContent, _ x: Double, _ y: Double) -> Bool {
        content.isPainted(in: PageRectangle(x: x, y: y, width: 0.5, height: 0.5))
    }

    @Test(
        arguments: [
            ("10 10 30 20 re f", true, false), ("10 10 30 20 re S", false, false),
            ("10 10 m 40 30 l S", true, false), ("1 g 10 10 30 20 re f", false, false),
            ("1 0 0 rg 10 10 30 20 re f", true, false), ("0 0 200 100 re f", false, false),
            ("q 10 10 30 20 re W n 0 0 200 50 re f Q", true, false),
            ("q .5 0 0 .5 0 0 cm 20 20 60 40 re f Q", true, false),
            ("BT /F 20 Tf 12 14 Td (nn) Tj ET", true, false), ("BT /F 20 Tf 3 Tr 12 14 Td (nn) Tj ET", false, false),
            ("BT /F 20 Tf 12 14 Td (   ) Tj ET", false, false),
            ("BT /F 20 Tf 1 0 0 1 12 14 Tm [-100 (n) 20 (n)] TJ ET", true, false),
            ("q 60 0 0 40 5 5 cm /I Do Q", true, false), ("/X Do", true, false),
            ("q 40 0 0 30 5 5 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q", true, false),
            ("(broken", true, true), ("10 10 30 20 re n", false, false),
            ("0 0 0 rg 0 0 200 100 re f 1 g 10 10 30 20 re f", true, false),
            ("1 g 0 0 200 100 re f 10 10 30 20 re f", false, false),
            ("BT /F 20 Tf 3.0 Tr 12 14 Td (nn) Tj ET", true, false),
            ("BT /G gs 12 14 Td (nn) Tj ET", true, false), ("/G gs 5 5 m 60 5 l S", true, false),
        ])
    func `what paints at a point and what does not`(operators: String, isPainted: Bool, isUnknown: Bool) throws {
        let content = try content(
            operators,
            resources: "/Font<</F 8 0 R>>/XObject<</X 6 0 R/I 7 0 R>>/ExtGState<</G<</Font[8 0 R 20]/LW 40>>>>",
            more: [
                (8, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
                (6, "<</Subtype/Form/BBox[0 0 9 9]/Matrix[4 0 0 4 5 5]/Length 13>>\nstream\n0 0 9 9 re f\nendstream"),
                (7, "<</Subtype/Image/Width 1/Height 1/Length 1>>\nstream\nx\nendstream"),
            ])
        #expect(self.isPainted(content, 25, 20) == isPainted)
        #expect(self.isPainted(content, 150, 80) == isUnknown)
        #expect(content.isUnknown == isUnknown)
    }

    @Test func `a glyph that is a content stream paints where its operators do`() throws {
        func content(_ glyph: String, resources: String = "") throws -> PaintedContent {
            let font = """
                <</Type/Font/Subtype/Type3/FontBBox[0 0 0 0]/FontMatrix[.01 0 0 .01 0 0]/CharProcs<</a 7 0 R>>\
                /Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[100]/Resources<<\(resources)>>>>
                """
            return try self.content(
                "BT /T 10 Tf 100 60 Td (a) Tj ET", resources: "/Font<</T 6 0 R>>",
                more: [(6, font), (7, "<</Length \(glyph.utf8.count)>>\nstream\n\(glyph)\nendstream")])
        }
        let near = try content("100 0 d0 0 0 90 90 re f")
        #expect(!isPainted(near, 25, 20))
        #expect(isPainted(near, 105, 65))
        // From (100, 60) ten times -80 and -45 hundredths of a point of size 10 away.
        #expect(try isPainted(content("100 0 d0 -800 -450 100 100 re f"), 25, 20))
        #expect(try content("100 0 d0 BT /T 1 Tf (a) Tj ET", resources: "/Font<</T 6 0 R>>").isUnknown)
    }

    /// Each fills the whole page; through text, through another shape, or as one, it shows what they show.
    @Test func `a ground is a rectangle that nothing but rectangles cuts out`() throws {
        let shape = "0 0 m 200 0 l 200 100 l 40 100 l 40 99 l 199 99 l 199 1 l 0 1 l"
        let letters = "BT /F 20 Tf 7 Tr 12 14 Td (nn) Tj ET 0 0 200 100 re f"
        for operators in ["q \(letters) Q", "\(shape) h f", "q \(shape) W n 0 0 200 100 re f Q"] {
            let content = try content(
                operators, resources: "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>")
            #expect(isPainted(content, 25, 20), "\(operators)")
        }
        let grounds = [
            "0 0 200 100 re f", "0 0 m 200 0 l 200 100 l 0 100 l h f", "0 0 m 200 0 l 200 100 l 0 100 l f",
            "q 0 0 200 100 re W n 0 0 200 100 re f Q", "q -9 -9 300 300 re W* n 0 0 m 0 100 l 200 100 l 200 0 l f Q",
        ]
        for operators in grounds {
            #expect(try !isPainted(content(operators), 25, 20), "\(operators)")
        }
    }

    @Test func `a form that draws itself and a deep stack end`() throws {
        let itself = try content(
            "/X Do", resources: "/XObject<</X 6 0 R>>",
            more: [
                (
                    6,
                    "<</Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 5>>\nstream\n/X Do\nendstream"
                )
            ])
        #expect(itself.isUnknown)
        #expect(try !content(String(repeating: "q ", count: 5000)).isUnknown)
    }

    @Test func `boxes hold what another program draws on the sample documents`() throws {
        guard CommandPeer.path("pdftoppm") != nil else {
            print("skipped: painted boxes of 11 documents: pdftoppm is not installed")
            return
        }
        let folder = Corpora.packageRoot.appending(path: "testvectors/pdfs")
        var counts = (files: 0, ink: 0, free: 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        where name.hasSuffix("pdf") {
            let path = folder.appending(path: name).path()
            let file = try PDFFile(reading: FileSource(path: path))
            let page = try #require(try file.pages().first)
            let geometry = try PageGeometry(of: page, in: file)
            let content = PaintedContent(ofPage: page, in: ContentSource(file), asOf: file.revisions.count - 1)
            #expect(!content.isUnknown, "\(name)")
            let annotations = try file.resolve(file.object(page).dictionary?["Annots"]).array ?? []
            guard annotations.isEmpty, let picture = try Picture.page(of: path) else { continue }
            counts.files += 1
            // Cells of ten points: where there is ink there is a box; most of the paper is free.
            for y in stride(from: 0, to: picture.height - 10, by: 10) {
                for x in stride(from: 0, to: picture.width - 10, by: 10) {
                    let cell = PageRectangle(x: Double(x) + 1, y: Double(y) + 1, width: 8, height: 8)
                    let isDark = picture.part(cell).box { $0 < 100 && $1 < 100 && $2 < 100 } != nil
                    let isPainted = content.isPainted(in: geometry.onPage(cell.grown(by: 1)))
                    if isDark {
                        counts.ink += 1
                        if !isPainted { Issue.record("\(name): ink at \(x), \(y)") }
                    }
                    if !isPainted { counts.free += 1 }
                }
            }
        }
        print("painted places: \(counts.files) documents, \(counts.ink) cells with ink, \(counts.free) free cells")
        #expect(counts.ink > 100 && counts.free > counts.files * 100)
    }

    private static func annotation(_ entries: String, at rectangle: [Int64] = [100, 50, 150, 90]) -> ChangesTests.Change
    {
        { update, file in
            var parser = PDFDictionary()
            for pair in entries.split(separator: " ") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                parser[PDFName(String(parts[0]))] = .name(PDFName(String(parts[1])))
            }
            parser["Rect"] = .array(rectangle.map { .integer($0) })
            let note = update.add(.dictionary(parser))
            update.set(
                .array([ChangesTests.ref(5), ChangesTests.ref(6), ChangesTests.ref(11), .reference(note)]),
                for: IndirectReference(8))
        }
    }

    private func reasons(
        _ purpose: SignatureRequest.Purpose, _ change: ChangesTests.Change
    ) throws -> [ChangeReason.Code] {
        let signed = try PDFFixture.signed(ChangesTests.form, .new(name: "First"), PDFFixture.request(purpose))
        let bytes = try PDFFixture.appending(signed, change)
        let last = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature().last
        return try #require(last).reasons.map(\.code)
    }

    @Test func `an annotation is allowed on free paper where a certification allows annotations`() throws {
        let note = Self.annotation("Type=Annot Subtype=Text")
        #expect(try reasons(.certification(.annotate), note) == [])
        #expect(try reasons(.certification(.fillForms), note) == [.annotationChanged])
        #expect(try reasons(.certification(.noChanges), note) == [.annotationChanged])
        #expect(try reasons(.approval, note) == [.annotationChanged])
        let over = Self.annotation("Type=Annot Subtype=FreeText", at: [2, 2, 40, 40])
        #expect(try reasons(.certification(.annotate), over) == [.annotationUnsuitable])
        for entries in ["Subtype=Link", "Subtype=FileAttachment", "Subtype=Text A=x", "Subtype=Screen"] {
            #expect(try reasons(.certification(.annotate), Self.annotation(entries)) == [.annotationUnsuitable])
        }
    }

    @Test func `a new visible signature field is allowed on free paper and refused over content`() throws {
        func field(_ rectangle: [Int64]) -> ChangesTests.Change {
            { update, file in
                let value = update.add(
                    .dictionary(["Type": .name("Sig"), "Contents": .string([], hexadecimal: true)]))
                let field = update.add(
                    .dictionary([
                        "FT": .name("Sig"), "T": .string([78], hexadecimal: false), "Type": .name("Annot"),
                        "Subtype": .name("Widget"), "Rect": .array(rectangle.map { .integer($0) }),
                        "F": .integer(132), "V": .reference(value),
                    ]))
                update.set(
                    .array([ChangesTests.ref(5), ChangesTests.ref(6), ChangesTests.ref(11), .reference(field)]),
                    for: IndirectReference(8))
                try ChangesTests.edit(1) {
                    var form = $0["AcroForm"]?.dictionary ?? [:]
                    form["Fields"] = .array((form["Fields"]?.array ?? []) + [.reference(field)])
                    $0["AcroForm"] = .dictionary(form)
                }(&update, file)
            }
        }
        #expect(try reasons(.approval, field([100, 50, 150, 90])) == [])
        #expect(try reasons(.approval, field([5, 5, 60, 60])) == [.visibleFieldOverContent])
        // The corners may be given in any order.
        #expect(try reasons(.approval, field([60, 60, 5, 5])) == [.visibleFieldOverContent])
    }

    @Test func `a seal over two fifths of an earlier signature is signed, more and text are refused`() throws {
        func second(_ rectangle: PageRectangle) throws -> [UInt8] {
            let first = try PDFFixture.signed(
                PDFFixture.classic(),
                .new(
                    name: "First",
                    appearance: SignatureAppearance(
                        rectangle: PageRectangle(x: 80, y: 40, width: 60, height: 30), content: [])))
            return try PDFFixture.signed(
                first, .new(name: "Second", appearance: SignatureAppearance(rectangle: rectangle, content: [])))
        }
        let both = try second(PageRectangle(x: 50, y: 30, width: 50, height: 50))
        #expect(
            try DocumentSignatures(in: PDFFixture.file(both)).changesAfterFirstSignature().map(\.isAllowed) == [true])
        for refused in [
            PageRectangle(x: 60, y: 30, width: 50, height: 50), PageRectangle(x: 5, y: 5, width: 30, height: 30),
        ] {
            #expect(throws: PAdESError(.notPermitted, "")) { try second(refused) }
        }
    }
}
