// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Reads the little-endian fields of one record; past its end it throws.
struct RecordReader {
    private let bytes: [UInt8]
    /// Where the record begins in the archive, for errors.
    private let origin: Int64
    private(set) var position = 0

    init(_ bytes: [UInt8], at origin: Int64) {
        self.bytes = bytes
        self.origin = origin
    }

    var remaining: Int { bytes.count - position }
    var offset: Int64 { origin + Int64(position) }

    mutating func bytes(_ count: Int) throws(ZIPSyntaxError) -> [UInt8] {
        guard count >= 0, count <= remaining else {
            throw ZIPSyntaxError(.malformedRecord, at: offset, "\(count) bytes of a record are missing")
        }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    private mutating func number(_ count: Int) throws(ZIPSyntaxError) -> UInt64 {
        guard count <= remaining else {
            throw ZIPSyntaxError(.malformedRecord, at: offset, "\(count) bytes of a record are missing")
        }
        var value: UInt64 = 0
        for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[position + index]) }
        position += count
        return value
    }

    mutating func uint16() throws(ZIPSyntaxError) -> UInt16 { UInt16(truncatingIfNeeded: try number(2)) }
    mutating func uint32() throws(ZIPSyntaxError) -> UInt32 { UInt32(truncatingIfNeeded: try number(4)) }
    mutating func uint64() throws(ZIPSyntaxError) -> UInt64 { try number(8) }

    /// An offset or size of eight bytes; more than Int64 holds is refused.
    mutating func size64() throws(ZIPSyntaxError) -> Int64 {
        let start = offset
        guard let value = Int64(exactly: try number(8)) else {
            throw ZIPSyntaxError(.malformedRecord, at: start, clause: "APPNOTE 4.5.3", "a size of 2^63 bytes or more")
        }
        return value
    }

    /// The signature of a record, as the number that its four bytes make.
    mutating func signature(_ expected: RecordSignature) throws(ZIPSyntaxError) {
        let start = offset
        guard try uint32() == expected.rawValue else {
            throw ZIPSyntaxError(.malformedRecord, at: start, "no \(expected) where one must be")
        }
    }
}

/// The numbers that records begin with (APPNOTE 4.3).
enum RecordSignature: UInt32, CustomStringConvertible {
    case localHeader = 0x0403_4b50
    case descriptor = 0x0807_4b50
    case centralHeader = 0x0201_4b50
    case zip64End = 0x0606_4b50
    case zip64Locator = 0x0706_4b50
    case end = 0x0605_4b50

    var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (8 * $0)) } }

    var description: String {
        switch self {
        case .localHeader: "local header"
        case .descriptor: "data descriptor"
        case .centralHeader: "central header"
        case .zip64End: "ZIP64 end record"
        case .zip64Locator: "ZIP64 locator"
        case .end: "end record"
        }
    }
}
