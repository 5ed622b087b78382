// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

/// The field that a new signature goes into.
public enum FieldChoice: Sendable {
    /// A new field at the root of the form.
    ///
    /// - `name`: Unique, not empty, without a period.
    /// - `page`: From 1.
    /// - `appearance`: Where and how it is shown; `nil` for an invisible field.
    case new(name: String, page: Int = 1, appearance: SignatureAppearance? = nil)
    /// An unsigned signature field that is there already, by its fully qualified name.
    ///
    /// - `appearance`: Shown in the field's first widget, scaled to its rectangle; that of the appearance is only its box.
    case existing(name: String, appearance: SignatureAppearance? = nil)
}

/// A rectangle of a page in points (1/72 inch), from the lower left corner of the page's coordinate system.
public struct PageRectangle: Sendable, Hashable, Codable {
    /// Left edge.
    public let x: Double
    /// Lower edge.
    public let y: Double
    /// Width.
    public let width: Double
    /// Height.
    public let height: Double

    /// Makes a rectangle.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    var object: PDFObject { .array([x, y, x + width, y + height].map(Self.number)) }
    static let empty = PageRectangle(x: 0, y: 0, width: 0, height: 0)

    private static func number(_ value: Double) -> PDFObject {
        Int64(exactly: value).map(PDFObject.integer) ?? .real(value)
    }
}

/// How a visible signature field is shown: a rectangle and the content of a form XObject (ISO 32000-2 §8.10).
public struct SignatureAppearance: Sendable {
    /// Where on the page.
    public let rectangle: PageRectangle
    /// The content stream's operators; the form's box is `[0 0 width height]`.
    public let content: [UInt8]
    /// `/Resources` of the form: direct, or referring to ``embedded`` objects.
    public let resources: PDFDictionary
    /// Streams that the resources need, such as fonts and images: each is written as a new object, and the resources get
    /// a reference to it under the category and the name.
    public let embedded: [Embedded]
    /// How far the page is turned clockwise when it is shown, in degrees: the form is turned back, so that it stands
    /// upright. Its box has the size of the rectangle as shown.
    let rotation: Int
    /// Writes objects that the content needs and gives the resources that name them.
    let write: (@Sendable (inout IncrementalUpdate) throws(PDFSyntaxError) -> PDFDictionary)?

    /// A stream that the resources name.
    public struct Embedded: Sendable {
        /// The resource category, for example `XObject`.
        public let category: PDFName
        /// The name that the content uses.
        public let name: PDFName
        /// The stream dictionary without `/Length`.
        public let dictionary: PDFDictionary
        /// The encoded bytes.
        public let bytes: [UInt8]

        /// Makes an embedded stream.
        public init(category: PDFName, name: PDFName, dictionary: PDFDictionary, bytes: [UInt8]) {
            self.category = category
            self.name = name
            self.dictionary = dictionary
            self.bytes = bytes
        }
    }

    /// Makes an appearance.
    public init(
        rectangle: PageRectangle, content: [UInt8], resources: PDFDictionary = [:], embedded: [Embedded] = []
    ) {
        self.rectangle = rectangle
        self.content = content
        self.resources = resources
        self.embedded = embedded
        rotation = 0
        write = nil
    }

    init(
        rectangle: PageRectangle, rotation: Int, content: [UInt8],
        writing write: @escaping @Sendable (inout IncrementalUpdate) throws(PDFSyntaxError) -> PDFDictionary
    ) {
        self.rectangle = rectangle
        self.content = content
        self.rotation = rotation
        self.write = write
        resources = [:]
        embedded = []
    }

    /// The form's box and matrix (ISO 32000-2 §8.10.2, §12.5.5).
    var placement: PDFDictionary {
        let isTurned = rotation == 90 || rotation == 270
        let (width, height) = (rectangle.width, rectangle.height)
        let box = PageRectangle(x: 0, y: 0, width: isTurned ? height : width, height: isTurned ? width : height)
        let matrix: [Int64]? =
            switch rotation {
            case 90: [0, 1, -1, 0, 0, 0]
            case 180: [-1, 0, 0, -1, 0, 0]
            case 270: [0, -1, 1, 0, 0, 0]
            default: nil
            }
        var dictionary: PDFDictionary = ["BBox": box.object]
        if let matrix { dictionary["Matrix"] = .array(matrix.map { .integer($0) }) }
        return dictionary
    }
}
