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
    /// Where the values of the outermost dictionary stand in the file, in the order of its keys; empty for an object in an
    /// object stream.
    let valueRanges: [Range<Int64>]
    /// The number of the object stream that holds it, or `nil`.
    public let container: Int?

    /// Where the value of a key of the outermost dictionary stands in the file; `nil` without the key, and for an object in an
    /// object stream.
    public func range(ofValueOf key: PDFName) -> Range<Int64>? {
        let dictionary = value.dictionary ?? value.stream?.dictionary
        guard let index = dictionary?.keys.firstIndex(of: key), index < valueRanges.count else { return nil }
        return valueRanges[index]
    }
}
