// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// A strict reader of JSON text (RFC 8259): UTF-8, no duplicate names, bounded depth and count.
struct JSONReader {
    private let bytes: [UInt8]
    private let budget: Budget
    private var position = 0
    private var nodes = 0

    private init(_ bytes: [UInt8], budget: Budget) {
        self.bytes = bytes
        self.budget = budget
    }

    static func read(_ bytes: [UInt8], budget: Budget) throws(OnceOnlyError) -> JSONNode {
        guard bytes.count <= budget.bytes else {
            throw OnceOnlyError(.overLimit, detail: LimitExceeded(.bytes, allowed: budget.bytes).description)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw OnceOnlyError(.malformedJSON, clause: "RFC 8259 §8.1", detail: "not UTF-8")
        }
        var reader = JSONReader(bytes, budget: budget)
        let node = try reader.value(depth: 1)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.malformed("text after the value", "§2") }
        return node
    }

    private mutating func value(depth: Int) throws(OnceOnlyError) -> JSONNode {
        guard depth <= budget.depth else { throw limit(.depth, budget.depth) }
        nodes += 1
        guard nodes <= budget.objects else { throw limit(.objects, budget.objects) }
        skipSpace()
        let start = position
        switch peek {
        case UInt8(ascii: "{"): return JSONNode(offset: start, value: .object(try members(depth: depth)))
        case UInt8(ascii: "["): return JSONNode(offset: start, value: .array(try elements(depth: depth)))
        case UInt8(ascii: "\""): return JSONNode(offset: start, value: .string(try string()))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return JSONNode(offset: start, value: .number(try number()))
        }
    }

    private mutating func members(depth: Int) throws(OnceOnlyError) -> [JSONNode.Member] {
        var members: [JSONNode.Member] = []
        var names: Set<String> = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            skipSpace()
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw malformed("a member name was expected", "§4") }
            let name = try string()
            guard names.insert(name).inserted else { throw malformed("a member name occurs twice", "§4", at: start) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed("a colon was expected", "§4") }
            members.append(.init(name: name, offset: start, node: try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw malformed("a comma or a brace was expected", "§4") }
        return members
    }

    private mutating func elements(depth: Int) throws(OnceOnlyError) -> [JSONNode] {
        var elements: [JSONNode] = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw malformed("a comma or a bracket was expected", "§5") }
        return elements
    }

    private mutating func string() throws(OnceOnlyError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20: throw malformed("a control character in a string", "§7", at: position - 1)
            default: text.append(byte)
            }
        }
        throw malformed("a string without its end", "§7", at: start)
    }

    private mutating func escape() throws(OnceOnlyError) -> [UInt8] {
        let start = position - 1
        guard let byte = peek else { throw malformed("an escape without its end", "§7", at: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"):
            var units = [try codeUnit(start)]
            if UTF16.isLeadSurrogate(units[0]) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                    throw malformed("half of a surrogate pair", "§7", at: start)
                }
                units.append(try codeUnit(start))
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw malformed("half of a surrogate pair", "§7", at: start)
            }
            return Array(text.utf8)
        default: throw malformed("an unknown escape", "§7", at: start)
        }
    }

    private mutating func codeUnit(_ start: Int) throws(OnceOnlyError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed("four hexadecimal digits were expected", "§7", at: start)
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private mutating func number() throws(OnceOnlyError) -> Int? {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let leading = peek
        let whole = digits()
        guard whole > 0, whole == 1 || leading != UInt8(ascii: "0") else {
            throw malformed("a value was expected", "§3", at: start)
        }
        var integer = true
        if take(UInt8(ascii: ".")) {
            integer = false
            guard digits() > 0 else { throw malformed("digits were expected", "§6") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            integer = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw malformed("digits were expected", "§6") }
        }
        return integer ? Int(String(decoding: bytes[start..<position], as: UTF8.self)) : nil
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, (48...57).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func word(_ text: String, _ value: JSONNode.Value) throws(OnceOnlyError) -> JSONNode {
        let start = position
        for byte in text.utf8 {
            guard take(byte) else { throw malformed("a value was expected", "§3", at: start) }
        }
        return JSONNode(offset: start, value: value)
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 32 || byte == 9 || byte == 10 || byte == 13 { position += 1 }
    }

    private func malformed(_ detail: String, _ section: String, at offset: Int? = nil) -> OnceOnlyError {
        OnceOnlyError(.malformedJSON, offset: offset ?? position, clause: "RFC 8259 \(section)", detail: detail)
    }

    private func limit(_ limit: LimitExceeded.Limit, _ allowed: Int) -> OnceOnlyError {
        OnceOnlyError(.overLimit, offset: position, detail: LimitExceeded(limit, allowed: allowed).description)
    }
}
