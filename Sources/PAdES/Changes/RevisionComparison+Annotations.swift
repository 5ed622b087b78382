// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import PDFSyntax

extension RevisionComparison {
    /// Kinds of annotations that only show something (ISO 32000-2 Table 171): no links, files, sounds, films or fields.
    private static let harmlessAnnotations: Set<PDFName> = [
        "Text", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline", "Squiggly",
        "StrikeOut", "Stamp", "Caret", "Ink", "Popup",
    ]

    /// Kinds that readers without an appearance draw by these points, wherever `/Rect` lies.
    private static let drawnByPoints: Set<PDFName> = [
        "Line", "Polygon", "PolyLine", "Highlight", "Underline", "Squiggly", "StrikeOut", "Ink",
    ]

    /// A new annotation: made of new objects only, without actions, over free paper.
    func explainAnnotation(
        _ element: PDFObject, on page: IndirectReference, beside others: [PDFObject]
    ) throws(PDFSyntaxError) {
        guard let reference = element.reference, isAdded(reference),
            let annotation = try object(reference, asOf: after).dictionary
        else {
            refuse(.annotationChanged, element.reference ?? page)
            return
        }
        newAnnotations.append(reference)
        try claimNewObjects(from: element)
        let isHarmless = try new(annotation["Subtype"]).name.map(Self.harmlessAnnotations.contains) ?? false
        let isActive = ["A", "AA", "Dest", "RichMediaSettings", "FS"].contains { annotation[$0] != nil }
        // What it shows may not come out of what was there before.
        let refersBack = annotation.references.contains { !isAdded($0) && $0 != page }
        guard isHarmless, !isActive, !refersBack, try !isDrawnElsewhere(annotation), try haveBoxes(annotation["AP"])
        else {
            refuse(.annotationUnsuitable, reference)
            return
        }
        // The window of a note lies anywhere; closed, it is not there until somebody asks for it.
        guard try !isClosedWindow(annotation) else { return }
        if try covers(annotation, page, beside: others, allowingSignatures: false) {
            refuse(.annotationUnsuitable, reference)
        }
    }

    /// Whether an annotation with these flags is seen on a screen, on paper, or once the pointer comes near (ISO 32000-2 Table
    /// 167: Hidden; NoView without Print and ToggleNoView).
    ///
    /// Flags that no reader can hold count as none: some leave them out, and what they seem to hide is then seen.
    static func isShown(_ flags: Int64) -> Bool {
        guard flagRange.contains(flags) else { return true }
        return flags & 2 == 0 && (flags & 32 == 0 || flags & (4 | 256) != 0)
    }

    /// The flags that every reader can hold.
    private static let flagRange = 0...Int64(Int32.max)

    /// Whether an annotation shows something: it is not hidden, and its rectangle, whose numbers may be objects of their own
    /// (ISO 32000-2 §7.3.10), has an area. A rectangle that is none counts as one with an area.
    func isVisible(_ annotation: PDFDictionary) throws(PDFSyntaxError) -> Bool {
        guard Self.isShown(try new(annotation["F"]).integer ?? 0) else { return false }
        var numbers: [Double] = []
        for element in try new(annotation["Rect"]).array?.prefix(5) ?? [] {
            guard let number = try new(element).number else { return true }
            numbers.append(number)
        }
        return numbers.count != 4 || (numbers[0] != numbers[2] && numbers[1] != numbers[3])
    }

    /// Whether readers draw an annotation outside of its `/Rect`: by its points, when it has no appearance or they make one of
    /// their own, or because it keeps its size or its upright position.
    func isDrawnElsewhere(_ annotation: PDFDictionary) throws(PDFSyntaxError) -> Bool {
        let kind = try new(annotation["Subtype"]).name
        if kind == "Text" || kind == "Popup" { return false }
        // NoZoom and NoRotate (Table 167).
        let flags = try new(annotation["F"])
        guard flags.isNull || flags.integer.map({ Self.flagRange.contains($0) && $0 & (8 | 16) == 0 }) ?? false else {
            return true
        }
        let hasCallout = annotation["CL"] != nil
        if hasCallout || kind.map(Self.drawnByPoints.contains) ?? false {
            guard try new(new(annotation["AP"]).dictionary?["N"]).stream != nil else { return true }
        }
        guard let place = try PageRectangle(new(annotation["Rect"]), in: file, asOf: after)?.grown(by: 2) else {
            return true
        }
        // A callout line has a meaning in callouts only (Table 177); writers leave it behind in other free text.
        let isCallout = try new(annotation["IT"]).name == "FreeTextCallout"
        for key in ["L", "CL", "Vertices", "QuadPoints", "InkList", "Path"] as [PDFName] where key != "CL" || isCallout
        {
            for list in try lists(annotation[key]) where !place.contains(points: list) { return true }
        }
        return false
    }

    /// An array of numbers, or those in an array of arrays; what is no number counts as none.
    private func lists(_ value: PDFObject?) throws(PDFSyntaxError) -> [[Double]] {
        let elements = try new(value).array ?? []
        steps += elements.count / 8
        var numbers: [Double] = []
        var found: [[Double]] = []
        for element in elements {
            let resolved = try new(element)
            if let inner = resolved.array {
                steps += inner.count / 8
                var list: [Double] = []
                for part in inner { list.append(try new(part).number ?? .nan) }
                found.append(list)
            } else {
                numbers.append(resolved.number ?? .nan)
            }
        }
        if !numbers.isEmpty { found.append(numbers) }
        return found
    }

    /// Whether an annotation is the window of a new note, and closed (ISO 32000-2 §12.5.6.14).
    private func isClosedWindow(_ annotation: PDFDictionary) throws(PDFSyntaxError) -> Bool {
        guard try new(annotation["Subtype"]).name == "Popup", annotation["AP"] == nil,
            let parent = annotation["Parent"]?.reference, isAdded(parent)
        else { return false }
        let note = try object(parent, asOf: after).dictionary ?? [:]
        if try new(annotation["Open"]).boolean == true { return false }
        return try new(note["Open"]).boolean != true
    }
}

extension PageRectangle {
    /// Whether all points, two numbers each, lie in the rectangle.
    fileprivate func contains(points: [Double]) -> Bool {
        guard points.count.isMultiple(of: 2) else { return false }
        return stride(from: 0, to: points.count, by: 2).allSatisfy { index in
            (x...x + width).contains(points[index]) && (y...y + height).contains(points[index + 1])
        }
    }
}
