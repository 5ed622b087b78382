// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing

@testable import PDFSyntax

private func parse(_ text: String, budget: Budget = .standard) throws(PDFSyntaxError) -> PDFObject {
    var parser = ObjectParser(MemorySource(Array(text.utf8)), at: 0, budget: budget)
    return try parser.objectToEnd()
}

@Suite("PDF objects — ISO 32000-2 §7.3")
struct ObjectTests {
    // Eight digits are looked at and sixteen decoded together: every length and every byte at every place of that stretch.
    @Test func `a hexadecimal string of any length is what its digits say, and a byte that is none is refused`() throws
    {
        let digits = Array("0123456789abcdefABCDEF".utf8)
        func string(_ text: [UInt8]) throws(PDFSyntaxError) -> PDFObject {
            var parser = ObjectParser(
                MemorySource(Array("<".utf8) + text + Array(">".utf8)), at: 0, budget: .standard)
            return try parser.objectToEnd()
        }
        for length in 0...70 {
            let text = (0..<length).map { digits[($0 * 7 + length) % digits.count] }
            let padded = text + (length.isMultiple(of: 2) ? [] : [UInt8(ascii: "0")])
            let expected = try stride(from: 0, to: padded.count, by: 2).map {
                try #require(UInt8(String(decoding: padded[$0..<$0 + 2], as: UTF8.self), radix: 16))
            }
            #expect(try string(text) == .string(expected, hexadecimal: true), "\(length)")
        }
        let text = (0..<40).map { digits[$0 % digits.count] }
        let spaces: Set<UInt8> = [0, 9, 10, 12, 13, 32]
        for place in 0..<40 {
            for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: ">") {
                var changed = text
                changed[place] = byte
                let isTaken = digits.contains(byte) || spaces.contains(byte)
                #expect(((try? string(changed)) != nil) == isTaken, "\(byte) at \(place)")
            }
        }
    }

    @Test(
        arguments: [
            ("123", .integer(123)), ("+17", .integer(17)), ("-98", .integer(-98)), ("34.5", .real(34.5)),
            ("-.002", .real(-0.002)), ("4.", .real(4)), ("true", .boolean(true)), ("null", .null),
            ("/A;Name_With-Various***Characters?", .name("A;Name_With-Various***Characters?")),
            ("/Lime#20Green", .name("Lime Green")), ("/A#42", .name("AB")), ("/", .name("")),
            ("(a (nested) one)", .string(Array("a (nested) one".utf8), hexadecimal: false)),
            ("(\\053\\53\\0533\\n\\)\\q)", .string(Array("+++3\n)q".utf8), hexadecimal: false)),
            ("(two\\\nlines)", .string(Array("twolines".utf8), hexadecimal: false)),
            ("(a\r\nb\rc)", .string(Array("a\nb\nc".utf8), hexadecimal: false)),
            ("<901F A3>", .string([0x90, 0x1F, 0xA3], hexadecimal: true)),
            ("<901FA>", .string([0x90, 0x1F, 0xA0], hexadecimal: true)),
            (
                "[1 2 0 R(x)]",
                .array([.integer(1), .reference(IndirectReference(2)), .string([120], hexadecimal: false)])
            ),
            ("<</A(a)/A<61>/B 2>>", .dictionary(["A": .string([97], hexadecimal: false), "B": .integer(2)])),
            ("<</A 1/B<</C[ ]>>%c\n>>", .dictionary(["A": .integer(1), "B": .dictionary(["C": .array([])])])),
        ] as [(String, PDFObject)])
    func `an object of the standard is read`(text: String, expected: PDFObject) throws {
        #expect(try parse(text) == expected)
    }

    @Test(arguments: [
        "1a", "--1", "1-2", "+", "99999999999999999999", "<9G>", "<12", "(open", "[1 2", "<</A>>", "<</A 1/A 2>>",
        "<</A 1/A 1.0>>", "<</A 1/A null>>",
        "<<1 2>>", "]", ">>", ")", "/A#4", "/A#00", "{", "1 R", "0 0 R", "1 2 R 3", "", "[1 0 obj]", "<< /A 1 ]", "> ",
    ])
    func `what the standard does not allow is refused`(text: String) {
        #expect(throws: PDFSyntaxError.self) { try parse(text) }
    }

    @Test func `how a string was written is kept and is not part of its meaning`() throws {
        for text in ["(a)", "(\\141)", "<61>"] {
            let parsed = try parse(text)
            guard case .string(let bytes, let isHexadecimal) = parsed else {
                Issue.record("\(text) is no string")
                continue
            }
            #expect(bytes == [97])
            #expect(isHexadecimal == text.hasPrefix("<"))
            #expect(try parsed == parse("(a)") && parsed != parse("(b)") && parsed != parse("/a"))
        }
    }

    @Test func `nesting up to the budget is read and one more is refused`() throws {
        let budget = Budget(bytes: 10_000, depth: 10, objects: 1000, expansionRatio: 10)
        #expect(
            try parse(String(repeating: "[", count: 10) + String(repeating: "]", count: 10), budget: budget).array
                != nil)
        #expect(throws: PDFSyntaxError(.limitExceeded, "")) {
            try parse(String(repeating: "[", count: 11) + String(repeating: "]", count: 11), budget: budget)
        }
        #expect(throws: PDFSyntaxError(.limitExceeded, "")) {
            try parse(String(repeating: "<</A", count: 100_000), budget: .standard)
        }
    }

    @Test func `more objects than the budget allows are refused`() throws {
        let budget = Budget(bytes: 10_000, depth: 10, objects: 50, expansionRatio: 10)
        #expect(try parse("[" + String(repeating: "0 ", count: 49) + "]", budget: budget).array?.count == 49)
        #expect(throws: PDFSyntaxError(.limitExceeded, "")) {
            try parse("[" + String(repeating: "0 ", count: 60) + "]", budget: budget)
        }
    }

    @Test func `what is written is read again as the same object`() throws {
        let object: PDFObject = .dictionary([
            "a b#/(": .string(Array(0...255), hexadecimal: false), "h": .string(Array(0...255), hexadecimal: true),
            "r": .array([
                .real(1e-7), .real(-12345.678), .real(1e21), .real(0.1), .real(5e-300), .real(1.7e308), .real(-0.5),
            ]),
            "i": .integer(.max), "n": .null, "b": .boolean(false),
            "Tên": .reference(IndirectReference(7, generation: 3)),
        ])
        let bytes = try object.serialized()
        var parser = ObjectParser(MemorySource(bytes), at: 0, budget: .standard)
        #expect(try parser.objectToEnd() == object)
        #expect(!bytes.contains(UInt8(ascii: "e")) || !String(decoding: bytes, as: UTF8.self).contains("e-"))
        #expect(throws: PDFSyntaxError(.unwritableObject, "")) { try PDFObject.real(.infinity).serialized() }
    }
}

@Suite("PDF text strings and dates — ISO 32000-2 §7.9")
struct TextTests {
    @Test func `the three encodings are read`() {
        #expect(TextString.decode([0xFE, 0xFF, 0x1E, 0xCB, 0x00, 0x41]) == "ịA")
        #expect(TextString.decode([0xEF, 0xBB, 0xBF] + Array("Ký số".utf8)) == "Ký số")
        #expect(TextString.decode([0x41, 0xE9, 0xA0, 0x8A, 0x18]) == "Aé€−˘")
        #expect(TextString.decode([0xFE, 0xFF, 0, 0x1B, 0x76, 0x69, 0, 0x1B, 0, 0x41, 9]) == "A")
    }

    @Test(arguments: ["Approval", "Nguyễn Văn Thử", "😀", ""])
    func `a written text is read again`(text: String) {
        #expect(TextString.decode(TextString.encode(text)) == text)
    }

    @Test(arguments: [
        ("D:199812231952-08'00", "1998-12-24T03:52:00Z"), ("D:20261121093022+07'00'", "2026-11-21T02:30:22Z"),
        ("D:20261121023022Z", "2026-11-21T02:30:22Z"), ("D:20261121023022Z00'00'", "2026-11-21T02:30:22Z"),
        ("20261121", "2026-11-21T00:00:00Z"), ("D:2026", "2026-01-01T00:00:00Z"),
    ])
    func `a date names its instant`(text: String, expected: String) {
        #expect(PDFDate.decode(text)?.description == expected)
    }

    @Test(arguments: [
        "", "D:", "D:20261301", "D:20260230", "D:20261121250000Z", "D:20261121093022+07'00'x", "yesterday",
    ])
    func `a wrong date is none`(text: String) { #expect(PDFDate.decode(text) == nil) }

    @Test func `an instant is written at its offset`() throws {
        let instant = try #require(Instant("2026-11-21T02:30:22Z"))
        #expect(PDFDate.encode(instant, atOffset: 25_200) == "D:20261121093022+07'00'")
        #expect(PDFDate.encode(instant, atOffset: -12_600) == "D:20261120230022-03'30'")
        #expect(PDFDate.encode(instant) == "D:20261121023022Z")
    }
}
