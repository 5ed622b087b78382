// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Base 16 (RFC 4648 §8), lower case when written, either case when read.
public enum Hexadecimal {
    /// Two lower-case digits per byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: digits(of: Array(bytes)), as: UTF8.self)
    }

    /// Two lower-case digits per byte, as ASCII.
    package static func digits(of bytes: [UInt8]) -> [UInt8] {
        var digits = [UInt8](repeating: 0, count: bytes.count * 2)
        var target = digits.mutableSpan
        for index in bytes.indices {
            target[2 * index] = digit(bytes[index] >> 4)
            target[2 * index + 1] = digit(bytes[index] & 15)
        }
        return digits
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? value + UInt8(ascii: "0") : value - 10 + UInt8(ascii: "a")
    }

    /// The bytes, or `nil` for an odd number of digits or a character that is no digit.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let value = value(of: character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
