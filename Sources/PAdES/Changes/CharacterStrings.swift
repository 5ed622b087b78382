// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Follows the outlines of fonts in PostScript's forms, as far as the box around their points needs it: Type 2 charstrings
/// (Adobe Technical Note 5177) and Type 1 charstrings (Adobe Type 1 Font Format, chapter 6).
///
/// Operators of which neither form needs any, such as arithmetic, end it: nothing is said of such a font.
struct CharacterStrings {
    /// The box so far, in units of the design; `nil` before the first point.
    private(set) var box: PageRectangle?
    /// How far accents of composed characters are moved.
    private(set) var shifts: [(x: Double, y: Double)] = []
    private let isType1: Bool
    private let globals: [ArraySlice<UInt8>]
    private var locals: [ArraySlice<UInt8>] = []
    private var stack: [Double] = []
    private var passed: [Double] = []
    private var position = (x: 0.0, y: 0.0)
    private var stems = 0
    private(set) var steps = 0
    private let limit: Int
    private var hasEnded = false

    private static let most = 4_000_000

    /// - Parameter room: How many steps may be taken, beyond the limit that a font has of its own.
    init(isType1: Bool, globals: [ArraySlice<UInt8>] = [], room: Int) {
        self.isType1 = isType1
        limit = min(Self.most, room)
        self.globals = globals
    }

    /// Follows one character; `false` when it cannot be followed.
    mutating func follow(_ code: ArraySlice<UInt8>, locals: [ArraySlice<UInt8>]) -> Bool {
        self.locals = locals
        (stack, passed, position, stems, hasEnded) = ([], [], (0, 0), 0, false)
        return run(code, depth: 0)
    }

    private mutating func run(_ code: ArraySlice<UInt8>, depth: Int) -> Bool {
        guard depth <= 10 else { return false }
        var rest = code
        while !hasEnded, let octet = rest.popFirst() {
            steps += 1
            guard steps <= limit, stack.count <= 513 else { return false }
            if octet >= 32 || octet == 28 {
                guard let number = number(octet, &rest) else { return false }
                stack.append(number)
                continue
            }
            switch octet {
            case 10, 29:
                guard octet == 10 || !isType1, let subroutine = subroutine(isGlobal: octet == 29) else { return false }
                guard run(subroutine, depth: depth + 1) else { return false }
            case 11: return true
            case 19, 20:
                guard !isType1 else { return false }
                stems += stack.count / 2
                stack = []
                rest = rest.dropFirst((stems + 7) / 8)
            case 12:
                guard let second = rest.popFirst(), escaped(second) else { return false }
            default: guard perform(octet) else { return false }
            }
        }
        return true
    }

    private func number(_ octet: UInt8, _ rest: inout ArraySlice<UInt8>) -> Double? {
        switch octet {
        case 28:
            guard !isType1, let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            return Double(Int16(bitPattern: UInt16(high) << 8 | UInt16(low)))
        case 32...246: return Double(octet) - 139
        case 247...254:
            guard let low = rest.popFirst() else { return nil }
            return octet < 251
                ? (Double(octet) - 247) * 256 + Double(low) + 108 : -(Double(octet) - 251) * 256 - Double(low) - 108
        default:
            guard rest.count >= 4 else { return nil }
            let bits = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            return Double(Int32(bitPattern: bits)) / (isType1 ? 1 : 65_536)
        }
    }

    private mutating func subroutine(isGlobal: Bool) -> ArraySlice<UInt8>? {
        guard let number = stack.popLast(), abs(number) < 1e6 else { return nil }
        let list = isGlobal ? globals : locals
        let bias = isType1 ? 0 : list.count < 1240 ? 107 : list.count < 33_900 ? 1131 : 32_768
        let index = Int(number) + bias
        return list.indices.contains(index) ? list[index] : nil
    }

    private mutating func perform(_ octet: UInt8) -> Bool {
        defer { stack = [] }
        switch octet {
        case 1, 3, 18, 23: stems += stack.count / 2
        case 4: move(0, stack.last ?? 0)
        case 21:
            guard stack.count >= 2 else { return false }
            move(stack[stack.count - 2], stack[stack.count - 1])
        case 22: move(stack.last ?? 0, 0)
        case 5: for index in stride(from: 0, to: stack.count - 1, by: 2) { move(stack[index], stack[index + 1]) }
        case 6, 7:
            for (index, step) in stack.enumerated() {
                if (octet == 6) == index.isMultiple(of: 2) { move(step, 0) } else { move(0, step) }
            }
        case 8: for index in stride(from: 0, to: stack.count - 5, by: 6) { curve(stack[index..<index + 6]) }
        case 24, 25: return mixed(octet)
        case 26, 27: return even(octet)
        case 30, 31: return turning(octet)
        case 9 where isType1: break
        case 13 where isType1:
            guard stack.count >= 2 else { return false }
            position = (stack[0], 0)
        case 14:
            hasEnded = true
            if !isType1, stack.count >= 4 { shifts.append((stack[stack.count - 4], stack[stack.count - 3])) }
        default: return false
        }
        return true
    }

    /// Curves and a line (24), or lines and a curve (25).
    private mutating func mixed(_ octet: UInt8) -> Bool {
        var rest = stack[...]
        if octet == 24 {
            while rest.count >= 8 {
                curve(rest.prefix(6))
                rest = rest.dropFirst(6)
            }
            guard rest.count >= 2 else { return false }
            move(rest[rest.startIndex], rest[rest.startIndex + 1])
        } else {
            while rest.count >= 8 {
                move(rest[rest.startIndex], rest[rest.startIndex + 1])
                rest = rest.dropFirst(2)
            }
            guard rest.count >= 6 else { return false }
            curve(rest.prefix(6))
        }
        return true
    }

    /// Curves that begin and end upright (26) or level (27).
    private mutating func even(_ octet: UInt8) -> Bool {
        var rest = stack[...]
        var across = 0.0
        if !rest.count.isMultiple(of: 4), let first = rest.popFirst() { across = first }
        while rest.count >= 4 {
            let part = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            curve(
                octet == 26
                    ? [across, part[0], part[1], part[2], 0, part[3]] : [part[0], across, part[1], part[2], part[3], 0])
            across = 0
        }
        return true
    }

    /// Curves that begin upright (30) or level (31) and end the other way, in turn.
    private mutating func turning(_ octet: UInt8) -> Bool {
        var rest = stack[...]
        var isLevel = octet == 31
        while rest.count >= 4 {
            let part = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            let last = rest.count == 1 ? rest.popFirst() ?? 0 : 0
            curve(
                isLevel
                    ? [part[0], 0, part[1], part[2], last, part[3]] : [0, part[0], part[1], part[2], part[3], last])
            isLevel.toggle()
        }
        return true
    }

    private mutating func escaped(_ octet: UInt8) -> Bool {
        if isType1 { return escapedType1(octet) }
        defer { stack = [] }
        let s = stack
        switch octet {
        case 34:
            guard s.count >= 7 else { return false }
            curve([s[0], 0, s[1], s[2], s[3], 0])
            curve([s[4], 0, s[5], -s[2], s[6], 0])
        case 35:
            guard s.count >= 12 else { return false }
            curve(s[0..<6])
            curve(s[6..<12])
        case 36:
            guard s.count >= 9 else { return false }
            curve([s[0], s[1], s[2], s[3], s[4], 0])
            curve([s[5], 0, s[6], s[7], s[8], -(s[1] + s[3] + s[7])])
        case 37:
            guard s.count >= 11 else { return false }
            let x = s[0] + s[2] + s[4] + s[6] + s[8]
            let y = s[1] + s[3] + s[5] + s[7] + s[9]
            curve(s[0..<6])
            curve([s[6], s[7], s[8], s[9], abs(x) > abs(y) ? s[10] : -x, abs(x) > abs(y) ? -y : s[10]])
        default: return false
        }
        return true
    }

    private mutating func escapedType1(_ octet: UInt8) -> Bool {
        switch octet {
        case 0, 1, 2: stack = []
        case 6:
            guard stack.count >= 5 else { return false }
            shifts.append((stack[1] - stack[0] + position.x, stack[2]))
            hasEnded = true
        case 7:
            guard stack.count >= 4 else { return false }
            position = (stack[0], stack[1])
            stack = []
        case 12:
            guard let divisor = stack.popLast(), let value = stack.popLast(), divisor != 0 else { return false }
            stack.append(value / divisor)
        case 16:
            // Only flexes (0 to 2) and the replacement of hints (3); what they give back is taken from the same stack.
            guard let routine = stack.popLast(), let count = stack.popLast(), (0...3).contains(routine), count >= 0,
                Int(count) <= stack.count
            else { return false }
            passed = Array(stack.suffix(Int(count)).reversed())
            stack.removeLast(Int(count))
            if routine == 0, passed.count == 3 { passed = [passed[1], passed[0]] }
        case 17: stack.append(passed.isEmpty ? 0 : passed.removeLast())
        case 33:
            guard stack.count >= 2 else { return false }
            stack = []
        default: return false
        }
        return true
    }

    private mutating func curve(_ steps: ArraySlice<Double>) { curve(Array(steps)) }
    private mutating func curve(_ steps: [Double]) {
        for index in stride(from: 0, to: 6, by: 2) { move(steps[index], steps[index + 1]) }
    }

    /// Goes on to a point, which counts: what is between the points of a curve lies within them.
    private mutating func move(_ x: Double, _ y: Double) {
        position = (position.x + x, position.y + y)
        let point = PageRectangle(x: position.x, y: position.y, width: 0, height: 0)
        box = box?.union(point) ?? point
    }
}
