// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import Testing

@testable import PKIX

/// A list built from raw entries; its signature is no signature, because searching does not look at it.
private struct RawList {
    struct Entry {
        var serial: [UInt8]
        var date: Int64 = 0
        /// Type, critical, value.
        var extensions: [(ObjectIdentifier, Bool, [UInt8])] = []
        /// The whole entry instead, when it is to be a bad one.
        var raw: [UInt8]?
    }
    static let start = Instant(seconds: 1_790_000_000)
    static let issuer = name("DOSSIERKIT TEST List Issuer")

    static func name(_ text: String) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence { name in
                name.setOf([
                    DERWriter.bytes { writer in
                        writer.sequence { pair in
                            pair.objectIdentifier(.commonName)
                            pair.utf8String(text)
                        }
                    }
                ])
            }
        }
    }

    static func reason(_ number: Int) -> (ObjectIdentifier, Bool, [UInt8]) {
        ("2.5.29.21", false, DERWriter.bytes { $0.integer(number, tag: .enumerated) })
    }

    static func certificateIssuer(_ text: String) -> (ObjectIdentifier, Bool, [UInt8]) {
        let names = DERWriter.bytes { writer in writer.sequence { $0.explicit(4) { $0.raw(name(text)) } } }
        return ("2.5.29.29", true, names)
    }

    static func list(_ entries: [Entry], isIndirect: Bool = false) throws -> CertificateRevocationList {
        let algorithm = AlgorithmIdentifier("1.2.840.10045.4.3.2")
        func write(_ items: [(ObjectIdentifier, Bool, [UInt8])], _ list: inout DERWriter) {
            list.sequence { extensions in
                for (identifier, isCritical, value) in items {
                    extensions.sequence { item in
                        item.objectIdentifier(identifier)
                        if isCritical { item.boolean(true) }
                        item.octetString(value)
                    }
                }
            }
        }
        return try CertificateRevocationList(
            parsing: DERWriter.bytes { writer in
                writer.sequence { outer in
                    outer.sequence { body in
                        body.integer(1)
                        body.raw(algorithm.bytes)
                        body.raw(issuer)
                        body.time(start)
                        body.sequence { list in
                            for entry in entries {
                                if let raw = entry.raw {
                                    list.raw(raw)
                                    continue
                                }
                                list.sequence { item in
                                    item.element(.integer, entry.serial)
                                    item.time(start.adding(seconds: entry.date))
                                    if !entry.extensions.isEmpty { write(entry.extensions, &item) }
                                }
                            }
                        }
                        if isIndirect {
                            let point = DERWriter.bytes { writer in
                                writer.sequence { $0.element(.contextPrimitive(4), [0xff]) }
                            }
                            body.explicit(0) { write([("2.5.29.28", true, point)], &$0) }
                        }
                    }
                    outer.raw(algorithm.bytes)
                    outer.bitString([0])
                }
            })
    }
}

@Suite struct `Searching a revocation list by serial number (RFC 5280 5.3)` {
    @Test func `every listed number is found, and no other`() throws {
        let serials = (0..<3_000).map { number -> [UInt8] in
            let mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
            // 1 to 20 octets, so that lengths mix.
            return [0x40] + (0..<(number % 20)).map { UInt8(truncatingIfNeeded: mixed >> (UInt64($0 % 8) * 8)) }
                + [UInt8(number & 0x7f), UInt8(number >> 7)]
        }
        let list = try RawList.list(serials.enumerated().map { .init(serial: $1, date: Int64($0)) })
        for (number, serial) in serials.enumerated() {
            #expect(try list.entry(for: serial)?.revocationDate == RawList.start.adding(seconds: Int64(number)))
        }
        let others: [[UInt8]] = [
            [], [0], [0x40], serials[7] + [1], [0x41] + serials[7].dropFirst(), [UInt8](repeating: 9, count: 900),
        ]
        for serial in others { #expect(try list.entry(for: serial) == nil, "\(serial)") }
    }

    @Test func `numbers that end alike are told apart`() throws {
        let tail: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let serials: [[UInt8]] =
            (0..<400).map { [0x40, UInt8($0 & 0xff), UInt8($0 >> 8)] + tail } + [tail, [0] + tail]
        let list = try RawList.list(serials.enumerated().map { .init(serial: $1, date: Int64($0)) })
        for (number, serial) in serials.enumerated() {
            #expect(try list.entry(for: serial)?.revocationDate == RawList.start.adding(seconds: Int64(number)))
        }
        #expect(try list.entry(for: [0x40, 0xff, 0xff] + tail) == nil)
    }

    @Test func `of several entries the earliest counts, of equal ones the first`() throws {
        for dates in [[5, 3, 9], [3, 5, 9], [9, 5, 3]] as [[Int64]] {
            let entries = dates.map { RawList.Entry(serial: [7], date: $0) }
            let others = (1...6).map { RawList.Entry(serial: [UInt8($0)], date: 1) }
            #expect(
                try RawList.list(others + entries).entry(for: [7])?.revocationDate == RawList.start.adding(seconds: 3))
        }
        let twice = try RawList.list([
            .init(serial: [7], extensions: [RawList.reason(1)]), .init(serial: [7], extensions: [RawList.reason(4)]),
        ])
        #expect(try twice.entry(for: [7])?.reason == .keyCompromise)
    }

    @Test func `reason and invalidity date are read`() throws {
        let invalidity = RawList.start.adding(seconds: -86_400)
        let value = DERWriter.bytes { $0.generalizedTime(invalidity) }
        let list = try RawList.list([
            .init(serial: [1], extensions: [RawList.reason(1), ("2.5.29.24", false, value)]),
            .init(serial: [2], extensions: [("2.5.29.24", false, value)]),
            .init(serial: [3], extensions: [RawList.reason(6)]), .init(serial: [4]),
        ])
        #expect(try list.entry(for: [1])?.reason == .keyCompromise)
        #expect(try list.entry(for: [1])?.invalidityDate == invalidity)
        #expect(try list.entry(for: [2])?.reason == nil && list.entry(for: [2])?.invalidityDate == invalidity)
        #expect(try list.entry(for: [3])?.reason == .certificateHold)
        #expect(try list.entry(for: [4])?.reason == nil)
    }

    /// Each makes the whole list answer nothing, wherever it stands; the last ones are their accepted twins.
    private static let entries: [(name: String, entry: RawList.Entry, isRefused: Bool)] = [
        ("no sequence", .init(serial: [], raw: [0x04, 0x00]), true),
        ("empty", .init(serial: [], raw: [0x30, 0x00]), true),
        ("a number without a date", .init(serial: [], raw: [0x30, 0x03, 0x02, 0x01, 0x05]), true),
        ("bytes after the date", .init(serial: [], raw: [0x30, 0x07, 0x02, 0x01, 0x05, 0x17, 0x00, 0x05, 0x00]), true),
        (
            "a critical extension that is not known",
            .init(serial: [5], extensions: [("1.2.3.4", true, [0x05, 0x00])]), true
        ),
        ("an extension twice", .init(serial: [5], extensions: [RawList.reason(1), RawList.reason(1)]), true),
        (
            "a certificateIssuer in a list that is not indirect",
            .init(serial: [5], extensions: [RawList.certificateIssuer("x")]), true
        ),
        ("an extension that is not known", .init(serial: [5], extensions: [("1.2.3.4", false, [0x05, 0x00])]), false),
        ("a critical reason", .init(serial: [5], extensions: [("2.5.29.21", true, [0x0a, 0x01, 0x01])]), false),
        ("a reason that cannot be read", .init(serial: [5], extensions: [("2.5.29.21", false, [0x05])]), false),
    ]

    @Test(arguments: entries.indices) func `an entry that cannot be judged silences the list`(_ index: Int) throws {
        let (name, bad, isRefused) = Self.entries[index]
        for position in [0, 3, 6] {
            var entries = (1...6).map { RawList.Entry(serial: [UInt8($0) | 0x40], extensions: [RawList.reason(1)]) }
            entries.insert(bad, at: position)
            let list = try RawList.list(entries)
            // Twice: what the first search found out holds for every other one.
            for serial in [[0x41], [0x41], [0x46], [0x6f]] as [[UInt8]] {
                if isRefused {
                    #expect(throws: DERSyntaxError.self, "\(name)") { try list.entry(for: serial) }
                } else {
                    #expect(try (list.entry(for: serial) != nil) == (serial != [0x6f]), "\(name)")
                }
            }
        }
    }

    @Test func `entries of an indirect list belong to the issuer named last before them`() throws {
        let list = try RawList.list(
            [
                .init(serial: [1], date: 1), .init(serial: [1], date: 2, extensions: [RawList.certificateIssuer("A")]),
                .init(serial: [2], date: 3), .init(serial: [1], date: 4, extensions: [RawList.certificateIssuer("B")]),
                .init(serial: [3], date: 5, extensions: [RawList.certificateIssuer("B")]),
                .init(serial: [2], date: 6, extensions: [RawList.certificateIssuer("A")]),
            ], isIndirect: true)
        func date(_ serial: UInt8, _ issuer: [UInt8]) throws -> Int64? {
            try list.entry(for: [serial], issuedBy: DistinguishedName(DERElement(parsing: issuer))).map {
                $0.revocationDate.seconds - RawList.start.seconds
            }
        }
        let (a, b) = (RawList.name("A"), RawList.name("B"))
        #expect(try (1...3).map { try date($0, RawList.issuer) } == [1, nil, nil])
        #expect(try (1...3).map { try date($0, a) } == [2, 3, nil])
        #expect(try (1...3).map { try date($0, b) } == [4, nil, 5])
    }

    /// The plain walk that RFC 5280 describes, as an oracle for every number in the lists of other producers.
    @Test func `lists of other producers answer as a plain walk does`() throws {
        var searched = 0
        for object in CorpusObjects.all where object.isList {
            guard let list = try? CertificateRevocationList(parsing: object.der) else { continue }
            var outer = try DERElement(parsing: object.der).reader(.sequence)
            let fields = try outer.next().elements()
            // revokedCertificates is the SEQUENCE after the last time.
            guard let time = fields.lastIndex(where: { $0.tag == .utcTime || $0.tag == .generalizedTime }),
                time + 1 < fields.count, fields[time + 1].tag == .sequence
            else { continue }
            for entry in try fields[time + 1].elements() {
                let parts = try entry.elements()
                guard let found = try? list.entry(for: parts[0].contentBytes) else { continue }
                #expect(try found.revocationDate <= parts[1].time(), "\(object.name)")
                searched += 1
            }
        }
        print("entries of other producers' lists found by their number: \(searched)")
        #expect(CorpusObjects.all.isEmpty || searched > 40)
    }
}
