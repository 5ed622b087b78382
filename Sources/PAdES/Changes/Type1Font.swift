// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A Type 1 font program (Adobe Type 1 Font Format), as far as the box around its outlines needs it.
struct Type1Font {
    /// The box around the points of all outlines, in ems.
    let outlineBox: PageRectangle

    /// Reads a program; `nil` for a damaged one and for outlines that are not followed.
    ///
    /// - Parameter room: How many steps along outlines may be taken; what is left of it.
    init?(_ bytes: [UInt8], room: inout Int) {
        guard bytes.starts(with: Array("%!".utf8)), let start = Self.end(of: "eexec", in: bytes[...]) else {
            return nil
        }
        var body = bytes[start...].drop { $0 == 32 || $0 == 10 || $0 == 13 || $0 == 9 }
        guard body.count > 8 else { return nil }
        // The part is in hexadecimal digits when its first four octets are.
        if body.prefix(4).allSatisfy({ Self.digit($0) != nil }) {
            let digits = body.compactMap(Self.digit)
            body = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }[...]
        }
        let clear = Self.decrypted(body, key: 55_665).dropFirst(4)
        guard let scale = Self.matrix(bytes[..<start]) else { return nil }
        let omitted = Self.number(after: "/lenIV", in: clear) ?? 4
        guard (0...16).contains(omitted), let characters = Self.end(of: "/CharStrings", in: clear) else { return nil }
        let routines = Self.strings(clear[..<characters], omitted, isNamed: false)
        let codes = Self.strings(clear[characters...], omitted, isNamed: true)
        guard !codes.isEmpty, codes.count <= 65_536 else { return nil }
        var locals: [ArraySlice<UInt8>] = []
        for (index, code) in routines where (0..<65_536).contains(index) {
            while locals.count <= index { locals.append([]) }
            locals[index] = code
        }
        guard let found = CompactFont.box(of: codes.map(\.code), locals, [], isType1: true, room: &room) else {
            return nil
        }
        let box = found ?? PageRectangle(x: 0, y: 0, width: 0, height: 0)
        outlineBox = PageRectangle(corners: [
            box.x * scale.x, box.y * scale.y, (box.x + box.width) * scale.x, (box.y + box.height) * scale.y,
        ])
    }

    private static func decrypted(_ bytes: ArraySlice<UInt8>, key: UInt16) -> ArraySlice<UInt8> {
        var key = key
        var clear: [UInt8] = []
        clear.reserveCapacity(bytes.count)
        for octet in bytes {
            clear.append(octet ^ UInt8(key >> 8))
            key = (UInt16(octet) &+ key) &* 52_845 &+ 22_719
        }
        return clear[...]
    }

    /// Strings with their numbers: `dup 5 12 RD …` in the subroutines, `/A 12 RD …` among the characters.
    private static func strings(
        _ bytes: ArraySlice<UInt8>, _ omitted: Int, isNamed: Bool
    ) -> [(index: Int, code: ArraySlice<UInt8>)] {
        var found: [(index: Int, code: ArraySlice<UInt8>)] = []
        var words: [ArraySlice<UInt8>] = []
        var rest = bytes
        while let first = rest.first {
            guard !isSpace(first) else {
                rest = rest.dropFirst()
                continue
            }
            let word = rest.dropFirst().prefix { !isSpace($0) && $0 != UInt8(ascii: "/") }
            let whole = rest[rest.startIndex..<word.endIndex]
            rest = rest[word.endIndex...]
            // The word before the octets has a name of the font's own, mostly RD or -|.
            if words.count >= 2, let count = integer(words[words.count - 1]), count >= omitted, count < rest.count,
                integer(whole) == nil, isNamed ? words[words.count - 2].first == UInt8(ascii: "/") : words.count >= 3,
                isNamed || words[words.count - 3].elementsEqual("dup".utf8)
            {
                let index = isNamed ? 0 : integer(words[words.count - 2]) ?? -1
                let code = rest.dropFirst().prefix(count)
                found.append((index, decrypted(code, key: 4330).dropFirst(omitted)))
                rest = rest.dropFirst(1 + count)
                words = []
                continue
            }
            words.append(whole)
            if words.count > 3 { words.removeFirst() }
        }
        return found
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) || byte == 0 }

    private static func integer(_ word: ArraySlice<UInt8>) -> Int? {
        word.count <= 9 ? Int(String(decoding: word, as: UTF8.self)) : nil
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    private static func end(of word: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let word = Array(word.utf8)
        guard bytes.count >= word.count, let first = word.first else { return nil }
        for index in bytes.startIndex...bytes.endIndex - word.count
        where bytes[index] == first && bytes[index..<index + word.count].elementsEqual(word) {
            return index + word.count
        }
        return nil
    }

    private static func number(after word: String, in bytes: ArraySlice<UInt8>) -> Int? {
        guard let start = end(of: word, in: bytes) else { return nil }
        return integer(bytes[start...].drop(while: isSpace).prefix { !isSpace($0) })
    }

    /// The scale of the font's matrix; a turned or moved font is not followed.
    private static func matrix(_ bytes: ArraySlice<UInt8>) -> (x: Double, y: Double)? {
        guard let start = end(of: "/FontMatrix", in: bytes) else { return nil }
        let inner = bytes[start...].prefix(200).drop { $0 != 91 && $0 != 123 }.dropFirst().prefix {
            $0 != 93 && $0 != 125
        }
        let numbers = inner.split(whereSeparator: isSpace).map { part -> Double? in
            let text = String(decoding: part, as: UTF8.self)
            return Double(text) ?? Double("0" + text) ?? Double(text.replacingOccurrencesOfLonePoints)
        }
        guard numbers.count == 6, let x = numbers[0], let y = numbers[3], [1, 2, 4, 5].allSatisfy({ numbers[$0] == 0 })
        else { return nil }
        return (x, y)
    }
}

extension String {
    /// A number that ends with its point, without it.
    fileprivate var replacingOccurrencesOfLonePoints: String { hasSuffix(".") ? String(dropLast()) : self }
}
