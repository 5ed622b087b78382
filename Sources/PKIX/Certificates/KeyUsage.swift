// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// KeyUsage (RFC 5280 §4.2.1.3).
public struct KeyUsage: OptionSet, Sendable, Hashable {
    /// Bit `n` of the BIT STRING is bit `n` here.
    public let rawValue: Int

    /// Makes a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// digitalSignature.
    public static let digitalSignature = KeyUsage(rawValue: 1 << 0)
    /// nonRepudiation, contentCommitment.
    public static let nonRepudiation = KeyUsage(rawValue: 1 << 1)
    /// keyCertSign.
    public static let keyCertSign = KeyUsage(rawValue: 1 << 5)
    /// cRLSign.
    public static let crlSign = KeyUsage(rawValue: 1 << 6)

    /// Reads the extension's value.
    public init(parsing value: [UInt8]) throws(DERSyntaxError) {
        let (octets, _) = try DERElement(parsing: value).bitString()
        var bits = 0
        for (index, octet) in octets.prefix(2).enumerated() {
            for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { bits |= 1 << (index * 8 + bit) }
        }
        rawValue = bits
    }

    /// The numbers of the bits that are set.
    public var bitNumbers: Set<Int> { Set((0..<9).filter { rawValue & (1 << $0) != 0 }) }
}

/// BasicConstraints (RFC 5280 §4.2.1.9).
public struct BasicConstraints: Sendable, Hashable {
    /// Whether the subject is a certification authority.
    public let isAuthority: Bool
    /// Most intermediate certificates that may follow; `nil` without a limit.
    public let pathLength: Int?

    /// Makes constraints.
    public init(isAuthority: Bool, pathLength: Int? = nil) {
        self.isAuthority = isAuthority
        self.pathLength = pathLength
    }

    /// Reads the extension's value.
    public init(parsing value: [UInt8]) throws(DERSyntaxError) {
        let element = try DERElement(parsing: value)
        var reader = try element.reader(.sequence)
        isAuthority = try reader.optional(.boolean)?.boolean() ?? false
        if let length = try reader.optional(.integer) {
            let number = try length.integer()
            guard number >= 0 else {
                throw DERSyntaxError(
                    .invalidValue, at: length.range.lowerBound, clause: "RFC 5280 4.2.1.9", "negative path length")
            }
            pathLength = Int(clamping: number)
        } else {
            pathLength = nil
        }
        try reader.end()
    }
}
