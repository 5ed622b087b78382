// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A datum that documents of a type can supply to a form.
public struct DocumentTypeField: Sendable, Hashable {
    /// How the value is written.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// Free text.
        case text
        /// A day, `yyyy-mm-dd`.
        case date
        /// A decimal number with a point.
        case number
        /// A number or sign that identifies something; compared as text.
        case identifier
        /// A postal address.
        case address
        /// A code from a short list, for example `male` and `female`.
        case code
    }

    /// Identifier within the type, for example `mother.fullName`.
    public let id: String
    /// Name for people.
    public let name: Phrase
    /// How the value is written.
    public let kind: Kind

    /// The fields that every document has by its record, not by its content.
    public static let ofEveryDocument: [DocumentTypeField] = [
        DocumentTypeField(id: "number", name: Phrase(vi: "Số, ký hiệu", en: "Number and sign"), kind: .identifier),
        DocumentTypeField(id: "issuedOn", name: Phrase(vi: "Ngày cấp", en: "Date of issue"), kind: .date),
        DocumentTypeField(id: "validUntil", name: Phrase(vi: "Có giá trị đến", en: "Valid until"), kind: .date),
        DocumentTypeField(id: "issuerName", name: Phrase(vi: "Cơ quan cấp", en: "Issuer"), kind: .text),
    ]
}
