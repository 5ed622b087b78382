// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One datum read from a document.
public struct EvidenceField: Sendable, Hashable, Codable {
    /// ``DocumentTypeField/id`` within the document's type.
    public let name: String
    /// The value as the document states it; days as `yyyy-mm-dd`.
    public let value: String

    /// Makes a datum.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
