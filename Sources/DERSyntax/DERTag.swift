// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An identifier octet of DER (X.690 §8.1.2); tag numbers above 30 do not occur in the structures read here.
public struct DERTag: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// Class in bits 8–7, constructed flag in bit 6, number in bits 5–1.
    public let rawValue: UInt8

    /// Makes a tag from its octet.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A context-specific constructed tag: `[number]` with explicit content or implicit SEQUENCE, SET.
    public static func context(_ number: UInt8) -> DERTag { DERTag(rawValue: 0xa0 | (number & 0x1f)) }
    /// A context-specific primitive tag: `[number] IMPLICIT` of a primitive type.
    public static func contextPrimitive(_ number: UInt8) -> DERTag { DERTag(rawValue: 0x80 | (number & 0x1f)) }

    /// BOOLEAN.
    public static let boolean = DERTag(rawValue: 0x01)
    /// INTEGER.
    public static let integer = DERTag(rawValue: 0x02)
    /// BIT STRING.
    public static let bitString = DERTag(rawValue: 0x03)
    /// OCTET STRING.
    public static let octetString = DERTag(rawValue: 0x04)
    /// NULL.
    public static let null = DERTag(rawValue: 0x05)
    /// OBJECT IDENTIFIER.
    public static let objectIdentifier = DERTag(rawValue: 0x06)
    /// ENUMERATED.
    public static let enumerated = DERTag(rawValue: 0x0a)
    /// UTF8String.
    public static let utf8String = DERTag(rawValue: 0x0c)
    /// NumericString.
    public static let numericString = DERTag(rawValue: 0x12)
    /// PrintableString.
    public static let printableString = DERTag(rawValue: 0x13)
    /// TeletexString.
    public static let teletexString = DERTag(rawValue: 0x14)
    /// IA5String.
    public static let ia5String = DERTag(rawValue: 0x16)
    /// UTCTime.
    public static let utcTime = DERTag(rawValue: 0x17)
    /// GeneralizedTime.
    public static let generalizedTime = DERTag(rawValue: 0x18)
    /// VisibleString.
    public static let visibleString = DERTag(rawValue: 0x1a)
    /// UniversalString.
    public static let universalString = DERTag(rawValue: 0x1c)
    /// BMPString.
    public static let bmpString = DERTag(rawValue: 0x1e)
    /// SEQUENCE and SEQUENCE OF.
    public static let sequence = DERTag(rawValue: 0x30)
    /// SET and SET OF.
    public static let set = DERTag(rawValue: 0x31)

    /// Whether the content octets are elements themselves.
    public var isConstructed: Bool { rawValue & 0x20 != 0 }
    /// Whether the class is context-specific.
    public var isContextSpecific: Bool { rawValue & 0xc0 == 0x80 }
    /// The tag number, 0 to 30.
    public var number: UInt8 { rawValue & 0x1f }

    public var description: String { "tag 0x" + (rawValue < 16 ? "0" : "") + String(rawValue, radix: 16) }
}
