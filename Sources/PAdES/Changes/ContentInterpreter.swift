// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Follows a page's operators as far as the places that they paint need it (ISO 32000-2 §8, §9).
final class ContentInterpreter {
    var boxes: [PageRectangle] = []
    let source: ContentSource
    let revision: Int
    let visible: PageRectangle
    var state: ContentState
    private var saved: [ContentState] = []
    private var path = ContentPath()
    /// The resources of the content, and of what draws it: some readers look there for what a form's own lack.
    private(set) var resources: [PDFDictionary] = []
    /// Whether a default colour space stands in for the device's, in which white may be another colour (§8.6.5.6).
    private var replacesColours = false
    /// Whether the content is that of a glyph.
    var isInGlyph = false
    /// Whether the page has a ground that is not white.
    var hasGround = false
    /// Fonts of glyphs that are content streams, which may draw with the resources of where they are shown.
    var glyphFonts: [GlyphFont: ContentFont] = [:]

    private static let deepest = 100_000

    init(_ source: ContentSource, _ revision: Int, visible: PageRectangle) {
        self.source = source
        self.revision = revision
        self.visible = visible
        state = ContentState(clip: visible)
    }

    /// Interprets a content stream.
    ///
    /// - Parameter inner: Its own resources, if it has some.
    /// - Throws: ``PDFSyntaxError``, also past the document's allowance or the depth of forms within forms, and for operators
    ///   or operands that the standard does not know.
    func run(_ bytes: [UInt8], resources inner: PDFDictionary?, depth: Int) throws(PDFSyntaxError) {
        guard depth <= 12 else { throw PDFSyntaxError(.limitExceeded, "forms within forms") }
        let outer = (resources, replacesColours, glyphFonts)
        defer { (resources, replacesColours, glyphFonts) = outer }
        if let inner { resources.insert(inner, at: 0) }
        glyphFonts = [:]
        for name in Self.deviceSpaces where try resource("ColorSpace", name) != nil { replacesColours = true }
        var stream = ContentStream(bytes, budget: source.file.budget, room: source.octets)
        while true {
            let room = stream.room
            let next: ContentStream.Operation?
            do throws(PDFSyntaxError) { next = try stream.next() } catch {
                try source.take(octets: room - stream.room)
                throw error
            }
            guard let operation = next else { return }
            try source.take(octets: room - stream.room)
            try source.take(operations: 1)
            guard ContentOperands.areProper(operation) else {
                throw PDFSyntaxError(
                    .malformedObject, clause: "ISO 32000-2 Annex A", "other operands than an operator has")
            }
            try perform(operation, depth)
        }
    }

    private static let deviceSpaces: [PDFName] = ["DefaultGray", "DefaultRGB", "DefaultCMYK"]

    /// Looks for resources where other content does.
    func continuing(_ other: ContentInterpreter) { resources = other.resources }

    func resolve(_ value: PDFObject?) throws(PDFSyntaxError) -> PDFObject {
        try source.resolve(value, asOf: revision)
    }

    /// A named resource, not followed.
    func resource(_ category: PDFName, _ name: PDFName?) throws(PDFSyntaxError) -> PDFObject? {
        guard let name else { return nil }
        for dictionary in resources {
            guard let value = try resolve(dictionary[category]).dictionary?[name] else { continue }
            if try !resolve(value).isNull { return value }
        }
        return nil
    }

    private func perform(_ operation: ContentStream.Operation, _ depth: Int) throws(PDFSyntaxError) {
        let numbers = operation.operands.compactMap(\.number)
        let name = operation.operands.last?.name
        switch operation.name {
        case "q", "Q":
            guard !state.text.isOpen else { throw PDFSyntaxError(.malformedObject, "a state saved within text") }
            guard operation.name == "q" else {
                state = saved.popLast() ?? state
                return
            }
            guard saved.count < Self.deepest else { throw PDFSyntaxError(.limitExceeded, "states within states") }
            saved.append(state)
        case "cm": if let matrix = Matrix(numbers) { state.matrix = matrix.concatenated(state.matrix) }
        case "w": state.lineWidth = abs(numbers.first ?? 1)
        case "M": state.miterLimit = abs(numbers.first ?? 10)
        case "g", "rg": setFill(isWhite: numbers.allSatisfy { $0 == 1 })
        case "k": setFill(isWhite: numbers.allSatisfy { $0 == 0 })
        case "cs", "sc": setFill(isWhite: false)
        case "scn": setFill(isWhite: false, isShaped: name == nil ? false : try !isPlain(pattern: name))
        case "CS", "SC", "G", "RG", "K": state.isStrokeShaped = false
        case "SCN": state.isStrokeShaped = name != nil
        case "gs": try setParameters(name)
        case "m", "l", "c", "v", "y", "h", "re":
            path.append(operation.name, numbers, state.matrix)
            guard !path.isTooLong else { throw PDFSyntaxError(.limitExceeded, "a path") }
        case "S", "s": stroke(closing: operation.name == "s")
        case "f", "F", "f*": fill()
        case "B", "B*", "b", "b*":
            fill(ending: false)
            stroke(closing: operation.name.hasPrefix("b"))
        case "n": endPath()
        case "W", "W*": path.clips = true
        case "sh":
            paintBackground(state.clip, isRectangle: try isPlain(shading: resource("Shading", name)))
            hasGround = true
        case "Do": try paintObject(name, depth)
        case "BI": paint(state.matrix.box(PageRectangle(x: 0, y: 0, width: 1, height: 1)))
        default: try performText(operation, numbers)
        }
    }

    // MARK: Colours

    private func setFill(isWhite: Bool, isShaped: Bool = false) {
        (state.isFillWhite, state.isFillShaped) = (isWhite, isShaped)
    }

    /// The parameters of a graphics state dictionary that say where or whether something is seen (§8.4.5).
    private func setParameters(_ name: PDFName?) throws(PDFSyntaxError) {
        let parameters = try resolve(resource("ExtGState", name)).dictionary ?? [:]
        let width = try resolve(parameters["LW"]).number
        state.lineWidth = max(width.map(abs) ?? state.lineWidth, 1)
        if let limit = try resolve(parameters["ML"]).number { state.miterLimit = abs(limit) }
        for key in ["TR", "TR2", "BM", "SMask"] as [PDFName] {
            let value = try resolve(parameters[key])
            let isPlain = value.isNull || ["Normal", "Compatible", "None", "Identity", "Default"].contains(value.name)
            if !isPlain { state.keepsWhite = false }
            if !isPlain, key == "SMask" { state.isMasked = true }
        }
        let list = try resolve(parameters["Font"]).array ?? []
        guard list.count == 2 else { return }
        state.text.font = try font(list[0])
        state.text.size = try resolve(list[1]).number ?? 0
    }

    /// Whether a pattern is a gradient without a shape of its own.
    private func isPlain(pattern name: PDFName?) throws(PDFSyntaxError) -> Bool {
        let pattern = try resolve(resource("Pattern", name)).dictionary ?? [:]
        guard try resolve(pattern["PatternType"]).integer == 2, pattern["ExtGState"] == nil else {
            return false
        }
        return try isPlain(shading: pattern["Shading"])
    }

    /// Whether a shading is an axial one that goes on at both ends: others show shapes, or leave paper free.
    private func isPlain(shading: PDFObject?) throws(PDFSyntaxError) -> Bool {
        let shading = try resolve(shading).dictionary ?? [:]
        guard try resolve(shading["ShadingType"]).integer == 2, shading["BBox"] == nil else {
            return false
        }
        let ends = try resolve(shading["Extend"]).array ?? []
        for end in ends where try resolve(end).boolean != true { return false }
        return ends.count == 2
    }

    // MARK: Paths, images, forms

    private func stroke(closing: Bool) {
        if closing { path.append("h", [], state.matrix) }
        let half = max(state.lineWidth * state.matrix.scale, 0.5) / 2
        for segment in path.segments { paint(segment.grown(by: half * 1.42)) }
        for joint in path.joints {
            let reach = !state.matrix.keepsAngles ? state.miterLimit : joint.reach > state.miterLimit ? 1 : joint.reach
            guard reach > 1.42 else { continue }
            paint(PageRectangle(x: joint.x, y: joint.y, width: 0, height: 0).grown(by: half * reach))
        }
        endPath()
    }

    private func fill(ending: Bool = true) {
        // White is seen on a ground that is not.
        let isWhite = state.isFillWhite && state.keepsWhite && !replacesColours
        if !isWhite || hasGround {
            for (box, isRectangle) in path.subpaths {
                paintBackground(box, isRectangle: isRectangle && !state.isFillShaped, isWhite: isWhite)
            }
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

    private func paintObject(_ name: PDFName?, _ depth: Int) throws(PDFSyntaxError) {
        let value = try resource("XObject", name)
        guard let stream = try resolve(value).stream else { return }
        guard try resolve(stream.dictionary["Subtype"]).name == "Form" else {
            paint(state.matrix.box(PageRectangle(x: 0, y: 0, width: 1, height: 1)))
            return
        }
        let outer = (state, saved, path)
        defer { (state, saved, path) = outer }
        saved = []
        path = ContentPath()
        if try !resolve(stream.dictionary["Matrix"]).isNull {
            guard let matrix = Matrix(try numbers(stream.dictionary["Matrix"])) else {
                throw PDFSyntaxError(.malformedObject, clause: "ISO 32000-2 §8.10.2", "a form with a damaged matrix")
            }
            state.matrix = matrix.concatenated(state.matrix)
        }
        let box = try PageRectangle(resolve(stream.dictionary["BBox"])) { (value) throws(PDFSyntaxError) in
            try resolve(value)
        }
        if let box { state.clip = state.clip.intersection(state.matrix.box(box)) ?? .empty }
        let own = try resolve(stream.dictionary["Resources"]).dictionary
        try run(
            source.bytes(of: stream, at: value?.reference, asOf: revision), resources: own, depth: depth + 1)
    }

    func numbers(_ value: PDFObject?) throws(PDFSyntaxError) -> [Double] {
        var numbers: [Double] = []
        for element in try resolve(value).array ?? [] {
            guard let number = try resolve(element).number else { return [] }
            numbers.append(number)
        }
        return numbers
    }

    func paint(_ box: PageRectangle) {
        // Something thinner than a hair is still seen.
        guard let seen = box.grown(by: 0.05).intersection(state.clip) else { return }
        add(seen)
    }

    private func add(_ box: PageRectangle) {
        boxes.append(box)
        guard boxes.count > 2 * PaintedContent.mostBoxes, let first = boxes.first else { return }
        boxes = [boxes.dropFirst().reduce(first) { $0.union($1) }]
    }

    /// A rectangle so large that it is the page's ground says nothing about the place; other shapes may say anything.
    private func paintBackground(_ box: PageRectangle, isRectangle: Bool = true, isWhite: Bool = false) {
        let isHair = box.width == 0 || box.height == 0
        guard let seen = box.grown(by: isHair ? 0.05 : 0).intersection(state.clip) else { return }
        if isRectangle, !state.isClipShaped, !state.isMasked, seen.area >= visible.area * 0.8 {
            if !isWhite { hasGround = true }
        } else {
            add(seen)
        }
    }
}

extension PageRectangle {
    func grown(by margin: Double) -> PageRectangle {
        PageRectangle(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }
}
