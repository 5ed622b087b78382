// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Where a font's codes paint, as far as a page's painted places need it (ISO 32000-2 §9.2.4, §9.7.4.3).
struct ContentFont {
    private let isComposite: Bool
    private var widths: [Int: Double] = [:]
    private var standardWidth: Double
    /// A font of readers, where the document does not give the widths.
    private var standard: StandardWidths.Font?
    /// The codes that show other glyphs than those of the text encodings.
    private var differing: Set<Int> = []
    /// Whether readers take a font of their own.
    private var isEmbedded = true
    /// Around the outlines of an embedded font, in ems.
    private(set) var outlineBox: PageRectangle?
    /// Whether code 32 certainly paints nothing.
    private var hasBlankSpace = false
    /// The dictionary of a font whose glyphs are content streams (§9.6.4).
    private(set) var glyphStreams: PDFDictionary?
    /// What these glyphs paint around their origin, at size 1.
    var glyphBox: PageRectangle?
    /// Glyphs of an embedded TrueType font that have no outline.
    private var outlines: TrueTypeFont?

    init(_ value: PDFObject, in source: ContentSource, asOf revision: Int) throws(PDFSyntaxError) {
        func resolve(_ object: PDFObject?) throws(PDFSyntaxError) -> PDFObject {
            try source.resolve(object, asOf: revision)
        }
        // A font that is no object of its own is read whenever it is asked for.
        try source.take(operations: ContentSource.stream)
        let font = try resolve(value).dictionary ?? [:]
        isComposite = try resolve(font["Subtype"]).name == "Type0"
        guard !isComposite else {
            // Other maps have codes of one to four octets, and some write downwards.
            guard try resolve(font["Encoding"]).name == "Identity-H" else {
                throw PDFSyntaxError(
                    .unsupportedFilter, clause: "ISO 32000-2 §9.7.5", "a map of codes that is not read")
            }
            let descendant = try resolve(resolve(font["DescendantFonts"]).array?.first).dictionary ?? [:]
            standardWidth = (try resolve(descendant["DW"]).number ?? 1000) / 1000
            try readComposite(try resolve(descendant["W"]).array ?? [], source, resolve)
            let descriptor = try resolve(descendant["FontDescriptor"]).dictionary ?? [:]
            // Without the font, what a code shows is up to the reader.
            guard try Self.isEmbedded(descriptor, resolve) else {
                throw PDFSyntaxError(
                    .unsupportedFilter, clause: "ISO 32000-2 §9.7.5.2", "glyphs of a font that is not there")
            }
            let program = try Self.program(descriptor, source, revision)
            outlineBox = try Self.box(of: program, or: descriptor, source, revision)
            if try resolve(descendant["CIDToGIDMap"]).name ?? "Identity" == "Identity" { outlines = program }
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
        standardWidth = (missing ?? 0) * scale
        if list == nil { standard = StandardWidths.Font(named: try resolve(font["BaseFont"]).name?.text ?? "") }
        let first = Int(clamping: try resolve(font["FirstChar"]).integer ?? 0)
        for (index, element) in (list ?? []).prefix(256).enumerated() {
            if let width = try resolve(element).number { widths[first &+ index] = width * scale }
        }
        // A font that is not embedded shows code 32 as a space unless the document says otherwise.
        isEmbedded = glyphStreams == nil ? try Self.isEmbedded(descriptor, resolve) : true
        let differences = try resolve(resolve(font["Encoding"]).dictionary?["Differences"])
        let isPlain = differences.isNull
        try source.take(operations: (differences.array?.count ?? 0) / 16)
        readDifferences(differences.array ?? [])
        if !isEmbedded {
            hasBlankSpace = isPlain && scale == 1 / 1000.0
        } else if glyphStreams == nil {
            let program = try Self.program(descriptor, source, revision)
            outlineBox = try Self.box(of: program, or: descriptor, source, revision)
            hasBlankSpace = isPlain && [32, 0xF020].allSatisfy { program?.isBlank(character: $0) ?? false }
        }
    }

    private static func isEmbedded(
        _ descriptor: PDFDictionary, _ resolve: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> Bool {
        for key in ["FontFile", "FontFile2", "FontFile3"] as [PDFName] where try resolve(descriptor[key]).stream != nil
        {
            return true
        }
        return false
    }

    private mutating func readDifferences(_ array: [PDFObject]) {
        var code = 0
        for element in array {
            if let number = element.integer {
                code = Int(clamping: number)
            } else {
                differing.insert(code)
                code &+= 1
            }
        }
    }

    private mutating func readComposite(
        _ array: [PDFObject], _ source: ContentSource, _ resolve: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) {
        try source.take(operations: array.count / 16)
        var index = 0
        while index + 1 < array.count {
            let first = Int(clamping: try resolve(array[index]).integer ?? 0)
            let second = try resolve(array[index + 1])
            if let list = second.array {
                try source.take(operations: list.count / 16)
                for (offset, element) in list.prefix(65_536).enumerated() {
                    widths[first &+ offset] = (try resolve(element).number ?? 1000) / 1000
                }
                index += 2
            } else {
                guard index + 2 < array.count, let last = second.integer, last >= 0, last <= 65_535, first >= 0,
                    let width = try resolve(array[index + 2]).number
                else { return }
                // Three numbers stand for as many widths as there are codes.
                try source.take(operations: max(0, Int(last) - first) / 16)
                if Int(last) >= first { for code in first...Int(last) { widths[code] = width / 1000 } }
                index += 3
            }
        }
    }

    private static func program(
        _ descriptor: PDFDictionary, _ source: ContentSource, _ revision: Int
    ) throws(PDFSyntaxError) -> TrueTypeFont? {
        let value = try source.resolve(descriptor["FontFile2"], asOf: revision)
        guard let stream = value.stream else { return nil }
        let bytes = try source.bytes(of: stream, asOf: revision)
        do throws(PAdESError) { return try TrueTypeFont(embedded: bytes) } catch {
            throw PDFSyntaxError(.malformedStream, clause: "ISO 32000-2 §9.9", "an embedded font that is not read")
        }
    }

    /// The box around the outlines of an embedded font, whatever its tables and the document claim.
    private static func box(
        of program: TrueTypeFont?, or descriptor: PDFDictionary, _ source: ContentSource, _ revision: Int
    ) throws(PDFSyntaxError) -> PageRectangle? {
        var box = try program.flatMap { (font) throws(PDFSyntaxError) in
            try source.measuring { font.outlineBox(room: &$0) }
        }
        // Readers look at the font itself, not at the key under which it stands.
        for key in ["FontFile", "FontFile3"] as [PDFName] {
            guard let stream = try source.resolve(descriptor[key], asOf: revision).stream else { continue }
            let bytes = try source.bytes(of: stream, asOf: revision)
            guard program == nil, box == nil, let found = try source.measuring({ outlines(of: bytes, room: &$0) })
            else {
                throw PDFSyntaxError(.malformedStream, clause: "ISO 32000-2 §9.9", "an embedded font that is not read")
            }
            box = found
        }
        guard let box else {
            throw PDFSyntaxError(.malformedStream, clause: "ISO 32000-2 §9.9", "an embedded font with damaged outlines")
        }
        return box
    }

    private static func outlines(of bytes: [UInt8], room: inout Int) -> PageRectangle? {
        let font = FontBytes(bytes: bytes)
        switch font.unsigned32(0) {
        case 0x4F54_544F:
            // OpenType: the table with the outlines.
            for index in 0..<min(font.unsigned16(4) ?? 0, 64) {
                let record = 12 + index * 16
                guard font.unsigned32(record) == 0x4346_4620, let offset = font.unsigned32(record + 8),
                    let length = font.unsigned32(record + 12), offset <= bytes.count, length <= bytes.count - offset
                else { continue }
                return CompactFont(bytes[offset..<offset + length], room: &room)?.outlineBox
            }
            return nil
        case 0x0001_0000, 0x7472_7565: return (try? TrueTypeFont(embedded: bytes))?.outlineBox(room: &room)
        default:
            return bytes.first == 1
                ? CompactFont(bytes[...], room: &room)?.outlineBox : Type1Font(bytes, room: &room)?.outlineBox
        }
    }

    /// The width of a code and its bounds where only readers know it, and how far from its origin it may paint, at size 1.
    private func measures(of code: Int) -> (width: StandardWidths.Width, shown: Double) {
        var width = StandardWidths.Width.any
        if let standard {
            if !differing.contains(code) { width = StandardWidths.width(of: code, in: standard) }
            return (width / 1000, width.bounds.upperBound / 1000)
        }
        let given = widths[code] ?? standardWidth
        width = StandardWidths.Width(usual: given, bounds: given...given)
        guard !isEmbedded else { return (width, max(given, outlineBox.map { $0.x + $0.width } ?? 0)) }
        let shown = differing.contains(code) ? 1000 : StandardWidths.shown(code)
        return (width, max(given, shown / 1000))
    }

    /// How far a string moves, and between which places it paints; `nil` for a string that paints nothing.
    func extent(of string: [UInt8], spacing: Double, wordSpacing: Double, size: Double) -> Extent {
        var extent = Extent()
        let step = isComposite ? 2 : 1
        let left = min(outlineBox?.x ?? 0, 0)
        for start in stride(from: 0, to: string.count, by: step) {
            let low = start + 1 < string.count && isComposite ? Int(string[start + 1]) : 0
            let code = isComposite ? Int(string[start]) << 8 | low : Int(string[start])
            let (width, shown) = measures(of: code)
            let isBlank = isComposite ? outlines?.isBlank(glyph: code) ?? false : code == 32 && hasBlankSpace
            if !isBlank {
                let ends = [extent.advance + left * size, extent.advance, extent.advance + shown * size]
                for end in ends {
                    extent.first = min(extent.first ?? end, end - extent.less)
                    extent.last = max(extent.last ?? end, end + extent.more)
                }
            }
            extent.less += (width.usual - width.bounds.lowerBound) * abs(size)
            extent.more += (width.bounds.upperBound - width.usual) * abs(size)
            extent.advance += width.usual * size + spacing + (code == 32 && !isComposite ? wordSpacing : 0)
        }
        return extent
    }

    /// How far a string moves and what part of that it paints.
    struct Extent {
        var advance = 0.0
        var first: Double?
        var last: Double?
        /// By how much it may move less or more.
        var less = 0.0
        var more = 0.0
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
