// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Text that comes out of files and certificates, made fit to be shown.
public enum DisplayText {
    /// Text without what could deceive or disturb a reader: control characters, invisible ones and those that turn the
    /// direction of writing become U+FFFD. A terminal obeys the first, a page the last.
    public static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(isHarmful(scalar) ? "\u{fffd}" : scalar) }
        return String(clean)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1f, 0x7f...0x9f, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb:
            true
        default: false
        }
    }
}
