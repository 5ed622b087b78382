// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Big-endian numbers of a font file; outside the bytes there is nothing.
struct FontBytes {
    let bytes: [UInt8]

    func unsigned16(_ offset: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - 2 else { return nil }
        return Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    }

    func signed16(_ offset: Int) -> Int? { unsigned16(offset).map { $0 >= 0x8000 ? $0 - 0x10000 : $0 } }

    func unsigned32(_ offset: Int) -> Int? {
        guard let high = unsigned16(offset), let low = unsigned16(offset + 2) else { return nil }
        return high << 16 | low
    }

    static func encode16(_ value: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    static func encode32(_ value: Int) -> [UInt8] { encode16(value >> 16) + encode16(value) }

    /// The sum of 32-bit words, as font tables are checked with.
    static func checksum(_ bytes: [UInt8]) -> Int {
        var sum: UInt32 = 0
        for start in stride(from: 0, to: bytes.count, by: 4) {
            var word: UInt32 = 0
            for index in start..<start + 4 { word = word << 8 | (index < bytes.count ? UInt32(bytes[index]) : 0) }
            sum &+= word
        }
        return Int(sum)
    }
}
