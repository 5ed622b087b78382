// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import DossierCore

/// The operations of a content stream in their order (ISO 32000-2 §7.8.2).
package struct ContentStream {
    /// An operator with its operands before it.
    package struct Operation {
        /// The operator, for example `Tj`.
        package let name: String
        /// The operands; for `BI` the keys and values of the inline image, whose data are left out.
        package let operands: [PDFObject]
    }

    private var parser: ObjectParser
    private let bytes: [UInt8]

    /// Begins with decoded bytes.
    package init(_ bytes: [UInt8], budget: Budget) {
        self.bytes = bytes
        parser = ObjectParser(MemorySource(bytes), at: 0, budget: budget)
    }

    /// The next operation; `nil` at the end.
    ///
    /// - Throws: ``PDFSyntaxError``: `malformedObject`, `limitExceeded`.
    package mutating func next() throws(PDFSyntaxError) -> Operation? {
        guard let (operands, keyword) = try parser.operation() else { return nil }
        let name = String(decoding: keyword, as: UTF8.self)
        guard name == "BI" else { return Operation(name: name, operands: operands) }
        guard let (entries, end) = try parser.operation(), end == Array("ID".utf8) else {
            throw malformed("an inline image without data")
        }
        try skipInlineData()
        return Operation(name: name, operands: entries)
    }

    /// Steps behind `EI` that stands between white space.
    private mutating func skipInlineData() throws(PDFSyntaxError) {
        var position = Int(parser.lexer.cursor.position) + 1
        while position + 2 < bytes.count {
            defer { position += 1 }
            guard bytes[position + 1] == UInt8(ascii: "E"), bytes[position + 2] == UInt8(ascii: "I"),
                Lexer.isWhiteSpace(bytes[position])
            else { continue }
            guard position + 3 >= bytes.count || Lexer.isWhiteSpace(bytes[position + 3]) else { continue }
            parser.lexer.cursor.seek(to: Int64(position + 3))
            return
        }
        throw malformed("an inline image without its end")
    }

    private func malformed(_ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(
            .malformedObject, at: parser.lexer.cursor.position, clause: "ISO 32000-2 §7.8.2", detail)
    }
}
