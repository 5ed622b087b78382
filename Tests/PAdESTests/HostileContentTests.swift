// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

/// Page contents that show something where a simpler reading finds free paper, each with the content that it resembles. What
/// each shows was seen in three renderers; `Scripts/fuzz-changes` looks for others.
@Suite("Contents made to hide something — ISO 32000-2 §8, §9")
struct HostileContentTests {
    private func content(_ operators: String, _ resources: String = "", _ more: [(Int, String)] = []) throws
        -> PaintedContent
    {
        let standard = "/Font<</F 8 0 R/N 9 0 R/T 10 0 R/W 11 0 R/D 12 0 R>>/XObject<</X 13 0 R/Y 14 0 R>>"
        let objects = [
            (4, stream("", operators)), (8, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
            (9, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 65/LastChar 66/Widths[0 0]>>"),
            (
                10,
                "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.01 0 0 .01 0 0]/CharProcs<</a 15 0 R/b 16 0 R>>"
                    + "/Encoding<</Differences[97/a/b]>>/FirstChar 97/LastChar 98/Widths[10 10]>>"
            ), (11, Self.composed("/Identity-H")), (12, Self.composed("/Identity-V")),
            (13, stream("/Subtype/Form/BBox[0 0 60 60]", "0 0 60 60 re f")),
            (14, stream("/Subtype/Form/BBox[0 0 60 60]/Resources<</XObject<<>>>>", "/X Do")),
            (15, stream("", "100 0 d0 /X Do")), (16, stream("", "100 0 d0 1 g 0 0 600 600 re f")),
        ]
        let page = "/Resources<<\(resources.contains("/Font") ? "" : standard)\(resources)>>"
        // The fixture's own contents, object 4, are taken out.
        let bytes = PDFFixture.appendingText(PDFFixture.classic(page: page), objects + more)
        let file = try PDFFixture.file(bytes)
        return PaintedContent(ofPage: IndirectReference(3), in: ContentSource(file), asOf: file.revisions.count - 1)
    }

    private static func composed(_ encoding: String) -> String {
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding\(encoding)/DescendantFonts[<</Subtype/CIDFontType2/DW 500>>]>>"
    }

    private func stream(_ entries: String, _ data: String) -> String {
        "<<\(entries)/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream"
    }

    private func isPainted(_ content: PaintedContent, _ x: Double, _ y: Double) -> Bool {
        content.isPainted(in: PageRectangle(x: x, y: y, width: 0.5, height: 0.5))
    }

    @Test(arguments: [
        ("9 1 0 0 1 60 40 cm", "1 0 0 1 60 40 cm"), ("1 0 0 1 60 40cm", "1 0 0 1 60 40 cm"), ("foo", "BX EX"),
        ("1 0 g 5 5 9 9 re f", "1 g 5 5 9 9 re f"),
        ("BT /F 9 Tf 9 60 40 Td (a) Tj ET", "BT /F 9 Tf 60 40 Td (a) Tj ET"),
        ("BT 3 0 Tr ET", "BT 3 Tr ET"), ("BT [(a) /b] TJ ET", "BT [(a) 9] TJ ET"),
        ("null 5 5 9 9 re f", "5 5 9 9 re f"),
        ("BT q Q ET", "q BT ET Q"), ("(a) Tj", "BT (a) Tj ET"), ("[1 0 0 1 60 40] cm", "1 0 0 1 60 40 cm"),
        ("BI /W 2 /H 1 /BPC 8 /CS /G ID a EI q EI", "BI /W 6 /H 1 /BPC 8 /CS /G ID a EI q EI"),
        ("BI /W 1 /H 1 /BPC 8 /CS /G /F /DCT ID a EI", "BI /W 1 /H 1 /BPC 8 /CS /G /F /AHx ID 00> EI"),
        ("BI /W 1 /H 1 /BPC 8 /CS /Own ID a EI", "BI /W 1 /H 1 /IM true ID a EI"),
        ("BT /W 9 Tf (ab) Tj ET", "BT /F 9 Tf (ab) Tj ET"), ("BT /D 9 Tf (ab) Tj ET", "BT /F 9 Tf (ab) Tj ET"),
    ])
    func `what readers take in different ways counts as everywhere`(hostile: String, honest: String) throws {
        #expect(try content(hostile).isUnknown)
        #expect(try !content(honest).isUnknown)
    }

    /// The place is (25, 20).
    @Test(arguments: [
        // States are kept as deep as they are nested.
        (
            String(repeating: "q ", count: 511) + "1 0 0 1 20 15 cm q q Q Q 0 0 9 9 re f",
            String(repeating: "q ", count: 511) + "q 1 0 0 1 20 15 cm q q Q Q Q 60 60 9 9 re f"
        ),
        // White through blending, a transfer function or a mask.
        ("/B gs 1 g 20 15 9 9 re f", "/O gs 1 g 20 15 9 9 re f"), ("/R gs 1 g 20 15 9 9 re f", "1 g 20 15 9 9 re f"),
        // Shapes over the whole page.
        ("/Pattern cs /P scn 0 0 200 100 re f", "/Pattern cs /G scn 0 0 200 100 re f"),
        ("/M gs 0 0 200 100 re f", "/O gs 0 0 200 100 re f"), ("/S sh", "/A sh"), ("/E sh", "/A sh"),
        // Widths that a document does not give, or gives wrongly.
        ("BT /F 20 Tf -38 15 Td (MMMM) Tj ET", "BT /F 20 Tf -38 15 Td (iiii) Tj ET"),
        ("BT /N 40 Tf 1 15 Td (A) Tj ET", "BT /N 40 Tf 60 15 Td (A) Tj ET"),
        ("BT /F -20 Tf 32 25 Td (n) Tj ET", "BT /F -20 Tf 22 25 Td (n) Tj ET"),
        // Resources of where a form or a glyph is drawn.
        ("/Y Do", "1 0 0 1 60 0 cm /Y Do"), ("BT /T 60 Tf 1 1 Td (a) Tj ET", "BT /T 60 Tf 90 1 Td (a) Tj ET"),
        // Glyphs that are content streams know no invisible mode; white shows on a ground.
        ("BT 3 Tr /T 60 Tf 1 1 Td (a) Tj ET", "BT 3 Tr /F 40 Tf 1 1 Td (a) Tj ET"),
        ("0 0 200 100 re f BT /T 5 Tf 1 1 Td (b) Tj ET", "0 0 200 100 re f BT /T 5 Tf 90 1 Td (b) Tj ET"),
        // Spikes, and text with an outline.
        ("10 w 90 M 150 18 m 60 20.5 l 150 23 l S", "10 w 2 M 150 18 m 60 20.5 l 150 23 l S"),
        ("BT 1 Tr 9 w /F 9 Tf 60 18 Td (a) Tj ET", "BT 0 Tr 9 w /F 9 Tf 60 18 Td (a) Tj ET"),
        ("-40 w 10 2 m 40 2 l S", "4 w 10 2 m 40 2 l S"),
        // Without an area readers still draw a hair.
        ("20 20.2 20 0 re f", "20 29 20 0 re f"),
    ])
    func `what is seen at a place counts there`(hostile: String, honest: String) throws {
        let resources = """
            /ExtGState<</B<</BM/Difference>>/R<</TR 20 0 R>>/O<</BM/Normal/SMask/None>>/M<</SMask<</S/Alpha/G 13 0 R>>>>>>\
            /Pattern<</P 21 0 R/G<</PatternType 2/Shading 23 0 R>>>>/Shading<</S 22 0 R/A 23 0 R/E 24 0 R>>
            """
        let axial = "<</ShadingType 2/ColorSpace/DeviceGray/Coords[20 20 30 20]/Function 20 0 R"
        let more = [
            (20, "<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>"),
            (21, stream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9", "0 0 5 5 re f")),
            (22, "<</ShadingType 1/ColorSpace/DeviceGray/Function 20 0 R>>"), (23, axial + "/Extend[true true]>>"),
            (24, axial + "/Extend[true false]>>"),
        ]
        let (first, second) = (try content(hostile, resources, more), try content(honest, resources, more))
        #expect(isPainted(first, 25, 20))
        #expect(!isPainted(second, 25, 20))
        #expect(!second.isUnknown && !first.isUnknown)
    }

    @Test func `white is what the page's own colour spaces make of it`() throws {
        let space = "/ColorSpace<</DefaultGray[/Separation/Ink/DeviceGray 20 0 R]>>"
        let function = [(20, "<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>")]
        #expect(try isPainted(content("1 g 20 15 9 9 re f", space, function), 25, 20))
        #expect(try !isPainted(content("1 g 20 15 9 9 re f", "/ColorSpace<</Own/DeviceGray>>"), 25, 20))
    }

    @Test func `resources that are none are those of the node above`() throws {
        let more = [
            (2, "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</XObject<</X 13 0 R>>>>>>"),
            (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources null>>"),
        ]
        #expect(try isPainted(content("/X Do", "", more), 25, 20))
        #expect(try !isPainted(content("/Z Do", "", more), 25, 20))
    }

    /// The box that the font's maker wrote into its head is the independent value.
    @Test func `the box of a font's outlines is found from their points`() throws {
        let bytes = try #require(Self.installedFont, "fonts-dejavu-core is a package of the tests")
        let font = try TrueTypeFont(embedded: bytes)
        var room = 1_000_000_000
        let box = try #require(font.outlineBox(room: &room))
        let em = Double(font.unitsPerEm)
        let claimed = font.box.map { Double($0) / em }
        for (value, expected) in zip([box.x, box.y, box.x + box.width, box.y + box.height], claimed) {
            #expect(abs(value - expected) < 0.05, "\(box) \(claimed)")
        }
        var lying = bytes
        let head = try #require(font.tables["head"]?.range.lowerBound)
        for index in 36..<44 { lying[head + index] = 0 }
        #expect(try TrueTypeFont(embedded: lying).outlineBox(room: &room) == box)
    }

    private static var installedFont: [UInt8]? {
        TrueTypeFont.debianPaths.lazy.compactMap { try? Data(contentsOf: URL(fileURLWithPath: $0)) }.first.map(
            Array.init)
    }
}
