// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension PDFDocument {
    /// What every revision did and who wrote it, oldest first; no verdict.
    ///
    /// - Throws: ``PAdESError``.
    public func revisionSummaries() throws(PAdESError) -> [RevisionSummary] {
        try signatures().revisionSummaries()
    }

    /// The document as the signature with an id of ``signatureFacts(with:)`` covers it, for example `S-1`.
    ///
    /// - Returns: The file up to the end of the signed revision; `nil` when there is no such signature, or its byte range
    ///   does not end with a revision.
    /// - Throws: ``PAdESError``.
    public func signedRevision(ofSignature id: String) throws(PAdESError) -> (any ByteSource)? {
        let document = try signatures()
        // Document time-stamps belong to the signatures before them and have no id of their own.
        let signatures = document.signatures.filter {
            $0.dictionary.kind != .documentTimeStamp && $0.dictionary.subFilter != "ETSI.RFC3161"
        }
        let all = signatures + document.removedSignatures
        guard let index = all.indices.first(where: { "S-\($0 + 1)" == id }) else { return nil }
        return document.signedRevision(of: all[index])
    }
}
