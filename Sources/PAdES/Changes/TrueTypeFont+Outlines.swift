// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension TrueTypeFont {
    /// The box around the points of every outline, in ems: what the tables claim of it is not believed. `nil` when an outline
    /// leads outside of its table or is composed too deeply.
    ///
    /// - Parameter room: How many steps along outlines may be taken; what is left of it.
    func outlineBox(room: inout Int) -> PageRectangle? {
        guard glyphCount <= 65_535, let glyf = tables["glyf"]?.range else { return nil }
        var steps = 0
        let most = min(1_000_000, room / 8)
        // A composed outline takes more than a step of another font.
        defer { room -= 8 * steps }
        var shifts: Set<Double> = []
        var box: GlyphBox?
        for glyph in 0..<glyphCount {
            guard steps <= most, let outline = place(of: glyph, in: glyf) else { return nil }
            guard !outline.isEmpty else { continue }
            shifts = [0]
            guard let found = points(of: glyph, outline, glyf, depth: 0, &steps, &shifts) else { return nil }
            guard let found else { continue }
            // Rasterizers move an outline so that its left edge, as the glyph claims it, is where the metrics have it.
            for shift in shifts {
                let moved = GlyphBox(
                    left: found.left + shift, low: found.low, right: found.right + shift, high: found.high)
                box = box?.union(moved) ?? moved
            }
        }
        guard let box else { return PageRectangle(x: 0, y: 0, width: 0, height: 0) }
        let em = Double(unitsPerEm)
        return PageRectangle(corners: [box.left / em, box.low / em, box.right / em, box.high / em])
    }

    private struct GlyphBox {
        var left: Double
        var low: Double
        var right: Double
        var high: Double

        func union(_ other: GlyphBox) -> GlyphBox {
            GlyphBox(
                left: min(left, other.left), low: min(low, other.low), right: max(right, other.right),
                high: max(high, other.high))
        }
    }

    private func place(of glyph: Int, in glyf: Range<Int>) -> Range<Int>? {
        guard let loca = tables["loca"]?.range, (0..<glyphCount).contains(glyph) else { return nil }
        let size = usesLongOffsets ? 4 : 2
        func offset(_ index: Int) -> Int? {
            let place = loca.lowerBound + index * size
            guard place + size <= loca.upperBound else { return nil }
            return usesLongOffsets ? file.unsigned32(place) : file.unsigned16(place).map { $0 * 2 }
        }
        // Subsets leave the last offsets out, or let them lead behind the table; readers show nothing there.
        guard let start = offset(glyph), let end = offset(glyph + 1) else { return glyf.upperBound..<glyf.upperBound }
        guard start < end, start < glyf.count else { return glyf.upperBound..<glyf.upperBound }
        // Readers go on behind the end that is told.
        return glyf.lowerBound + start..<glyf.upperBound
    }

    /// The points of an outline; within, `nil` for one without points.
    private func points(
        of glyph: Int, _ outline: Range<Int>, _ glyf: Range<Int>, depth: Int, _ steps: inout Int,
        _ shifts: inout Set<Double>
    ) -> GlyphBox?? {
        steps += 1
        guard steps <= 1_000_000, depth <= 8, let contours = file.signed16(outline.lowerBound) else { return nil }
        // A composed glyph may take the metrics of a part.
        if let left = file.signed16(outline.lowerBound + 2) { shifts.insert(Double(bearing(of: glyph) - left)) }
        guard contours >= 0 else { return composed(outline.lowerBound + 10, glyf, depth, &steps, &shifts) }
        guard contours > 0 else { return .some(nil) }
        let ends = outline.lowerBound + 10
        guard let last = file.unsigned16(ends + 2 * contours - 2), let hints = file.unsigned16(ends + 2 * contours)
        else {
            return nil
        }
        var position = ends + 2 * contours + 2 + hints
        steps += last / 16
        var flags: [UInt8] = []
        while flags.count <= last {
            guard position < outline.upperBound else { return nil }
            let flag = file.bytes[position]
            position += 1
            flags.append(flag)
            guard flag & 8 != 0 else { continue }
            guard position < outline.upperBound else { return nil }
            flags += [UInt8](repeating: flag, count: Int(file.bytes[position]))
            position += 1
        }
        guard let xs = range(flags.prefix(last + 1), 2, 16, &position, outline.upperBound),
            let ys = range(flags.prefix(last + 1), 4, 32, &position, outline.upperBound)
        else { return nil }
        return GlyphBox(left: xs.lowerBound, low: ys.lowerBound, right: xs.upperBound, high: ys.upperBound)
    }

    /// The least and the largest coordinate of one direction.
    private func range(
        _ flags: ArraySlice<UInt8>, _ short: UInt8, _ same: UInt8, _ position: inout Int, _ end: Int
    ) -> ClosedRange<Double>? {
        var value = 0
        var (least, largest) = (Int.max, Int.min)
        for flag in flags {
            if flag & short != 0 {
                guard position < end else { return nil }
                value += flag & same != 0 ? Int(file.bytes[position]) : -Int(file.bytes[position])
                position += 1
            } else if flag & same == 0 {
                guard position + 1 < end, let step = file.signed16(position) else { return nil }
                value += step
                position += 2
            }
            (least, largest) = (min(least, value), max(largest, value))
        }
        return least <= largest ? Double(least)...Double(largest) : nil
    }

    /// A glyph that is composed of others, each moved and turned (ISO/IEC 14496-22 5.3.3).
    private func composed(
        _ start: Int, _ glyf: Range<Int>, _ depth: Int, _ steps: inout Int, _ shifts: inout Set<Double>
    ) -> GlyphBox?? {
        var position = start
        var box: GlyphBox?
        while true {
            guard let flags = file.unsigned16(position), let part = file.unsigned16(position + 2) else { return nil }
            position += 4
            var matrix = Matrix()
            let isWord = flags & 1 != 0
            if flags & 2 != 0 {
                guard let x = isWord ? file.signed16(position) : signed8(position),
                    let y = isWord ? file.signed16(position + 2) : signed8(position + 1)
                else { return nil }
                (matrix.e, matrix.f) = (Double(x), Double(y))
            }
            position += isWord ? 4 : 2
            func fraction(_ index: Int) -> Double { Double(file.signed16(position + 2 * index) ?? 0) / 16_384 }
            if flags & 8 != 0 {
                (matrix.a, matrix.d) = (fraction(0), fraction(0))
                position += 2
            } else if flags & 0x40 != 0 {
                (matrix.a, matrix.d) = (fraction(0), fraction(1))
                position += 4
            } else if flags & 0x80 != 0 {
                (matrix.a, matrix.b, matrix.c, matrix.d) = (fraction(0), fraction(1), fraction(2), fraction(3))
                position += 8
            }
            guard let place = place(of: part, in: glyf) else { return nil }
            if !place.isEmpty {
                guard let inner = points(of: part, place, glyf, depth: depth + 1, &steps, &shifts) else {
                    return nil
                }
                if let inner {
                    let corners = PageRectangle(corners: [inner.left, inner.low, inner.right, inner.high])
                    // Parts that hang on points of others, or whose offset is scaled too, lie anywhere near.
                    let moved = matrix.box(corners).grown(by: flags & 2 == 0 ? Double(unitsPerEm) : 0)
                    let found = GlyphBox(
                        left: moved.x, low: moved.y, right: moved.x + moved.width, high: moved.y + moved.height)
                    box = box?.union(found) ?? found
                }
            }
            guard flags & 0x20 != 0 else { return .some(box) }
        }
    }

    private func signed8(_ position: Int) -> Int? {
        guard file.bytes.indices.contains(position) else { return nil }
        return Int(Int8(bitPattern: file.bytes[position]))
    }
}
