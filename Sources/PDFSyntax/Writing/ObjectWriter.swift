// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Writes objects as ISO 32000-2 §7.3 prescribes, in a form that no reader misunderstands.
struct ObjectWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(raw: [UInt8]) { bytes.append(contentsOf: raw) }

    mutating func write(_ object: PDFObject) throws(PDFSyntaxError) {
        switch object {
        case .null: write("null")
        case .boolean(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        case .real(let value): write(try Self.decimal(value))
        case .string(let value, let hexadecimal):
            if hexadecimal { write("<\(Hexadecimal.encode(value))>") } else { writeLiteral(value) }
        case .name(let name): write(name)
        case .array(let elements):
            write("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { write(" ") }
                try write(element)
            }
            write("]")
        case .dictionary(let dictionary): try write(dictionary)
        case .stream: throw PDFSyntaxError(.unwritableObject, "a stream of another file inside an object")
        case .reference(let reference): write(reference.description)
        }
    }

    mutating func write(_ dictionary: PDFDictionary) throws(PDFSyntaxError) {
        write("<<")
        for key in dictionary.keys {
            write("\n")
            write(key)
            write(" ")
            try write(dictionary[key] ?? .null)
        }
        write("\n>>")
    }

    /// Every byte that is not a regular printable ASCII character is escaped (§7.3.5).
    mutating func write(_ name: PDFName) {
        bytes.append(UInt8(ascii: "/"))
        for byte in name.bytes {
            if (33...126).contains(byte), !Lexer.isDelimiter(byte), byte != UInt8(ascii: "#") {
                bytes.append(byte)
            } else {
                write("#" + Hexadecimal.encode([byte]))
            }
        }
    }

    private mutating func writeLiteral(_ value: [UInt8]) {
        bytes.append(UInt8(ascii: "("))
        for byte in value {
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 13: write("\\r")  // unescaped it would be read as a line feed
            case 10: write("\\n")
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: ")"))
    }

    /// The shortest decimal that gives the same number again; PDF knows no exponents (§7.3.3).
    static func decimal(_ value: Double) throws(PDFSyntaxError) -> String {
        guard value.isFinite else { throw PDFSyntaxError(.unwritableObject, "a number that is not finite") }
        let text = value.description
        guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return text }
        let exponent = Int(text[text.index(after: mark)...]) ?? 0
        let negative = text.hasPrefix("-")
        let parts = text[..<mark].drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(parts.first ?? "0")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let digits = whole + fraction
        let point = whole.count + exponent
        let body: String
        if point <= 0 {
            body = "0." + String(repeating: "0", count: -point) + digits
        } else if point >= digits.count {
            body = digits + String(repeating: "0", count: point - digits.count) + ".0"
        } else {
            body = digits.prefix(point) + "." + digits.dropFirst(point)
        }
        return (negative ? "-" : "") + body
    }
}

extension PDFObject {
    /// The object as bytes of a PDF file.
    ///
    /// - Throws: ``PDFSyntaxError`` `unwritableObject` for a number that is not finite and for a stream.
    public func serialized() throws(PDFSyntaxError) -> [UInt8] {
        var writer = ObjectWriter()
        try writer.write(self)
        return writer.bytes
    }
}
