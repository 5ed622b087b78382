// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

/// A passphrase in NFC and UTF-8, in guarded memory.
///
/// Normalising makes the same text typed by two Vietnamese input methods the same passphrase. The text it was made from
/// is the caller's to forget.
public final class Passphrase: Sendable, CustomStringConvertible {
    let octets: SecretBytes

    /// Takes a passphrase as typed.
    public init(_ text: String) {
        var normalized = Array(text.normalizedNFC.utf8)
        octets = SecretBytes(wiping: &normalized)
    }

    /// Takes a passphrase from octets of UTF-8.
    public convenience init(utf8 octets: borrowing SecretBytes) {
        self.init(octets.withSpan { span in String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self) })
    }

    /// Never the passphrase.
    public var description: String { "<passphrase>" }
}
