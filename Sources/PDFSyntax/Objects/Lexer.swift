// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// One token of ISO 32000-2 §7.2 and §7.3.
enum Token: Equatable {
    case integer(Int64)
    case real(Double)
    case string([UInt8], hexadecimal: Bool)
    case name(PDFName)
    case arrayStart, arrayEnd, dictionaryStart, dictionaryEnd
    case keyword([UInt8])
    case end
}

/// Splits bytes into tokens, strictly: what the standard does not allow is an error.
struct Lexer {
    var cursor: ByteCursor
    /// Offset of the first byte of the token read last.
    private(set) var tokenStart: Int64 = 0
    private let longest: Int64

    init(_ cursor: ByteCursor, budget: Budget) {
        self.cursor = cursor
        longest = budget.bytes
    }

    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case 0, 9, 10, 12, 13, 32: true
        default: false
        }
    }

    static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    /// Steps over white space and comments.
    mutating func skipWhiteSpace() throws(PDFSyntaxError) {
        while let byte = try cursor.peek() {
            if Self.isWhiteSpace(byte) {
                cursor.advance()
            } else if byte == UInt8(ascii: "%") {
                while let inside = try cursor.peek(), inside != 10, inside != 13 { cursor.advance() }
            } else {
                return
            }
        }
    }

    /// The next token; ``Token/end`` at the end of the bytes.
    mutating func next() throws(PDFSyntaxError) -> Token {
        try skipWhiteSpace()
        tokenStart = cursor.position
        guard let byte = try cursor.peek() else { return .end }
        switch byte {
        case UInt8(ascii: "["):
            cursor.advance()
            return .arrayStart
        case UInt8(ascii: "]"):
            cursor.advance()
            return .arrayEnd
        case UInt8(ascii: "<"):
            cursor.advance()
            guard try cursor.peek() == UInt8(ascii: "<") else { return try hexadecimalString() }
            cursor.advance()
            return .dictionaryStart
        case UInt8(ascii: ">"):
            cursor.advance()
            guard try cursor.next() == UInt8(ascii: ">") else { throw malformed("a lone >", clause: "§7.3.7") }
            return .dictionaryEnd
        case UInt8(ascii: "("):
            cursor.advance()
            return try literalString()
        case UInt8(ascii: "/"):
            cursor.advance()
            return try name()
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            throw malformed("a delimiter that opens nothing", clause: "§7.2.3")
        case UInt8(ascii: "R"):
            // By far the most frequent word.
            cursor.advance()
            guard let next = try cursor.peek(), !Self.isWhiteSpace(next), !Self.isDelimiter(next) else {
                return .keyword(Keyword.reference)
            }
            cursor.seek(to: tokenStart)
            return .keyword(try regularCharacters(limit: 64))
        default:
            return .keyword(try regularCharacters(limit: 64))
        }
    }

    func malformed(_ detail: String, clause: String) -> PDFSyntaxError {
        PDFSyntaxError(.malformedObject, at: tokenStart, clause: "ISO 32000-2 " + clause, detail)
    }

    private mutating func regularCharacters(limit: Int) throws(PDFSyntaxError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let byte = try cursor.peek(), !Self.isWhiteSpace(byte), !Self.isDelimiter(byte) {
            guard bytes.count < limit else { throw malformed("a token of more than \(limit) bytes", clause: "§7.2") }
            bytes.append(byte)
            cursor.advance()
        }
        return bytes
    }

    /// Up to eighteen digits with nothing else, as nearly all numbers are; `nil` and no step for others.
    private mutating func plainInteger() throws(PDFSyntaxError) -> Token? {
        var value: Int64 = 0
        var count = 0
        while let byte = try cursor.peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), count < 18 {
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            count += 1
            cursor.advance()
        }
        if count > 0 {
            guard let next = try cursor.peek() else { return .integer(value) }
            if Self.isWhiteSpace(next) || Self.isDelimiter(next) { return .integer(value) }
        }
        cursor.seek(to: tokenStart)
        return nil
    }

    private mutating func number() throws(PDFSyntaxError) -> Token {
        if let integer = try plainInteger() { return integer }
        let bytes = try regularCharacters(limit: 400)
        var digits = bytes[...]
        let negative = digits.first == UInt8(ascii: "-")
        if negative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        var whole: Int64 = 0
        var value = 0.0
        var scale = 1.0
        var count = 0
        var isReal = false
        var overflow = false
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                count += 1
                let digit = Int64(byte - UInt8(ascii: "0"))
                value = value * 10 + Double(digit)
                if isReal {
                    scale *= 10
                } else {
                    let (product, over) = whole.multipliedReportingOverflow(by: 10)
                    let (sum, over2) = product.addingReportingOverflow(digit)
                    whole = sum
                    if over || over2 { overflow = true }
                }
            case UInt8(ascii: ".") where !isReal: isReal = true
            default: throw malformed("a number with a wrong character", clause: "§7.3.3")
            }
        }
        guard count > 0 else { throw malformed("a number without a digit", clause: "§7.3.3") }
        guard isReal else {
            guard !overflow else { throw malformed("an integer beyond 64 bits", clause: "§7.3.3") }
            return .integer(negative ? -whole : whole)
        }
        // `Double(_:)` rounds correctly; the sum above only guards its range.
        let text = String(decoding: digits, as: UTF8.self)
        let magnitude = Double(text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text)
        let result = magnitude ?? value / scale
        guard result.isFinite else { throw malformed("a real beyond the range", clause: "§7.3.3") }
        return .real(negative ? -result : result)
    }

    private mutating func name() throws(PDFSyntaxError) -> Token {
        if let name = cursor.takeShortName() { return .name(name) }
        var name = PDFName()
        while let byte = try cursor.peek(), !Self.isWhiteSpace(byte), !Self.isDelimiter(byte) {
            cursor.advance()
            guard name.count < 4096 else { throw malformed("a name of more than 4,096 bytes", clause: "§7.3.5") }
            guard byte == UInt8(ascii: "#") else {
                name.append(byte)
                continue
            }
            guard let high = try cursor.next().flatMap(Self.digit), let low = try cursor.next().flatMap(Self.digit),
                high | low != 0
            else { throw malformed("a name with a wrong # escape", clause: "§7.3.5") }
            name.append(high << 4 | low)
        }
        return .name(name)
    }

    private mutating func hexadecimalString() throws(PDFSyntaxError) -> Token {
        var bytes: [UInt8] = []
        var high: UInt8?
        while true {
            // Room for a signature is tens of thousands of digits in a row; a window of them is at most 64 KiB.
            if high == nil { cursor.takeHexadecimalPairs(into: &bytes) }
            guard let byte = try cursor.next() else { break }
            if let digit = Self.digit(byte) {
                if let first = high {
                    bytes.append(first << 4 | digit)
                    high = nil
                } else {
                    high = digit
                }
            } else if byte == UInt8(ascii: ">") {
                if let high { bytes.append(high << 4) }
                return .string(bytes, hexadecimal: true)
            } else if !Self.isWhiteSpace(byte) {
                throw malformed("a hexadecimal string with a character that is no digit", clause: "§7.3.4.3")
            }
            guard Int64(bytes.count) <= longest else { throw PDFSyntaxError(LimitExceeded(.bytes, allowed: longest)) }
        }
        throw malformed("a hexadecimal string without its end", clause: "§7.3.4.3")
    }

    private mutating func literalString() throws(PDFSyntaxError) -> Token {
        var bytes: [UInt8] = []
        var open = 1
        while let byte = try cursor.next() {
            switch byte {
            case UInt8(ascii: "("):
                open += 1
                bytes.append(byte)
            case UInt8(ascii: ")"):
                open -= 1
                if open == 0 { return .string(bytes, hexadecimal: false) }
                bytes.append(byte)
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            case 13:
                // Any end-of-line marker inside a string counts as one line feed.
                if try cursor.peek() == 10 { cursor.advance() }
                bytes.append(10)
            default: bytes.append(byte)
            }
            guard Int64(bytes.count) <= longest else { throw PDFSyntaxError(LimitExceeded(.bytes, allowed: longest)) }
        }
        throw malformed("a string without its closing parenthesis", clause: "§7.3.4.2")
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(PDFSyntaxError) {
        guard let byte = try cursor.next() else { return }
        switch byte {
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "f"): bytes.append(12)
        case 10: break
        case 13: if try cursor.peek() == 10 { cursor.advance() }
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = Int(byte - UInt8(ascii: "0"))
            for _ in 0..<2 {
                guard let digit = try cursor.peek(), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else {
                    break
                }
                cursor.advance()
                value = value * 8 + Int(digit - UInt8(ascii: "0"))
            }
            // High-order overflow is ignored (Table 3).
            bytes.append(UInt8(truncatingIfNeeded: value))
        default: bytes.append(byte)
        }
    }

    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
