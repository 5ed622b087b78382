// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import TestSupport
import Testing

@testable import PDFSyntax

@Suite("Incremental updates — ISO 32000-2 §7.5.6")
struct IncrementalUpdateTests {
    @Test(arguments: [PDFFixture.classic().bytes, PDFFixture.compact().bytes])
    func `an update keeps the bytes before and passes an independent check`(original: [UInt8]) throws {
        let file = try PDFFile(reading: MemorySource(original))
        var update = try IncrementalUpdate(of: file)
        let added = update.add(.string(Array("added".utf8), hexadecimal: false))
        let stream = update.add(stream: ["Type": .name("X")], bytes: Array("data".utf8))
        var (root, catalog) = try file.catalog()
        catalog["Mine"] = .reference(added)
        update.set(.dictionary(catalog), for: root)
        let template = update.reserve()
        let placeholder = [UInt8](repeating: 32, count: 20)
        update.set(["Type": .name("Sig")], placeholders: [("Contents", placeholder)], for: template)
        var appended = try update.appended(identifier: [1, 2, 3])
        let range = try #require(appended.range(of: "Contents", in: template))
        #expect(range.count == 20)
        try appended.overwrite(at: range.lowerBound, with: Array("<00>".utf8))
        let bytes = original + appended.bytes
        #expect(appended.startOffset == Int64(original.count))
        let result = try PDFFile(reading: MemorySource(bytes))
        #expect(result.revisions.count == 2)
        #expect(result.revisions[0].end == Int64(original.count))
        #expect(result.newest.style == file.newest.style)
        #expect(result.newest.end == Int64(bytes.count))
        #expect(try result.object(added).string == Array("added".utf8))
        let read = try #require(try result.object(stream).stream)
        #expect(try result.decodedBytes(of: read) == Array("data".utf8))
        #expect(try result.catalog().dictionary["Mine"] == .reference(added))
        #expect(try result.indirectObject(template)?.range(ofValueOf: "Contents")?.lowerBound == range.lowerBound)
        #expect(
            result.trailer["ID"] == .array([.string([1], hexadecimal: true), .string([1, 2, 3], hexadecimal: true)]))
        try withTemporaryFile(bytes) { path in
            guard let check = try qpdf(["--check", path]) else { return }
            #expect(check.status == 0, "\(check.output)")
        }
    }

    @Test func `three updates in a row are four revisions`() throws {
        var bytes = PDFFixture.compact().bytes
        for round in 0..<3 {
            var update = try IncrementalUpdate(of: PDFFile(reading: MemorySource(bytes)))
            update.add(.integer(Int64(round)))
            bytes += try update.appended(identifier: [UInt8(round)]).bytes
        }
        #expect(try PDFFile(reading: MemorySource(bytes)).revisions.count == 4)
    }

    @Test func `an update beyond ten digits needs a cross-reference stream`() throws {
        let limit = Budget(bytes: 1 << 40, depth: 64, objects: 1000, expansionRatio: 10)
        for (bytes, fails) in [(PDFFixture.classic().bytes, true), (PDFFixture.compact().bytes, false)] {
            // The same file moved by 10 GB of white space: header first, sections last.
            let source = PaddedSource(bytes: bytes, gap: 10_000_000_000)
            let file = try PDFFile(reading: source, budget: limit)
            var update = try IncrementalUpdate(of: file)
            let added = update.add(.integer(7))
            if fails {
                #expect(throws: PDFSyntaxError(.offsetTooLarge, "")) { try update.appended(identifier: [1]) }
            } else {
                let appended = try update.appended(identifier: [1])
                #expect(appended.startOffset > 10_000_000_000)
                let result = try PDFFile(
                    reading: PaddedSource(bytes: bytes, gap: 10_000_000_000, tail: appended.bytes), budget: limit)
                #expect(try result.object(added) == .integer(7))
            }
        }
    }
}

/// A file followed by a gap of white space and a copy of its own end, so that offsets pass ten digits without the memory.
struct PaddedSource: ByteSource {
    let bytes: [UInt8]
    let gap: Int64
    var tail: [UInt8] = []
    private var ending: [UInt8] {
        let marker = String(decoding: bytes, as: UTF8.self).range(of: "startxref", options: .backwards)
        let text = String(decoding: bytes, as: UTF8.self)
        return Array((marker.map { String(text[$0.lowerBound...]) } ?? "").utf8)
    }
    init(bytes: [UInt8], gap: Int64, tail: [UInt8] = []) {
        self.bytes = bytes
        self.gap = gap
        self.tail = tail
    }
    var size: Int64 { Int64(bytes.count) + gap + Int64(ending.count + tail.count) }
    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        let end = ending
        for position in offset..<offset + Int64(count) {
            let inTail = position - Int64(bytes.count) - gap
            if position < Int64(bytes.count) {
                span.append(bytes[Int(position)])
            } else if inTail < 0 {
                span.append(32)
            } else if inTail < Int64(end.count) {
                span.append(end[Int(inTail)])
            } else {
                span.append(tail[Int(inTail) - end.count])
            }
        }
    }
}
