// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
public import PDFSyntax

/// Which part of a file a signature covers, by its byte range and the file's revisions alone.
///
/// Not judged here: the digest, the CMS, and whether only zeros follow the DER in `/Contents`
/// (``SignatureDictionary/contents``).
public struct ByteRangeCoverage: Sendable, Hashable {
    /// How much is covered.
    public enum Scope: Sendable, Hashable, Comparable {
        /// The byte range is of a kind that says nothing about the document. Such a signature must not be relied on.
        case unclear
        /// The byte range is sound but ends inside a revision.
        case partial
        /// All bytes up to the end of a revision, except the signature's own contents.
        case entireRevision
        /// All bytes of the file, except the signature's own contents.
        case entireFile
    }

    /// How much is covered.
    public let scope: Scope
    /// The revision at whose end the covered bytes end; `nil` for `unclear` and `partial`.
    public let revision: Int?
    /// Number of revisions of the file.
    public let revisionCount: Int
    /// The ranges of bytes to digest, in order; empty for `unclear`.
    public let signedRanges: [Range<Int64>]
    /// The ranges that are not covered, the signature's own contents left out.
    public let uncoveredRanges: [Range<Int64>]
    /// What is wrong; a signature with any fault must not be accepted.
    public let faults: [CoverageFault]

    /// Whether the signature covers at least its whole revision, without any fault.
    public var isSound: Bool { scope >= .entireRevision && faults.isEmpty }

    /// Examines one signature; overlaps with other signatures are found by ``DocumentSignatures``.
    public init(of signature: SignatureDictionary, in file: PDFFile) {
        self.init(of: signature, in: file, otherGaps: [], viewsAgree: HybridViews.agree(in: file))
    }

    init(
        of signature: SignatureDictionary, in file: PDFFile, otherGaps: [Range<Int64>], viewsAgree: Bool
    ) {
        var faults: [CoverageFault] = []
        func fault(_ code: CoverageFault.Code) { faults.append(CoverageFault(code)) }
        let size = file.source.size
        revisionCount = file.revisions.count
        if signature.reference == nil { fault(.dictionaryNotIndirect) }
        if !signature.hasDirectByteRange { fault(.byteRangeIndirect) }
        if signature.contentsRange == nil { fault(.contentsNotDirect) }
        if !viewsAgree { fault(.hybridFile) }
        let ranges = Self.ranges(signature, size: size, &faults)
        let isClear = faults.isEmpty
        if let contents = signature.contentsRange, otherGaps.contains(where: { $0.overlaps(contents) }) {
            fault(.gapsOverlap)
        }
        guard let ranges, isClear, let writtenIn = signature.writtenIn else {
            scope = .unclear
            revision = nil
            signedRanges = []
            uncoveredRanges = [0..<size]
            self.faults = faults
            return
        }
        signedRanges = [ranges.0, ranges.1]
        let end = ranges.1.upperBound
        uncoveredRanges = end < size ? [end..<size] : []
        let ending = file.revisions.last { revision in
            guard let marker = revision.markerEnd, let padding = revision.paddingEnd else { return false }
            return (marker...padding).contains(end)
        }
        guard let ending else {
            fault(.endsInsideRevision)
            scope = .partial
            revision = nil
            self.faults = faults
            return
        }
        if writtenIn != ending.index { fault(.writtenInOtherRevision) }
        if file.revisions.prefix(ending.index + 1).contains(where: { !$0.entriesBeyondEnd.isEmpty }) {
            fault(.revisionRefersBeyondEnd)
        }
        if !file.trailingBytes.isEmpty { fault(.trailingBytes) }
        // Past so much white space some readers no longer find the cross-references, and take the last object of each number.
        if end < size, let marker = file.revisions.last?.markerEnd, size - marker > 256,
            (try? UnlistedObjects.exist(in: file, before: end)) != false
        {
            fault(.trailingBytes)
        }
        scope = end == size ? .entireFile : .entireRevision
        revision = ending.index
        self.faults = faults
    }

    private static func ranges(
        _ signature: SignatureDictionary, size: Int64, _ faults: inout [CoverageFault]
    ) -> (Range<Int64>, Range<Int64>)? {
        guard let numbers = signature.byteRange else {
            faults.append(CoverageFault(.byteRangeMissing))
            return nil
        }
        guard numbers.count == 4 else {
            faults.append(CoverageFault(.byteRangeMalformed))
            return nil
        }
        guard numbers[0] == 0 else {
            faults.append(CoverageFault(.byteRangeNotFromStart))
            return nil
        }
        let (end, overflow) = numbers[2].addingReportingOverflow(numbers[3])
        guard numbers[1] > 0, numbers[2] > numbers[1], numbers[3] > 0, !overflow else {
            faults.append(CoverageFault(.byteRangeOutOfOrder))
            return nil
        }
        guard end <= size else {
            faults.append(CoverageFault(.byteRangeBeyondFile))
            return nil
        }
        guard signature.contentsRange == nil || signature.contentsRange == numbers[1]..<numbers[2] else {
            faults.append(CoverageFault(.gapIsNotContents))
            return nil
        }
        return (0..<numbers[1], numbers[2]..<end)
    }
}
