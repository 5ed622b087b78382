// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import Testing

@Suite("DER — X.690")
struct DERReaderTests {
    private func element(_ hexadecimal: String) throws -> DERElement {
        try DERElement(parsing: #require(Hexadecimal.decode(hexadecimal)))
    }

    @Test(arguments: [
        ("", DERSyntaxError.Code.truncated), ("30", .truncated), ("3003020101 00", .trailingBytes),
        ("30800000", .invalidLength), ("308103020101", .invalidLength), ("30820003020101", .invalidLength),
        ("30050201", .truncated), ("1f8101", .unexpectedTag), ("0000", .unexpectedTag), ("2000", .unexpectedTag),
        ("3088ffffffffffffffff", .invalidLength),
        ("30877fffffffffffff", .truncated),
    ])
    func `an element that is not DER is refused for its reason`(bytes: String, code: DERSyntaxError.Code) {
        #expect { try element(bytes.filter { $0 != " " }) } throws: { ($0 as? DERSyntaxError)?.code == code }
    }

    @Test func `nesting past 64 levels is refused and 60 levels are read`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).reduce(into: [UInt8]()) { bytes, _ in
                bytes = DERWriter.bytes { $0.element(.sequence, bytes) }
            }
        }
        func descend(_ bytes: [UInt8]) throws -> Int {
            var element = try DERElement(parsing: bytes)
            var depth = 1
            while true {
                var reader = try element.reader()
                if reader.isAtEnd { return depth }
                element = try reader.next()
                depth += 1
            }
        }
        #expect(try descend(nested(60)) == 60)
        #expect(throws: DERSyntaxError(.limitExceeded, at: 0, "")) { try descend(nested(80)) }
    }

    // X.690 8.3, 8.6, 8.19, 11.1 and 11.2.
    @Test func `values outside the canonical form are refused and their canonical twins are read`() throws {
        #expect(try element("020100").integer() == 0)
        #expect(try element("0201ff").integer() == -1)
        #expect(try element("02020080").integer() == 128)
        #expect(try element("02087fffffffffffffff").integer() == .max)
        for bytes in ["0200", "02020001", "0202ffff", "020900ffffffffffffffff"] {
            #expect(throws: DERSyntaxError.self) { try element(bytes).integer() }
        }
        #expect(try element("0101ff").boolean())
        #expect(throws: DERSyntaxError.self) { try element("010101").boolean() }
        #expect(try element("030206c0").bitString() == ([0xc0], 6))
        for bytes in ["0300", "030206c1", "03020800", "030101"] {
            #expect(throws: DERSyntaxError.self) { try element(bytes).bitString() }
        }
        #expect(try element("06092a864886f70d010101").objectIdentifier() == "1.2.840.113549.1.1.1")
        #expect(try element("0603883703").objectIdentifier().description == "2.999.3")
        for bytes in ["0600", "06022a80", "0603808001"] {
            #expect(throws: DERSyntaxError.self) { try element(bytes).objectIdentifier() }
        }
    }

    @Test func `times are read to the second in UTC only`() throws {
        func time(_ tag: DERTag, _ text: String) throws -> Instant {
            try DERElement(parsing: DERWriter.bytes { $0.element(tag, Array(text.utf8)) }).time()
        }
        #expect(try time(.utcTime, "491231235959Z").description == "2049-12-31T23:59:59Z")
        #expect(try time(.utcTime, "500101000000Z").description == "1950-01-01T00:00:00Z")
        #expect(try time(.generalizedTime, "20261121031853.607609Z").description == "2026-11-21T03:18:53.607609Z")
        for text in ["4912312359Z", "491231235959+0700", "491331235959Z", "490230000000Z", "", "Z"] {
            #expect(throws: DERSyntaxError.self) { try time(.utcTime, text) }
        }
        for text in ["20261121031853.Z", "20261121031853.10Z", "20261121031853", "20261121031853.1234567890Z"] {
            #expect(throws: DERSyntaxError.self) { try time(.generalizedTime, text) }
        }
    }

    // X.690 8.1.3.6 and 8.7.3; the DER column is what `openssl asn1parse` shows of both.
    @Test(arguments: [
        ("30800201010000", "3003020101"), ("2480040201020401030000", "0403010203"),
        ("30810302010 1".filter { $0 != " " }, "3003020101"),
        ("3080a080020105000004020102 0000".filter { $0 != " " }, "3009a00302010504020102"),
        ("3003020101", "3003020101"),
    ])
    func `BER of indefinite length is read as its DER`(ber: String, der: String) throws {
        #expect(Hexadecimal.encode(try BERTranscoding.der(from: #require(Hexadecimal.decode(ber)))) == der)
    }

    @Test(arguments: [
        ("3080020101", DERSyntaxError.Code.truncated), ("30800201010000ff", .trailingBytes),
        ("0280010000", .invalidLength),
        ("", .truncated), ("308002010100", .truncated), ("2480020101 0000".filter { $0 != " " }, .unexpectedTag),
        (String(repeating: "3080", count: 100), .limitExceeded),
    ])
    func `BER that ends too soon, too late or too deep is refused`(ber: String, code: DERSyntaxError.Code) throws {
        let bytes = try #require(Hexadecimal.decode(ber))
        #expect { try BERTranscoding.der(from: bytes) } throws: { ($0 as? DERSyntaxError)?.code == code }
    }

    // Expected octets by X.690 §8.19 and, for the arcs, the identifiers of RFC 5280, RFC 5912 and ITU-T X.667.
    @Test func `a literal identifier has the octets of its dotted form`() {
        let literals: [(ObjectIdentifier, String, String)] = [
            ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.11", "2a864886f70d01010b"),
            ("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.1", "608648016503040201"),
            ("2.5.29.15", "2.5.29.15", "551d0f"), ("0.0", "0.0", "00"), ("0.39", "0.39", "27"), ("1.39", "1.39", "4f"),
            ("2.999.3", "2.999.3", "883703"),
            (
                "1.3.6.1.4.1.16383.16384.127.128", "1.3.6.1.4.1.16383.16384.127.128",
                "2b06010401ff7f8180007f8100"
            ),
        ]
        for (literal, dotted, octets) in literals {
            #expect(literal == ObjectIdentifier(dotted: dotted))
            #expect(Hexadecimal.encode(literal.octets) == octets)
        }
    }

    // X.690 §8.1.3: the short form up to 127, then the fewest octets.
    @Test(arguments: [0, 1, 127, 128, 255, 256, 65_535, 65_536, 100_000])
    func `constructed elements of every length are those of the primitive form`(count: Int) throws {
        let content = [UInt8](repeating: 0x41, count: count)
        let inner = DERWriter.bytes { $0.octetString(content) }
        let nested = DERWriter.bytes { writer in
            writer.integer(7)
            writer.sequence { outer in outer.explicit(1) { $0.octetString(content) } }
        }
        let expected = DERWriter.bytes { writer in
            writer.integer(7)
            writer.element(.sequence, DERWriter.bytes { $0.element(.context(1), inner) })
        }
        #expect(nested == expected)
        let header = inner.count - count
        #expect(header == (count < 128 ? 2 : count < 256 ? 3 : count < 65_536 ? 4 : 5))
        #expect(try DERElement(parsing: inner).octetString() == content)
    }

    @Test(arguments: [
        (Int64(0), "020100"), (127, "02017f"), (128, "02020080"), (-128, "020180"), (-129, "0202ff7f"),
        (256, "02020100"),
        (-1, "0201ff"), (32_767, "02027fff"), (32_768, "0203008000"), (.max, "02087fffffffffffffff"),
        (.min, "02088000000000000000"),
    ])
    func `integers have the fewest octets`(value: Int64, encoded: String) throws {
        #expect(Hexadecimal.encode(DERWriter.bytes { $0.integer(value) }) == encoded)
        #expect(try element(encoded).integer() == value)
    }

    @Test func `zeros behind BER are accepted only where they are padding, other octets never`() throws {
        let ber: [UInt8] = [0x30, 0x80, 0x02, 0x01, 0x01, 0, 0]
        for padding in [[], [0], [0, 0, 0, 0, 0]] as [[UInt8]] {
            #expect(
                try BERTranscoding.der(from: ber + padding, allowsTrailingZeros: true) == [
                    0x30, 0x03, 0x02, 0x01, 0x01,
                ])
        }
        for (bytes, isPadded) in [(ber + [0], false), (ber + [0, 1], true), (ber + [1], true)] {
            #expect(throws: DERSyntaxError(.trailingBytes, at: 0, "")) {
                try BERTranscoding.der(from: bytes, allowsTrailingZeros: isPadded)
            }
        }
    }

    @Test func `what is written is read back, and SET OF is sorted`() throws {
        let bytes = DERWriter.bytes { writer in
            writer.sequence { inner in
                inner.integer(-129)
                inner.unsignedInteger([0, 0, 0x80])
                inner.setOf([[0x02, 0x01, 0x05], [0x02, 0x01, 0x01]])
                inner.namedBits([0, 1])
                inner.time(Instant(seconds: 4_102_444_800))
                inner.utf8String("Việt")
                inner.octetString([UInt8](repeating: 1, count: 300))
            }
        }
        var reader = try DERElement(parsing: bytes).reader(.sequence)
        #expect(try reader.next().integer() == -129)
        #expect(try reader.next().integer() == 128)
        #expect(try reader.next(.set).contentBytes == [2, 1, 1, 2, 1, 5])
        #expect(try reader.next().bitString() == ([0xc0], 6))
        #expect(try reader.next().time().description == "2100-01-01T00:00:00Z")
        #expect(try reader.next().text == "Việt")
        #expect(try reader.next().octetString().count == 300)
        try reader.end()
    }
}
