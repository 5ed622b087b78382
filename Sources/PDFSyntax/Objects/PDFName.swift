// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A name object (ISO 32000-2 §7.3.5): a sequence of bytes, with the `#xx` escapes already undone.
///
/// Up to fifteen bytes, as nearly all keys have, stand in the value itself.
public struct PDFName: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The first eight bytes, the first one lowest.
    private var low: UInt64 = 0
    /// The next seven bytes, and in the highest one their number.
    private var high: UInt64 = 0
    /// All bytes of a longer name.
    private var long: [UInt8] = []

    private static let shortest: UInt64 = 1 << 56

    init() {}

    /// A name of up to fifteen bytes as it is read, which needs no memory of its own.
    struct Short {
        fileprivate var low: UInt64 = 0
        fileprivate var high: UInt64 = 0
        private var count: UInt64 = 0

        /// Adds a byte; `false` when there is no room for it.
        @inline(__always)
        mutating func append(_ byte: UInt8) -> Bool {
            guard count < 15 else { return false }
            if count < 8 { low |= UInt64(byte) << (8 * count) } else { high |= UInt64(byte) << (8 * (count - 8)) }
            count += 1
            high = high & (PDFName.shortest - 1) | count << 56
            return true
        }
    }

    init(_ short: Short) { (low, high) = (short.low, short.high) }

    /// Makes a name of bytes.
    public init(bytes: [UInt8]) {
        guard bytes.count > 15 else {
            for byte in bytes { append(byte) }
            return
        }
        long = bytes
    }

    /// Makes a name of the UTF-8 bytes of a text.
    public init(_ text: String) {
        var short = Short()
        if text.utf8.allSatisfy({ short.append($0) }) {
            self.init(short)
        } else {
            self.init(bytes: Array(text.utf8))
        }
    }

    public init(stringLiteral value: StaticString) {
        // Literals stand wherever an entry is asked for.
        var short = Short()
        if value.withUTF8Buffer({ unsafe $0.allSatisfy { short.append($0) } }) {
            self.init(short)
        } else {
            self.init(bytes: value.withUTF8Buffer { unsafe Array($0) })
        }
    }

    /// Adds a byte at the end.
    mutating func append(_ byte: UInt8) {
        guard long.isEmpty else { return long.append(byte) }
        let count = high >> 56
        switch count {
        case 0..<8: low |= UInt64(byte) << (8 * count)
        case 8..<15: high |= UInt64(byte) << (8 * (count - 8))
        default:
            long = bytes + [byte]
            (low, high) = (0, 0)
            return
        }
        high += Self.shortest
    }

    /// Number of bytes.
    var count: Int { long.isEmpty ? Int(high >> 56) : long.count }

    /// The bytes without the leading solidus; none is 0.
    public var bytes: [UInt8] {
        guard long.isEmpty else { return long }
        return (0..<Int(high >> 56)).map { index in
            UInt8(truncatingIfNeeded: index < 8 ? low >> (8 * index) : high >> (8 * (index - 8)))
        }
    }

    /// The bytes read as UTF-8; wrong sequences become U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public var description: String { "/" + text }
}

extension PDFName: Hashable {
    public static func == (left: PDFName, right: PDFName) -> Bool {
        left.low == right.low && left.high == right.high && left.long == right.long
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(low)
        hasher.combine(high)
        if !long.isEmpty { hasher.combine(long) }
    }
}
