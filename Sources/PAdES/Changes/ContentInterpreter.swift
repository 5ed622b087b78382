// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Follows a page's operators as far as the places that they paint need it (ISO 32000-2 §8, §9).
final class ContentInterpreter {
    private(set) var boxes: [PageRectangle] = []
    private let file: PDFFile
    private let revision: Int
    private let visible: PageRectangle
    private var state: ContentState
    private var saved: [ContentState] = []
    private var path = ContentPath()
    private var operations = 0
    /// Whether the content is that of a glyph.
    private var isInGlyph = false
    /// Whether the page has a ground that is not white.
    private var hasGround = false

    init(_ file: PDFFile, _ revision: Int, visible: PageRectangle) {
        self.file = file
        self.revision = revision
        self.visible = visible
        state = ContentState(clip: visible)
    }

    /// Interprets a content stream.
    ///
    /// - Throws: ``PDFSyntaxError``, also past the budget or the depth of forms within forms.
    func run(_ bytes: [UInt8], resources: PDFDictionary, depth: Int) throws(PDFSyntaxError) {
        guard depth <= 12 else { throw PDFSyntaxError(.limitExceeded, "forms within forms") }
        var stream = ContentStream(bytes, budget: file.budget)
        while let operation = try stream.next() {
            operations += 1
            guard operations <= file.budget.objects else { throw PDFSyntaxError(.limitExceeded, "operations") }
            try perform(operation, resources, depth)
        }
    }

    private func perform(
        _ operation: ContentStream.Operation, _ resources: PDFDictionary, _ depth: Int
    ) throws(PDFSyntaxError) {
        let numbers = operation.operands.compactMap(\.number)
        switch operation.name {
        case "q": if saved.count < 512 { saved.append(state) }
        case "Q": state = saved.popLast() ?? state
        case "cm": if let matrix = Matrix(numbers) { state.matrix = matrix.concatenated(state.matrix) }
        case "w": state.lineWidth = numbers.first ?? 1
        case "g": state.isFillWhite = numbers.first == 1
        case "rg": state.isFillWhite = numbers.count == 3 && numbers.allSatisfy { $0 == 1 }
        case "k": state.isFillWhite = numbers.count == 4 && numbers.allSatisfy { $0 == 0 }
        case "cs", "sc", "scn": state.isFillWhite = false
        case "gs": try setParameters(operation.operands.first?.name, resources)
        case "m", "l", "c", "v", "y", "h", "re": path.append(operation.name, numbers, state.matrix)
        case "S", "s": stroke(closing: operation.name == "s")
        case "f", "F", "f*": fill()
        case "B", "B*", "b", "b*":
            fill(ending: false)
            stroke(closing: operation.name.hasPrefix("b"))
        case "n": endPath()
        case "W", "W*": path.clips = true
        case "sh":
            paintBackground(state.clip)
            hasGround = true
        case "Do": try paintObject(operation.operands.first?.name, resources, depth)
        case "BI": paint(state.matrix.box(PageRectangle(x: 0, y: 0, width: 1, height: 1)))
        default: try performText(operation, numbers, resources)
        }
    }

    // MARK: Text

    private func performText(
        _ operation: ContentStream.Operation, _ numbers: [Double], _ resources: PDFDictionary
    ) throws(PDFSyntaxError) {
        switch operation.name {
        case "BT": state.text.begin()
        case "Tf":
            let fonts = try file.resolve(resources["Font"], asOf: revision).dictionary ?? [:]
            state.text.font = try operation.operands.first?.name.flatMap { fonts[$0] }.map(font)
            state.text.size = numbers.last ?? 0
        case "Tc": state.text.spacing = numbers.first ?? 0
        case "Tw": state.text.wordSpacing = numbers.first ?? 0
        case "Tz": state.text.scale = (numbers.first ?? 100) / 100
        case "TL": state.text.leading = numbers.first ?? 0
        case "Ts": state.text.rise = numbers.first ?? 0
        case "Tr":
            // Text that clips shows in what is painted through it; a mode that is no integer is none to some readers.
            state.text.isInvisible = operation.operands.first?.integer == 3
        case "Td", "TD":
            guard numbers.count == 2 else { return }
            if operation.name == "TD" { state.text.leading = -numbers[1] }
            state.text.move(numbers[0], numbers[1])
        case "Tm": if let matrix = Matrix(numbers) { state.text.set(matrix) }
        case "T*": state.text.nextLine()
        case "Tj": show(operation.operands)
        case "TJ": show(operation.operands.first?.array ?? [])
        case "'":
            state.text.nextLine()
            show(operation.operands)
        case "\"":
            if numbers.count == 2 { (state.text.wordSpacing, state.text.spacing) = (numbers[0], numbers[1]) }
            state.text.nextLine()
            show(Array(operation.operands.suffix(1)))
        default: break
        }
    }

    /// The font and the line width of a graphics state parameter dictionary (§8.4.5).
    private func setParameters(_ name: PDFName?, _ resources: PDFDictionary) throws(PDFSyntaxError) {
        let states = try file.resolve(resources["ExtGState"], asOf: revision).dictionary ?? [:]
        let parameters = try file.resolve(name.flatMap { states[$0] }, asOf: revision).dictionary ?? [:]
        let width = try file.resolve(parameters["LW"], asOf: revision).number
        state.lineWidth = max(width ?? state.lineWidth, 1)
        let list = try file.resolve(parameters["Font"], asOf: revision).array ?? []
        guard list.count == 2 else { return }
        state.text.font = try font(list[0])
        state.text.size = try file.resolve(list[1], asOf: revision).number ?? 0
    }

    private func font(_ value: PDFObject) throws(PDFSyntaxError) -> ContentFont {
        if let reference = value.reference, let known = fontsByReference[reference] { return known }
        var font = try ContentFont(value, in: file, asOf: revision)
        if let streams = font.glyphStreams { font.glyphBox = try glyphBox(of: streams) }
        if let reference = value.reference { fontsByReference[reference] = font }
        return font
    }

    /// What the glyphs of a font paint, wherever it says that they end: a single one may be a page.
    private func glyphBox(of font: PDFDictionary) throws(PDFSyntaxError) -> PageRectangle? {
        guard !isInGlyph else { throw PDFSyntaxError(.limitExceeded, "glyphs within glyphs") }
        let inner = ContentInterpreter(
            file, revision, visible: PageRectangle(x: -1e9, y: -1e9, width: 2e9, height: 2e9))
        inner.isInGlyph = true
        inner.operations = operations
        let resources = try file.resolve(font["Resources"], asOf: revision).dictionary ?? [:]
        let glyphs = try file.resolve(font["CharProcs"], asOf: revision).dictionary ?? [:]
        for name in glyphs.keys {
            guard let stream = try file.resolve(glyphs[name], asOf: revision).stream else { continue }
            inner.state = ContentState(clip: inner.visible)
            inner.saved = []
            try inner.run(file.decodedBytes(of: stream, asOf: revision), resources: resources, depth: 6)
        }
        operations = inner.operations
        let numbers = try numbers(font["FontMatrix"])
        guard let first = inner.boxes.first, let matrix = Matrix(numbers) else { return nil }
        return matrix.box(inner.boxes.dropFirst().reduce(first) { $0.union($1) })
    }

    private func numbers(_ value: PDFObject?) throws(PDFSyntaxError) -> [Double] {
        var numbers: [Double] = []
        for element in try file.resolve(value, asOf: revision).array ?? [] {
            if let number = try file.resolve(element, asOf: revision).number { numbers.append(number) }
        }
        return numbers
    }

    private var fontsByReference: [IndirectReference: ContentFont] = [:]

    private func show(_ elements: [PDFObject]) {
        for element in elements {
            if let number = element.number {
                state.text.advance(-number / 1000 * state.text.size * state.text.scale)
            } else if let string = element.string {
                let extent = state.text.extent(of: string)
                if let first = extent.first, !state.text.isInvisible {
                    let size = state.text.size
                    var box = PageRectangle(corners: [
                        first * state.text.scale, state.text.rise - 0.25 * size, extent.last * state.text.scale,
                        state.text.rise + 0.95 * size,
                    ])
                    if let glyph = state.text.font?.glyphBox {
                        for start in [first, extent.last] {
                            box = box.union(
                                PageRectangle(corners: [
                                    (start + glyph.x * size) * state.text.scale, state.text.rise + glyph.y * size,
                                    (start + (glyph.x + glyph.width) * size) * state.text.scale,
                                    state.text.rise + (glyph.y + glyph.height) * size,
                                ]))
                        }
                    }
                    paint(state.text.matrix.concatenated(state.matrix).box(box))
                }
                state.text.advance(extent.advance * state.text.scale)
            }
        }
    }

    // MARK: Paths, images, forms

    private func stroke(closing: Bool) {
        if closing { path.append("h", [], state.matrix) }
        let half = max(state.lineWidth * state.matrix.scale, 0.5) / 2
        for segment in path.segments { paint(segment.grown(by: half)) }
        endPath()
    }

    private func fill(ending: Bool = true) {
        // White is seen on a ground that is not.
        if !state.isFillWhite || hasGround {
            for (box, isRectangle) in path.subpaths { paintBackground(box, isRectangle: isRectangle) }
        }
        if ending { endPath() }
    }

    private func endPath() {
        if path.clips, let box = path.box {
            state.clip = state.clip.intersection(box) ?? .empty
            if !path.isRectangle { state.isClipShaped = true }
        }
        path = ContentPath()
    }

    private func paintObject(
        _ name: PDFName?, _ resources: PDFDictionary, _ depth: Int
    ) throws(PDFSyntaxError) {
        let objects = try file.resolve(resources["XObject"], asOf: revision).dictionary ?? [:]
        guard let name, let stream = try file.resolve(objects[name], asOf: revision).stream else { return }
        guard try file.resolve(stream.dictionary["Subtype"], asOf: revision).name == "Form" else {
            paint(state.matrix.box(PageRectangle(x: 0, y: 0, width: 1, height: 1)))
            return
        }
        let outer = (state, saved, path)
        defer { (state, saved, path) = outer }
        saved = []
        path = ContentPath()
        if let matrix = Matrix(try numbers(stream.dictionary["Matrix"])) {
            state.matrix = matrix.concatenated(state.matrix)
        }
        let box = try PageRectangle(
            file.resolve(stream.dictionary["BBox"], asOf: revision), in: file, asOf: revision)
        if let box { state.clip = state.clip.intersection(state.matrix.box(box)) ?? .empty }
        let own = try file.resolve(stream.dictionary["Resources"], asOf: revision).dictionary
        let bytes = try file.decodedBytes(of: stream, asOf: revision)
        try run(bytes, resources: own ?? resources, depth: depth + 1)
    }

    private func paint(_ box: PageRectangle) {
        // Something thinner than a hair is still seen.
        guard let seen = box.grown(by: 0.05).intersection(state.clip) else { return }
        boxes.append(seen)
    }

    /// A rectangle so large that it is the page's ground says nothing about the place; other shapes may say anything.
    private func paintBackground(_ box: PageRectangle, isRectangle: Bool = true) {
        guard let seen = box.intersection(state.clip) else { return }
        if isRectangle, !state.isClipShaped, seen.area >= visible.area * 0.8 {
            if !state.isFillWhite { hasGround = true }
        } else {
            boxes.append(seen)
        }
    }
}

extension PageRectangle {
    func grown(by margin: Double) -> PageRectangle {
        PageRectangle(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }
}
