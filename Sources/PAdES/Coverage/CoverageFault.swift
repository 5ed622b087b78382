// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Something about a signature's byte range or place that lets it sign other bytes than it seems to.
public struct CoverageFault: Sendable, Hashable {
    /// What is wrong; the raw value is stable and may be stored.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The field's value is not an indirect object outside object streams.
        case dictionaryNotIndirect = "dictionary-not-indirect"
        /// `/ByteRange` is absent.
        case byteRangeMissing = "byte-range-missing"
        /// `/ByteRange` is not an array of exactly four integers.
        case byteRangeMalformed = "byte-range-malformed"
        /// `/ByteRange` is a reference.
        case byteRangeIndirect = "byte-range-indirect"
        /// The first range does not begin at byte 0.
        case byteRangeNotFromStart = "byte-range-not-from-start"
        /// The ranges are empty, overlap, or are in the wrong order.
        case byteRangeOutOfOrder = "byte-range-out-of-order"
        /// The second range ends behind the end of the file.
        case byteRangeBeyondFile = "byte-range-beyond-file"
        /// `/Contents` is absent, a reference, or not a hexadecimal string.
        case contentsNotDirect = "contents-not-direct"
        /// The gap between the ranges is not exactly the `<…>` of this signature's `/Contents`.
        case gapIsNotContents = "gap-is-not-contents"
        /// The covered bytes do not end where a revision ends.
        case endsInsideRevision = "ends-inside-revision"
        /// The signature dictionary was written in another revision than the one that the byte range ends with.
        case writtenInOtherRevision = "written-in-other-revision"
        /// A covered revision refers to bytes behind its own end.
        case revisionRefersBeyondEnd = "revision-refers-beyond-end"
        /// The file mixes cross-reference tables and streams, and readers of either see different documents.
        case hybridFile = "hybrid-file"
        /// Bytes that belong to no revision stand at the end of the file.
        case trailingBytes = "trailing-bytes"
        /// The gap overlaps the gap of another signature, or is the same.
        case gapsOverlap = "gaps-overlap"
    }
    /// What is wrong.
    public let code: Code
    /// The clause that it breaks.
    public var clause: String {
        switch code {
        case .dictionaryNotIndirect, .contentsNotDirect, .byteRangeIndirect, .byteRangeMissing, .byteRangeMalformed:
            "ISO 32000-2 Table 255"
        case .byteRangeNotFromStart, .byteRangeOutOfOrder, .byteRangeBeyondFile, .gapIsNotContents, .gapsOverlap:
            "ISO 32000-2 §12.8.1"
        case .endsInsideRevision, .writtenInOtherRevision: "EN 319 142-1 §5.5"
        case .revisionRefersBeyondEnd, .trailingBytes: "ISO 32000-2 §7.5.6"
        case .hybridFile: "ISO 32000-2 §7.5.8.4"
        }
    }

    /// Makes a fault.
    public init(_ code: Code) { self.code = code }
}
