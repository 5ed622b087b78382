// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A font program in the Compact Font Format (Adobe Technical Note 5176), as far as the box around its outlines needs it.
struct CompactFont {
    /// The box around the points of all outlines, in ems.
    let outlineBox: PageRectangle

    /// Reads the first font of a set; `nil` for a damaged one and for outlines that are not followed.
    ///
    /// - Parameter room: How many steps along outlines may be taken; what is left of it.
    init?(_ bytes: ArraySlice<UInt8>, room: inout Int) {
        let file = FontBytes(bytes: Array(bytes))
        guard file.bytes.count > 4, file.bytes[0] == 1, let names = Self.index(file, at: Int(file.bytes[2])),
            let tops = Self.index(file, at: names.end), let strings = Self.index(file, at: tops.end),
            let globals = Self.index(file, at: strings.end), let first = tops.items.first,
            let top = Self.dictionary(first), let place = Self.offset(top[17]?.first),
            let characters = Self.index(file, at: place)?.items, characters.count <= 65_536
        else { return nil }
        guard top[Self.type]?.first ?? 2 == 2, let matrix = Self.scale(top[Self.matrix]) else { return nil }
        var box: PageRectangle?
        func follow(
            _ codes: [ArraySlice<UInt8>], _ privates: [Double]?, _ scale: (x: Double, y: Double), _ room: inout Int
        ) -> Bool {
            // Routines and choices are gone through for each font of a set.
            let locals = Self.locals(privates, file)
            room -= (locals.count + characters.count) / 4
            guard let found = Self.box(of: codes, locals, globals.items, room: &room) else { return false }
            if let found {
                let corners = [found.x, found.y, found.x + found.width, found.y + found.height]
                let scaled = PageRectangle(corners: zip(corners, [scale.x, scale.y, scale.x, scale.y]).map { $0 * $1 })
                box = box?.union(scaled) ?? scaled
            }
            return true
        }
        if top[Self.ordering] == nil {
            guard follow(characters, top[18], matrix ?? (0.001, 0.001), &room) else { return nil }
        } else {
            // A font of several: which glyph belongs to which is left open, and every one is followed with each.
            guard let place = Self.offset(top[Self.fonts]?.first), let fonts = Self.index(file, at: place)?.items,
                (1...64).contains(fonts.count), let choice = Self.choice(top, file, characters.count)
            else { return nil }
            for (number, part) in fonts.enumerated() {
                guard let own = Self.dictionary(part), let inner = Self.scale(own[Self.matrix]) else { return nil }
                let scale =
                    switch (matrix, inner) {
                    case (let outer?, let inner?): (outer.x * inner.x, outer.y * inner.y)
                    case (let one?, nil), (nil, let one?): one
                    case (nil, nil): (0.001, 0.001)
                    }
                let codes = zip(characters, choice).filter { $0.1 == number }.map(\.0)
                guard follow(codes, own[18], scale, &room) else { return nil }
            }
        }
        outlineBox = box ?? PageRectangle(x: 0, y: 0, width: 0, height: 0)
    }

    // Operators of two octets are 256 more than their second.
    private static let matrix = 256 + 7
    private static let type = 256 + 6
    private static let ordering = 256 + 30
    private static let fonts = 256 + 36
    private static let selection = 256 + 37

    /// The box of some characters; within, `nil` when none has a point.
    static func box(
        of codes: [ArraySlice<UInt8>], _ locals: [ArraySlice<UInt8>], _ globals: [ArraySlice<UInt8>],
        isType1: Bool = false, room: inout Int
    ) -> PageRectangle?? {
        var strings = CharacterStrings(isType1: isType1, globals: globals, room: room)
        defer { room -= strings.steps }
        for code in codes { guard strings.follow(code, locals: locals) else { return nil } }
        guard var box = strings.box else { return .some(nil) }
        let whole = box
        for shift in strings.shifts {
            box = box.union(
                PageRectangle(x: whole.x + shift.x, y: whole.y + shift.y, width: whole.width, height: whole.height))
        }
        return box
    }

    private static func index(_ file: FontBytes, at start: Int) -> (items: [ArraySlice<UInt8>], end: Int)? {
        guard let count = file.unsigned16(start) else { return nil }
        guard count > 0 else { return ([], start + 2) }
        guard start + 2 < file.bytes.count else { return nil }
        let size = Int(file.bytes[start + 2])
        let data = start + 2 + (count + 1) * size
        guard (1...4).contains(size), data < file.bytes.count else { return nil }
        func offset(_ index: Int) -> Int {
            file.bytes[(start + 3 + index * size)..<(start + 3 + (index + 1) * size)].reduce(0) { $0 << 8 | Int($1) }
        }
        var items: [ArraySlice<UInt8>] = []
        var begin = data + offset(0)
        for index in 1...count {
            let end = data + offset(index)
            guard begin <= end, end <= file.bytes.count else { return nil }
            items.append(file.bytes[begin..<end])
            begin = end
        }
        return (items, begin)
    }

    private static func offset(_ value: Double?) -> Int? {
        value.flatMap { $0 > 0 && $0 < 1e9 ? Int($0) : nil }
    }

    /// The operands of each operator.
    private static func dictionary(_ bytes: ArraySlice<UInt8>) -> [Int: [Double]]? {
        var rest = bytes
        var entries: [Int: [Double]] = [:]
        var operands: [Double] = []
        while let octet = rest.popFirst() {
            switch octet {
            case 0...21:
                var key = Int(octet)
                if octet == 12 {
                    guard let second = rest.popFirst() else { return nil }
                    key = 256 + Int(second)
                }
                entries[key] = operands
                operands = []
            case 28:
                guard rest.count >= 2 else { return nil }
                let bits = rest.prefix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
                operands.append(Double(Int16(bitPattern: bits)))
                rest = rest.dropFirst(2)
            case 29:
                guard rest.count >= 4 else { return nil }
                let bits = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                operands.append(Double(Int32(bitPattern: bits)))
                rest = rest.dropFirst(4)
            case 30:
                guard let real = real(&rest) else { return nil }
                operands.append(real)
            case 32...246: operands.append(Double(octet) - 139)
            case 247...254:
                guard let low = rest.popFirst() else { return nil }
                let high = Double(octet)
                operands.append(
                    octet < 251 ? (high - 247) * 256 + Double(low) + 108 : -(high - 251) * 256 - Double(low) - 108)
            default: return nil
            }
        }
        return entries
    }

    private static func real(_ rest: inout ArraySlice<UInt8>) -> Double? {
        var text = ""
        let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "E", "E-", "", "-"]
        while let octet = rest.popFirst(), text.utf8.count < 40 {
            for half in [Int(octet >> 4), Int(octet & 15)] {
                guard half < 15 else {
                    return Double(text.hasPrefix(".") ? "0" + text : text) ?? Double(text.replacingMinus)
                }
                text += digits[half]
            }
        }
        return nil
    }

    /// The scale of a font matrix; within, `nil` where there is none. A turned or moved font is not followed.
    private static func scale(_ values: [Double]?) -> (x: Double, y: Double)?? {
        guard let values else { return .some(nil) }
        guard values.count == 6, values[1] == 0, values[2] == 0, values[4] == 0, values[5] == 0 else { return nil }
        return (values[0], values[3])
    }

    private static func locals(_ place: [Double]?, _ file: FontBytes) -> [ArraySlice<UInt8>] {
        guard let place, place.count == 2, let start = offset(place[1]), place[0] >= 0, place[0] < 1e6,
            start + Int(place[0]) <= file.bytes.count,
            let entries = dictionary(file.bytes[start..<start + Int(place[0])]), let own = offset(entries[19]?.first)
        else { return [] }
        return index(file, at: start + own)?.items ?? []
    }

    /// The number of the font of each glyph.
    private static func choice(_ top: [Int: [Double]], _ file: FontBytes, _ count: Int) -> [Int]? {
        guard let start = offset(top[selection]?.first), start < file.bytes.count else { return nil }
        if file.bytes[start] == 0 {
            guard start + 1 + count <= file.bytes.count else { return nil }
            return file.bytes[start + 1..<start + 1 + count].map { Int($0) }
        }
        guard file.bytes[start] == 3, let ranges = file.unsigned16(start + 1) else { return nil }
        var found: [Int] = []
        for range in 0..<ranges {
            guard let first = file.unsigned16(start + 3 + range * 3), let next = file.unsigned16(start + 6 + range * 3),
                first == found.count, next > first, next <= count
            else { return nil }
            found += [Int](repeating: Int(file.bytes[start + 5 + range * 3]), count: next - first)
        }
        return found.count == count ? found : nil
    }
}

extension String {
    /// A number that begins with a sign and a point, with a zero between them.
    fileprivate var replacingMinus: String { hasPrefix("-.") ? "-0" + dropFirst() : self }
}
