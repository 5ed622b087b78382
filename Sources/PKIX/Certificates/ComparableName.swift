// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// A name in the form in which names are compared (RFC 5280 §7.1): equal names have the same one.
///
/// Text in which every scalar is a character – Latin letters, composed, and the punctuation of their languages – stands as
/// octets, in lower case and with single spaces; so do values that are no text. Comparing and hashing such names, as nearly
/// all are, needs no look at Unicode. From the first relative name on that has other text, strings are compared.
struct ComparableName: Hashable, Sendable {
    /// Each part is as long as it says it is, so that no name is the beginning of another unless its relative names are.
    private var octets: [UInt8] = []
    /// The relative names from the first one on that has other text, each with its attributes in a fixed order.
    private(set) var others: [[String]] = []

    init(capacity: Int) { octets.reserveCapacity(capacity) }

    /// Whether the name begins with all relative names of another.
    func starts(with base: ComparableName) -> Bool {
        guard base.others.isEmpty else { return octets == base.octets && others.starts(with: base.others) }
        return octets.starts(with: base.octets)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(OctetString(octets))
        if !others.isEmpty { hasher.combine(others) }
    }

    /// Where an attribute stands in the input of a name: the content of its type, and its value.
    typealias Place = (type: Range<Int>, value: DERHeader)

    /// Adds a relative name.
    ///
    /// - Returns: `false`, and nothing is added, when it has text that cannot stand as octets.
    mutating func append(_ relative: [Place], of input: [UInt8]) -> Bool {
        let start = octets.count
        octets.append(UInt8(truncatingIfNeeded: relative.count))
        guard relative.count > 1 else {
            guard let only = relative.first, append(only, of: input) else {
                octets.removeLast(octets.count - start)
                return false
            }
            return true
        }
        // One after the other at the end, taken off, and put there in a fixed order.
        var attributes: [[UInt8]] = []
        for attribute in relative {
            let begin = octets.count
            guard append(attribute, of: input) else {
                octets.removeLast(octets.count - start)
                return false
            }
            attributes.append(Array(octets[begin...]))
            octets.removeLast(octets.count - begin)
        }
        octets += attributes.sorted { $0.lexicographicallyPrecedes($1) }.joined()
        return true
    }

    /// Adds relative names as strings; no octets may come behind them.
    mutating func append(others names: some Sequence<[DistinguishedName.Attribute]>) {
        others += names.map { $0.map(Self.string).sorted() }
    }

    /// Adds length and octets of the type, 1 for text or 0, and length and octets of the value.
    private mutating func append(_ attribute: Place, of input: [UInt8]) -> Bool {
        octets.append(UInt8(truncatingIfNeeded: attribute.type.count))
        octets += input[attribute.type]
        let kind = octets.count
        octets += [1, 0, 0, 0, 0]
        let start = octets.count
        if !appendText(attribute.value, of: input) {
            octets.removeLast(octets.count - start)
            let value = attribute.value.range
            guard let element = try? DERElement(in: input, at: value.lowerBound, before: value.upperBound) else {
                return false
            }
            if let text = element.text {
                guard let plain = PlainText.octets(of: text) else { return false }
                octets += plain
            } else {
                octets[kind] = 0
                octets += input[value]
            }
        }
        let count = octets.count - start
        for place in 0..<4 { octets[kind + 1 + place] = UInt8(truncatingIfNeeded: count >> (24 - 8 * place)) }
        return true
    }

    /// Adds text of the usual types in one pass; `false` for what needs a closer look.
    private mutating func appendText(_ value: DERHeader, of input: [UInt8]) -> Bool {
        switch value.tag {
        case .utf8String, .printableString, .ia5String, .visibleString, .numericString: break
        default: return false
        }
        let (start, span, lowerCase) = (octets.count, input.span, PlainText.lowerCase)
        var isAfterSpace = false
        var position = value.content.lowerBound
        while position < value.content.upperBound {
            var scalar = UInt32(span[position])
            position += 1
            if scalar >= 0x80 {
                let left = value.content.upperBound - position
                guard value.tag == .utf8String, left > 0, span[position] & 0xc0 == 0x80 else { return false }
                let second = UInt32(span[position] & 0x3f)
                if (0xc2..<0xe0).contains(scalar) {
                    scalar = (scalar & 0x1f) << 6 | second
                    position += 1
                } else if (0xe1...0xe2).contains(scalar), left > 1, span[position + 1] & 0xc0 == 0x80 {
                    scalar = (scalar & 0x0f) << 12 | second << 6 | UInt32(span[position + 1] & 0x3f)
                    position += 2
                } else {
                    return false
                }
            } else if scalar == 0x20 || (0x09...0x0d).contains(scalar) {
                isAfterSpace = true
                continue
            }
            guard scalar < lowerCase.count, case let lower = lowerCase[Int(scalar)], lower != PlainText.none else {
                return false
            }
            if isAfterSpace, octets.count > start { octets.append(0x20) }
            isAfterSpace = false
            if lower < 0x80 {
                octets.append(UInt8(truncatingIfNeeded: lower))
            } else if lower < 0x800 {
                octets.append(0xc0 | UInt8(truncatingIfNeeded: lower >> 6))
                octets.append(0x80 | UInt8(truncatingIfNeeded: lower & 0x3f))
            } else {
                octets.append(0xe0 | UInt8(truncatingIfNeeded: lower >> 12))
                octets.append(0x80 | UInt8(truncatingIfNeeded: lower >> 6 & 0x3f))
                octets.append(0x80 | UInt8(truncatingIfNeeded: lower & 0x3f))
            }
        }
        return true
    }

    /// The type by its octets and the value, marked as text or not, so that neither can imitate the other.
    private static func string(_ attribute: DistinguishedName.Attribute) -> String {
        let type = Hexadecimal.encode(attribute.type.octets)
        guard let text = attribute.text else { return "\(type) octets \(Hexadecimal.encode(attribute.valueBytes))" }
        return "\(type) text "
            + text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// Text in which every scalar is a character of its own, composed, that nothing else is canonically equivalent to unless it
/// is composed; only ASCII has spaces in it.
private enum PlainText {
    /// What stands in ``lowerCase`` for a scalar that is not plain, or whose small letter is not.
    static let none: UInt16 = 0xffff

    private static func isPlain(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x80, 0xa1...0x2ff, 0x1e00...0x1eff, 0x2010...0x2027: true
        default: false
        }
    }

    /// The small letters of plain scalars by their number.
    static let lowerCase: [UInt16] = (0..<0x2028 as Range<UInt32>).map { number in
        guard isPlain(number), let small = Unicode.Scalar(number)?.properties.lowercaseMapping.unicodeScalars,
            let only = small.first, small.count == 1, isPlain(only.value)
        else { return none }
        return UInt16(truncatingIfNeeded: only.value)
    }

    /// Every plain scalar as a character, to be found by whatever is canonically equivalent to it.
    private static let characters = Set(
        (0..<0x2028 as Range<UInt32>).filter(isPlain).compactMap { Unicode.Scalar($0).map { Character($0) } })

    /// The octets of a text in lower case with single spaces, composed; `nil` when it is not plain.
    static func octets(of text: String) -> [UInt8]? {
        var octets: [UInt8] = []
        var isAfterSpace = false
        for character in text.lowercased() {
            if character.isWhitespace {
                isAfterSpace = true
                continue
            }
            guard let found = characters.firstIndex(of: character) else { return nil }
            if isAfterSpace, !octets.isEmpty { octets.append(0x20) }
            isAfterSpace = false
            octets += characters[found].utf8
        }
        return octets
    }
}
