// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

/// What one revision after a signature changed, and whether that is allowed.
public struct RevisionChange: Sendable, Hashable {
    /// What the revision is for. A revision that does several things has the kind that stands last here.
    public enum Kind: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Nothing that a reader could notice: identical or unreferenced objects.
        case noEffect = "no-effect"
        /// XMP metadata, the information dictionary, version or extensions of the catalogue.
        case metadata
        /// Validation material in the document security store.
        case securityStore = "dss"
        /// A document time-stamp.
        case timeStamp = "time-stamp"
        /// Values of form fields.
        case formFill = "form-fill"
        /// Another signature, or a field for one.
        case signature
        /// Annotations that are no signature fields.
        case annotation
        /// Anything that no rule explains.
        case other

        public static func < (left: Kind, right: Kind) -> Bool { left.position < right.position }
        private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Index of the revision in ``PDFFile/revisions``.
    public let revision: Int
    /// What the revision is for.
    public let kind: Kind
    /// Whether every change is explained and permitted by the signatures before it.
    public let isAllowed: Bool
    /// The objects added, changed and freed.
    public let objects: [IndirectReference]
    /// Why it is not allowed; empty when it is.
    public let reasons: [ChangeReason]
}

/// Why a later revision is not allowed.
public struct ChangeReason: Sendable, Hashable {
    /// The reason; the raw value is stable and may be stored.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// An object was freed.
        case objectFreed = "object-freed"
        /// A cross-reference entry leads back into bytes of an earlier revision.
        case entryPointsBack = "entry-points-back"
        /// A cross-reference entry leads behind the end of its revision.
        case entryPointsBeyondEnd = "entry-points-beyond-end"
        /// An existing object was changed in a way that no rule allows.
        case unexplainedChange = "unexplained-change"
        /// A new object is used in a way that no rule allows.
        case unexplainedObject = "unexplained-object"
        /// A new object takes a number to which the signed revision already referred without effect.
        case danglingReferenceFilled = "dangling-reference-filled"
        /// A changed object is used in another place too.
        case sharedObjectChanged = "shared-object-changed"
        /// A reference was turned to an object that existed before.
        case referenceRedirected = "reference-redirected"
        /// An entry of the trailer was changed.
        case trailerChanged = "trailer-changed"
        /// An entry of the catalogue was changed.
        case catalogChanged = "catalog-changed"
        /// An entry of the form dictionary was changed.
        case formChanged = "form-changed"
        /// The page tree, or an entry of a page, was changed.
        case pageChanged = "page-changed"
        /// A field was removed, renamed or changed in more than its value.
        case fieldChanged = "field-changed"
        /// A field shows something else while its value is the same.
        case appearanceWithoutValue = "appearance-without-value"
        /// A field that is signed was changed.
        case signedFieldChanged = "signed-field-changed"
        /// A new field is no signature field, or its name is taken.
        case newFieldUnsuitable = "new-field-unsuitable"
        /// The value of a signature field is not a new object.
        case signatureNotNew = "signature-not-new"
        /// A new visible signature field lies over what was signed, so that it could hide it.
        case visibleFieldOverContent = "visible-field-over-content"
        /// A new annotation lies over what was signed, does something when it is used, or is of a kind without a rule.
        case annotationUnsuitable = "annotation-unsuitable"
        /// An annotation was changed or removed, or added where no certification allows annotations.
        case annotationChanged = "annotation-changed"
        /// Metadata are malformed or hold more than metadata.
        case metadataUnsuitable = "metadata-unsuitable"
        /// Validation material was removed, or holds more than validation material.
        case securityStoreUnsuitable = "dss-unsuitable"
        /// A certification signature allows less.
        case forbiddenByCertification = "forbidden-by-certification"
        /// A signature locked the field.
        case fieldLocked = "field-locked"
        /// A visible signature field was added to a certified document.
        case visibleFieldAfterCertification = "visible-field-after-certification"
    }
    /// The reason.
    public let code: Code
    /// The object that shows it, where there is one.
    public let object: IndirectReference?

    /// Makes a reason.
    public init(_ code: Code, _ object: IndirectReference? = nil) {
        self.code = code
        self.object = object
    }
}
