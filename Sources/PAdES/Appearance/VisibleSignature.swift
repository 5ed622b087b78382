// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What a signature shows on a page and where: the forms of Decree 30/2020/NĐ-CP, Appendix I, and Circular 05/2025, and a
/// free one.
///
/// Rectangles are "as shown" (``PageGeometry``): points from the lower left corner of what a reader sees, whatever the
/// page's rotation and crop box. Texts are set in 10 points, black, in an embedded font; times are Vietnam's, to the
/// second.
public struct VisibleSignature: Sendable {
    /// Where it is shown. A field that exists already keeps its own place.
    public enum Position: Sendable, Hashable {
        /// In a rectangle of a page as shown.
        case at(PageRectangle)
        /// In the upper right corner, as large as the text needs.
        case topRight
        /// Over the left third of a rectangle of the page, a square with sides of `size` points; moved inside the page.
        case overlapping(PageRectangle, size: Double)
        /// The same over the first widget of a signature field, on that widget's page.
        case overlappingField(String, size: Double)
    }

    /// One paragraph of text.
    public enum Line: Sendable, Hashable {
        /// A text as it is.
        case text(String)
        /// The signer's name after a label.
        case signer(label: String)
        /// The signing time after a label, for example `2026-11-21T09:30:22+07:00`.
        case time(label: String)
    }

    /// The page, from 1.
    public var page: Int
    /// Where it is shown.
    public var position: Position
    /// The picture, fitted into the rectangle and centred; `nil` for none.
    public var image: PNGImage?
    /// The text; empty for none.
    public var lines: [Line]
    /// The font of the text; `nil` for ``TrueTypeFont/installed(covering:)``.
    public var font: TrueTypeFont?

    /// Makes a free form.
    public init(
        page: Int = 1, position: Position, image: PNGImage? = nil, lines: [Line] = [], font: TrueTypeFont? = nil
    ) {
        self.page = page
        self.position = position
        self.image = image
        self.lines = lines
        self.font = font
    }

    /// The same with another font.
    public func with(font: TrueTypeFont) -> VisibleSignature {
        var copy = self
        copy.font = font
        return copy
    }

    /// Diameter of a seal with the national emblem in points: 36 mm.
    public static let sealDiameter = 36.0 / 25.4 * 72

    /// The competent person's approval: the handwritten signature, blue on a transparent ground, between title and name;
    /// without a picture, name and time.
    public static func approval(
        page: Int = 1, at rectangle: PageRectangle, image: PNGImage? = nil
    ) -> VisibleSignature {
        VisibleSignature(
            page: page, position: .at(rectangle), image: image,
            lines: image == nil ? [.signer(label: "Người ký: "), .time(label: "Thời gian ký: ")] : [])
    }

    /// The agency's seal in its true size, over the left third of the person's signature.
    public static func agency(
        seal: PNGImage, page: Int = 1, overlapping person: PageRectangle, diameter: Double = sealDiameter
    ) -> VisibleSignature {
        VisibleSignature(page: page, position: .overlapping(person, size: diameter), image: seal)
    }

    /// The same over the signature in a field that the document has.
    public static func agency(
        seal: PNGImage, overlappingField name: String, diameter: Double = sealDiameter
    ) -> VisibleSignature {
        VisibleSignature(position: .overlappingField(name, size: diameter), image: seal)
    }

    /// What kind of copy a copying agency certifies.
    public enum CopyForm: String, Sendable, Hashable, CaseIterable {
        /// A full copy, "sao y".
        case full = "SAO Y"
        /// A copy of a copy, "sao lục".
        case ofCopy = "SAO LỤC"
        /// An excerpt, "trích sao".
        case excerpt = "TRÍCH SAO"
    }

    /// A copy into electronic form: kind of copy, copying agency and time in the upper right corner of page 1.
    public static func copy(_ form: CopyForm = .full, by agency: String) -> VisibleSignature {
        VisibleSignature(position: .topRight, lines: [.text(form.rawValue), .text(agency), .time(label: "")])
    }

    /// An annex in a file of its own: number and sign of the document, and time.
    public static func annex(of document: String) -> VisibleSignature {
        VisibleSignature(position: .topRight, lines: [.text(document), .time(label: "")])
    }

    /// A digitised paper: agency and time.
    public static func digitised(by agency: String) -> VisibleSignature {
        VisibleSignature(position: .topRight, lines: [.text(agency), .time(label: "")])
    }

    /// A certified copy out of an archive: the words alone.
    public static let certifiedCopy = VisibleSignature(position: .topRight, lines: [.text("BẢN SAO")])

    /// A citizen's or organisation's own signature: name, masked identifier and time.
    ///
    /// - Parameter identifier: Shown as given; mask it, for example `CCCD 0010******47`.
    public static func citizen(
        page: Int = 1, at rectangle: PageRectangle, identifier: String? = nil
    ) -> VisibleSignature {
        VisibleSignature(
            page: page, position: .at(rectangle),
            lines: [.signer(label: "Người ký: ")] + (identifier.map { [.text($0)] } ?? []) + [
                .time(label: "Thời gian ký: ")
            ])
    }
}
