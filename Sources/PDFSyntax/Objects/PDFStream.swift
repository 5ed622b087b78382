// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A stream object (ISO 32000-2 §7.3.8): its dictionary and where its encoded bytes lie in the file.
///
/// The bytes are not loaded; ask ``PDFFile/encodedBytes(of:)`` or ``PDFFile/decodedBytes(of:asOf:)``.
public struct PDFStream: Sendable, Equatable {
    /// The stream dictionary.
    public let dictionary: PDFDictionary
    /// The encoded bytes, as offsets in the file, without the end-of-line markers around them.
    public let range: Range<Int64>
    /// In an encrypted file: the object, which the key of the bytes depends on.
    let owner: IndirectReference?

    /// Makes a stream value.
    public init(dictionary: PDFDictionary, range: Range<Int64>) {
        self.init(dictionary: dictionary, range: range, owner: nil)
    }

    init(dictionary: PDFDictionary, range: Range<Int64>, owner: IndirectReference?) {
        self.dictionary = dictionary
        self.range = range
        self.owner = owner
    }
}
