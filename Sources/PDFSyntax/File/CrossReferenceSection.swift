// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One cross-reference table with its trailer, or one cross-reference stream.
struct CrossReferenceSection {
    let offset: Int64
    /// The byte after the trailer dictionary, or after `endobj`.
    let end: Int64
    let isStream: Bool
    let entries: CrossReferenceEntries
    let trailer: PDFDictionary
    let isHybrid: Bool
    /// The number of the object that the cross-reference stream itself is.
    let ownNumber: Int?
    /// For the objects that `/XRefStm` lists otherwise than the table: the table's entry, `nil` where it has none.
    var tableOnly: [Int: CrossReferenceEntry?] = [:]
    /// Whether a subsection of a table lists nothing.
    var hasEmptySubsection = false

    func previous() throws(PDFSyntaxError) -> Int64? {
        switch trailer["Prev"] {
        case nil: return nil
        case .integer(let offset): return offset
        default:
            throw PDFSyntaxError(
                .brokenCrossReferences, at: offset, clause: "ISO 32000-2 §7.5.5", "/Prev is not an integer")
        }
    }
}

/// What follows a section: `startxref`, an offset, `%%EOF`.
struct FileTail {
    /// The offset that stands after `startxref`.
    let startOffset: Int64
    /// The byte after `%%EOF`.
    let markerEnd: Int64
    /// The byte after one end-of-line marker behind `%%EOF`.
    let end: Int64
    /// The byte after all white space behind `%%EOF`.
    let paddingEnd: Int64
}
