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
    /// Most octets of one inline image; they are meant for four kibibytes (§8.9.7).
    private static let largestImage: Int64 = 1 << 26
    private let source: MemorySource
    /// How many octets of inline images may still come out of their filters.
    package private(set) var room: Int64

    /// Begins with decoded bytes.
    ///
    /// - Parameter room: How many octets of inline images may come out of their filters; the budget's when `nil`.
    package init(_ bytes: [UInt8], budget: Budget, room: Int64? = nil) {
        self.bytes = bytes
        source = MemorySource(bytes)
        self.room = room ?? budget.bytes
        parser = ObjectParser(source, at: 0, budget: budget)
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
        try skipInlineData(entries)
        return Operation(name: name, operands: entries)
    }

    /// Steps behind the `EI` that follows the data. Where they end must be certain: readers that find it elsewhere would
    /// take data for operators.
    private mutating func skipInlineData(_ entries: [PDFObject]) throws(PDFSyntaxError) {
        let start = Int(parser.lexer.cursor.position) + 1
        let values = try inlineValues(entries)
        let end: Int
        if let filter = values["Filter"] ?? values["F"] {
            end = try encodedEnd(filter, from: start)
        } else {
            end = try start + plainSize(values)
        }
        var position = end
        while position < bytes.count, Lexer.isWhiteSpace(bytes[position]) { position += 1 }
        guard position + 1 < bytes.count, position - end <= 4, bytes[position] == UInt8(ascii: "E"),
            bytes[position + 1] == UInt8(ascii: "I"),
            position + 2 >= bytes.count || Lexer.isWhiteSpace(bytes[position + 2])
        else { throw malformed("an inline image that does not end where its data do") }
        parser.lexer.cursor.seek(to: Int64(position + 2))
    }

    private func inlineValues(_ entries: [PDFObject]) throws(PDFSyntaxError) -> PDFDictionary {
        var values: PDFDictionary = [:]
        guard entries.count.isMultiple(of: 2) else { throw malformed("an inline image with a key without a value") }
        for index in stride(from: 0, to: entries.count, by: 2) {
            guard let key = entries[index].name, values.add(key, entries[index + 1]) else {
                throw malformed("an inline image with a wrong key")
            }
        }
        return values
    }

    /// The octets of samples without a filter (§8.9.7).
    private func plainSize(_ values: PDFDictionary) throws(PDFSyntaxError) -> Int {
        func number(_ short: PDFName, _ long: PDFName) -> Int? {
            (values[short] ?? values[long])?.integer.flatMap { Int(exactly: $0) }
        }
        guard let width = number("W", "Width"), let height = number("H", "Height"), (1...65_536).contains(width),
            (1...65_536).contains(height)
        else { throw malformed("an inline image without a size") }
        let isMask = (values["IM"] ?? values["ImageMask"])?.boolean == true
        let components: Int
        switch values["CS"] ?? values["ColorSpace"] {
        case nil where isMask: components = 1
        case .name("G"), .name("DeviceGray"): components = 1
        case .name("RGB"), .name("DeviceRGB"): components = 3
        case .name("CMYK"), .name("DeviceCMYK"): components = 4
        case .array(let space) where space.first?.name == "I" || space.first?.name == "Indexed": components = 1
        default: throw malformed("an inline image whose colours are not read")
        }
        let bits = isMask ? 1 : number("BPC", "BitsPerComponent")
        guard let bits, [1, 2, 4, 8, 16].contains(bits) else { throw malformed("an inline image without a depth") }
        return (width * components * bits + 7) / 8 * height
    }

    /// Where data end that say so themselves.
    private mutating func encodedEnd(_ filter: PDFObject, from start: Int) throws(PDFSyntaxError) -> Int {
        let name = filter.name ?? filter.array?.first?.name
        switch name?.text {
        case "AHx", "ASCIIHexDecode", "A85", "ASCII85Decode":
            guard start <= bytes.count, let end = bytes[start...].firstIndex(of: UInt8(ascii: ">")) else { break }
            return end + 1
        case "Fl", "FlateDecode":
            guard start <= bytes.count else { break }
            // What comes out before a fault is seen counts too.
            let limit = min(max(room, 0), Self.largestImage)
            do throws(PDFSyntaxError) {
                let (used, inflated) = try Inflater.size(in: source, Int64(start)..<source.size, limit: limit)
                room -= Int64(inflated)
                return start + used
            } catch {
                room -= limit
                throw error
            }
        default: break
        }
        throw malformed("an inline image whose end is not certain")
    }

    private func malformed(_ detail: String) -> PDFSyntaxError {
        PDFSyntaxError(
            .malformedObject, at: parser.lexer.cursor.position, clause: "ISO 32000-2 §7.8.2", detail)
    }
}
