// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// An OBJECT IDENTIFIER, kept as its content octets (X.690 §8.19).
public struct ObjectIdentifier: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The content octets, without tag and length.
    public let octets: [UInt8]

    public func hash(into hasher: inout Hasher) { hasher.combine(OctetString(octets)) }

    /// Makes an identifier from content octets, or `nil` when they encode none.
    public init?(octets: some BidirectionalCollection<UInt8>) {
        guard let last = octets.last, last < 0x80, octets.count <= 64 else { return nil }
        var startsArc = true
        for octet in octets {
            if startsArc, octet == 0x80 { return nil }
            startsArc = octet < 0x80
        }
        self.octets = Array(octets)
    }

    /// Whether content octets encode an identifier.
    package static func isEncoding(_ octets: Span<UInt8>) -> Bool {
        guard !octets.isEmpty, octets.count <= 64, octets[octets.count - 1] < 0x80 else { return false }
        var startsArc = true
        for index in octets.indices {
            if startsArc, octets[index] == 0x80 { return false }
            startsArc = octets[index] < 0x80
        }
        return true
    }

    /// Reads dotted decimal, or `nil`.
    public init?(dotted: some StringProtocol) {
        var arcs: [UInt64] = []
        for part in dotted.split(separator: ".", omittingEmptySubsequences: false) {
            guard let arc = UInt64(part), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != 48, arc < 1 << 62
            else { return nil }
            arcs.append(arc)
        }
        guard arcs.count >= 2, arcs[0] <= 2, arcs[0] == 2 || arcs[1] < 40 else { return nil }
        var octets: [UInt8] = []
        for arc in [arcs[0] * 40 + arcs[1]] + arcs[2...] {
            var groups = [UInt8(arc & 0x7f)]
            var rest = arc >> 7
            while rest > 0 {
                groups.append(UInt8(rest & 0x7f) | 0x80)
                rest >>= 7
            }
            octets += groups.reversed()
        }
        guard octets.count <= 64 else { return nil }
        self.octets = octets
    }

    /// Makes an identifier from a literal in dotted decimal; a literal that is none is a programmer's mistake.
    public init(stringLiteral value: StaticString) {
        // Literals stand in switches and properties that run for every object read: no string is made of them.
        let read = value.withUTF8Buffer { unsafe Self.literalOctets($0.span) }
        guard let read else { preconditionFailure("not an object identifier: \(value)") }
        octets = read
    }

    /// The content octets of dotted decimal in ASCII; `nil` for anything else, an arc beyond 62 bits included.
    private static func literalOctets(_ text: Span<UInt8>) -> [UInt8]? {
        var octets: [UInt8] = []
        octets.reserveCapacity(16)
        var arcs = 0
        var first: UInt64 = 0
        var position = 0
        while position < text.count {
            let start = position
            var arc: UInt64 = 0
            while position < text.count, (48...57).contains(text[position]) {
                arc = arc &* 10 &+ UInt64(text[position] - 48)
                guard arc < 1 << 58 else { return nil }
                position += 1
            }
            guard position > start, text[start] != 48 || position == start + 1 else { return nil }
            switch arcs {
            case 0: first = arc
            case 1:
                guard first < 2 ? arc < 40 : first == 2 else { return nil }
                append(first * 40 + arc, to: &octets)
            default: append(arc, to: &octets)
            }
            arcs += 1
            if position == text.count { break }
            guard text[position] == 46, position + 1 < text.count else { return nil }
            position += 1
        }
        return arcs >= 2 && octets.count <= 64 ? octets : nil
    }

    /// Appends an arc in base 128, the most significant group first.
    private static func append(_ arc: UInt64, to octets: inout [UInt8]) {
        var shift = 56
        while shift > 0, arc >> UInt64(shift) == 0 { shift -= 7 }
        while shift > 0 {
            octets.append(UInt8(truncatingIfNeeded: arc >> UInt64(shift)) | 0x80)
            shift -= 7
        }
        octets.append(UInt8(arc & 0x7f))
    }

    /// Dotted decimal; arcs beyond 64 bits are shown as `?`.
    public var description: String {
        var arcs: [String] = []
        var value: UInt64 = 0
        var overflow = false
        for octet in octets {
            if value >> 57 != 0 { overflow = true }
            value = value << 7 | UInt64(octet & 0x7f)
            guard octet < 0x80 else { continue }
            if arcs.isEmpty {
                let first = min(value / 40, 2)
                arcs = [String(first), overflow ? "?" : String(value - first * 40)]
            } else {
                arcs.append(overflow ? "?" : String(value))
            }
            value = 0
            overflow = false
        }
        return arcs.joined(separator: ".")
    }
}
