// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// An indirect object with the place where it was read.
public struct IndirectObject: Sendable {
    /// Its identity.
    public let reference: IndirectReference
    /// Its value.
    public let value: PDFObject
    /// From the object number to the end of `endobj`, as offsets in the file; `nil` for an object in an object stream.
    public let range: Range<Int64>?
    /// Where the values of the outermost dictionary stand in the file; empty for an object in an object stream.
    public let valueRanges: [PDFName: Range<Int64>]
    /// The number of the object stream that holds it, or `nil`.
    public let container: Int?
}
