// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

@Suite("Visible signatures — Decree 30/2020/NĐ-CP, Appendix I")
struct AppearanceTests {
    private static let time = Instant(seconds: 1_795_228_222, nanoseconds: 500_000_000)
    private static let person = PageRectangle(x: 330, y: 120, width: 150, height: 60)
    private static let name = "Nguyễn Thị Hường (dữ liệu thử)"

    private func font() throws -> TrueTypeFont? {
        guard let source = try? FileSource(path: "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf") else {
            print("skipped: visible signatures: fonts-dejavu-core is not installed")
            return nil
        }
        return try TrueTypeFont(source)
    }

    private func show(
        _ visible: VisibleSignature, on bytes: [UInt8], in choice: FieldChoice = .new(name: "Shown")
    ) throws -> [UInt8] {
        var request = SignatureRequest(at: Self.time, timeOffset: 25_200, name: Self.name, reservedBytes: 100)
        request.appearance = visible
        let prepared = try SignaturePlaceholder.prepare(PDFFixture.file(bytes), in: choice, request, identifier: [1])
        return bytes + (try prepared.completed(contents: [0x30, 0]))
    }

    private func text(of bytes: [UInt8]) throws -> String? {
        try withTemporaryFile(bytes) { try CommandPeer.run("pdftotext", ["-cropbox", $0, "-"])?.output }
    }

    /// An A4 page whose visible part, as shown, is always 595 × 842, however it is stored.
    private static func page(_ rotation: Int, isCropped: Bool = false) -> [UInt8] {
        let (width, height) = rotation % 180 == 0 ? (595, 842) : (842, 595)
        let boxes =
            isCropped
            ? "/MediaBox[-50 -20 \(width + 90) \(height + 70)]/CropBox[\(width + 37) \(height + 11) 37 11]"
            : "/MediaBox[0 0 \(width) \(height)]"
        var bytes = PDFFixture.classic(page: "/Rotate \(rotation)")
        // The rectangle of the fixture has room for the longer text only when the objects move, so they are written anew.
        var text = String(decoding: bytes, as: UTF8.self)
        text = text.replacingOccurrences(of: "/MediaBox[0 0 200 100]", with: boxes)
        let moved = text.utf8.count - bytes.count
        for (number, offset) in [(4, text.range(of: "4 0 obj")), (3, text.range(of: "3 0 obj"))] {
            guard let offset else { continue }
            let position = text.utf8.distance(from: text.startIndex, to: offset.lowerBound)
            let old = String(format: "%010d 00000 n", number == 4 ? position - moved : position)
            text = text.replacingOccurrences(of: old, with: String(format: "%010d 00000 n", position))
        }
        if let start = text.range(of: "xref\n0 1"), let tail = text.range(of: "startxref\n") {
            let position = text.utf8.distance(from: text.startIndex, to: start.lowerBound)
            text = text[..<tail.upperBound] + "\(position)\n%%EOF\n"
        }
        bytes = Array(text.utf8)
        return bytes
    }

    @Test(arguments: [0, 90, 180, 270], [false, true])
    func `a text stands upright in its place on a turned and cropped page`(rotation: Int, isCropped: Bool) throws {
        guard let font = try font() else { return }
        let visible = VisibleSignature.citizen(at: Self.person, identifier: "CCCD 0010******47").with(font: font)
        let shown = try show(visible, on: Self.page(rotation, isCropped: isCropped))
        let plain = try show(visible, on: Self.page(0))
        guard let picture = try Picture.page(of: shown), let expected = try Picture.page(of: plain) else { return }
        #expect(picture.width == 595 && picture.height == 842)
        let part = picture.part(Self.person)
        #expect(part.difference(from: expected.part(Self.person)) < 12)
        let box = try #require(part.box { red, _, _ in red < 128 })
        #expect(box.width > 100 && box.height > 24)
        let around = picture.part(PageRectangle(x: 300, y: 80, width: 200, height: 140))
        let ink = try #require(around.box { red, _, _ in red < 128 })
        #expect(ink.x >= 29 && ink.y >= 39 && ink.x + ink.width <= 181 && ink.y + ink.height <= 101)
        let text = try #require(try text(of: shown)).split { $0.isWhitespace }.joined(separator: " ")
        #expect(text.contains("Nguyễn Thị Hường"))
        #expect(text.contains("CCCD 0010******47"))
        #expect(text.contains("2026-11-21T09:30:22+07:00"))
        try withTemporaryFile(shown) { path in
            if let check = try qpdf(["--check", path]) { #expect(check.status == 0, "\(check.output)") }
        }
    }

    @Test(arguments: [0, 90, 180, 270])
    func `a rectangle as shown and on the page are each other's inverse`(rotation: Int) throws {
        let file = try PDFFixture.file(Self.page(rotation, isCropped: true))
        let geometry = try PageGeometry(of: IndirectReference(3), in: file)
        #expect(geometry.rotation == rotation)
        #expect(geometry.shownWidth == 595 && geometry.shownHeight == 842)
        #expect(geometry.asShown(geometry.onPage(Self.person)) == Self.person)
        #expect(geometry.visibleBox.intersection(geometry.onPage(Self.person)) == geometry.onPage(Self.person))
        let far = geometry.clamped(PageRectangle(x: 580, y: -9, width: 100, height: 50))
        #expect(far == PageRectangle(x: 495, y: 0, width: 100, height: 50))
    }

    @Test func `a seal covers the left third of the person's signature and stays on the page`() throws {
        let a4 = try PageGeometry(of: IndirectReference(3), in: PDFFixture.file(Self.page(0)))
        let seal = VisibleSignature.sealRectangle(over: Self.person, on: a4)
        #expect(abs(seal.x + seal.width - (Self.person.x + Self.person.width / 3)) < 0.001)
        #expect(abs(seal.y + seal.height / 2 - (Self.person.y + Self.person.height / 2)) < 0.001)
        #expect(abs(seal.width - 102.05) < 0.1)
        let edge = VisibleSignature.sealRectangle(
            over: PageRectangle(x: 10, y: 5, width: 90, height: 40), on: a4)
        #expect(edge.x == 0 && edge.y == 0)
    }

    @Test func `the seal over the signature of a field is drawn where the field stands`() throws {
        let first = try show(
            .approval(at: Self.person, image: TestPNG.handwriting()), on: Self.page(90), in: .new(name: "Person"))
        let both = try show(
            .agency(seal: TestPNG.seal(), overlappingField: "Person"), on: first, in: .new(name: "Agency"))
        guard let picture = try Picture.page(of: both) else { return }
        let red = try #require(picture.box { red, green, blue in red > 150 && green < 90 && blue < 90 })
        let blue = try #require(picture.box { red, _, blue in blue > 120 && red < 90 })
        #expect(abs(red.x + red.width - 380) < 3, "\(red)")
        #expect(abs(red.width - 102) < 4 && abs(red.height - 102) < 4)
        #expect(blue.x >= 329 && blue.x + blue.width <= 481 && blue.y >= 119 && blue.y + blue.height <= 181)
    }

    @Test func `a transparent picture lets the page be seen and an existing field keeps its place`() throws {
        let form = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>", page: "/Annots[5 0 R]",
            more: [(5, "<</FT/Sig/T(form)/Type/Annot/Subtype/Widget/Rect[0 0 180 72]/P 3 0 R/F 4>>")])
        let shown = try show(
            .approval(at: Self.person, image: TestPNG.handwriting()), on: form, in: .existing(name: "form"))
        guard let picture = try Picture.page(of: shown), let before = try Picture.page(of: form) else { return }
        // The fixture's black square in the lower left corner is seen through the picture.
        #expect(picture[2, 97].blue == 0)
        let changed = try #require(picture.changedBox(from: before))
        #expect(changed.width > 150 && changed.height > 40 && changed.x + changed.width <= 181)
    }

    @Test func `a font is embedded with the glyphs of the text only, and the text can be extracted`() throws {
        guard let font = try font() else { return }
        // Every letter of Vietnamese with every tone mark.
        let letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
        let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"]
        let vowels = "aăâeêioôơuưy".flatMap { vowel in tones.map { (String(vowel) + $0).normalizedNFC } }
        let all = vowels.joined() + " " + letters + " " + vowels.joined().uppercased() + " " + letters.uppercased()
        #expect(font.covers(all.normalizedNFC))
        let visible = VisibleSignature(
            position: .at(PageRectangle(x: 20, y: 400, width: 550, height: 200)), lines: [.text(all)], font: font)
        let shown = try show(visible, on: Self.page(0))
        let extracted = try #require(try text(of: shown)).filter { !$0.isWhitespace }
        #expect(extracted.normalizedNFC == all.filter { !$0.isWhitespace }.normalizedNFC)
        #expect(shown.count < 60_000)
        guard let fonts = try withTemporaryFile(shown, { try CommandPeer.run("pdffonts", [$0])?.output }) else {
            return
        }
        #expect(fonts.contains("CID TrueType") && fonts.contains("Identity-H  ") && fonts.contains("yes yes yes"))
    }

    @Test func `a font without the letters, a damaged font and a text without room are refused`() throws {
        guard let font = try font() else { return }
        #expect(throws: PAdESError(.unusableFont, "")) {
            try show(
                VisibleSignature(position: .topRight, lines: [.text("漢字")], font: font), on: Self.page(0))
        }
        #expect(throws: PAdESError(.unusableField, "")) {
            let small = PageRectangle(x: 1, y: 1, width: 20, height: 5)
            _ = try show(.citizen(at: small).with(font: font), on: Self.page(0))
        }
        var generator = SeededGenerator(seed: 5)
        let bytes = font.file.bytes
        for length in bytes.cutLengths(40) {
            _ = try? EmbeddedFont(TrueTypeFont(MemorySource(Array(bytes.prefix(length)))), for: ["ế"])
        }
        for _ in 0..<200 {
            var copy = bytes
            for _ in 0..<20 {
                copy[Int.random(in: 0..<4096, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? EmbeddedFont(TrueTypeFont(MemorySource(copy)), for: ["ế"])
        }
        #expect(throws: PAdESError(.unusableFont, "")) { try TrueTypeFont(MemorySource([0, 1, 0, 0])) }
    }
}
