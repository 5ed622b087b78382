// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import Testing

@Suite("DER writer — X.690 §8, §10")
struct DERWriterTests {
    // Worked by hand from X.690 8.3: the fewest octets of two's complement.
    @Test(
        arguments: [
            (0, "020100"), (1, "020101"), (127, "02017f"), (128, "02020080"), (255, "020200ff"), (256, "02020100"),
            (32_767, "02027fff"), (32_768, "0203008000"), (-1, "0201ff"), (-128, "020180"), (-129, "0202ff7f"),
            (-32_768, "02028000"), (-32_769, "0203ff7fff"), (Int64.max, "02087fffffffffffffff"),
            (Int64.min, "02088000000000000000"),
        ] as [(Int64, String)])
    func `an integer takes the fewest octets`(value: Int64, expected: String) {
        #expect(Hexadecimal.encode(DERWriter.bytes { $0.integer(value) }) == expected)
    }

    @Test(arguments: [
        (0, "3000"), (1, "3001"), (127, "307f"), (128, "308180"), (255, "3081ff"), (256, "30820100"),
        (65_535, "3082ffff"), (65_536, "3083010000"),
    ])
    func `a length takes the fewest octets, also around others`(count: Int, header: String) throws {
        let content = [UInt8](repeating: 5, count: count)
        let inner = DERWriter.bytes { $0.sequence { $0.raw(content) } }
        #expect(Hexadecimal.encode(inner.prefix(header.count / 2)) == header)
        #expect(Array(inner.dropFirst(header.count / 2)) == content)
        let outer = DERWriter.bytes { writer in
            writer.sequence {
                $0.integer(Int64(7))
                $0.sequence { $0.raw(content) }
                $0.boolean(true)
            }
        }
        var reader = try DERElement(parsing: outer).reader(.sequence)
        #expect(try reader.next().bytes == [2, 1, 7])
        #expect(try reader.next().bytes == inner)
        #expect(try reader.next().bytes == [1, 1, 0xff])
        try reader.end()
    }
}
