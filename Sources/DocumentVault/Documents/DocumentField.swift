// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One value that a document holds, with where it was found, for filling forms.
public struct DocumentField: Sendable, Hashable {
    /// Who put the value there.
    public enum Origin: String, Sendable, Hashable, CaseIterable {
        /// In data that the issuer signed.
        case issuer
        /// Read from the document by a program.
        case extracted
        /// Typed by a person.
        case declared
    }

    /// Name of the field in the catalogue's terms.
    public let name: String
    /// The value.
    public let value: String
    /// Who put it there.
    public let origin: Origin
    /// Where in the document it stands, or an empty text.
    public let location: String

    /// Makes a field; texts are normalised to NFC.
    public init(name: String, value: String, origin: Origin, location: String = "") {
        self.name = name.normalizedNFC
        self.value = value.normalizedNFC
        self.origin = origin
        self.location = location.normalizedNFC
    }
}
