// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import Testing

@testable import PKIX

@Suite struct `Name constraints (RFC 5280 4.2.1.10)` {
    /// A name, a base and whether the name lies in its subtree; `nil` when it cannot be compared.
    private static let cases: [(GeneralName, GeneralName, Bool?)] = [
        (.dns("host.example.com"), .dns("example.com"), true), (.dns("example.com"), .dns("example.com"), true),
        (.dns("badexample.com"), .dns("example.com"), false), (.dns("Host.Example.COM"), .dns("example.com"), true),
        (.dns("example.com"), .dns("host.example.com"), false), (.dns("a.example.com"), .dns(".example.com"), true),
        (.dns("example.com"), .dns(".example.com"), false), (.dns("any.vn"), .dns(""), true),
        (.mail("an@example.com"), .mail("example.com"), true),
        (.mail("an@mail.example.com"), .mail("example.com"), false),
        (.mail("an@mail.example.com"), .mail(".example.com"), true),
        (.mail("an@example.com"), .mail(".example.com"), false),
        (.mail("an@EXAMPLE.com"), .mail("an@example.com"), true),
        (.mail("An@example.com"), .mail("an@example.com"), false), (.mail("example.com"), .mail("example.com"), nil),
        (.uri("https://host.example.com:8443/a?b#c"), .uri("host.example.com"), true),
        (.uri("https://user:x@host.example.com/"), .uri(".example.com"), true),
        (.uri("https://example.com/"), .uri(".example.com"), false),
        (.uri("https://evil.vn/@host.example.com"), .uri("host.example.com"), false),
        (.uri("https://192.0.2.1/"), .uri("example.com"), nil), (.uri("https://[::1]/"), .uri("example.com"), nil),
        (.uri("urn:isbn:1"), .uri("example.com"), nil),
        (.address([192, 0, 2, 77]), .address([192, 0, 2, 0, 255, 255, 255, 0]), true),
        (.address([192, 0, 3, 77]), .address([192, 0, 2, 0, 255, 255, 255, 0]), false),
        (
            .address([UInt8](repeating: 0, count: 16)), .address([0, 0, 0, 0, 0, 0, 0, 0]),
            false
        ),
        (.address([1, 2, 3]), .address([0, 0, 0, 0, 0, 0, 0, 0]), nil),
    ]

    @Test func `a name is told from one outside the subtree`() {
        for (name, base, expected) in Self.cases {
            #expect(name.falls(under: base, overlapping: false) == expected, "\(name) under \(base)")
        }
    }

    @Test func `a wildcard that may stand for an excluded host is excluded`() {
        #expect(GeneralName.dns("*.example.com").falls(under: .dns("a.example.com"), overlapping: true) == true)
        #expect(GeneralName.dns("*.example.com").falls(under: .dns("a.example.com"), overlapping: false) == false)
        #expect(GeneralName.dns("*.example.com").falls(under: .dns("a.example.org"), overlapping: true) == false)
    }

    private func constraints(permitted: [[UInt8]] = [], excluded: [[UInt8]] = []) throws -> NameConstraints {
        try NameConstraints(
            parsing: DERWriter.bytes { writer in
                writer.sequence { body in
                    for (number, bases) in [(UInt8(0), permitted), (1, excluded)] where !bases.isEmpty {
                        body.constructed(.context(number)) { list in
                            for base in bases { list.sequence { $0.raw(base) } }
                        }
                    }
                }
            })
    }

    private func name(_ number: UInt8, _ text: String) -> [UInt8] {
        DERWriter.bytes { $0.ia5String(text, tag: .contextPrimitive(number)) }
    }

    private func allows(_ constraints: NameConstraints, _ name: GeneralName) -> Bool {
        var work = 1_000
        return constraints.allow(name, work: &work)
    }

    @Test func `excluded wins over permitted, and other forms pass`() throws {
        let both = try constraints(permitted: [name(2, "example.com")], excluded: [name(2, "bad.example.com")])
        #expect(allows(both, .dns("good.example.com")))
        #expect(!allows(both, .dns("bad.example.com")))
        #expect(!allows(both, .dns("example.org")))
        #expect(allows(both, .mail("an@example.org")))
    }

    @Test func `a constrained form that is not compared is refused where it occurs`() throws {
        let other = DERWriter.bytes { writer in
            writer.constructed(.context(0)) {
                $0.objectIdentifier("1.3.6.1.4.1.311.20.2.3")
                $0.explicit(0) { $0.utf8String("an@example.com") }
            }
        }
        let constraint = try constraints(excluded: [other])
        #expect(!allows(constraint, .other(0)))
        #expect(allows(constraint, .dns("example.com")))
    }

    @Test func `a subtree with a minimum, and an address without its mask, are refused`() throws {
        func subtree(_ minimum: UInt8?) -> [UInt8] {
            name(2, "example.com") + (minimum.map { [0x80, 0x01, $0] } ?? [])
        }
        #expect(throws: DERSyntaxError.self) { try constraints(permitted: [subtree(1)]) }
        _ = try constraints(permitted: [subtree(nil), subtree(0)])
        #expect(throws: DERSyntaxError.self) { try constraints(permitted: [[0x87, 0x04, 192, 0, 2, 0]]) }
        _ = try constraints(permitted: [[0x87, 0x08, 192, 0, 2, 0, 255, 255, 255, 0]])
    }
}
