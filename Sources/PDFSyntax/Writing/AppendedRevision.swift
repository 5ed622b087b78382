// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The bytes of one new revision and where its placeholders lie.
public struct AppendedRevision: Sendable {
    /// Offset in the file at which the bytes begin: the size of the file before.
    public let startOffset: Int64
    /// The bytes to append.
    public private(set) var bytes: [UInt8]
    private let placeholders: [IndirectReference: [PDFName: Range<Int64>]]

    init(startOffset: Int64, bytes: [UInt8], placeholders: [IndirectReference: [PDFName: Range<Int64>]]) {
        self.startOffset = startOffset
        self.bytes = bytes
        self.placeholders = placeholders
    }

    /// Size of the file with this revision.
    public var endOffset: Int64 { startOffset + Int64(bytes.count) }

    /// Where the value of a placeholder lies in the file; `nil` when none was given.
    public func range(of key: PDFName, in reference: IndirectReference) -> Range<Int64>? {
        placeholders[reference]?[key]
    }

    /// Overwrites bytes within this revision, without moving any.
    ///
    /// - Throws: ``PDFSyntaxError`` `unwritableObject` when the bytes do not lie inside the revision.
    public mutating func overwrite(at offset: Int64, with replacement: [UInt8]) throws(PDFSyntaxError) {
        guard offset >= startOffset, offset + Int64(replacement.count) <= endOffset else {
            throw PDFSyntaxError(.unwritableObject, at: offset, "bytes outside the new revision")
        }
        let start = Int(offset - startOffset)
        bytes.replaceSubrange(start..<start + replacement.count, with: replacement)
    }
}
