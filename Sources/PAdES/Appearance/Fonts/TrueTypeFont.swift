// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A font file with TrueType outlines, from which the glyphs that a text needs are embedded (ISO/IEC 14496-22).
///
/// Hints are kept. Kerning, ligatures and positioning of marks are not applied: Vietnamese letters are single glyphs of
/// the font.
public struct TrueTypeFont: Sendable {
    /// A table of the file.
    struct Table: Sendable {
        let range: Range<Int>
    }

    let file: FontBytes
    let tables: [String: Table]
    /// Units of the design per em.
    let unitsPerEm: Int
    /// Height above and depth (negative) below the baseline, in design units.
    let ascent: Int
    let descent: Int
    /// The box of all glyphs: left, lower, right, upper, in design units.
    let box: [Int]
    let glyphCount: Int
    let usesLongOffsets: Bool
    private let metricsCount: Int
    private let characters: CharacterMap?

    /// Largest font file that is read, in bytes.
    public static let largestFile: Int64 = 32 << 20

    /// Reads a font file.
    ///
    /// - Throws: ``PAdESError`` `unusableFont`: unreadable, not a TrueType font, damaged, over ``largestFile``, or a font
    ///   whose licence bits forbid embedding.
    public init(_ source: some ByteSource) throws(PAdESError) {
        let bytes: [UInt8]
        do throws(ByteSourceError) { bytes = try source.allBytes(limit: Self.largestFile) } catch {
            throw PAdESError(.unusableFont, "the font file cannot be read: \(error)")
        }
        try self.init(embedded: bytes)
        guard characters != nil else { throw Self.damaged("5.1", "no usable character map for Unicode") }
        if let embedding = tables["OS/2"].flatMap({ file.unsigned16($0.range.lowerBound + 8) }), embedding & 2 != 0 {
            throw PAdESError(
                .unusableFont, clause: "ISO/IEC 14496-22 5.2.7", "the font's licence bits forbid embedding")
        }
    }

    /// Reads a font as documents embed it, which needs no character map.
    init(embedded bytes: [UInt8]) throws(PAdESError) {
        file = FontBytes(bytes: bytes)
        guard let kind = file.unsigned32(0), kind == 0x0001_0000 || kind == 0x7472_7565, let count = file.unsigned16(4)
        else { throw Self.damaged("4.5", "no font with TrueType outlines") }
        var tables: [String: Table] = [:]
        for index in 0..<count {
            let record = 12 + index * 16
            guard let offset = file.unsigned32(record + 8), let length = file.unsigned32(record + 12),
                offset <= file.bytes.count, length <= file.bytes.count - offset
            else { throw Self.damaged("4.5.2", "a table outside the file") }
            tables[String(decoding: file.bytes[record..<record + 4], as: UTF8.self)] = Table(
                range: offset..<offset + length)
        }
        for name in ["glyf", "loca", "hmtx"] where tables[name] == nil { throw Self.damaged("5", "no table \(name)") }
        let file = file
        guard let head = tables["head"]?.range, head.count >= 54, let hhea = tables["hhea"]?.range, hhea.count >= 36,
            let maxp = tables["maxp"]?.range, maxp.count >= 6,
            let unitsPerEm = file.unsigned16(head.lowerBound + 18), (16...16_384).contains(unitsPerEm),
            let glyphCount = file.unsigned16(maxp.lowerBound + 4), glyphCount > 0,
            let metricsCount = file.unsigned16(hhea.lowerBound + 34), (1...glyphCount).contains(metricsCount)
        else { throw Self.damaged("5", "a table that is needed is missing or short") }
        self.tables = tables
        self.unitsPerEm = unitsPerEm
        self.glyphCount = glyphCount
        self.metricsCount = metricsCount
        usesLongOffsets = file.unsigned16(head.lowerBound + 50) == 1
        ascent = file.signed16(hhea.lowerBound + 4) ?? unitsPerEm
        descent = file.signed16(hhea.lowerBound + 6) ?? 0
        box = (0..<4).map { index in file.signed16(head.lowerBound + 36 + index * 2) ?? 0 }
        characters = tables["cmap"].flatMap { CharacterMap.best(in: file, $0.range) }
    }

    /// Whether the font has a glyph of its own for every character of a text.
    public func covers(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { glyph(for: $0) != nil } }

    /// The first font with all glyphs of a text among those of Debian's packages fonts-liberation2, fonts-noto-core and
    /// fonts-dejavu-core, in this order: the first has the measures of Times New Roman.
    ///
    /// - Throws: ``PAdESError`` `unusableFont` when none is installed that has them.
    public static func installed(covering text: String) throws(PAdESError) -> TrueTypeFont {
        for path in debianPaths {
            guard let source = try? FileSource(path: path) else { continue }
            let font = try TrueTypeFont(source)
            if font.covers(text) { return font }
        }
        throw PAdESError(
            .unusableFont, "no font with all characters is installed; the Debian package fonts-dejavu-core has one")
    }

    static let debianPaths = [
        "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
        "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    ]

    func glyph(for character: Unicode.Scalar) -> Int? {
        guard let glyph = characters?.glyph(for: Int(character.value), in: file), glyph != 0, glyph < glyphCount else {
            return nil
        }
        return glyph
    }

    /// Advance width in design units.
    func advance(of glyph: Int) -> Int {
        guard let start = tables["hmtx"]?.range.lowerBound else { return 0 }
        return file.unsigned16(start + min(glyph, metricsCount - 1) * 4) ?? 0
    }

    /// Left side bearing in design units.
    func bearing(of glyph: Int) -> Int {
        guard let start = tables["hmtx"]?.range.lowerBound else { return 0 }
        let offset = glyph < metricsCount ? glyph * 4 + 2 : metricsCount * 4 + (glyph - metricsCount) * 2
        return file.signed16(start + offset) ?? 0
    }

    /// Width of a text in points at a size; characters without a glyph count as the font's `.notdef`.
    func width(of text: String, size: Double) -> Double {
        let units = text.unicodeScalars.reduce(0) { $0 + advance(of: glyph(for: $1) ?? 0) }
        return Double(units) / Double(unitsPerEm) * size
    }

    /// The bytes of a table; empty when there is none.
    func table(_ name: String) -> [UInt8] { tables[name].map { Array(file.bytes[$0.range]) } ?? [] }

    static func damaged(_ clause: String, _ detail: String) -> PAdESError {
        PAdESError(.unusableFont, clause: "ISO/IEC 14496-22 \(clause)", detail)
    }
}
