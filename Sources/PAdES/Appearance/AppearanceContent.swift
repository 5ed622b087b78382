// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// A picture and a text, laid out for a rectangle.
struct AppearanceContent {
    /// Size of the text in points (Decree 30/2020, Appendix I).
    static let textSize = 10.0
    /// From baseline to baseline, as a part of the size.
    private static let leading = 1.2
    /// Smallest size to which a text shrinks so that it fits a given rectangle.
    private static let smallestSize = 4.0

    private let image: PNGImage?
    private let texts: [String]
    private let font: TrueTypeFont?

    init(image: PNGImage?, texts: [String], font: TrueTypeFont?) throws(PAdESError) {
        guard texts.reduce(0, { $0 + $1.utf8.count }) <= 4096 else {
            throw PAdESError(.unusableField, "a text of more than 4,096 bytes")
        }
        self.image = image
        self.texts = texts.filter { !$0.isEmpty }
        let shown = self.texts.joined()
        if let font {
            self.font = shown.isEmpty ? nil : font
        } else {
            self.font = shown.isEmpty ? nil : try TrueTypeFont.installed(covering: shown)
        }
    }

    /// As large as the text is when no line passes half of the page.
    func cornerRectangle(on page: PageGeometry) -> PageRectangle {
        let margin = VisibleSignature.margin
        let room = max(20, page.shownWidth / 2 - margin)
        let lines = wrapped(to: room, size: Self.textSize)
        let width = min(room, (lines.map { self.width($0, Self.textSize) }.max() ?? 0) + 2)
        let height = Double(max(lines.count, 1)) * Self.textSize * Self.leading + 2
        return PageRectangle(
            x: page.shownWidth - margin - width, y: page.shownHeight - margin - height, width: width, height: height)
    }

    /// The appearance in a rectangle as shown.
    ///
    /// - Throws: ``PAdESError``: `unusableField` when the text does not fit; `unusableFont`.
    func appearance(in shown: PageRectangle, on page: PageGeometry) throws(PAdESError) -> SignatureAppearance {
        var content = ""
        // The form is as large as it is shown; the page's unit scales it with everything else.
        let box = PageRectangle(
            x: 0, y: 0, width: shown.width / page.userUnit, height: shown.height / page.userUnit)
        if let image {
            let scale = min(box.width / Double(image.width), box.height / Double(image.height))
            let (width, height) = (Double(image.width) * scale, Double(image.height) * scale)
            let (x, y) = ((box.width - width) / 2, (box.height - height) / 2)
            content +=
                "q \(try Self.number(width)) 0 0 \(try Self.number(height)) \(try Self.number(x)) \(try Self.number(y)) cm /Im0 Do Q\n"
        }
        var embedded: EmbeddedFont?
        if let font {
            let (lines, size) = try fitted(box.width - 2, box.height)
            let used = try EmbeddedFont(font, for: texts + [" "])
            embedded = used
            content += "q BT 0 g /F0 \(try Self.number(size)) Tf\n"
            let ascent = size * 0.9
            let free = box.height - Double(lines.count) * size * Self.leading
            for (index, line) in lines.enumerated() {
                let y = box.height - free / 2 - ascent - Double(index) * size * Self.leading
                content += "1 0 0 1 1 \(try Self.number(y)) Tm \(used.codes(of: line)) Tj\n"
            }
            content += "ET Q\n"
        }
        return SignatureAppearance(
            rectangle: page.onPage(shown), rotation: page.rotation, content: Array(content.utf8)
        ) { [image, embedded] (update) throws(PDFSyntaxError) in
            var resources: PDFDictionary = [:]
            if let embedded {
                resources["Font"] = .dictionary(["F0": .reference(try embedded.write(into: &update))])
            }
            if let image { resources["XObject"] = .dictionary(["Im0": .reference(try image.write(into: &update))]) }
            return resources
        }
    }

    private func fitted(_ width: Double, _ height: Double) throws(PAdESError) -> (lines: [String], size: Double) {
        var size = Self.textSize
        while size >= Self.smallestSize {
            let lines = wrapped(to: width, size: size)
            let isNarrow = lines.allSatisfy { self.width($0, size) <= width + 0.01 }
            if isNarrow, Double(lines.count) * size * Self.leading <= height + 0.01 { return (lines, size) }
            size -= 0.5
        }
        throw PAdESError(.unusableField, "the text does not fit its rectangle")
    }

    private func width(_ text: String, _ size: Double) -> Double { font?.width(of: text, size: size) ?? 0 }

    /// Every text in lines broken between words.
    private func wrapped(to room: Double, size: Double) -> [String] {
        var lines: [String] = []
        for text in texts {
            var line = ""
            for word in text.split(separator: " ") {
                let longer = line.isEmpty ? String(word) : line + " " + word
                if !line.isEmpty, width(longer, size) > room {
                    lines.append(line)
                    line = String(word)
                } else {
                    line = longer
                }
            }
            lines.append(line)
        }
        return lines
    }

    /// A number with at most three decimals.
    private static func number(_ value: Double) throws(PAdESError) -> String {
        let rounded = (value * 1000).rounded() / 1000
        let bytes = try reading { () throws(PDFSyntaxError) in
            try (Int64(exactly: rounded).map(PDFObject.integer) ?? .real(rounded)).serialized()
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PNGImage {
    /// Writes the picture as an image XObject, its opacity as a soft mask (ISO 32000-2 §8.9, §11.6.5.2).
    func write(into update: inout IncrementalUpdate) throws(PDFSyntaxError) -> IndirectReference {
        func dictionary(_ space: PDFName) -> PDFDictionary {
            [
                "Type": .name("XObject"), "Subtype": .name("Image"), "Width": .integer(Int64(width)),
                "Height": .integer(Int64(height)), "ColorSpace": .name(space), "BitsPerComponent": .integer(8),
                "Filter": .name("FlateDecode"),
            ]
        }
        var image = dictionary(colours == 1 ? "DeviceGray" : "DeviceRGB")
        if let opacity {
            let mask = update.add(stream: dictionary("DeviceGray"), bytes: try FlateData.deflated(opacity))
            image["SMask"] = .reference(mask)
        }
        return update.add(stream: image, bytes: try FlateData.deflated(samples))
    }
}
