// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

/// A signature field of the interactive form (ISO 32000-2 §12.7.5.5).
public struct SignatureField: Sendable {
    /// One place where the field is shown.
    public struct Widget: Sendable {
        /// The annotation; the field itself where field and widget are one dictionary.
        public let reference: IndirectReference
        /// `/Rect` as four numbers in points, lower left and upper right corner; `nil` when malformed.
        public let rectangle: [Double]?
        /// Whether the rectangle has an area and neither Hidden nor NoView is set.
        public let isVisible: Bool
    }

    /// The fully qualified name: the partial names from the root, joined by periods.
    public let name: String
    /// The field dictionary.
    public let reference: IndirectReference
    /// The widgets; none for a field that no page shows.
    public let widgets: [Widget]
    /// The field's `/Lock`, if any.
    public let lock: FieldLock?
    /// The signature, when the field is signed.
    public let signature: SignatureDictionary?
    /// Whether the field is reached from `/AcroForm /Fields`; otherwise it is only an annotation of a page.
    public let isInForm: Bool
    /// Whether the field is an annotation of at least one page.
    public let isOnPage: Bool

    /// The locks that take effect when the field is signed: its own and those of the signature's FieldMDP transforms.
    public var effectiveLocks: [FieldLock] {
        guard let signature else { return [] }
        var locks = lock.map { [$0] } ?? []
        for case .fieldLock(let lock) in signature.transforms { locks.append(lock) }
        return locks
    }

    /// All signature fields, signed or not, as of a revision (the newest when `nil`).
    ///
    /// First those of `/AcroForm /Fields` in its order, then those that stand only in a page's `/Annots`.
    ///
    /// - Throws: ``PAdESError``: `malformedForm` for a circle, `unreadable` for broken objects.
    public static func all(in file: PDFFile, asOf revision: Int? = nil) throws(PAdESError) -> [SignatureField] {
        let index = min(max(revision ?? file.revisions.count - 1, 0), file.revisions.count - 1)
        return try FormTree(file, asOf: index).signatureFields()
    }
}
