// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

/// How a page is shown: what is cropped away and how it is turned (ISO 32000-2 §7.7.3.3, §14.11.2).
///
/// "As shown" means points of 1/72 inch from the lower left corner of what a reader sees.
public struct PageGeometry: Sendable, Hashable {
    /// The visible part in the page's own coordinates: the crop box within the media box.
    public let visibleBox: PageRectangle
    /// How far the page is turned clockwise when it is shown: 0, 90, 180 or 270 degrees.
    public let rotation: Int
    /// Size of a unit of the page's coordinates in points, usually 1.
    public let userUnit: Double

    /// Width of the page as shown, in points.
    public var shownWidth: Double { (isTurned ? visibleBox.height : visibleBox.width) * userUnit }
    /// Height of the page as shown, in points.
    public var shownHeight: Double { (isTurned ? visibleBox.width : visibleBox.height) * userUnit }
    /// Whether width and height are exchanged when the page is shown.
    public var isTurned: Bool { rotation == 90 || rotation == 270 }

    /// Reads the boxes, rotation and unit of a page, inherited ones included.
    ///
    /// - Parameter revision: The state of the document, the newest when `nil`.
    /// - Throws: ``PAdESError``: `unreadable`; `malformedForm` for a page without a usable box.
    public init(of page: IndirectReference, in file: PDFFile, asOf revision: Int? = nil) throws(PAdESError) {
        var values: PDFDictionary = [:]
        var node = page
        for _ in 0..<64 {
            let current = node
            let dictionary = try reading { () throws(PDFSyntaxError) in
                try file.object(current, asOf: revision).dictionary ?? [:]
            }
            for key in ["MediaBox", "CropBox", "Rotate"] as [PDFName] where values[key] == nil {
                values[key] = dictionary[key]
            }
            if values["UserUnit"] == nil, node == page { values["UserUnit"] = dictionary["UserUnit"] }
            guard let parent = dictionary["Parent"]?.reference else { break }
            node = parent
        }
        func box(_ key: PDFName) throws(PAdESError) -> PageRectangle? {
            try reading { () throws(PDFSyntaxError) in
                try PageRectangle(file.resolve(values[key], asOf: revision), in: file, asOf: revision)
            }
        }
        guard let media = try box("MediaBox") else {
            throw PAdESError(.malformedForm, clause: "ISO 32000-2 §7.7.3.3", "a page without a media box")
        }
        let crop = try box("CropBox")
        visibleBox = crop.flatMap { $0.intersection(media) } ?? media
        let turn = try reading { () throws(PDFSyntaxError) in
            try file.resolve(values["Rotate"], asOf: revision).number ?? 0
        }
        let quarter = turn.isFinite && abs(turn) < 1e9 ? Int(turn / 90) % 4 : 0
        rotation = (quarter < 0 ? quarter + 4 : quarter) * 90
        let unit = try reading { () throws(PDFSyntaxError) in
            try file.resolve(values["UserUnit"], asOf: revision).number ?? 1
        }
        userUnit = unit.isFinite && unit > 0 ? unit : 1
    }

    /// A rectangle as shown, in the page's own coordinates.
    public func onPage(_ shown: PageRectangle) -> PageRectangle {
        let (x, y) = (shown.x / userUnit, shown.y / userUnit)
        let (width, height) = (shown.width / userUnit, shown.height / userUnit)
        let box = visibleBox
        return switch rotation {
        case 90: PageRectangle(x: box.x + box.width - y - height, y: box.y + x, width: height, height: width)
        case 180:
            PageRectangle(
                x: box.x + box.width - x - width, y: box.y + box.height - y - height, width: width, height: height)
        case 270: PageRectangle(x: box.x + y, y: box.y + box.height - x - width, width: height, height: width)
        default: PageRectangle(x: box.x + x, y: box.y + y, width: width, height: height)
        }
    }

    /// A rectangle of the page's own coordinates, as shown.
    public func asShown(_ own: PageRectangle) -> PageRectangle {
        let box = visibleBox
        let (x, y) = (own.x - box.x, own.y - box.y)
        let turned =
            switch rotation {
            case 90: PageRectangle(x: y, y: box.width - x - own.width, width: own.height, height: own.width)
            case 180:
                PageRectangle(
                    x: box.width - x - own.width, y: box.height - y - own.height, width: own.width, height: own.height)
            case 270: PageRectangle(x: box.height - y - own.height, y: x, width: own.height, height: own.width)
            default: PageRectangle(x: x, y: y, width: own.width, height: own.height)
            }
        return PageRectangle(
            x: turned.x * userUnit, y: turned.y * userUnit, width: turned.width * userUnit,
            height: turned.height * userUnit)
    }

    /// A rectangle as shown, moved so that it lies inside the page as far as its size allows.
    public func clamped(_ shown: PageRectangle) -> PageRectangle {
        let x = max(0, min(shown.x, shownWidth - shown.width))
        let y = max(0, min(shown.y, shownHeight - shown.height))
        return PageRectangle(x: x, y: y, width: shown.width, height: shown.height)
    }
}

extension PageRectangle {
    /// Reads an array of four numbers, in whatever order their corners are (ISO 32000-2 §7.9.5); `nil` for anything else
    /// and for a rectangle without area.
    init?(_ value: PDFObject, in file: PDFFile, asOf revision: Int?) throws(PDFSyntaxError) {
        try self.init(value) { (element) throws(PDFSyntaxError) in try file.resolve(element, asOf: revision) }
    }

    /// The same with another way to follow references.
    init?(
        _ value: PDFObject, resolving: (PDFObject?) throws(PDFSyntaxError) -> PDFObject
    ) throws(PDFSyntaxError) {
        guard let array = value.array, array.count == 4 else { return nil }
        var numbers: [Double] = []
        for element in array {
            guard let number = try resolving(element).number, number.isFinite else { return nil }
            numbers.append(number)
        }
        self.init(corners: numbers)
        guard width > 0, height > 0 else { return nil }
    }

    /// The rectangle between two corners: x, y, x, y.
    init(corners: [Double]) {
        let (x, y) = (min(corners[0], corners[2]), min(corners[1], corners[3]))
        self.init(x: x, y: y, width: max(corners[0], corners[2]) - x, height: max(corners[1], corners[3]) - y)
    }

    /// What two rectangles share; `nil` when that has no area.
    func intersection(_ other: PageRectangle) -> PageRectangle? {
        let (left, lower) = (max(x, other.x), max(y, other.y))
        let right = min(x + width, other.x + other.width)
        let upper = min(y + height, other.y + other.height)
        guard right > left, upper > lower else { return nil }
        return PageRectangle(x: left, y: lower, width: right - left, height: upper - lower)
    }

    var area: Double { width * height }
}
