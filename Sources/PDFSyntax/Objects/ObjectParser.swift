// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// Builds objects from tokens, within the depth and the number of objects that the budget allows.
struct ObjectParser {
    var lexer: Lexer
    private let budget: Budget
    private var objects = 0
    /// Where the values of the outermost dictionary stand, in the order of its keys.
    private(set) var valueRanges: [Range<Int64>] = []
    /// Where the elements of the outermost dictionary stand, keys and values in turn, as it is read.
    private var places: [Range<Int64>] = []

    /// Deeper nesting than this is refused whatever the budget says, so that the stack is safe.
    private static let deepest = 200

    init(_ source: any ByteSource, at offset: Int64, end: Int64? = nil, budget: Budget) {
        self.budget = budget
        lexer = Lexer(ByteCursor(source, at: offset, end: end), budget: budget)
    }

    /// What ended a sequence of objects.
    enum Terminator: Equatable {
        case arrayEnd, dictionaryEnd, endOfBytes
        case keyword([UInt8])
    }

    /// One object followed by a keyword, as in an indirect object's body.
    mutating func objectAndKeyword() throws(PDFSyntaxError) -> (object: PDFObject, keyword: [UInt8]) {
        let start = lexer.cursor.position
        let (elements, terminator) = try sequence(depth: 0)
        guard case .keyword(let keyword) = terminator, elements.count == 1, let object = elements.first else {
            throw PDFSyntaxError(
                .malformedObject, at: start, clause: "ISO 32000-2 §7.3.10", "an indirect object is not one object")
        }
        return (object, keyword)
    }

    /// One object that reaches to the end of the bytes, as in an object stream.
    mutating func objectToEnd() throws(PDFSyntaxError) -> PDFObject {
        let start = lexer.cursor.position
        let (elements, terminator) = try sequence(depth: 0)
        guard terminator == .endOfBytes, elements.count == 1, let object = elements.first else {
            throw PDFSyntaxError(
                .malformedObjectStream, at: start, clause: "ISO 32000-2 §7.5.7", "an entry is not exactly one object")
        }
        return object
    }

    /// One dictionary at the position, as after `trailer`.
    mutating func dictionary() throws(PDFSyntaxError) -> PDFDictionary {
        guard try lexer.next() == .dictionaryStart else {
            throw lexer.malformed("a dictionary was expected", clause: "§7.3.7")
        }
        return try dictionary(depth: 1)
    }

    /// Operands and operator of a content stream; `nil` at the end of the bytes.
    mutating func operation() throws(PDFSyntaxError) -> (operands: [PDFObject], name: [UInt8])? {
        let (operands, terminator) = try sequence(depth: 0)
        switch terminator {
        case .keyword(let name): return (operands, name)
        case .endOfBytes where operands.isEmpty: return nil
        default: throw lexer.malformed("operands without an operator", clause: "§7.8.2")
        }
    }

    private mutating func sequence(
        depth: Int, keepingPlaces: Bool = false, room: Int = 1
    ) throws(PDFSyntaxError) -> (elements: [PDFObject], terminator: Terminator) {
        guard depth <= min(budget.depth, Self.deepest) else {
            throw PDFSyntaxError(LimitExceeded(.depth, allowed: min(budget.depth, Self.deepest)))
        }
        var elements: [PDFObject] = []
        elements.reserveCapacity(room)
        while true {
            let token = try lexer.next()
            let start = lexer.tokenStart
            var first = start
            switch token {
            case .integer(let value): elements.append(.integer(value))
            case .real(let value): elements.append(.real(value))
            case .string(let bytes, let hexadecimal): elements.append(.string(bytes, hexadecimal: hexadecimal))
            case .name(let name): elements.append(.name(name))
            case .arrayStart:
                let (inner, terminator) = try sequence(depth: depth + 1, room: 4)
                guard terminator == .arrayEnd else { throw unclosed(start, "an array without its end", "§7.3.6") }
                elements.append(.array(inner))
            case .dictionaryStart: elements.append(.dictionary(try dictionary(depth: depth + 1)))
            case .arrayEnd: return (elements, .arrayEnd)
            case .dictionaryEnd: return (elements, .dictionaryEnd)
            case .end: return (elements, .endOfBytes)
            case .keyword(let word):
                switch word {
                case Keyword.null: elements.append(.null)
                case Keyword.true: elements.append(.boolean(true))
                case Keyword.false: elements.append(.boolean(false))
                case Keyword.reference:
                    elements.append(.reference(try popReference(&elements, start)))
                    if keepingPlaces { first = dropPlaces() ?? start }
                default: return (elements, .keyword(word))
                }
            }
            if keepingPlaces { places.append(first..<lexer.cursor.position) }
            objects += 1
            guard objects <= budget.objects else {
                throw PDFSyntaxError(LimitExceeded(.objects, allowed: budget.objects), at: start)
            }
        }
    }

    private mutating func dictionary(depth: Int) throws(PDFSyntaxError) -> PDFDictionary {
        let start = lexer.tokenStart
        let isOutermost = depth == 1
        if isOutermost { places.removeAll(keepingCapacity: true) }
        let (elements, terminator) = try sequence(depth: depth, keepingPlaces: isOutermost, room: 16)
        guard terminator == .dictionaryEnd else { throw unclosed(start, "a dictionary without its end", "§7.3.7") }
        guard elements.count.isMultiple(of: 2) else { throw unclosed(start, "a key without a value", "§7.3.7") }
        var dictionary = PDFDictionary(capacity: elements.count / 2)
        var ranges: [Range<Int64>] = []
        if isOutermost { ranges.reserveCapacity(elements.count / 2) }
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard case .name(let key) = elements[index] else {
                throw unclosed(start, "a key that is no name", "§7.3.7")
            }
            guard dictionary.add(key, elements[index + 1]) else {
                // Poppler names a font twice that it adds for two fields; the same value again leaves nothing open.
                if dictionary[key] == elements[index + 1] { continue }
                throw unclosed(start, "a key that occurs twice", "§7.3.7")
            }
            if isOutermost { ranges.append(places[index + 1]) }
        }
        if isOutermost { valueRanges = ranges }
        return dictionary
    }

    private func popReference(
        _ elements: inout [PDFObject], _ offset: Int64
    ) throws(PDFSyntaxError) -> IndirectReference {
        guard case .integer(let generation) = elements.popLast(), case .integer(let number) = elements.popLast(),
            (1...Int64(Int32.max)).contains(number), (0...65_535).contains(generation)
        else { throw unclosed(offset, "R without an object and a generation number", "§7.3.10") }
        return IndirectReference(Int(number), generation: Int(generation))
    }

    /// Removes the places of the two numbers of a reference and gives the start of the first.
    private mutating func dropPlaces() -> Int64? {
        let start = places.suffix(2).first?.lowerBound
        places.removeLast(min(2, places.count))
        return start
    }

    private func unclosed(_ offset: Int64, _ detail: String, _ clause: String) -> PDFSyntaxError {
        PDFSyntaxError(.malformedObject, at: offset, clause: "ISO 32000-2 " + clause, detail)
    }
}

/// The words that objects and files are built with.
enum Keyword {
    static let null = Array("null".utf8)
    static let `true` = Array("true".utf8)
    static let `false` = Array("false".utf8)
    static let reference = Array("R".utf8)
    static let object = Array("obj".utf8)
    static let endObject = Array("endobj".utf8)
    static let stream = Array("stream".utf8)
    static let endStream = Array("endstream".utf8)
    static let trailer = Array("trailer".utf8)
    static let startCrossReferences = Array("startxref".utf8)
}
