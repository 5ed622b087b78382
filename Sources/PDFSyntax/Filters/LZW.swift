// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The LZWDecode filter (ISO 32000-2 §7.4.4): codes of 9 to 12 bits, the most significant bit first.
enum LZW {
    /// The decoded bytes; `nil` for a code that is not in the table yet, or more bytes than `limit`.
    ///
    /// - Parameter isEarly: Whether the code length grows one code early (`/EarlyChange`, by default).
    static func decoded(_ encoded: [UInt8], isEarly: Bool, limit: Int64) -> [UInt8]? {
        // Each entry is the entry before it and one byte; its bytes are found backwards.
        var parents = [Int](repeating: -1, count: 258)
        var lasts = (0..<258).map { UInt8(truncatingIfNeeded: $0) }
        var lengths = [Int](repeating: 1, count: 258)
        var bytes: [UInt8] = []
        var previous = -1
        var width = 9
        var buffer = 0
        var bits = 0
        for byte in encoded {
            buffer = (buffer << 8 | Int(byte)) & 0xFF_FFFF
            bits += 8
            guard bits >= width else { continue }
            let code = (buffer >> (bits - width)) & ((1 << width) - 1)
            bits -= width
            if code == 257 { return bytes }
            if code == 256 {
                parents.removeLast(parents.count - 258)
                lasts.removeLast(lasts.count - 258)
                lengths.removeLast(lengths.count - 258)
                (previous, width) = (-1, 9)
                continue
            }
            guard code < parents.count || (code == parents.count && previous >= 0) else { return nil }
            // A code that is only now made is the previous string and its own first byte.
            let isNew = code == parents.count
            let source = isNew ? previous : code
            let length = lengths[source]
            guard Int64(bytes.count + length + 1) <= limit else { return nil }
            let start = bytes.count
            bytes += [UInt8](repeating: 0, count: length)
            var entry = source
            for index in (0..<length).reversed() {
                bytes[start + index] = lasts[entry]
                entry = parents[entry]
            }
            if isNew { bytes.append(bytes[start]) }
            if previous >= 0, parents.count < 4096 {
                parents.append(previous)
                lasts.append(bytes[start])
                lengths.append(lengths[previous] + 1)
            }
            previous = code
            let next = parents.count + (isEarly ? 1 : 0)
            width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9
        }
        return bytes
    }
}
