// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Appends DER elements (X.690 §10–11) to an array of bytes.
public struct DERWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Makes an empty writer.
    public init() {}

    /// The bytes that a closure writes.
    ///
    /// - Parameter capacity: About how many they will be.
    public static func bytes(capacity: Int = 128, _ body: (inout DERWriter) -> Void) -> [UInt8] {
        var writer = DERWriter()
        writer.bytes.reserveCapacity(capacity)
        body(&writer)
        return writer.bytes
    }

    /// Writes an element with the given content octets.
    public mutating func element(_ tag: DERTag, _ content: some Collection<UInt8>) {
        bytes.append(tag.rawValue)
        appendLength(content.count)
        bytes += content
    }

    /// Writes an element with the given content octets.
    public mutating func element(_ tag: DERTag, _ content: [UInt8]) {
        bytes.append(tag.rawValue)
        appendLength(content.count)
        bytes += content
    }

    /// Writes a constructed element with what the closure writes.
    public mutating func constructed(_ tag: DERTag, _ body: (inout DERWriter) -> Void) {
        // Written in place: one octet is left for the length, and what follows moves when it takes more.
        bytes.append(tag.rawValue)
        let start = bytes.count
        bytes.append(0)
        body(&self)
        let count = bytes.count - start - 1
        guard count >= 0x80 else { return bytes[start] = UInt8(count) }
        let octets = Self.lengthOctets(count)
        bytes[start] = 0x80 | UInt8(octets)
        bytes.insert(contentsOf: repeatElement(0, count: octets), at: start + 1)
        for place in 0..<octets {
            bytes[start + 1 + place] = UInt8(truncatingIfNeeded: count >> (8 * (octets - 1 - place)))
        }
    }

    /// Writes a SEQUENCE.
    public mutating func sequence(_ body: (inout DERWriter) -> Void) { constructed(.sequence, body) }

    /// Writes an element under an explicit context tag.
    public mutating func explicit(_ number: UInt8, _ body: (inout DERWriter) -> Void) {
        constructed(.context(number), body)
    }

    /// Writes a SET OF in the order that DER asks for (X.690 §11.6).
    public mutating func setOf(_ elements: [[UInt8]], tag: DERTag = .set) {
        bytes.append(tag.rawValue)
        appendLength(elements.reduce(0) { $0 + $1.count })
        guard elements.count > 1 else { return bytes += elements.first ?? [] }
        for element in elements.sorted(by: { $0.lexicographicallyPrecedes($1) }) { bytes += element }
    }

    /// Writes bytes that are DER already.
    public mutating func raw(_ encoded: some Collection<UInt8>) { bytes += encoded }
    /// Writes bytes that are DER already.
    public mutating func raw(_ encoded: [UInt8]) { bytes += encoded }

    /// Writes an INTEGER.
    public mutating func integer(_ value: some FixedWidthInteger & SignedInteger, tag: DERTag = .integer) {
        let value = Int64(value)
        // Sign bits that the first octet repeats are left out, all but one.
        let spare = (value < 0 ? ~value : value).leadingZeroBitCount - 1
        let count = 8 - spare / 8
        bytes.append(tag.rawValue)
        bytes.append(UInt8(count))
        for place in stride(from: count - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Int64(place * 8)))
        }
    }

    /// Writes a non-negative INTEGER from big-endian octets of any length.
    public mutating func unsignedInteger(_ magnitude: some Collection<UInt8>) {
        var octets = Array(magnitude.drop { $0 == 0 })
        if octets.isEmpty || octets[0] >= 0x80 { octets.insert(0, at: 0) }
        element(.integer, octets)
    }

    /// Writes a BOOLEAN.
    public mutating func boolean(_ value: Bool) { element(.boolean, [value ? 0xff : 0]) }
    /// Writes a NULL.
    public mutating func null() { element(.null, []) }
    /// Writes an OBJECT IDENTIFIER.
    public mutating func objectIdentifier(_ identifier: ObjectIdentifier, tag: DERTag = .objectIdentifier) {
        element(tag, identifier.octets)
    }
    /// Writes an OCTET STRING.
    public mutating func octetString(_ octets: some Collection<UInt8>, tag: DERTag = .octetString) {
        element(tag, octets)
    }
    /// Writes an OCTET STRING.
    public mutating func octetString(_ octets: [UInt8], tag: DERTag = .octetString) { element(tag, octets) }
    /// Writes a BIT STRING of whole octets.
    public mutating func bitString(_ octets: some Collection<UInt8>, tag: DERTag = .bitString) {
        element(tag, [0] + octets)
    }

    /// Writes a BIT STRING of named bits without trailing zero bits (X.690 §11.2.2); bit 0 is the first.
    public mutating func namedBits(_ bits: Set<Int>, tag: DERTag = .bitString) {
        guard let highest = bits.max(), highest < 256 else { return element(tag, [0]) }
        var octets = [UInt8](repeating: 0, count: highest / 8 + 1)
        for bit in bits where bit >= 0 { octets[bit / 8] |= 0x80 >> UInt8(bit % 8) }
        element(tag, [UInt8(7 - highest % 8)] + octets)
    }

    /// Writes a UTF8String.
    public mutating func utf8String(_ text: some StringProtocol) { element(.utf8String, Array(text.utf8)) }
    /// Writes a PrintableString; the caller keeps to its characters.
    public mutating func printableString(_ text: some StringProtocol) { element(.printableString, Array(text.utf8)) }
    /// Writes an IA5String; the caller keeps to ASCII.
    public mutating func ia5String(_ text: some StringProtocol, tag: DERTag = .ia5String) {
        element(tag, Array(text.utf8))
    }

    /// Writes UTCTime through 2049 and GeneralizedTime from 2050 (RFC 5280 §4.1.2.5), to the second.
    public mutating func time(_ instant: Instant) {
        let year = instant.date.parts.year
        let digits = Self.digits(of: instant)
        if (1950...2049).contains(year) {
            element(.utcTime, digits.dropFirst(2) + [0x5a])
        } else {
            element(.generalizedTime, digits + [0x5a])
        }
    }

    /// Year to second without what stands between them.
    private static func digits(of instant: Instant) -> [UInt8] {
        let parts = instant.date.parts
        guard (0...9999).contains(parts.year) else {
            return instant.text(atOffset: 0).utf8.prefix(19).filter { (48...57).contains($0) }
        }
        let second = Int(instant.seconds - Int64(instant.date.dayNumber) * 86_400)
        var digits: [UInt8] = []
        digits.reserveCapacity(15)
        for pair in [
            parts.year / 100, parts.year % 100, parts.month, parts.day, second / 3600, second / 60 % 60, second % 60,
        ] {
            digits += [48 + UInt8(pair / 10), 48 + UInt8(pair % 10)]
        }
        return digits
    }

    /// Writes GeneralizedTime to the second.
    public mutating func generalizedTime(_ instant: Instant) {
        element(.generalizedTime, Self.digits(of: instant) + [0x5a])
    }

    private mutating func appendLength(_ count: Int) {
        guard count >= 0x80 else { return bytes.append(UInt8(count)) }
        let octets = Self.lengthOctets(count)
        bytes.append(0x80 | UInt8(octets))
        for place in 1...octets { bytes.append(UInt8(truncatingIfNeeded: count >> (8 * (octets - place)))) }
    }

    /// The fewest octets that a length above 127 takes.
    private static func lengthOctets(_ count: Int) -> Int { (64 - count.leadingZeroBitCount + 7) / 8 }
}
