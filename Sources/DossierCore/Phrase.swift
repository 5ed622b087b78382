// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One message in every language of the library.
///
/// Both texts are required arguments, so a message that lacks a translation does not compile.
/// A phrase carries no secrets and no document content.
public struct Phrase: Sendable, Hashable, Codable {
    /// The Vietnamese text, in NFC.
    public let vi: String
    /// The English text.
    public let en: String

    /// Makes a message from its texts.
    public init(vi: String, en: String) {
        self.vi = vi
        self.en = en
    }

    /// The text in one language.
    public subscript(language: Language) -> String {
        switch language {
        case .vietnamese: vi
        case .english: en
        }
    }
}
