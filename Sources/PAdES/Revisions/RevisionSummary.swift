// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import PDFSyntax

/// What one revision of a document is and who wrote it, without a verdict about any signature.
public struct RevisionSummary: Sendable {
    /// A signature or document time-stamp that a revision brought.
    public struct Signature: Sendable {
        /// The fully qualified name of the field.
        public let field: String
        /// Signature or document time-stamp, as the file says.
        public let kind: SignatureDictionary.Kind
        /// `/Name`; a claim. The certificate says who signed.
        public let name: String?
        /// `/Reason`.
        public let reason: String?
        /// `/M`; a claim.
        public let claimedTime: Instant?
        /// What it certifies, for a certification.
        public let certification: DocumentPermission?
        /// The locks that it puts on fields.
        public let locks: [FieldLock]
        /// Whether its byte range covers the revision, without any fault.
        public let isSound: Bool
    }

    /// Number of the revision, from 1.
    public let number: Int
    /// The byte after the revision; `nil` when it cannot be told.
    public let end: Int64?
    /// The signatures that the revision brought, whether or not they are there still.
    public let signatures: [Signature]
    /// What the revision changed after the first signature; `nil` for the revisions up to the first signed one.
    public let change: RevisionChange?
    /// Number of objects added, changed and freed.
    public let objectCount: Int
}

extension DocumentSignatures {
    /// What every revision did, oldest first.
    ///
    /// - Throws: ``PAdESError``: `unreadable`, `limitExceeded`, as ``changesAfterFirstSignature()``.
    public func revisionSummaries() throws(PAdESError) -> [RevisionSummary] {
        let changes = Dictionary(try changesAfterFirstSignature().map { ($0.revision, $0) }) { first, _ in first }
        var bySignedRevision: [Int: [RevisionSummary.Signature]] = [:]
        for signature in signatures + removedSignatures {
            guard let revision = signature.dictionary.writtenIn else { continue }
            bySignedRevision[revision, default: []].append(
                RevisionSummary.Signature(
                    field: signature.field.name, kind: signature.dictionary.kind, name: signature.dictionary.name,
                    reason: signature.dictionary.reason, claimedTime: signature.dictionary.claimedTime,
                    certification: signature.dictionary.certification, locks: signature.field.effectiveLocks,
                    isSound: signature.coverage.isSound))
        }
        return file.revisions.map { revision in
            RevisionSummary(
                number: revision.index + 1, end: revision.end, signatures: bySignedRevision[revision.index] ?? [],
                change: changes[revision.index], objectCount: file.changes(in: revision.index).count)
        }
    }

    /// The document as a signature covers it: the file up to the end of the signed revision, a file of its own.
    ///
    /// Judge the signature first: what a broken signature covers says nothing.
    ///
    /// - Returns: `nil` when the byte range does not end with a revision.
    public func signedRevision(of signature: Signature) -> (any ByteSource)? {
        guard signature.coverage.isSound, let end = signature.coverage.signedRanges.last?.upperBound else { return nil }
        return PrefixSource(base: file.source, size: end)
    }
}

/// The first bytes of a source.
struct PrefixSource: ByteSource {
    let base: any ByteSource
    let size: Int64

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
            throw .outOfBounds(offset: offset, count: count, size: size)
        }
        try base.read(at: offset, into: &span, count: count)
    }
}
