// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A font file with only the glyphs that a text needs, renumbered from 0.
///
/// It has the tables that ISO 32000-2 Table 124 asks of a CIDFontType2: no character map, because the content names
/// glyphs.
struct TrueTypeSubset {
    /// The font file.
    let bytes: [UInt8]
    /// The new number of every glyph that was asked for.
    let numbers: [Int: Int]
    /// The old numbers in their new order.
    let glyphs: [Int]

    /// Makes a subset.
    ///
    /// - Throws: ``PAdESError`` `unusableFont` for outlines that lead outside the file or are composed too deeply.
    init(of font: TrueTypeFont, glyphs wanted: [Int]) throws(PAdESError) {
        var glyphs = [0]
        var numbers = [0: 0]
        for glyph in wanted where numbers[glyph] == nil {
            numbers[glyph] = glyphs.count
            glyphs.append(glyph)
        }
        var outlines: [[UInt8]] = []
        var next = 0
        while next < glyphs.count {
            var outline = try Self.outline(of: glyphs[next], in: font)
            // A composed glyph names its parts, which come along and have new numbers.
            for place in try Self.components(of: outline) {
                guard let part = FontBytes(bytes: outline).unsigned16(place), part < font.glyphCount,
                    glyphs.count < 65_535
                else { throw TrueTypeFont.damaged("5.3.3", "a composed glyph with a part that does not exist") }
                if numbers[part] == nil {
                    numbers[part] = glyphs.count
                    glyphs.append(part)
                }
                outline.replaceSubrange(place..<place + 2, with: FontBytes.encode16(numbers[part] ?? 0))
            }
            outlines.append(outline)
            next += 1
        }
        self.glyphs = glyphs
        self.numbers = numbers
        bytes = Self.file(font, glyphs, outlines)
    }

    private static func outline(of glyph: Int, in font: TrueTypeFont) throws(PAdESError) -> [UInt8] {
        guard let loca = font.tables["loca"]?.range, let glyf = font.tables["glyf"]?.range else { return [] }
        let size = font.usesLongOffsets ? 4 : 2
        func offset(_ index: Int) -> Int? {
            let place = loca.lowerBound + index * size
            guard place + size <= loca.upperBound else { return nil }
            return font.usesLongOffsets ? font.file.unsigned32(place) : font.file.unsigned16(place).map { $0 * 2 }
        }
        guard let start = offset(glyph), let end = offset(glyph + 1), start <= end, end <= glyf.count else {
            throw TrueTypeFont.damaged("5.3.3", "an outline outside its table")
        }
        return Array(font.file.bytes[glyf.lowerBound + start..<glyf.lowerBound + end])
    }

    /// Where a composed glyph names its parts.
    private static func components(of outline: [UInt8]) throws(PAdESError) -> [Int] {
        let reader = FontBytes(bytes: outline)
        guard let contours = reader.signed16(0), contours < 0 else { return [] }
        var places: [Int] = []
        var position = 10
        while true {
            guard let flags = reader.unsigned16(position), places.count < 64 else {
                throw TrueTypeFont.damaged("5.3.3", "a composed glyph that does not end")
            }
            places.append(position + 2)
            position += 4 + (flags & 1 != 0 ? 4 : 2)
            if flags & 0x08 != 0 { position += 2 }
            if flags & 0x40 != 0 { position += 4 }
            if flags & 0x80 != 0 { position += 8 }
            guard flags & 0x20 != 0 else { return places }
        }
    }

    private static func file(_ font: TrueTypeFont, _ glyphs: [Int], _ outlines: [[UInt8]]) -> [UInt8] {
        var glyf: [UInt8] = []
        var loca: [UInt8] = []
        var hmtx: [UInt8] = []
        for (glyph, outline) in zip(glyphs, outlines) {
            loca += FontBytes.encode32(glyf.count)
            glyf += outline + [UInt8](repeating: 0, count: (4 - outline.count % 4) % 4)
            hmtx += FontBytes.encode16(font.advance(of: glyph)) + FontBytes.encode16(font.bearing(of: glyph))
        }
        loca += FontBytes.encode32(glyf.count)
        var head = font.table("head")
        head.replaceSubrange(8..<12, with: [0, 0, 0, 0])
        head.replaceSubrange(50..<52, with: [0, 1])
        var hhea = font.table("hhea")
        hhea.replaceSubrange(34..<36, with: FontBytes.encode16(glyphs.count))
        var maxp = font.table("maxp")
        maxp.replaceSubrange(4..<6, with: FontBytes.encode16(glyphs.count))
        var tables = [
            ("cvt ", font.table("cvt ")), ("fpgm", font.table("fpgm")), ("glyf", glyf), ("head", head), ("hhea", hhea),
            ("hmtx", hmtx), ("loca", loca), ("maxp", maxp), ("prep", font.table("prep")),
        ]
        tables.removeAll { $0.1.isEmpty && $0.0 != "glyf" }
        var directory: [UInt8] = [0, 1, 0, 0]
        let power = Int.bitWidth - 1 - tables.count.leadingZeroBitCount
        directory += [tables.count, 16 << power, power, tables.count * 16 - (16 << power)].flatMap(FontBytes.encode16)
        var body: [UInt8] = []
        var headStart = 0
        let bodyStart = 12 + tables.count * 16
        for (name, data) in tables {
            if name == "head" { headStart = bodyStart + body.count }
            directory += Array(name.utf8) + FontBytes.encode32(FontBytes.checksum(data))
            directory += FontBytes.encode32(bodyStart + body.count) + FontBytes.encode32(data.count)
            body += data + [UInt8](repeating: 0, count: (4 - data.count % 4) % 4)
        }
        var file = directory + body
        let adjustment = (0xB1B0_AFBA - FontBytes.checksum(file)) & 0xFFFF_FFFF
        file.replaceSubrange(headStart + 8..<headStart + 12, with: FontBytes.encode32(adjustment))
        return file
    }
}
