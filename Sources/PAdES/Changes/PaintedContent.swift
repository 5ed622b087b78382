// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

/// Where a page's content paints something, in the page's own coordinates, as boxes.
///
/// Painted are text (invisible text apart), strokes, fills that are neither white nor a background of at least four fifths
/// of the page, images and shadings. A box may be larger than what is seen: a field over nothing but free paper is what this
/// is to recognise. Content that cannot be interpreted counts as painted everywhere, and so does what readers interpret in
/// different ways.
struct PaintedContent {
    /// The boxes; with `isUnknown` the whole page.
    private(set) var boxes: [PageRectangle] = []
    /// Whether the content could not be interpreted.
    private(set) var isUnknown = false

    /// Most boxes that are kept; more count as one around all.
    static let mostBoxes = 100_000

    /// - Parameter source: What the contents of all pages of the document are read with.
    init(ofPage page: IndirectReference, in source: ContentSource, asOf revision: Int) {
        let file = source.file
        do throws(PDFSyntaxError) {
            guard let geometry = try? PageGeometry(of: page, in: file, asOf: revision) else {
                isUnknown = true
                return
            }
            let dictionary = try file.object(page, asOf: revision).dictionary ?? [:]
            var bytes: [UInt8] = []
            let contents = try file.resolve(dictionary["Contents"], asOf: revision)
            for part in contents.array ?? [contents] {
                try source.take(operations: 1)
                guard let stream = try file.resolve(part, asOf: revision).stream else { continue }
                bytes += try source.bytes(of: stream, asOf: revision)
                bytes.append(10)
                guard bytes.count <= file.budget.bytes else { throw PDFSyntaxError(.limitExceeded, "page contents") }
            }
            let interpreter = ContentInterpreter(source, revision, visible: geometry.visibleBox)
            try interpreter.run(bytes, resources: Self.resources(of: page, file, revision), depth: 0)
            boxes = interpreter.boxes
            if boxes.count > Self.mostBoxes {
                boxes = [boxes.dropFirst().reduce(boxes[0]) { $0.union($1) }]
            }
        } catch { isUnknown = true }
    }

    /// Whether something is painted inside a rectangle.
    func isPainted(in rectangle: PageRectangle) -> Bool {
        isUnknown || boxes.contains { $0.intersection(rectangle) != nil }
    }

    private static func resources(
        of page: IndirectReference, _ file: PDFFile, _ revision: Int
    ) throws(PDFSyntaxError) -> PDFDictionary {
        var node = page
        for _ in 0..<64 {
            let dictionary = try file.object(node, asOf: revision).dictionary ?? [:]
            if let resources = try file.resolve(dictionary["Resources"], asOf: revision).dictionary { return resources }
            guard let parent = dictionary["Parent"]?.reference else { break }
            node = parent
        }
        return [:]
    }
}

/// The painted content of a document's pages that was asked for, so that each page is read once, within one allowance.
final class PaintedPages {
    private var known: [IndirectReference: PaintedContent] = [:]
    private let source: ContentSource

    init(_ file: PDFFile) { source = ContentSource(file) }

    func content(of page: IndirectReference, asOf revision: Int) -> PaintedContent {
        if let content = known[page] { return content }
        let content = PaintedContent(ofPage: page, in: source, asOf: revision)
        known[page] = content
        return content
    }
}

extension PageRectangle {
    /// The smallest rectangle around two.
    func union(_ other: PageRectangle) -> PageRectangle {
        PageRectangle(corners: [
            min(x, other.x), min(y, other.y), max(x + width, other.x + other.width),
            max(y + height, other.y + other.height),
        ])
    }
}

extension PaintedPages {
    /// Whether a rectangle lies over what a page of the newest revision shows; signatures may be covered to two fifths.
    func isCovered(
        by place: PageRectangle, onPage page: IndirectReference
    ) throws(PDFSyntaxError) -> Bool {
        let file = source.file
        let revision = file.revisions.count - 1
        guard !content(of: page, asOf: revision).isPainted(in: place) else { return true }
        let annotations = try file.resolve(file.object(page).dictionary?["Annots"]).array ?? []
        return try Self.covers(place, annotations, allowingSignatures: true) { (value) throws(PDFSyntaxError) in
            try file.resolve(value)
        }
    }

    /// Whether a rectangle lies over visible annotations.
    ///
    /// - Parameters:
    ///   - allowingSignatures: Signatures may be covered to two fifths, by this rectangle together with all others.
    ///   - beside: Other rectangles that come with this one.
    static func covers(
        _ place: PageRectangle, _ annotations: [PDFObject], allowingSignatures: Bool, beside: [PageRectangle] = [],
        resolving: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> Bool {
        // How much of each signature lies free so far; what comes later in the list is drawn over what comes before.
        var free: [(rectangle: PageRectangle, area: Double)] = []
        for annotation in annotations {
            guard let dictionary = try resolving(annotation).dictionary,
                RevisionComparison.isShown(try resolving(dictionary["F"]).integer ?? 0)
            else { continue }
            if try isDrawn(dictionary, byPointsIn: place, resolving: resolving) { return true }
            guard var rectangle = try PageRectangle(resolving(dictionary["Rect"]), resolving: resolving) else {
                continue
            }
            // What keeps its upright position is turned around its upper left corner; a note's icon has a size of its own.
            let flags = try resolving(dictionary["F"]).integer ?? 0
            let kind = try resolving(dictionary["Subtype"]).name
            if kind == "Text" || flags & 16 != 0 {
                let edge = max(rectangle.width, rectangle.height, kind == "Text" ? 24 : 0)
                let (left, top) = (rectangle.x, rectangle.y + rectangle.height)
                let around = PageRectangle(x: left, y: top, width: 0, height: 0).grown(by: edge)
                rectangle = flags & 16 != 0 ? rectangle.union(around) : rectangle.union(rectangle.aroundIcon)
            }
            for index in free.indices { free[index].area -= free[index].rectangle.intersection(rectangle)?.area ?? 0 }
            guard rectangle.intersection(place) != nil else { continue }
            // Only what was signed is a signature: a field that is none yet, or another annotation, may show anything.
            let isField = try resolving(dictionary["FT"]).name == "Sig" && kind == "Widget"
            guard isField, allowingSignatures, try resolving(dictionary["V"]).dictionary != nil, free.count < 64 else {
                return true
            }
            free.append((rectangle, rectangle.area))
        }
        return free.contains { signature in
            let taken = ([place] + beside).reduce(0) { $0 + (signature.rectangle.intersection($1)?.area ?? 0) }
            return signature.area - taken < signature.rectangle.area * 0.6
        }
    }

    /// Whether readers draw an annotation without an appearance inside a rectangle by its points, wherever its own rectangle
    /// lies; the points count with their border around them.
    private static func isDrawn(
        _ annotation: PDFDictionary, byPointsIn place: PageRectangle,
        resolving: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) -> Bool {
        let appearance = try resolving(annotation["AP"]).dictionary?["N"]
        guard try resolving(appearance).stream == nil else { return false }
        let border = try resolving(resolving(annotation["BS"]).dictionary?["W"]).number ?? 1
        for key in ["L", "CL", "Vertices", "QuadPoints", "InkList"] as [PDFName] {
            var xs: [Double] = []
            var ys: [Double] = []
            let elements = try resolving(annotation[key]).array ?? []
            for element in elements {
                let value = try resolving(element)
                let parts = value.array ?? [value]
                // Long lists are not gone through for every new field: writers of such drawings give them an appearance.
                guard parts.count + xs.count + ys.count <= 256, elements.count <= 256 else { return true }
                for part in parts {
                    guard let number = try resolving(part).number else { continue }
                    if xs.count == ys.count { xs.append(number) } else { ys.append(number) }
                }
            }
            guard let left = xs.min(), let right = xs.max(), let low = ys.min(), let high = ys.max() else { continue }
            let drawn = PageRectangle(corners: [left, low, right, high]).grown(by: max(border, 1))
            if drawn.intersection(place) != nil { return true }
        }
        return false
    }
}
