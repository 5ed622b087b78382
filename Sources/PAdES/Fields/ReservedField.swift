// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An empty field that is put into a document before its first signature, so that it can be signed or filled between two
/// signatures without a new field appearing over what was signed.
public struct ReservedField: Sendable, Hashable {
    /// What the field is for.
    public enum Kind: Sendable, Hashable {
        /// A later signature; whoever signs it locks the named fields.
        case signature(locking: FieldLock? = nil)
        /// A text, such as the number and date that an agency gives a document after the competent person signed it.
        case text
    }
    /// Unique, not empty, without a period.
    public let name: String
    /// What the field is for.
    public let kind: Kind
    /// The page, from 1.
    public let page: Int
    /// Where, as shown (``PageGeometry``); `nil` for an invisible signature field.
    public let rectangle: PageRectangle?

    /// Makes a description of a field.
    public init(_ name: String, _ kind: Kind, page: Int = 1, at rectangle: PageRectangle? = nil) {
        self.name = name
        self.kind = kind
        self.page = page
        self.rectangle = rectangle
    }
}
