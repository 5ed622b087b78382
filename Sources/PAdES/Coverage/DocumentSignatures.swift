// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
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
        public let coverage: ByteRangeCoverage
    }

    /// The file.
    public let file: PDFFile
    /// Every signature field, signed or not.
    public let fields: [SignatureField]
    /// The signed ones in the order in which they were made: by the end of the bytes that they cover, those whose
    /// coverage is unclear last.
    public let signatures: [Signature]
    /// Signatures that an earlier revision holds and the newest one no longer does, or not as they were: their field was
    /// removed or emptied, or their dictionary written again. The revision that did it is never allowed.
    public let removedSignatures: [Signature]

    /// Finds the signatures of the newest revision.
    ///
    /// - Throws: ``PAdESError``: `malformedForm`, `unreadable`; `limitExceeded` for signatures that together cover more than 32
    ///   times the file behind their contents.
    public init(in file: PDFFile) throws(PAdESError) {
        self.file = file
        // The states of a document have most of their objects in common.
        let objects = StateObjects(file)
        fields = try FormTree(file, asOf: file.newest.index, objects: objects).signatureFields()
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
        let viewsAgree = HybridViews.agree(in: file)
        let signatures = found.enumerated().map { index, item in
            Signature(
                field: item.field, dictionary: item.dictionary,
                coverage: ByteRangeCoverage(
                    of: item.dictionary, in: file, otherGaps: overlapping[index].map { [$0] } ?? [],
                    viewsAgree: viewsAgree))
        }
        removedSignatures = try Self.removed(
            from: file, objects, kept: Set(found.map { Identity($0.field, $0.dictionary) }), viewsAgree: viewsAgree)
        self.signatures = signatures.enumerated().sorted { left, right in
            let first = left.element.coverage.signedRanges.last?.upperBound ?? .max
            let second = right.element.coverage.signedRanges.last?.upperBound ?? .max
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
        try limitDigesting()
    }

    /// Most times the size of the file that is digested behind the gaps of all signatures together.
    private static let mostPasses: Int64 = 32

    /// Refuses a file whose signatures would be digested longer than any honest file's.
    ///
    /// What stands before a gap is digested once for all signatures. What stands behind it ends with the signature's own
    /// revision, so that in a file of honest signers it comes to no more than the file; a hostile one could ask for its whole
    /// size with every field.
    private func limitDigesting() throws(PAdESError) {
        let size = file.source.size
        var digested: Int64 = 0
        for signature in signatures + removedSignatures {
            for range in signature.coverage.signedRanges.dropFirst() {
                digested += max(0, min(range.upperBound, size) - max(range.lowerBound, 0))
                guard digested <= size * Self.mostPasses else {
                    throw PAdESError(
                        .limitExceeded,
                        "its signatures cover more than \(Self.mostPasses) times the file behind their contents")
                }
            }
        }
    }

    private struct Identity: Hashable {
        let field: IndirectReference
        let signature: IndirectReference?
        let writtenIn: Int?

        init(_ field: SignatureField, _ dictionary: SignatureDictionary) {
            self.field = field.reference
            signature = dictionary.reference
            writtenIn = dictionary.writtenIn
        }

        init(_ field: IndirectReference, _ signature: IndirectReference, _ writtenIn: Int?) {
            (self.field, self.signature, self.writtenIn) = (field, signature, writtenIn)
        }
    }

    private static func removed(
        from file: PDFFile, _ objects: StateObjects, kept: Set<Identity>, viewsAgree: Bool
    ) throws(PAdESError) -> [Signature] {
        var seen = kept
        var removed: [Signature] = []
        var steps = 0
        let forms = FormSequence(file, objects: objects)
        for revision in file.revisions.indices.dropLast() {
            // What cannot be read in an earlier state was not signed there by an honest signer.
            guard let (form, isGrown) = try? forms.form(asOf: revision) else { continue }
            // Where a revision only added fields, the others are as they were when they were looked at.
            let candidates = isGrown ? form.origin.added : form.order
            let found = try? form.signatureFields(among: candidates) { node in
                // A signature that is known already is not read again.
                guard let value = node.dictionary["V"] else { return false }
                guard let reference = value.reference else { return true }
                let writtenIn = file.revisionOfLastChange(of: reference.number, asOf: revision)
                return !seen.contains(Identity(node.reference, reference, writtenIn))
            }
            guard let fields = found else { continue }
            steps +=
                candidates.count + (isGrown ? form.origin.looked / 8 : form.annotations.count + form.pages.count) + 1
            guard steps <= file.budget.objects else {
                throw PAdESError(
                    .limitExceeded, "the forms of all revisions have more than \(file.budget.objects) parts")
            }
            for field in fields {
                guard let dictionary = field.signature, seen.insert(Identity(field, dictionary)).inserted else {
                    continue
                }
                removed.append(
                    Signature(
                        field: field, dictionary: dictionary,
                        coverage: ByteRangeCoverage(
                            of: dictionary, in: file, otherGaps: [], viewsAgree: viewsAgree)))
            }
        }
        return removed
    }
}
