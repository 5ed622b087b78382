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
    }
}
