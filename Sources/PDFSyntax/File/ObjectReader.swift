// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Reads one indirect object at a known offset.
struct ObjectReader {
    let source: any ByteSource
    let budget: Budget

    init(source: any ByteSource, budget: Budget) {
        self.source = source
        self.budget = budget
    }

    /// The object at an offset.
    ///
    /// - Parameters:
    ///   - end: Where the object, a stream's data apart, must have ended: at the next object. Without this bound, objects
    ///     inside each other's strings would make reading all of them quadratic.
    ///   - directLength: Whether only a direct `/Length` is allowed.
    ///   - length: Gives the value of a `/Length` that is a reference.
    func object(
        at offset: Int64, end: Int64? = nil, directLength: Bool = false,
        length: (IndirectReference) throws(PDFSyntaxError) -> Int64?
    ) throws(PDFSyntaxError) -> IndirectObject {
        var parser = ObjectParser(source, at: offset, end: end, budget: budget)
        while let byte = try parser.lexer.cursor.peek(), Lexer.isWhiteSpace(byte) { parser.lexer.cursor.advance() }
        let start = parser.lexer.cursor.position
        guard case .integer(let number) = try parser.lexer.next(), parser.lexer.tokenStart == start,
            case .integer(let generation) = try parser.lexer.next(),
            try parser.lexer.next() == .keyword(Keyword.object), (1...Int64(Int32.max)).contains(number),
            (0...65_535).contains(generation)
        else {
            throw PDFSyntaxError(
                .malformedObject, at: offset, clause: "ISO 32000-2 §7.3.10", "no object begins at the given offset")
        }
        let reference = IndirectReference(Int(number), generation: Int(generation))
        let (value, keyword) = try parser.objectAndKeyword()
        let ranges = value.dictionary == nil ? [] : parser.valueRanges
        if keyword == Keyword.endObject {
            let range = start..<parser.lexer.cursor.position
            return IndirectObject(
                reference: reference, value: value, range: range, valueRanges: ranges, container: nil)
        }
        guard keyword == Keyword.stream, case .dictionary(let dictionary) = value else {
            throw PDFSyntaxError(
                .malformedObject, at: offset, clause: "ISO 32000-2 §7.3.10", "an object without endobj")
        }
        var cursor = ByteCursor(source, at: parser.lexer.cursor.position)
        let data = try dataRange(dictionary, &cursor, directLength, length)
        return IndirectObject(
            reference: reference, value: .stream(PDFStream(dictionary: dictionary, range: data)),
            range: start..<cursor.position, valueRanges: parser.valueRanges, container: nil)
    }

    private func dataRange(
        _ dictionary: PDFDictionary, _ cursor: inout ByteCursor, _ directLength: Bool,
        _ length: (IndirectReference) throws(PDFSyntaxError) -> Int64?
    ) throws(PDFSyntaxError) -> Range<Int64> {
        var byte = try cursor.next()
        if byte == 13 { byte = try cursor.next() }
        guard byte == 10 else { throw broken(cursor.position, "stream is not followed by a line end") }
        let start = cursor.position
        let count: Int64?
        switch dictionary["Length"] {
        case .integer(let value): count = value
        case .reference(let reference):
            guard !directLength else { throw broken(start, "an indirect /Length where it must be direct") }
            count = try length(reference)
        default: count = nil
        }
        guard let count, count >= 0, count <= source.size - start else {
            throw broken(start, "no /Length, or one that does not fit the file")
        }
        guard dictionary["F"] == nil else { throw broken(start, "stream data in an external file") }
        cursor.seek(to: start + count)
        var lexer = Lexer(cursor, budget: budget)
        guard try lexer.next() == .keyword(Keyword.endStream), lexer.tokenStart - (start + count) <= 2,
            try lexer.next() == .keyword(Keyword.endObject)
        else { throw broken(start + count, "no endstream and endobj after /Length bytes") }
        cursor = lexer.cursor
        return start..<start + count
    }

    private func broken(_ offset: Int64, _ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(.malformedStream, at: offset, clause: "ISO 32000-2 §7.3.8", detail)
    }
}
