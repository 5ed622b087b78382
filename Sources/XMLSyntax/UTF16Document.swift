// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A document in UTF-16, which every reader of XML has to accept (XML 1.0 §4.3.3), as the same document in UTF-8.
enum UTF16Document {
    /// The document in UTF-8, without its byte order mark and without the name of its encoding; `nil` when no byte order mark of
    /// UTF-16 begins it.
    ///
    /// - Throws: ``XMLSyntaxError`` `unsupportedEncoding` for surrogates without their half, and for a declaration of
    ///   another encoding: two readers could take it for different documents.
    static func converted(_ bytes: [UInt8]) throws(XMLSyntaxError) -> [UInt8]? {
        guard bytes.count >= 2, [[0xfe, 0xff], [0xff, 0xfe]].contains(Array(bytes[..<2])) else { return nil }
        let isBigEndian = bytes[0] == 0xfe
        guard bytes.count.isMultiple(of: 2) else { throw refusal("an odd number of bytes") }
        let units = stride(from: 2, to: bytes.count, by: 2).map { index -> UInt16 in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw refusal("the bytes are not UTF-16") }
        return try withoutEncoding(Array(text.utf8))
    }

    /// Without `encoding="UTF-16"` in the XML declaration, which would no longer be true.
    private static func withoutEncoding(_ bytes: [UInt8]) throws(XMLSyntaxError) -> [UInt8] {
        guard bytes.starts(with: Array("<?xml".utf8)) else { return bytes }
        guard let end = bytes.firstIndex(of: UInt8(ascii: ">")) else { return bytes }
        // A declaration is ASCII; whatever else is in it is refused when the document is parsed.
        let declaration = String(decoding: bytes[...end], as: UTF8.self)
        let pattern = /\s+encoding\s*=\s*(?:"([A-Za-z][A-Za-z0-9._\-]*)"|'([A-Za-z][A-Za-z0-9._\-]*)')/
        guard let match = declaration.firstMatch(of: pattern) else { return bytes }
        let name = String(match.1 ?? match.2 ?? "").uppercased()
        guard ["UTF-16", "UTF-16LE", "UTF-16BE"].contains(name) else {
            throw refusal("the document says another encoding")
        }
        return Array(declaration.replacingCharacters(in: match.range).utf8) + bytes[(end + 1)...]
    }

    private static func refusal(_ detail: String) -> XMLSyntaxError {
        XMLSyntaxError(.unsupportedEncoding, clause: "XML 1.0 §4.3.3", detail)
    }
}

extension String {
    /// Without the characters of a range.
    fileprivate func replacingCharacters(in range: Range<String.Index>) -> String {
        String(self[..<range.lowerBound]) + String(self[range.upperBound...])
    }
}
