// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Text strings (ISO 32000-2 §7.9.2.2): PDFDocEncoding, UTF-16BE with a byte order mark, UTF-8 with its mark.
public enum TextString {
    /// The text of a text string's bytes.
    ///
    /// Wrong sequences and codes that PDFDocEncoding leaves undefined become U+FFFD. Language escapes (§7.9.2.2.1) are
    /// left out.
    public static func decode(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
        if bytes.starts(with: [0xFE, 0xFF]) {
            var units: [UInt16] = []
            var escaped = false
            for index in stride(from: 2, to: bytes.count - 1, by: 2) {
                let unit = UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
                if unit == 0x1B {
                    escaped.toggle()
                } else if !escaped {
                    units.append(unit)
                }
            }
            return String(decoding: units, as: UTF16.self)
        }
        // What is nearly always all of it stands in PDFDocEncoding as in ASCII.
        if bytes.allSatisfy({ $0 < 0x18 || (0x20..<0x7F).contains($0) }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(scalar(byte)) }
        return String(text)
    }

    /// The bytes of a text: ASCII as such, everything else as UTF-16BE with a byte order mark, which every version reads.
    public static func encode(_ text: String) -> [UInt8] {
        if text.utf8.allSatisfy({ (32...126).contains($0) || $0 == 9 || $0 == 10 || $0 == 13 }) {
            return Array(text.utf8)
        }
        var bytes: [UInt8] = [0xFE, 0xFF]
        for unit in text.utf16 {
            bytes.append(UInt8(unit >> 8))
            bytes.append(UInt8(unit & 0xFF))
        }
        return bytes
    }

    private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        switch byte {
        case 0x18...0x1F: Unicode.Scalar(accents[Int(byte) - 0x18]) ?? "\u{FFFD}"
        case 0x80...0xA0: Unicode.Scalar(special[Int(byte) - 0x80]) ?? "\u{FFFD}"
        case 0x7F, 0xAD: "\u{FFFD}"
        default: Unicode.Scalar(byte)
        }
    }

    // Annex D.3, codes 0x18 to 0x1F and 0x80 to 0xA0.
    private static let accents: [UInt32] = [0x02D8, 0x02C7, 0x02C6, 0x02D9, 0x02DD, 0x02DB, 0x02DA, 0x02DC]
    private static let special: [UInt32] = [
        0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203A, 0x2212, 0x2030, 0x201E, 0x201C,
        0x201D, 0x2018, 0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142,
        0x0153, 0x0161, 0x017E, 0xFFFD, 0x20AC,
    ]
}
