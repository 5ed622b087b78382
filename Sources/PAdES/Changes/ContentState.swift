// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A transformation of coordinates (ISO 32000-2 §8.3.3).
struct Matrix {
    var (a, b, c, d, e, f) = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    init() {}

    init?(_ numbers: [Double]) {
        guard numbers.count == 6, numbers.allSatisfy(\.isFinite) else { return nil }
        (a, b, c, d, e, f) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    }

    /// This transformation followed by another.
    func concatenated(_ next: Matrix) -> Matrix {
        var result = Matrix()
        result.a = a * next.a + b * next.c
        result.b = a * next.b + b * next.d
        result.c = c * next.a + d * next.c
        result.d = c * next.b + d * next.d
        result.e = e * next.a + f * next.c + next.e
        result.f = e * next.b + f * next.d + next.f
        return result
    }

    func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) { (a * x + c * y + e, b * x + d * y + f) }

    /// The box around a rectangle's image.
    func box(_ rectangle: PageRectangle) -> PageRectangle {
        let corners = [
            point(rectangle.x, rectangle.y), point(rectangle.x + rectangle.width, rectangle.y),
            point(rectangle.x, rectangle.y + rectangle.height),
            point(rectangle.x + rectangle.width, rectangle.y + rectangle.height),
        ]
        let (xs, ys) = (corners.map(\.x), corners.map(\.y))
        return PageRectangle(corners: [xs.min() ?? 0, ys.min() ?? 0, xs.max() ?? 0, ys.max() ?? 0])
    }

    /// Whether angles stay as they are.
    var keepsAngles: Bool {
        let size = abs(a) + abs(b) + abs(c) + abs(d)
        return (abs(a - d) + abs(b + c) < size / 1000) || (abs(a + d) + abs(b - c) < size / 1000)
    }

    /// By how much lengths grow, at most.
    var scale: Double { max((a * a + b * b).squareRoot(), (c * c + d * d).squareRoot()) }
}

/// The graphics state as far as places need it (ISO 32000-2 §8.4).
struct ContentState {
    var matrix = Matrix()
    var clip: PageRectangle
    var lineWidth = 1.0
    var miterLimit = 10.0
    var isFillWhite = false
    /// Whether what is filled has another shape than its path: patterns, soft masks.
    var isFillShaped = false
    var isStrokeShaped = false
    /// Whether white stays white: no blending, mask or transfer function was asked for.
    var keepsWhite = true
    /// Whether a soft mask cuts out what is painted.
    var isMasked = false
    /// Whether what is painted shows in another shape than a rectangle.
    var isClipShaped = false
    var text = ContentTextState()

    init(clip: PageRectangle) { self.clip = clip }
}

/// The text state with the current text matrices (ISO 32000-2 §9.3, §9.4.2).
struct ContentTextState {
    var font: ContentFont?
    var size = 0.0
    var spacing = 0.0
    var wordSpacing = 0.0
    var scale = 1.0
    var leading = 0.0
    var rise = 0.0
    var mode: Int64 = 0
    /// Whether a text object has begun.
    var isOpen = false
    /// By how much less or more the text may have moved since its place was set.
    private(set) var less = 0.0
    private(set) var more = 0.0
    private(set) var matrix = Matrix()
    private var line = Matrix()

    mutating func begin() { set(Matrix()) }

    mutating func set(_ matrix: Matrix) {
        self.matrix = matrix
        line = matrix
        (less, more) = (0, 0)
    }

    mutating func move(_ x: Double, _ y: Double) { set(Self.translation(x, y).concatenated(line)) }

    mutating func nextLine() { move(0, -leading) }

    mutating func advance(_ x: Double) { matrix = Self.translation(x, 0).concatenated(matrix) }

    mutating func advance(_ extent: ContentFont.Extent) {
        advance(extent.advance * scale)
        less += extent.less * abs(scale)
        more += extent.more * abs(scale)
    }

    func extent(of string: [UInt8]) -> ContentFont.Extent {
        if let font { return font.extent(of: string, spacing: spacing, wordSpacing: wordSpacing, size: size) }
        // Without a font readers choose one; whatever it is, it is hardly wider than an em for each byte.
        var extent = ContentFont.Extent()
        extent.advance = Double(string.count) * (size + spacing)
        extent.first = string.isEmpty ? nil : min(0, extent.advance)
        extent.last = string.isEmpty ? nil : max(0, extent.advance)
        extent.less = max(extent.advance, 0)
        return extent
    }

    /// Whether glyphs of a mode show nothing; those that are content streams do so in every mode (§9.3.6). Text that clips
    /// shows in what is painted through it.
    var isInvisible: Bool { mode == 3 && font?.glyphStreams == nil }

    private static func translation(_ x: Double, _ y: Double) -> Matrix {
        var matrix = Matrix()
        (matrix.e, matrix.f) = (x, y)
        return matrix
    }
}

/// A path under construction as boxes of its segments (ISO 32000-2 §8.5.2).
struct ContentPath {
    /// Boxes of short straight pieces, so that a frame is not taken for what it surrounds.
    private(set) var segments: [PageRectangle] = []
    /// Where two pieces of line meet, and how many half widths the spike between them may reach.
    private(set) var joints: [(x: Double, y: Double, reach: Double)] = []
    private var directions: (first: (x: Double, y: Double)?, last: (x: Double, y: Double)?) = (nil, nil)
    private var subpathBoxes: [PageRectangle] = []
    /// The ends of each subpath's lines, until it is seen that they make no rectangle; `nil` from then on.
    private var corners: [[(x: Double, y: Double)]?] = []
    /// Whether the path becomes a clipping path.
    var clips = false
    private var start = (x: 0.0, y: 0.0)
    private var current = (x: 0.0, y: 0.0)
    private static let pieces = 8

    /// Whether the path has more pieces than any drawing.
    var isTooLong: Bool { segments.count > 4_000_000 || subpathBoxes.count > 1_000_000 }

    var box: PageRectangle? {
        subpathBoxes.first.map { first in subpathBoxes.dropFirst().reduce(first) { $0.union($1) } }
    }

    /// The box of each subpath, and whether the subpath is that box and no other shape.
    var subpaths: [(box: PageRectangle, isRectangle: Bool)] {
        zip(subpathBoxes, corners).map { box, corners in
            let isRectangle =
                corners?.count ?? 0 >= 4
                && corners?.allSatisfy { point in
                    (abs(point.x - box.x) < 1 || abs(point.x - box.x - box.width) < 1)
                        && (abs(point.y - box.y) < 1 || abs(point.y - box.y - box.height) < 1)
                } ?? false
            return (box, isRectangle)
        }
    }

    /// Whether the path is one rectangle.
    var isRectangle: Bool { subpathBoxes.count == 1 && subpaths.allSatisfy(\.isRectangle) }

    mutating func append(_ name: String, _ numbers: [Double], _ matrix: Matrix) {
        guard numbers.allSatisfy(\.isFinite) else { return }
        func point(_ index: Int) -> (x: Double, y: Double) { matrix.point(numbers[index], numbers[index + 1]) }
        switch (name, numbers.count) {
        case ("m", 2): begin(point(0))
        case ("l", 2): line(to: point(0))
        case ("c", 6): curve(point(0), point(2), point(4))
        case ("v", 4): curve(current, point(0), point(2))
        case ("y", 4): curve(point(0), point(2), point(2))
        case ("h", _): close()
        case ("re", 4):
            let (x, y, width, height) = (numbers[0], numbers[1], numbers[2], numbers[3])
            begin(matrix.point(x, y))
            line(to: matrix.point(x + width, y))
            line(to: matrix.point(x + width, y + height))
            line(to: matrix.point(x, y + height))
            close()
        default: break
        }
    }

    private mutating func close() {
        line(to: start)
        if let first = directions.first { turn(into: first) }
        directions = (nil, nil)
    }

    /// Notes the corner between the piece before and one that goes on in another direction.
    private mutating func turn(into direction: (x: Double, y: Double)) {
        defer { directions.last = direction }
        guard let last = directions.last else {
            directions.first = direction
            return
        }
        // The spike's length over the width is one over the sine of half the angle between the pieces (§8.4.3.5).
        let cosine = -(last.x * direction.x + last.y * direction.y)
        let sine = max((1 - cosine) / 2, 0).squareRoot()
        if sine < 0.99 { joints.append((current.x, current.y, 1 / max(sine, 1e-6))) }
    }

    private mutating func turn(from begin: (x: Double, y: Double), to end: (x: Double, y: Double)) {
        let (x, y) = (end.x - begin.x, end.y - begin.y)
        let length = (x * x + y * y).squareRoot()
        if length > 0 { turn(into: (x / length, y / length)) }
    }

    private mutating func begin(_ point: (x: Double, y: Double)) {
        (start, current) = (point, point)
        directions = (nil, nil)
        subpathBoxes.append(PageRectangle(x: point.x, y: point.y, width: 0, height: 0))
        corners.append([point])
    }

    /// Takes the end of a line into the subpath's corners; more than a rectangle has, or a slanted line, make no rectangle.
    private mutating func corner(_ point: (x: Double, y: Double), isStraight: Bool) {
        guard let index = corners.indices.last, let known = corners[index] else { return }
        corners[index] = isStraight && known.count < 6 ? known + [point] : nil
    }

    private mutating func line(to end: (x: Double, y: Double)) {
        turn(from: current, to: end)
        let isStraight = abs(end.x - current.x) < 1 || abs(end.y - current.y) < 1
        corner(end, isStraight: isStraight)
        let count = isStraight ? 1 : Self.pieces
        for index in 1...count {
            let part = Double(index) / Double(count)
            piece(to: (current.x + (end.x - current.x) * part, current.y + (end.y - current.y) * part), index)
        }
        current = end
        last = end
    }

    private var last = (x: 0.0, y: 0.0)

    private mutating func piece(to end: (x: Double, y: Double), _ index: Int) {
        if index == 1 { last = current }
        let box = PageRectangle(corners: [last.x, last.y, end.x, end.y])
        segments.append(box)
        if subpathBoxes.isEmpty {
            subpathBoxes.append(box)
            corners.append(nil)
        }
        subpathBoxes[subpathBoxes.count - 1] = subpathBoxes[subpathBoxes.count - 1].union(box)
        last = end
    }

    private mutating func curve(
        _ first: (x: Double, y: Double), _ second: (x: Double, y: Double), _ end: (x: Double, y: Double)
    ) {
        let begin = current
        let points = [begin, first, second, end]
        if let next = points.first(where: { $0 != begin }) { turn(from: begin, to: next) }
        if let before = points.last(where: { $0 != end }) {
            let (x, y) = (end.x - before.x, end.y - before.y)
            let length = (x * x + y * y).squareRoot()
            if length > 0 { directions.last = (x / length, y / length) }
        }
        corner(end, isStraight: false)
        for index in 1...Self.pieces {
            let t = Double(index) / Double(Self.pieces)
            let (u, s) = (1 - t, t)
            func blend(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
                u * u * u * a + 3 * u * u * s * b + 3 * u * s * s * c + s * s * s * d
            }
            piece(to: (blend(begin.x, first.x, second.x, end.x), blend(begin.y, first.y, second.y, end.y)), index)
        }
        current = end
    }
}
