// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How far the glyphs of fonts that readers have themselves move, in thousandths of an em (ISO 32000-2 §9.6.2.2).
enum StandardWidths {
    /// What is known of a glyph.
    struct Width {
        /// The width, or a usual one.
        var usual: Double
        /// Between which bounds it lies.
        var bounds: ClosedRange<Double>

        /// A glyph that may be any.
        static let any = Width(usual: 600, bounds: 0...1100)

        static func / (width: Width, divisor: Double) -> Width {
            let bounds = width.bounds
            return Width(
                usual: width.usual / divisor, bounds: bounds.lowerBound / divisor...bounds.upperBound / divisor)
        }
    }

    /// A font by its name, which is looked at once and not for every character.
    struct Font {
        fileprivate let isMonospaced: Bool
        fileprivate let table: [Int]?

        init(named name: String) {
            isMonospaced = name.contains("Courier")
            table = StandardWidths.table(of: name)
        }
    }

    /// The glyph that a font shows for a code of the Latin text encodings.
    static func width(of code: Int, in font: Font) -> Width {
        if font.isMonospaced { return Width(usual: 600, bounds: 600...600) }
        guard (32..<127).contains(code), let table = font.table else { return .any }
        // The quotes differ between the encodings.
        let width = Double(code == 39 || code == 96 ? 333 : table[code - 32])
        return Width(usual: width, bounds: code == 39 || code == 96 ? 180...356 : width...width)
    }

    /// The least that a glyph may show, whatever width a document claims: readers that lack the font take one of these.
    static func shown(_ code: Int) -> Double { (32..<127).contains(code) ? Double(helveticaBold[code - 32]) : 1000 }

    private static func table(of name: String) -> [Int]? {
        let isBold = name.contains("Bold") || name.contains("Black")
        let isItalic = name.contains("Italic") || name.contains("Oblique")
        if name.contains("Helvetica") || name.hasPrefix("Arial") { return isBold ? helveticaBold : helvetica }
        guard name.contains("Times") else { return nil }
        return isItalic ? isBold ? timesBoldItalic : timesItalic : isBold ? timesBold : times
    }

    private static let helvetica = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
        556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500,
        667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333,
        556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500,
        722, 500, 500, 500, 334, 260, 334, 584,
    ]
    private static let helveticaBold = [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
        556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722,
        611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556,
        611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778,
        556, 556, 500, 389, 280, 389, 584,
    ]
    private static let times = [
        250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
        500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722,
        611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444,
        500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722,
        500, 500, 444, 480, 200, 480, 541,
    ]
    private static let timesBold = [
        250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500,
        500, 500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500,
        778, 667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500,
        333, 500, 556, 444, 556, 444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556,
        500, 722, 500, 500, 444, 394, 220, 394, 520,
    ]
    private static let timesItalic = [
        250, 333, 420, 500, 500, 833, 778, 214, 333, 333, 500, 675, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
        500, 500, 500, 500, 333, 333, 675, 675, 675, 500, 920, 611, 611, 667, 722, 611, 611, 722, 722, 333, 444, 667,
        556, 833, 667, 722, 611, 722, 611, 500, 556, 722, 611, 833, 611, 556, 556, 389, 278, 389, 422, 500, 333, 500,
        500, 444, 500, 444, 278, 500, 500, 278, 278, 444, 278, 722, 500, 500, 500, 500, 389, 389, 278, 500, 444, 667,
        444, 444, 389, 400, 275, 400, 541,
    ]
    private static let timesBoldItalic = [
        250, 389, 555, 500, 500, 833, 778, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
        500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 832, 667, 667, 667, 722, 667, 667, 722, 778, 389, 500, 667,
        611, 889, 722, 722, 611, 722, 667, 556, 611, 722, 667, 889, 667, 611, 611, 333, 278, 333, 570, 500, 333, 500,
        500, 444, 500, 444, 333, 500, 556, 278, 278, 500, 278, 778, 556, 500, 500, 500, 389, 389, 278, 556, 444, 667,
        500, 444, 389, 348, 220, 348, 570,
    ]
}
