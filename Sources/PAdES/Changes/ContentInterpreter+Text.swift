// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Text (ISO 32000-2 §9).
extension ContentInterpreter {
    func performText(_ operation: ContentStream.Operation, _ numbers: [Double]) throws(PDFSyntaxError) {
        if ["Td", "TD", "Tm", "T*", "Tj", "TJ", "'", "\""].contains(operation.name), !state.text.isOpen {
            throw PDFSyntaxError(.malformedObject, clause: "ISO 32000-2 §9.4.1", "text outside of a text object")
        }
        switch operation.name {
        case "BT":
            // Text in a glyph goes by the state in which the glyph is shown.
            guard !isInGlyph else { throw PDFSyntaxError(.limitExceeded, "text within glyphs") }
            state.text.begin()
            state.text.isOpen = true
        case "ET": state.text.isOpen = false
        case "Tf":
            state.text.font = try resource("Font", operation.operands.first?.name).map(font)
            state.text.size = numbers.last ?? 0
        case "Tc": state.text.spacing = numbers.first ?? 0
        case "Tw": state.text.wordSpacing = numbers.first ?? 0
        case "Tz": state.text.scale = (numbers.first ?? 100) / 100
        case "TL": state.text.leading = numbers.first ?? 0
        case "Ts": state.text.rise = numbers.first ?? 0
        // A mode that is no integer is none to some readers.
        case "Tr": state.text.mode = operation.operands.first?.integer ?? 0
        case "Td", "TD":
            guard numbers.count == 2 else { return }
            if operation.name == "TD" { state.text.leading = -numbers[1] }
            state.text.move(numbers[0], numbers[1])
        case "Tm": if let matrix = Matrix(numbers) { state.text.set(matrix) }
        case "T*": state.text.nextLine()
        case "Tj": try show(operation.operands)
        case "TJ": try show(operation.operands.first?.array ?? [])
        case "'":
            state.text.nextLine()
            try show(operation.operands)
        case "\"":
            if numbers.count == 2 { (state.text.wordSpacing, state.text.spacing) = (numbers[0], numbers[1]) }
            state.text.nextLine()
            try show(Array(operation.operands.suffix(1)))
        default: break
        }
    }

    func font(_ value: PDFObject) throws(PDFSyntaxError) -> ContentFont {
        if let known = value.reference.flatMap({ source.fonts[$0] ?? glyphFonts[GlyphFont(reference: $0, state)] }) {
            return known
        }
        var font = try ContentFont(value, in: source, asOf: revision)
        if let streams = font.glyphStreams {
            font.glyphBox = try glyphBox(of: streams)
            if let reference = value.reference { glyphFonts[GlyphFont(reference: reference, state)] = font }
        } else if let reference = value.reference {
            source.fonts[reference] = font
        }
        return font
    }

    /// A font of glyphs that are content streams, with what they take over from where they are shown.
    struct GlyphFont: Hashable {
        let reference: IndirectReference
        let lineWidth: Double
        let miterLimit: Double

        init(reference: IndirectReference, _ state: ContentState) {
            self.reference = reference
            (lineWidth, miterLimit) = (state.lineWidth, state.miterLimit)
        }
    }

    /// What the glyphs of a font paint, wherever it says that they end: a single one may be a page.
    private func glyphBox(of font: PDFDictionary) throws(PDFSyntaxError) -> PageRectangle? {
        guard !isInGlyph else { throw PDFSyntaxError(.limitExceeded, "glyphs within glyphs") }
        let inner = ContentInterpreter(
            source, revision, visible: PageRectangle(x: -1e9, y: -1e9, width: 2e9, height: 2e9))
        inner.isInGlyph = true
        // What is white shows on what is not.
        inner.hasGround = true
        inner.continuing(self)
        let own = try resolve(font["Resources"]).dictionary
        let glyphs = try resolve(font["CharProcs"]).dictionary ?? [:]
        try source.take(operations: glyphs.count / 8)
        for name in glyphs.keys {
            guard let stream = try resolve(glyphs[name]).stream else { continue }
            inner.state = ContentState(clip: inner.visible)
            inner.state.lineWidth = state.lineWidth
            inner.state.miterLimit = state.miterLimit
            try inner.run(source.bytes(of: stream, asOf: revision), resources: own, depth: 6)
        }
        guard let first = inner.boxes.first else { return nil }
        guard let matrix = Matrix(try numbers(font["FontMatrix"])) else {
            throw PDFSyntaxError(.malformedObject, clause: "ISO 32000-2 §9.6.4", "a font without a matrix")
        }
        return matrix.box(inner.boxes.dropFirst().reduce(first) { $0.union($1) })
    }

    private func show(_ elements: [PDFObject]) throws(PDFSyntaxError) {
        // Readers begin a pattern at different places in such glyphs, and some do not cut it out.
        if state.text.font?.glyphStreams != nil, state.isFillShaped || state.isStrokeShaped {
            throw PDFSyntaxError(
                .unsupportedFilter, clause: "ISO 32000-2 §9.6.4", "glyphs that are drawn with a pattern")
        }
        for element in elements {
            if let number = element.number {
                state.text.advance(-number / 1000 * state.text.size * state.text.scale)
            } else if let string = element.string {
                let extent = state.text.extent(of: string)
                if let first = extent.first, let last = extent.last, !state.text.isInvisible {
                    paint(text: first, last)
                }
                state.text.advance(extent)
            }
        }
    }

    /// Paints a string between two places of the line.
    private func paint(text first: Double, _ last: Double) {
        let (text, size) = (state.text, state.text.size)
        let outline = text.font?.outlineBox
        let low = min(-0.25, outline?.y ?? 0)
        let high = max(0.95, outline.map { $0.y + $0.height } ?? 0)
        let ends = [first * text.scale, last * text.scale].sorted()
        var box = PageRectangle(corners: [
            ends[0] - text.less, text.rise + low * size, ends[1] + text.more, text.rise + high * size,
        ])
        if let glyph = text.font?.glyphBox {
            for start in [first, last] {
                box = box.union(
                    PageRectangle(corners: [
                        (start + glyph.x * size) * text.scale, text.rise + glyph.y * size,
                        (start + (glyph.x + glyph.width) * size) * text.scale,
                        text.rise + (glyph.y + glyph.height) * size,
                    ]))
            }
        }
        let place = text.matrix.concatenated(state.matrix).box(box)
        // Outlines that are stroked reach out of themselves, at their corners by a spike.
        let isStroked = text.mode != 0 && text.mode != 3 && text.mode != 4 && text.mode != 7
        let half = max(state.lineWidth * state.matrix.scale, 0.5) / 2
        paint(isStroked ? place.grown(by: half * max(state.miterLimit, 1)) : place)
    }
}
