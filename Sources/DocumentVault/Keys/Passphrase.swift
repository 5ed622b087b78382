// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// A passphrase in NFC and UTF-8, in guarded memory.
///
/// Normalising makes the same text typed by two Vietnamese input methods the same passphrase. The text it was made from
/// is the caller's to forget.
public final class Passphrase: Sendable, CustomStringConvertible {
    let octets: SecretBytes

    /// Takes a passphrase as typed.
    public init(_ text: String) { octets = SecretBytes(copying: Array(text.normalizedNFC.utf8)) }

    /// Never the passphrase.
    public var description: String { "<passphrase>" }
}
