// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension DERElement {
    private func invalid(_ clause: String, _ detail: String) -> DERSyntaxError {
        DERSyntaxError(.invalidValue, at: range.lowerBound, clause: clause, detail)
    }

    /// BOOLEAN: 0x00 or 0xFF (X.690 §11.1).
    public func boolean() throws(DERSyntaxError) -> Bool {
        try expect(.boolean)
        guard content.count == 1, input[content.lowerBound] == 0 || input[content.lowerBound] == 0xff else {
            throw invalid("X.690 11.1", "a BOOLEAN of \(content.count) octets other than 00 and FF")
        }
        return input[content.lowerBound] == 0xff
    }

    /// INTEGER as big-endian two's complement octets in the fewest octets (X.690 §8.3.2).
    public func integerOctets(_ tag: DERTag = .integer) throws(DERSyntaxError) -> [UInt8] {
        try expect(tag)
        let octets = input[content]
        guard let first = octets.first else { throw invalid("X.690 8.3.1", "an INTEGER without octets") }
        if octets.count > 1 {
            let second = octets[octets.startIndex + 1]
            guard !(first == 0 && second < 0x80), !(first == 0xff && second >= 0x80) else {
                throw invalid("X.690 8.3.2", "an INTEGER not in the fewest octets")
            }
        }
        return Array(octets)
    }

    /// INTEGER or ENUMERATED as a machine integer; larger values are refused.
    public func integer(_ tag: DERTag = .integer) throws(DERSyntaxError) -> Int64 {
        let octets = try integerOctets(tag)
        guard octets.count <= 8 else {
            throw invalid("X.690 8.3", "an INTEGER of \(octets.count) octets, at most 8 fit")
        }
        return octets.dropFirst().reduce(Int64(Int8(bitPattern: octets[0]))) { $0 << 8 | Int64($1) }
    }

    /// OCTET STRING, or its `[n] IMPLICIT` form.
    public func octetString(_ tag: DERTag = .octetString) throws(DERSyntaxError) -> [UInt8] {
        try expect(tag)
        return contentBytes
    }

    /// BIT STRING: the octets and the number of unused bits, which must be zero bits (X.690 §11.2).
    public func bitString(_ tag: DERTag = .bitString) throws(DERSyntaxError) -> (octets: [UInt8], unusedBits: Int) {
        try expect(tag)
        guard let unused = input[content].first, unused < 8, unused == 0 || content.count > 1 else {
            throw invalid("X.690 8.6.2", "a BIT STRING without a valid count of unused bits")
        }
        let octets = Array(input[content].dropFirst())
        guard (octets.last ?? 0) & ((1 << unused) - 1) == 0 else {
            throw invalid("X.690 11.2.1", "unused bits of a BIT STRING are not zero")
        }
        return (octets, Int(unused))
    }

    /// BIT STRING of whole octets.
    public func octetAlignedBitString(_ tag: DERTag = .bitString) throws(DERSyntaxError) -> [UInt8] {
        let (octets, unused) = try bitString(tag)
        guard unused == 0 else { throw invalid("X.690 8.6", "\(unused) unused bits where whole octets are expected") }
        return octets
    }

    /// NULL.
    public func null() throws(DERSyntaxError) {
        try expect(.null)
        guard content.isEmpty else { throw invalid("X.690 8.8.2", "a NULL with content") }
    }

    /// OBJECT IDENTIFIER, or its `[n] IMPLICIT` form.
    public func objectIdentifier(_ tag: DERTag = .objectIdentifier) throws(DERSyntaxError) -> ObjectIdentifier {
        try expect(tag)
        guard let identifier = ObjectIdentifier(octets: input[content]) else {
            throw invalid("X.690 8.19", "an OBJECT IDENTIFIER that encodes none")
        }
        return identifier
    }

    /// Text of any ASN.1 string type that occurs in names, or `nil` when the octets are not of that type.
    ///
    /// TeletexString is read as ISO 8859-1, as every producer writes it.
    public var text: String? {
        let octets = input[content]
        switch tag {
        case .utf8String: return String(validating: octets, as: UTF8.self)
        case .printableString, .ia5String, .visibleString, .numericString:
            return octets.allSatisfy { $0 < 0x80 } ? String(decoding: octets, as: UTF8.self) : nil
        case .teletexString:
            return String(String.UnicodeScalarView(octets.map { Unicode.Scalar($0) }))
        case .bmpString:
            guard octets.count % 2 == 0 else { return nil }
            let start = octets.startIndex
            let units = stride(from: 0, to: octets.count, by: 2).map {
                UInt16(octets[start + $0]) << 8 | UInt16(octets[start + $0 + 1])
            }
            return String(validating: units, as: UTF16.self)
        case .universalString:
            guard octets.count % 4 == 0 else { return nil }
            let start = octets.startIndex
            var scalars = String.UnicodeScalarView()
            for index in stride(from: 0, to: octets.count, by: 4) {
                let value = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(octets[start + index + $1]) }
                guard let scalar = Unicode.Scalar(value) else { return nil }
                scalars.append(scalar)
            }
            return String(scalars)
        default: return nil
        }
    }

    /// UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5): UTC with seconds; GeneralizedTime may have a fraction (RFC 3161 §2.4.2).
    public func time() throws(DERSyntaxError) -> Instant {
        let octets = Array(input[content])
        let yearDigits: Int
        switch tag {
        case .utcTime: yearDigits = 2
        case .generalizedTime: yearDigits = 4
        default: throw DERSyntaxError(.unexpectedTag, at: range.lowerBound, "found \(tag), expected a time")
        }
        func number(_ start: Int, _ count: Int) -> Int? {
            guard start + count <= octets.count else { return nil }
            let digits = octets[start..<start + count]
            guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        let base = yearDigits
        guard var year = number(0, yearDigits), let month = number(base, 2), let day = number(base + 2, 2),
            let hour = number(base + 4, 2), let minute = number(base + 6, 2), let second = number(base + 8, 2),
            octets.last == UInt8(ascii: "Z")
        else { throw invalid("RFC 5280 4.1.2.5", "a time that is not written to the second in UTC") }
        if tag == .utcTime { year += year < 50 ? 2000 : 1900 }
        var fraction: Int32 = 0
        let rest = octets[(base + 10)..<(octets.count - 1)]
        if !rest.isEmpty {
            let digits = rest.dropFirst()
            guard tag == .generalizedTime, rest.first == UInt8(ascii: "."), (1...9).contains(digits.count),
                digits.allSatisfy({ (48...57).contains($0) }), digits.last != 48
            else { throw invalid("X.690 11.7", "a fraction of a second that is not in DER form") }
            fraction = digits.reduce(0) { $0 * 10 + Int32($1 - 48) }
            for _ in digits.count..<9 { fraction *= 10 }
        }
        guard let date = CalendarDate(year: year, month: month, day: day),
            let instant = Instant(date, hour: hour, minute: minute, second: second, nanosecond: fraction)
        else { throw invalid("RFC 5280 4.1.2.5", "a time that does not exist") }
        return instant
    }
}
