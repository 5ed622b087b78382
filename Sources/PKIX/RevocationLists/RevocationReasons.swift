// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// ReasonFlags (RFC 5280 §4.2.1.13): the reasons that a list, or a distribution point, is about.
public struct RevocationReasons: OptionSet, Sendable, Hashable {
    /// Bit `n` of the BIT STRING is bit `n` here.
    public let rawValue: Int

    /// Makes a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// certificateHold.
    public static let certificateHold = RevocationReasons(rawValue: 1 << 6)
    /// Every reason that a list can state: keyCompromise to aACompromise, bits 1 to 8 (RFC 5280 §6.3.2 (a)).
    public static let all = RevocationReasons(rawValue: 0x1fe)

    /// Reads the content of an implicitly tagged ReasonFlags; bit 0 is unused by definition and left out.
    init(_ element: DERElement, tag: DERTag) throws(DERSyntaxError) {
        let (octets, _) = try element.bitString(tag)
        var bits = 0
        for (index, octet) in octets.prefix(2).enumerated() {
            for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { bits |= 1 << (index * 8 + bit) }
        }
        rawValue = bits & Self.all.rawValue
    }
}
