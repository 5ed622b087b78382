// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// How wide a font's codes are, as far as a page's painted places need it (ISO 32000-2 §9.2.4, §9.7.4.3).
struct ContentFont {
    private let isComposite: Bool
    private var widths: [Int: Double] = [:]
    private var standardWidth: Double
    /// Whether code 32 certainly paints nothing.
    private var hasBlankSpace = false
    /// The dictionary of a font whose glyphs are content streams (§9.6.4).
    private(set) var glyphStreams: PDFDictionary?
    /// What these glyphs paint around their origin, at size 1.
    var glyphBox: PageRectangle?
    /// Glyphs of an embedded TrueType font that have no outline.
    private var outlines: TrueTypeFont?

    init(_ value: PDFObject, in file: PDFFile, asOf revision: Int) throws(PDFSyntaxError) {
        func resolve(_ object: PDFObject?) throws(PDFSyntaxError) -> PDFObject {
            try file.resolve(object, asOf: revision)
        }
        let font = try resolve(value).dictionary ?? [:]
        isComposite = try resolve(font["Subtype"]).name == "Type0"
        guard !isComposite else {
            let descendant = try resolve(resolve(font["DescendantFonts"]).array?.first).dictionary ?? [:]
            standardWidth = (try resolve(descendant["DW"]).number ?? 1000) / 1000
            try readComposite(try resolve(descendant["W"]).array ?? [], resolve)
            let isIdentity = try resolve(descendant["CIDToGIDMap"]).name ?? "Identity" == "Identity"
            if isIdentity, try resolve(font["Encoding"]).name == "Identity-H" {
                let descriptor = try resolve(descendant["FontDescriptor"]).dictionary ?? [:]
                outlines = try Self.program(resolve(descriptor["FontFile2"]), file, revision)
            }
            return
        }
        var scale = 1 / 1000.0
        if try resolve(font["Subtype"]).name == "Type3" {
            glyphStreams = font
            scale = try resolve(resolve(font["FontMatrix"]).array?.first).number ?? scale
        }
        let descriptor = try resolve(font["FontDescriptor"]).dictionary ?? [:]
        let missing = try resolve(descriptor["MissingWidth"]).number
        let list = try resolve(font["Widths"]).array
        // Wider than the average of the fourteen standard fonts, whose widths need not be given.
        standardWidth = list == nil ? 0.6 : (missing ?? 0) * scale
        let first = Int(clamping: try resolve(font["FirstChar"]).integer ?? 0)
        for (index, element) in (list ?? []).prefix(256).enumerated() {
            if let width = try resolve(element).number { widths[first &+ index] = width * scale }
        }
        // A font that is not embedded shows code 32 as a space unless the document says otherwise.
        let isEmbedded = ["FontFile", "FontFile2", "FontFile3"].contains { descriptor[$0] != nil }
        let encoding = try resolve(font["Encoding"])
        let isPlain = encoding.dictionary == nil || encoding.dictionary?["Differences"] == nil
        if !isEmbedded {
            hasBlankSpace = isPlain && scale == 1 / 1000.0
        } else if let program = try Self.program(resolve(descriptor["FontFile2"]), file, revision) {
            hasBlankSpace = isPlain && [32, 0xF020].allSatisfy { program.isBlank(character: $0) }
        }
    }

    private mutating func readComposite(
        _ array: [PDFObject], _ resolve: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) {
        var index = 0
        while index + 1 < array.count {
            let first = Int(clamping: try resolve(array[index]).integer ?? 0)
            let second = try resolve(array[index + 1])
            if let list = second.array {
                for (offset, element) in list.prefix(65_536).enumerated() {
                    widths[first &+ offset] = (try resolve(element).number ?? 1000) / 1000
                }
                index += 2
            } else {
                guard index + 2 < array.count, let last = second.integer, last >= 0, last <= 65_535, first >= 0,
                    let width = try resolve(array[index + 2]).number
                else { return }
                if Int(last) >= first { for code in first...Int(last) { widths[code] = width / 1000 } }
                index += 3
            }
        }
    }

    private static func program(
        _ value: PDFObject, _ file: PDFFile, _ revision: Int
    ) throws(PDFSyntaxError) -> TrueTypeFont? {
        guard let stream = value.stream, let bytes = try? file.decodedBytes(of: stream, asOf: revision) else {
            return nil
        }
        return try? TrueTypeFont(embedded: bytes)
    }

    /// The width of a string in text space units of size 1, and where in it the first and last painted code stand; `nil`
    /// for a string that paints nothing.
    func extent(of string: [UInt8], spacing: Double, wordSpacing: Double, size: Double) -> Extent {
        var extent = Extent()
        let step = isComposite ? 2 : 1
        for start in stride(from: 0, to: string.count, by: step) {
            let low = start + 1 < string.count && isComposite ? Int(string[start + 1]) : 0
            let code = isComposite ? Int(string[start]) << 8 | low : Int(string[start])
            let width = widths[code] ?? standardWidth
            let isBlank = isComposite ? outlines?.isBlank(glyph: code) ?? false : code == 32 && hasBlankSpace
            if !isBlank {
                extent.first = min(extent.first ?? extent.advance, extent.advance)
                extent.last = max(extent.last, extent.advance + width * size)
            }
            extent.advance += width * size + spacing + (code == 32 && !isComposite ? wordSpacing : 0)
        }
        return extent
    }

    /// How far a string moves and what part of that it paints.
    struct Extent {
        var advance = 0.0
        var first: Double?
        var last = 0.0
    }
}

extension TrueTypeFont {
    /// Whether a glyph has no outline.
    func isBlank(glyph: Int) -> Bool {
        guard let loca = tables["loca"]?.range, (0..<glyphCount).contains(glyph) else { return false }
        let size = usesLongOffsets ? 4 : 2
        let place = loca.lowerBound + glyph * size
        guard place + 2 * size <= loca.upperBound else { return false }
        return usesLongOffsets
            ? file.unsigned32(place) == file.unsigned32(place + 4)
            : file.unsigned16(place) == file.unsigned16(place + 2)
    }

    /// Whether a character has no glyph, or one without an outline, in every map of the font.
    func isBlank(character: Int) -> Bool {
        guard let table = tables["cmap"]?.range else { return isBlank(glyph: character) }
        return CharacterMap.all(in: file, table).allSatisfy { map in
            map.glyph(for: character, in: file).map { $0 == 0 || isBlank(glyph: $0) } ?? true
        }
    }
}
