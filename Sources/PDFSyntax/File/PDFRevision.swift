// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One state of a file: what the first writer wrote, or one incremental update (ISO 32000-2 §7.5.6).
public struct PDFRevision: Sendable {
    /// How the cross-references of this revision are written.
    public enum CrossReferenceStyle: Sendable, Hashable {
        /// A table and a trailer dictionary (§7.5.4).
        case table
        /// A cross-reference stream (§7.5.8).
        case stream
    }

    /// Position in ``PDFFile/revisions``, 0 for the oldest.
    public let index: Int
    /// Offset of the cross-reference section that `startxref` names for this revision.
    public let startOffset: Int64
    /// How that section is written.
    public let style: CrossReferenceStyle
    /// The entries that this revision's sections contain, by object number.
    public let entries: CrossReferenceEntries
    /// The trailer dictionary, or the dictionary of the cross-reference stream.
    public let trailer: PDFDictionary
    /// The numbers of the objects that are cross-reference streams of this revision.
    public let crossReferenceStreams: [Int]
    /// Whether a section of this revision has `/XRefStm`.
    public let isHybrid: Bool
    /// For the objects that `/XRefStm` lists otherwise than the tables: the tables' entry, `nil` where they have none.
    let tableOnly: [Int: CrossReferenceEntry?]
    /// Whether a subsection of a table lists nothing.
    package let hasEmptySubsection: Bool
    /// The byte after `%%EOF`; `nil` when no `startxref … %%EOF` for this section follows it directly, so that the end of
    /// the revision cannot be told.
    public let markerEnd: Int64?
    /// The byte after one end-of-line marker behind `%%EOF`, or `nil` as ``markerEnd``.
    public let end: Int64?
    /// The byte after all white space (at most 1,024 bytes) behind `%%EOF`, or `nil` as ``markerEnd``.
    public let paddingEnd: Int64?
    /// The object numbers whose entry points at or past the end of this revision.
    ///
    /// In a sound file there is none: such an
    /// entry would let bytes that were appended later change what this revision shows.
    public let entriesBeyondEnd: [Int]
}
