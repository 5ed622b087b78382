// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PDFSyntax

extension VisibleSignature {
    /// Free space between a text in the corner and the edges of the page, in points.
    static let margin = 20.0

    /// The field choice with the finished appearance: the page and rectangle that it names are filled in.
    func shown(
        in choice: FieldChoice, of file: PDFFile, signer: String?, at time: Instant, offset: Int64
    ) throws(PAdESError) -> FieldChoice {
        let texts = lines.map { line in
            switch line {
            case .text(let text): text.normalizedNFC
            case .signer(let label): (label + (signer ?? "")).normalizedNFC
            // To the second, whatever the instant knows.
            case .time(let label): label + Instant(seconds: time.seconds).text(atOffset: offset)
            }
        }
        let content = try AppearanceContent(image: image, texts: texts, font: font)
        switch choice {
        case .existing(let name, _):
            guard let field = try SignatureField.all(in: file).first(where: { $0.name == name }) else {
                throw PAdESError(.notFound, "no signature field of that name")
            }
            let (geometry, rectangle) = try Self.place(of: field, in: file).values
            return .existing(name: name, appearance: try content.appearance(in: rectangle, on: geometry))
        case .new(let name, _, _):
            let (number, geometry, person) = try target(in: file)
            let rectangle =
                switch position {
                case .at(let rectangle): rectangle
                case .topRight: content.cornerRectangle(on: geometry)
                case .overlapping(_, let size), .overlappingField(_, let size):
                    Self.sealRectangle(over: person, on: geometry, diameter: size)
                }
            guard rectangle.width > 0, rectangle.height > 0, rectangle.width.isFinite, rectangle.height.isFinite,
                rectangle.x.isFinite, rectangle.y.isFinite
            else { throw PAdESError(.unusableField, "a visible signature needs a rectangle with an area") }
            let inside = geometry.clamped(rectangle)
            return .new(name: name, page: number, appearance: try content.appearance(in: inside, on: geometry))
        }
    }

    /// Where an agency's seal goes, as shown: a square whose right edge lies a third into the person's signature, at the
    /// same height (Decree 30/2020/NĐ-CP, Appendix I), inside the page.
    ///
    /// On a page smaller than A4 it shrinks with the page. For a ``ReservedField`` that the agency signs later.
    ///
    /// - Parameter diameter: In points.
    public static func sealRectangle(
        over person: PageRectangle, on page: PageGeometry, diameter: Double = sealDiameter
    ) -> PageRectangle {
        let (long, short) = (max(page.shownWidth, page.shownHeight), min(page.shownWidth, page.shownHeight))
        let side = diameter * min(1, long / 841.9, short / 595.2)
        return page.clamped(
            PageRectangle(
                x: person.x + person.width / 3 - side, y: person.y + (person.height - side) / 2, width: side,
                height: side))
    }

    private func target(in file: PDFFile) throws(PAdESError) -> (Int, PageGeometry, PageRectangle) {
        let pages = try reading { () throws(PDFSyntaxError) in try file.pages() }
        if case .overlappingField(let name, _) = position {
            guard let field = try SignatureField.all(in: file).first(where: { $0.name == name }) else {
                throw PAdESError(.notFound, "no signature field of that name to overlap")
            }
            let place = try Self.place(of: field, in: file)
            guard let index = pages.firstIndex(of: place.page) else {
                throw PAdESError(.notFound, "the field to overlap stands on no page")
            }
            return (index + 1, place.values.geometry, place.values.rectangle)
        }
        guard pages.indices.contains(page - 1) else {
            throw PAdESError(.notFound, "the document has \(pages.count) pages, page \(page) is asked for")
        }
        let geometry = try PageGeometry(of: pages[page - 1], in: file)
        if case .overlapping(let person, _) = position { return (page, geometry, person) }
        return (page, geometry, .empty)
    }

    private static func place(
        of field: SignatureField, in file: PDFFile
    ) throws(PAdESError) -> (page: IndirectReference, values: (geometry: PageGeometry, rectangle: PageRectangle)) {
        guard let widget = field.widgets.first, let corners = widget.rectangle else {
            throw PAdESError(.unusableField, "a field without a widget cannot be shown")
        }
        let own = PageRectangle(corners: corners)
        guard own.width > 0, own.height > 0 else {
            throw PAdESError(.unusableField, "the field has no area on a page")
        }
        let page = try reading { () throws(PDFSyntaxError) -> IndirectReference? in
            if let named = try file.object(widget.reference).dictionary?["P"]?.reference { return named }
            for page in try file.pages() {
                let annotations = try file.resolve(file.object(page).dictionary?["Annots"]).array ?? []
                if annotations.contains(.reference(widget.reference)) { return page }
            }
            return nil
        }
        guard let page else { throw PAdESError(.notFound, "the field's widget stands on no page") }
        let geometry = try PageGeometry(of: page, in: file)
        return (page, (geometry, geometry.asShown(own)))
    }
}
