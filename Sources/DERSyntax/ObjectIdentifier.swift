// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An OBJECT IDENTIFIER, kept as its content octets (X.690 §8.19).
public struct ObjectIdentifier: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The content octets, without tag and length.
    public let octets: [UInt8]

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
        guard let identifier = ObjectIdentifier(dotted: value.description) else {
            preconditionFailure("not an object identifier: \(value)")
        }
        self = identifier
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
