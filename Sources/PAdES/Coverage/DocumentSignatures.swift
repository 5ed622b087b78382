// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import PDFSyntax

/// All signatures of a PDF with what the file alone tells about them: the facts that a validation starts from.
public struct DocumentSignatures: Sendable {
    /// One signed field.
    public struct Signature: Sendable {
        /// The field.
        public let field: SignatureField
        /// Its value.
        public let dictionary: SignatureDictionary
        /// What its byte range covers.
        public let coverage: SignatureCoverage
    }

    /// The file.
    public let file: PDFFile
    /// Every signature field, signed or not.
    public let fields: [SignatureField]
    /// The signed ones in the order in which they were made: by the end of the bytes that they cover, those whose
    /// coverage is unclear last.
    public let signatures: [Signature]

    /// Finds the signatures of the newest revision.
    ///
    /// - Throws: ``PAdESError``: `malformedForm`, `unreadable`.
    public init(in file: PDFFile) throws(PAdESError) {
        self.file = file
        fields = try SignatureField.all(in: file)
        var found: [(field: SignatureField, dictionary: SignatureDictionary)] = []
        for field in fields {
            if let dictionary = field.signature { found.append((field, dictionary)) }
        }
        // Gaps sorted by their start: only neighbours, up to the largest end so far, can overlap.
        let gaps = found.indices.compactMap { index in found[index].dictionary.contentsRange.map { (index, $0) } }
            .sorted { $0.1.lowerBound < $1.1.lowerBound }
        var overlapping: [Int: Range<Int64>] = [:]
        var widest: (index: Int, range: Range<Int64>)?
        for (index, gap) in gaps {
            if let other = widest, other.range.overlaps(gap) {
                overlapping[index] = other.range
                overlapping[other.index] = gap
            }
            if gap.upperBound > widest?.range.upperBound ?? 0 { widest = (index, gap) }
        }
        let signatures = found.enumerated().map { index, item in
            Signature(
                field: item.field, dictionary: item.dictionary,
                coverage: SignatureCoverage(
                    of: item.dictionary, in: file, otherGaps: overlapping[index].map { [$0] } ?? []))
        }
        self.signatures = signatures.enumerated().sorted { left, right in
            let first = left.element.coverage.signedRanges.last?.upperBound ?? .max
            let second = right.element.coverage.signedRanges.last?.upperBound ?? .max
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
    }
}
