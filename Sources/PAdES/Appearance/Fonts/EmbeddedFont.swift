// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// A subset of a font as it goes into a document: CIDFontType2 with Identity-H, so that codes are glyphs, and a ToUnicode
/// map, so that the text can be searched and copied (ISO 32000-2 §9.7, §9.10.3).
struct EmbeddedFont: Sendable {
    private let font: TrueTypeFont
    private let subset: TrueTypeSubset
    private let characters: [(glyph: Int, character: Unicode.Scalar)]

    /// Makes a font for the characters of some texts.
    ///
    /// - Throws: ``PAdESError`` `unusableFont`, also for a character that the font lacks.
    init(_ font: TrueTypeFont, for texts: [String]) throws(PAdESError) {
        var wanted: [Int] = []
        var characters: [Int: Unicode.Scalar] = [:]
        for character in Set(texts.joined().unicodeScalars).sorted() {
            guard let glyph = font.glyph(for: character) else {
                throw PAdESError(.unusableFont, "the font has no glyph for U+\(Self.hexadecimal(character))")
            }
            wanted.append(glyph)
            if characters[glyph] == nil { characters[glyph] = character }
        }
        self.font = font
        let subset = try TrueTypeSubset(of: font, glyphs: wanted)
        self.subset = subset
        self.characters = characters.map { (subset.numbers[$0.key] ?? 0, $0.value) }.sorted { $0.glyph < $1.glyph }
    }

    /// The codes of a text as the hexadecimal string that `Tj` shows.
    func codes(of text: String) -> String {
        var bytes: [UInt8] = []
        for character in text.unicodeScalars {
            bytes += FontBytes.encode16(font.glyph(for: character).flatMap { subset.numbers[$0] } ?? 0)
        }
        return "<\(Hexadecimal.encode(bytes))>"
    }

    /// Writes the font and everything below it; gives the font dictionary.
    func write(into update: inout IncrementalUpdate) throws(PDFSyntaxError) -> IndirectReference {
        // Six letters that differ with the glyphs (§9.9.2).
        var sum = UInt32(truncatingIfNeeded: FontBytes.checksum(subset.bytes))
        var tag = ""
        for _ in 0..<6 {
            tag.unicodeScalars.append(Unicode.Scalar(UInt8(65 + sum % 26)))
            sum /= 26
        }
        let name = PDFName(tag + "+DossierText")
        let program = update.add(
            stream: ["Filter": .name("FlateDecode"), "Length1": .integer(Int64(subset.bytes.count))],
            bytes: try FlateData.deflated(subset.bytes))
        let descriptor = update.add(
            .dictionary([
                "Type": .name("FontDescriptor"), "FontName": .name(name), "Flags": .integer(4),
                "FontBBox": .array(font.box.map { .integer(scaled($0)) }), "ItalicAngle": .integer(0),
                "Ascent": .integer(scaled(font.ascent)), "Descent": .integer(scaled(font.descent)),
                "CapHeight": .integer(scaled(font.ascent)), "StemV": .integer(80), "FontFile2": .reference(program),
            ]))
        let widths = subset.glyphs.map { PDFObject.integer(scaled(font.advance(of: $0))) }
        let descendant = update.add(
            .dictionary([
                "Type": .name("Font"), "Subtype": .name("CIDFontType2"), "BaseFont": .name(name),
                "CIDSystemInfo": .dictionary([
                    "Registry": .string(Array("Adobe".utf8), hexadecimal: false),
                    "Ordering": .string(Array("Identity".utf8), hexadecimal: false), "Supplement": .integer(0),
                ]),
                "FontDescriptor": .reference(descriptor), "CIDToGIDMap": .name("Identity"), "DW": .integer(1000),
                "W": .array([.integer(0), .array(widths)]),
            ]))
        let map = update.add(
            stream: ["Filter": .name("FlateDecode")], bytes: try FlateData.deflated(Array(characterMap.utf8)))
        return update.add(
            .dictionary([
                "Type": .name("Font"), "Subtype": .name("Type0"), "BaseFont": .name(name),
                "Encoding": .name("Identity-H"), "DescendantFonts": .array([.reference(descendant)]),
                "ToUnicode": .reference(map),
            ]))
    }

    private var characterMap: String {
        var text = """
            /CIDInit /ProcSet findresource begin
            12 dict begin
            begincmap
            /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
            /CMapName /Adobe-Identity-UCS def
            /CMapType 2 def
            1 begincodespacerange
            <0000> <FFFF>
            endcodespacerange

            """
        for start in stride(from: 0, to: characters.count, by: 100) {
            let part = characters[start..<min(start + 100, characters.count)]
            text += "\(part.count) beginbfchar\n"
            for (glyph, character) in part {
                let units = String(character).utf16.flatMap { FontBytes.encode16(Int($0)) }
                text += "<\(Hexadecimal.encode(FontBytes.encode16(glyph)))> <\(Hexadecimal.encode(units))>\n"
            }
            text += "endbfchar\n"
        }
        return text + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    }

    /// Design units as thousandths of an em.
    private func scaled(_ value: Int) -> Int64 {
        Int64((Double(value) * 1000 / Double(font.unitsPerEm)).rounded())
    }

    private static func hexadecimal(_ character: Unicode.Scalar) -> String {
        Hexadecimal.encode(FontBytes.encode32(Int(character.value)))
    }
}
