// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The ASCII85Decode filter (ISO 32000-2 §7.4.3).
enum ASCII85 {
    /// The decoded bytes; `nil` for another character, or a group that does not fit 32 bits.
    static func decoded(_ encoded: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count / 5 * 4)
        var group: UInt64 = 0
        var count = 0
        for byte in encoded {
            switch byte {
            case UInt8(ascii: "~"): return finish(&bytes, group, count)
            case UInt8(ascii: "z") where count == 0: bytes += [0, 0, 0, 0]
            case UInt8(ascii: "!")...UInt8(ascii: "u"):
                group = group * 85 + UInt64(byte - UInt8(ascii: "!"))
                count += 1
                guard count == 5 else { continue }
                guard group <= UInt64(UInt32.max) else { return nil }
                for shift in [24, 16, 8, 0] as [UInt64] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
                (group, count) = (0, 0)
            case let byte where Lexer.isWhiteSpace(byte): continue
            default: return nil
            }
        }
        return finish(&bytes, group, count)
    }

    private static func finish(_ bytes: inout [UInt8], _ group: UInt64, _ count: Int) -> [UInt8]? {
        guard count != 1 else { return nil }
        guard count > 1 else { return bytes }
        var padded = group
        for _ in count..<5 { padded = padded * 85 + 84 }
        guard padded <= UInt64(UInt32.max) else { return nil }
        for index in 0..<count - 1 { bytes.append(UInt8(truncatingIfNeeded: padded >> UInt64(24 - 8 * index))) }
        return bytes
    }
}

/// The RunLengthDecode filter (ISO 32000-2 §7.4.5).
enum RunLength {
    /// The decoded bytes; `nil` when they are cut short or more than `limit`.
    static func decoded(_ encoded: [UInt8], limit: Int64) -> [UInt8]? {
        var bytes: [UInt8] = []
        var position = 0
        while position < encoded.count {
            let length = Int(encoded[position])
            position += 1
            if length == 128 { return bytes }
            if length < 128 {
                guard encoded.count - position >= length + 1 else { return nil }
                bytes += encoded[position..<position + length + 1]
                position += length + 1
            } else {
                guard position < encoded.count else { return nil }
                bytes += [UInt8](repeating: encoded[position], count: 257 - length)
                position += 1
            }
            guard Int64(bytes.count) <= limit else { return nil }
        }
        return bytes
    }
}
