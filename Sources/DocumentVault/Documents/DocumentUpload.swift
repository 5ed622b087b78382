// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A document on its way into a vault.
public struct DocumentUpload: Sendable {
    /// The document; read in order, and anew when the store lost it in flight.
    public var source: any ByteSource
    /// What it is.
    public var metadata: DocumentMetadata
    /// Where it comes from; must speak of exactly these bytes.
    public var provenance: Provenance
    /// Values that it holds.
    public var fields: [DocumentField]
    /// The newest version of a document that this one takes the place of; `nil` for a new document.
    public var correcting: DocumentReference?

    /// Whether the digest in ``provenance`` is to be taken while the document is sealed.
    let takesDigest: Bool

    /// Makes an upload of a document on the word of the person who gives it; its digest is taken while it is sealed, so
    /// that the document is read once.
    public init(
        selfDeclared source: any ByteSource, as kind: Provenance.Source = .selfUpload, metadata: DocumentMetadata,
        fields: [DocumentField] = [], correcting: DocumentReference? = nil
    ) {
        self.source = source
        self.metadata = metadata
        provenance = .selfDeclared(.zero, source: kind)
        self.fields = fields
        self.correcting = correcting
        takesDigest = true
    }

    /// Makes an upload.
    public init(
        _ source: any ByteSource, metadata: DocumentMetadata, provenance: Provenance, fields: [DocumentField] = [],
        correcting: DocumentReference? = nil
    ) {
        self.source = source
        self.metadata = metadata
        self.provenance = provenance
        self.fields = fields
        self.correcting = correcting
        takesDigest = false
    }
}
