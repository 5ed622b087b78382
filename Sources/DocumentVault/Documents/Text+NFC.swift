// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

extension String {
    /// Unicode Normalization Form C: two ways of typing a Vietnamese letter give the same octets.
    var normalizedNFC: String {
        // ASCII is its own normal form; asking for it costs twenty times as much as looking.
        utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping
    }

    /// As much of it, from its beginning, as has at most so many octets in UTF-8; no scalar is cut, and NFC stays NFC.
    func beginning(octets: Int) -> String {
        guard utf8.count > octets else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: octets)
        while end > utf8.startIndex, end.samePosition(in: unicodeScalars) == nil { utf8.formIndex(before: &end) }
        return String(self[..<end])
    }
}

extension StringProtocol {
    /// Whether a control character stands in it (ISO 6429, NUL among them): in a name a slip or a deceit, and what other
    /// programs cut the name at.
    var hasControls: Bool { unicodeScalars.contains(where: \.isControl) }

    /// Whether it would be more than one line, or do more than be seen, where it is shown: control characters and the
    /// separators of lines and paragraphs.
    var breaksLine: Bool { unicodeScalars.contains { $0.isControl || $0 == "\u{2028}" || $0 == "\u{2029}" } }
}

extension Unicode.Scalar {
    // The control characters of Unicode are those of ISO 6429 and no others.
    fileprivate var isControl: Bool { value < 0x20 || (0x7f...0x9f).contains(value) }
}
