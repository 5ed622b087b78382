// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension RevisionComparison {
    /// Pages stay as they are, but for widgets of new signature fields in `/Annots`.
    func comparePages() throws(PAdESError) {
        try reading { () throws(PDFSyntaxError) in
            // The tree can differ only when one of its nodes does; nodes and pages are the objects with /Type.
            let earlier = try states.pages(asOf: before)
            let pages = try states.pages(asOf: after)
            guard pages == earlier else {
                refuse(.pageChanged)
                return
            }
            let known = states.set(of: pages)
            var touched: Set<IndirectReference> = []
            for reference in changes.keys {
                if known.contains(reference) { touched.insert(reference) }
                for source in index.sources(of: reference.number, key: "Annots", steps: &steps)
                where known.contains(source) {
                    touched.insert(source)
                }
            }
            for page in touched.sorted() { try comparePage(page) }
        }
    }

    private func comparePage(_ page: IndirectReference) throws(PDFSyntaxError) {
        let first = try object(page, asOf: before).dictionary ?? [:]
        let second = try object(page, asOf: after).dictionary ?? [:]
        for key in changedKeys(first, second) where key != "Annots" {
            if Self.pageBoxes.contains(key), isSameRectangle(first[key], second[key]) { continue }
            refuse(.pageChanged, page)
        }
        if isChanged(page) { claim(page) }
        guard first["Annots"] != nil || second["Annots"] != nil else { return }
        let entry = try enter("Annots", first, second, at: Place(source: page, path: []))
        let old = entry.before.array ?? []
        guard let new = entry.after.array, let added = insertions(old, new) else {
            kinds.insert(.annotation)
            refuse(.annotationChanged, page)
            return
        }
        var places: [IndirectReference: PageRectangle] = [:]
        for reference in added.compactMap(\.reference) where newWidgets.contains(reference) {
            let widget = try object(reference, asOf: after).dictionary ?? [:]
            guard places.count < 256, try isVisible(widget) else { continue }
            places[reference] = try PageRectangle(self.new(widget["Rect"]), in: file, asOf: after)
        }
        for element in added {
            guard let reference = element.reference, newWidgets.contains(reference) else {
                kinds.insert(.annotation)
                try explainAnnotation(element, on: page, beside: old)
                continue
            }
            let widget = try object(reference, asOf: after).dictionary ?? [:]
            guard try isVisible(widget) else { continue }
            let isElsewhere = try isDrawnElsewhere(widget)
            let others = places.filter { $0.key != reference }.map(\.value)
            let isCovering = try covers(widget, page, beside: old, allowingSignatures: true, and: others)
            if isElsewhere || isCovering {
                refuse(.visibleFieldOverContent, reference)
            }
        }
    }

    /// The rectangles of a page (ISO 32000-2 Table 31).
    private static let pageBoxes: Set<PDFName> = ["MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox"]

    /// Whether a rectangle is another one but for the digits that a writer keeps: programs that write a page or field again
    /// round LibreOffice's 595.303937007874 to a single-precision number, to three to ten decimals (Poppler), or both. Less than a
    /// thousandth of a point is seen nowhere, and rounding what was rounded goes no further, whereas any difference as small
    /// could be made again and again.
    func isSameRectangle(_ first: PDFObject?, _ second: PDFObject?) -> Bool {
        guard let first = Self.corners(first), let second = Self.corners(second) else { return false }
        return zip(first, second).allSatisfy { Self.isRounded($0, to: $1) }
    }

    private static func isRounded(_ number: Double, to other: Double) -> Bool {
        if number == other { return true }
        guard abs(number) < 1e6, abs(other) < 1e6 else { return false }
        let single = Double(Float(number))
        return other == single
            || [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10].contains { scale in
                // Less than the next number with as many digits, and more than what the computation leaves out.
                [number, single].contains { abs(($0 * scale).rounded() / scale - other) < min(1e-10, 0.05 / scale) }
            }
    }

    /// The corners of a rectangle whose four numbers stand in the array itself, the lower left one first (§7.9.5).
    private static func corners(_ value: PDFObject?) -> [Double]? {
        guard let array = value?.array, array.count == 4 else { return nil }
        let numbers = array.compactMap(\.number)
        guard numbers.count == 4 else { return nil }
        return [
            min(numbers[0], numbers[2]), min(numbers[1], numbers[3]), max(numbers[0], numbers[2]),
            max(numbers[1], numbers[3]),
        ]
    }

    /// Whether an annotation lies over what the page paints, or over another annotation.
    ///
    /// - Parameter allowingSignatures: Signatures may be covered to two fifths: an agency's seal overlaps a third of the
    ///   person's signature (Decree 30/2020/NĐ-CP, Appendix I).
    /// - Parameter places: Where other new fields of the revision lie.
    func covers(
        _ annotation: PDFDictionary, _ page: IndirectReference, beside others: [PDFObject], allowingSignatures: Bool,
        and places: [PageRectangle] = []
    ) throws(PDFSyntaxError) -> Bool {
        guard var place = try PageRectangle(new(annotation["Rect"]), in: file, asOf: after) else { return true }
        // Readers draw the icon of a note in a size of their own, whatever the rectangle (Table 175).
        if try new(annotation["Subtype"]).name == "Text", try new(new(annotation["AP"]).dictionary?["N"]).stream == nil
        {
            place = place.union(place.aroundIcon)
        }
        let content = states.painted.content(of: page, asOf: before)
        steps += content.boxes.count / 64 + others.count + 1
        guard !content.isPainted(in: place) else { return true }
        return try PaintedPages.covers(place, others, allowingSignatures: allowingSignatures, beside: places) {
            (value) throws(PDFSyntaxError) in try old(value)
        }
    }
}

extension PageRectangle {
    /// What icons take up that hang at one of the left corners, with an edge of 24 points.
    var aroundIcon: PageRectangle {
        let edge = 24.0
        return PageRectangle(corners: [x, min(y, y + height - edge), x + edge, max(y + height, y + edge)])
    }
}
