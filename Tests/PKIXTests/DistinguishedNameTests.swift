// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import PKIX
import Testing

@Suite struct `Distinguished names (RFC 5280 7.1, RFC 4514)` {
    private typealias Pair = (type: ObjectIdentifier, value: [UInt8])

    private func name(_ relatives: [[Pair]]) throws -> DistinguishedName {
        let bytes = DERWriter.bytes { writer in
            writer.sequence { name in
                for relative in relatives {
                    name.setOf(
                        relative.map { pair in
                            DERWriter.bytes { writer in
                                writer.sequence {
                                    $0.objectIdentifier(pair.type)
                                    $0.raw(pair.value)
                                }
                            }
                        })
                }
            }
        }
        return try DistinguishedName(DERElement(parsing: bytes))
    }

    private func utf8(_ text: String) -> [UInt8] { DERWriter.bytes { $0.utf8String(text) } }
    private func common(_ text: String) throws -> DistinguishedName { try name([[(.commonName, utf8(text))]]) }

    @Test(arguments: [
        ("Test CA", "test ca"), ("Test CA", "  Test   CA "), ("Nguyễn", "Nguye\u{302}\u{303}n"), ("", "  "),
        ("ỦY BAN NHÂN DÂN", "ủy ban nhân dân"),
    ])
    func `case, runs of spaces and composition make no difference`(_ left: String, _ right: String) throws {
        #expect(try common(left) == common(right))
        #expect(try common(left).hashValue == common(right).hashValue)
    }

    @Test(arguments: [
        ("Test CA", "TestCA"), ("Test CA", "Test CA 2"), ("Uy ban", "Ủy ban"), ("ROOT - RS", "ROOT – RS"),
    ])
    func `other texts are other names`(_ left: String, _ right: String) throws {
        #expect(try common(left) != common(right))
        #expect(try common(left) == common(left))
    }

    @Test func `the string type makes no difference`() throws {
        let printable = DERWriter.bytes { $0.printableString("Test CA") }
        let bmp = DERWriter.bytes {
            $0.element(.bmpString, "Test CA".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        }
        let wide = DERWriter.bytes {
            $0.element(
                .universalString,
                "Test CA".unicodeScalars.flatMap { [0, 0, UInt8($0.value >> 8), UInt8($0.value & 255)] })
        }
        for value in [printable, bmp, wide] {
            #expect(try name([[(.commonName, value)]]) == common("Test CA"))
        }
    }

    // Canonically equivalent spellings (Unicode 15, UnicodeData.txt), and letters that have no composed form.
    @Test(arguments: [
        ("\u{212a}\u{212b}", "k\u{e5}"), ("a\u{1fef}b\u{37e}", "A`B;"), ("\u{1ec6}", "E\u{302}\u{323}"),
        ("\u{130}", "I\u{307}"), ("Ωμέγα", "ΩΜΕ\u{301}ΓΑ"), ("Київ", "КИ\u{406}\u{308}В"),
        ("A\u{a0}B", "a b"), ("A\u{3000}\u{2003} B", "a b"), ("\u{1e9e}", "\u{df}"), ("\u{23a}", "\u{2c65}"),
        ("a\r\nb", "A B"),
    ])
    func `every spelling of a text is the same name`(_ left: String, _ right: String) throws {
        for (left, right) in [(left, right), ("x " + left, "X  " + right), (left + "é", right + "E\u{301}")] {
            #expect(try common(left) == common(right))
            #expect(try common(left).hashValue == common(right).hashValue)
            let organization: [Pair] = [(.organization, utf8("Đơn vị"))]
            #expect(
                try name([organization, [(.commonName, utf8(left))], organization])
                    == name([organization, [(.commonName, utf8(right))], organization]))
        }
    }

    @Test func `of every letter there is one name, whatever its case and string type`() throws {
        var known: [DistinguishedName: String] = [:]
        var names: [String: DistinguishedName] = [:]
        for number in [0x21...0x7e, 0xa1...0x24f, 0x1e00...0x1eff, 0x2010...0x2027].joined() {
            let text = String(try #require(Unicode.Scalar(UInt32(number))))
            let bmp = DERWriter.bytes { $0.element(.bmpString, [UInt8(number >> 8), UInt8(number & 255)]) }
            let name = try common(text)
            #expect(try self.name([[(.commonName, bmp)]]) == name)
            #expect(known[name, default: text.lowercased()] == text.lowercased())
            #expect(names[text.lowercased(), default: name] == name)
            known[name] = text.lowercased()
            names[text.lowercased()] = name
        }
    }

    // The relation that the standard library has for strings, over texts of every kind.
    @Test func `names are equal as their texts are`() throws {
        let texts = [
            "", "a", "A", "b", "a b", "a  b", "ab", "é", "e\u{301}", "É", "ê", "ệ", "e\u{323}\u{302}", "е", "Е", "é е",
            "e\u{301} Е",
            "е é", "ß", "\u{1e9e}", "ss", "\u{130}", "i\u{307}", "i", "ı", "\u{212a}", "k", "\u{2c65}", "\u{23a}",
            "\u{2010}", "-",
            "\u{0}", "\u{1}", "a\u{0}", "\u{ad}", "a\u{ad}", "a\u{301}", "á", "한", "\u{1112}\u{1161}\u{11ab}", "日本",
            "日 本",
            "\u{fb01}", "fi", "\u{200b}", "x\u{300}", "x\u{300}y", "x",
        ]
        func key(_ text: String) -> String {
            text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        for left in texts {
            for right in texts {
                #expect(try (common(left) == common(right)) == (key(left) == key(right)), "\(left) | \(right)")
            }
        }
    }

    @Test func `the order of relative names counts, within one it does not`() throws {
        let (a, b): (Pair, Pair) = ((.commonName, utf8("A")), (.organization, utf8("B")))
        #expect(try name([[a], [b]]) != name([[b], [a]]))
        #expect(try name([[a, b]]) == name([[b, a]]))
        #expect(try name([[a, b]]) != name([[a], [b]]))
        #expect(try name([[a], [b]]) != name([[a]]))
    }

    @Test func `an attribute given twice is not one given once`() throws {
        let pair: Pair = (.commonName, utf8("A"))
        #expect(try name([[pair, pair]]) != name([[pair]]))
        #expect(try name([[pair, pair]]) == name([[pair, pair]]))
    }

    @Test func `a text is never equal to a value that is no text`() throws {
        let octets: [UInt8] = [0x04, 0x01, 0x41]
        #expect(try name([[(.commonName, octets)]]) != common("#[4, 1, 65]"))
        #expect(try name([[(.commonName, octets)]]) == name([[(.commonName, octets)]]))
    }

    @Test func `attribute types beyond 64 bits stay apart`() throws {
        let huge = [UInt8](repeating: 0xff, count: 12)
        let first = try #require(ObjectIdentifier(octets: [0x55] + huge + [0x01]))
        let second = try #require(ObjectIdentifier(octets: [0x55] + huge + [0x02]))
        #expect(first.description == second.description)
        #expect(try name([[(first, utf8("A"))]]) != name([[(second, utf8("A"))]]))
    }

    // RFC 4514 section 4, with its examples written as the section gives them.
    @Test func `text is that of RFC 4514`() throws {
        let dc: ObjectIdentifier = "0.9.2342.19200300.100.1.25"
        #expect(
            try name([
                [(dc, utf8("net"))], [(dc, utf8("example"))],
                [("2.5.4.11", utf8("Sales")), (.commonName, utf8("J.  Smith"))],
            ])
            .description.hasSuffix("DC=example,DC=net"))
        #expect(try common("James \"Jim\" Smith, III").description == #"CN=James \"Jim\" Smith\, III"#)
        #expect(try common(" # leading and trailing ").description == "CN=\\ # leading and trailing\\ ")
        #expect(try common("#x").description == "CN=\\#x")
        #expect(try common("Lučić").description == "CN=Lučić")
        #expect(try common("a+b\\c<d>e;f=g").description == #"CN=a\+b\\c\<d\>e\;f\=g"#)
        #expect(try name([[("1.3.6.1.4.1.1466.0", utf8("x"))]]).description == "1.3.6.1.4.1.1466.0=x")
    }

    @Test(arguments: [
        "\u{202e}", "\u{2066}", "\u{200f}", "\u{061c}", "\n", "\u{00}", "\u{7f}", "\u{85}", "\u{2028}", "\u{200b}",
        "\u{ad}",
    ])
    func `characters that disguise a name are replaced`(_ disguise: String) throws {
        let text = try common("Test\(disguise)CA").description
        #expect(text == "CN=Test\u{fffd}CA")
        #expect(try common("Test CA").description == "CN=Test CA")
    }

    @Test func `a combining mark does not hide a separator`() throws {
        let text = try common("A,\u{301}O=B").description
        #expect(text.unicodeScalars.elementsEqual("CN=A\\,\u{301}O\\=B".unicodeScalars))
    }

    @Test func `more than 128 attributes are refused`() throws {
        let pair: Pair = (.commonName, utf8("A"))
        _ = try name(Array(repeating: [pair], count: 128))
        #expect(throws: DERSyntaxError(.limitExceeded, at: 0, "")) { try name(Array(repeating: [pair], count: 129)) }
    }

    @Test func `a relative name without attributes is refused`() throws {
        #expect(throws: DERSyntaxError.self) { try name([[]]) }
    }
}

@Suite struct `Numbers of Vietnamese holders` {
    // Shapes seen in certificates in use; the numbers are invented.
    @Test(
        arguments: [
            ("MST:0100000001", .taxCode, "0100000001", "0100****01"),
            ("MST:0100000001-029", .taxCode, "0100000001-029", "0100********29"),
            ("CMND:001000001", .formerIdentityCard, "001000001", "0010***01"),
            ("CCCD:001000001", .formerIdentityCard, "001000001", "0010***01"),
            ("CCCD:001099000001", .citizenID, "001099000001", "0010******01"),
            ("CMND:001099000001", .citizenID, "001099000001", "0010******01"),
            ("cccd:001099000001", .citizenID, "001099000001", "0010******01"),
            ("001099000001", .citizenID, "001099000001", "0010******01"),
            ("CCCD: 001 099 000 001", .citizenID, "001099000001", "0010******01"),
            ("VATVN-0100000001", .taxCode, "0100000001", "0100****01"),
            ("HC:B1234567", .passport, "B1234567", "B123**67"),
            ("BHXH:0100000001", .socialInsurance, "0100000001", "0100****01"),
            ("CCCD:00109900000a", .other, "00109900000a", "0010******0a"),
            ("CCCD:", .other, "", ""), ("", .other, "", ""), ("123456", .other, "123456", "******"),
            ("CCCD:٠٠١٠٩٩٠٠٠٠٠١", .other, "٠٠١٠٩٩٠٠٠٠٠١", "٠٠١٠******٠١"),
        ] as [(String, SubjectIdentifier.Kind, String, String)])
    func `the shape decides the kind`(_ row: (raw: String, kind: SubjectIdentifier.Kind, value: String, masked: String))
    {
        let identifier = SubjectIdentifier(row.raw)
        #expect(identifier.kind == row.kind)
        #expect(identifier.value == row.value)
        #expect(identifier.masked == row.masked)
        #expect(identifier.raw == row.raw)
    }

    @Test func `every UID, organizationIdentifier and serialNumber is found, in order`() throws {
        let bytes = DERWriter.bytes { writer in
            writer.sequence { name in
                for (type, text) in [
                    (ObjectIdentifier.userIdentifier, "CMND:001000001"), (.commonName, "Thử (TEST)"),
                    (.userIdentifier, "MST:0100000001"), ("2.5.4.97", "VATVN-0100000002"),
                    ("2.5.4.5", "MST:0100000003"),
                ] {
                    name.setOf([
                        DERWriter.bytes {
                            $0.sequence {
                                $0.objectIdentifier(type); $0.utf8String(text)
                            }
                        }
                    ])
                }
            }
        }
        let name = try DistinguishedName(DERElement(parsing: bytes))
        #expect(name.subjectIdentifiers.map(\.value) == ["001000001", "0100000001", "0100000002", "0100000003"])
    }

    @Test func `the masked text of a name shows no number, however it is written`() throws {
        let bytes = DERWriter.bytes { writer in
            writer.sequence { name in
                for text in ["CCCD: 001 099 000 001", "MST:0100000001", "HC:B+1234567"] {
                    name.setOf([
                        DERWriter.bytes {
                            $0.sequence {
                                $0.objectIdentifier(.userIdentifier); $0.utf8String(text)
                            }
                        }
                    ])
                }
                name.setOf([
                    DERWriter.bytes {
                        $0.sequence {
                            $0.objectIdentifier(.commonName); $0.utf8String("0100000001")
                        }
                    }
                ])
            }
        }
        let name = try DistinguishedName(DERElement(parsing: bytes))
        #expect(name.maskedDescription == "CN=0100****01,UID=HC:B\\+12***67,UID=MST:0100****01,UID=CCCD:0010******01")
    }
}
