// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import Testing

@testable import PDFSyntax

@Suite("PDF files and revisions — ISO 32000-2 §7.5")
struct FileTests {
    @Test func `a file with a table is one revision`() throws {
        let fixture = PDFFixture.classic()
        let file = try fixture.file()
        #expect(file.revisions.count == 1)
        #expect(file.newest.style == .table)
        #expect(file.newest.end == file.source.size)
        #expect(file.newest.markerEnd == file.source.size - 1)
        #expect(file.trailingBytes.isEmpty)
        #expect(try file.pages() == [IndirectReference(3)])
        #expect(file.changes(in: 0).map(\.reference.number) == [1, 2, 3, 4])
        let stream = try #require(try file.object(IndirectReference(4)).stream)
        #expect(try file.decodedBytes(of: stream) == Array("0 0 10 10 re f".utf8))
    }

    @Test func `a file with object and cross-reference streams reads as the same document`() throws {
        let file = try PDFFixture.compact().file()
        #expect(file.newest.style == .stream)
        #expect(file.newest.crossReferenceStreams == [6])
        #expect(try file.pages() == [IndirectReference(3)])
        let classic = try PDFFixture.classic().file()
        #expect(try file.object(IndirectReference(3)) == classic.object(IndirectReference(3)))
        #expect(try file.indirectObject(IndirectReference(3))?.container == 5)
    }

    @Test func `each revision shows its own objects and lists its changes`() throws {
        var fixture = PDFFixture.classic()
        let first = fixture.bytes.count
        let previous = try #require(try fixture.file().revisions.first).startOffset
        fixture.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]>>")
        fixture.object(5, "(new)")
        _ = fixture.table([2, 3, 5], trailer: "/Size 6/Root 1 0 R/Prev \(previous)", free: false, freed: [4])
        let file = try fixture.file()
        #expect(file.revisions.count == 2)
        #expect(file.revisions[0].end == Int64(first))
        let changes = file.changes(in: 1)
        #expect(changes.map(\.reference.number) == [3, 4, 5])
        #expect(changes.map(\.kind) == [.changed, .freed, .added])
        #expect(changes.allSatisfy { !$0.pointsBack })
        #expect(try file.object(IndirectReference(4)) == .null)
        #expect(try file.object(IndirectReference(4), asOf: 0).stream != nil)
        #expect(try file.object(IndirectReference(3), asOf: 0).dictionary?["Contents"] != nil)
        #expect(try file.object(IndirectReference(3)).dictionary?["Contents"] == nil)
        #expect(file.objectsInUse(asOf: 0).count == 4)
        #expect(file.objectsInUse().count == 4)
    }

    @Test func `an entry that leads into an earlier revision is marked`() throws {
        var fixture = PDFFixture.classic()
        let previous = try #require(try fixture.file().revisions.first).startOffset
        fixture.offsets[5] = fixture.offsets[1]
        _ = fixture.table([5], trailer: "/Size 6/Root 1 0 R/Prev \(previous)", free: false)
        #expect(try fixture.file().changes(in: 1).first?.pointsBack == true)
    }

    @Test func `an entry of an old revision that leads behind it is marked and refused`() throws {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog/Pages 2 0 R>>")
        fixture.object(2, "<</Type/Pages/Kids[]/Count 0>>")
        fixture.offsets[3] = 460
        let start = fixture.table([1, 2, 3], trailer: "/Size 5/Root 1 0 R")
        while fixture.bytes.count < 460 { fixture.bytes.append(32) }
        fixture.object(3, "(late)")
        fixture.object(4, "(x)")
        _ = fixture.table([4], trailer: "/Size 5/Root 1 0 R/Prev \(start)", free: false)
        let file = try fixture.file()
        #expect(file.revisions[0].entriesBeyondEnd == [3])
        #expect(throws: PDFSyntaxError(.brokenCrossReferences, "")) { try file.object(IndirectReference(3)) }
        #expect(try file.object(IndirectReference(4)).string == [120])
    }

    @Test func `a reference of another generation is null`() throws {
        let file = try PDFFixture.classic().file()
        #expect(try file.object(IndirectReference(1, generation: 1)) == .null)
        #expect(try file.object(IndirectReference(99)) == .null)
    }

    @Test(arguments: [
        ("startxref\n", "startxref\n1", PDFSyntaxError.Code.brokenCrossReferences),
        ("xref\n0 1", "xref\n0 2", .brokenCrossReferences), (" 00000 n \n", " 00000 n\n", .brokenCrossReferences),
        ("/Size 5", "/Size 4", .brokenCrossReferences), ("%PDF-1.7", " PDF-1.7", .notAPDF),
        ("%%EOF", "%%EOX", .notAPDF), ("/Root", "/Encrypt<<>>/Root", .encrypted),
        ("/Root", "/Prev 9999/Root", .brokenCrossReferences),
        ("trailer", "trailor", .brokenCrossReferences), ("65535 f", "65535 g", .brokenCrossReferences),
    ])
    func `damage is a typed error`(found: String, replacement: String, code: PDFSyntaxError.Code) throws {
        let text = String(decoding: PDFFixture.classic().bytes, as: UTF8.self)
        #expect(throws: Never.self) { try PDFFile(reading: MemorySource(Array(text.utf8))) }
        let range = try #require(text.range(of: found, options: .backwards))
        let broken = text.replacingCharacters(in: range, with: replacement)
        #expect(throws: PDFSyntaxError(code, "")) { try PDFFile(reading: MemorySource(Array(broken.utf8))) }
    }

    @Test func `a circle of sections is refused`() throws {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        _ = fixture.table([1], trailer: "/Size 2/Root 1 0 R/Prev \(fixture.bytes.count)")
        #expect(throws: PDFSyntaxError(.brokenCrossReferences, "")) { try fixture.file() }
    }

    @Test func `an entry that names another object is refused when it is read`() throws {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        fixture.offsets[2] = fixture.offsets[1]
        _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
        let file = try fixture.file()
        #expect(throws: PDFSyntaxError(.brokenCrossReferences, "")) { try file.object(IndirectReference(2)) }
        #expect(try file.catalog().reference == IndirectReference(1))
    }

    @Test func `a stream length that is itself a stream ends`() throws {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        fixture.offsets[2] = fixture.bytes.count
        fixture.bytes += Array("2 0 obj\n<</Length 2 0 R>>\nstream\nx\nendstream\nendobj\n".utf8)
        _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
        let file = try fixture.file()
        #expect(throws: PDFSyntaxError(.malformedStream, "")) { try file.object(IndirectReference(2)) }
    }

    /// ISO 32000-2 §7.5.7 keeps the length of an object stream out of object streams, and so provides for an indirect one.
    @Test func `an object stream may have its length in an object, but in none of an object stream`() throws {
        let body = "1 0 <</Type/Catalog/Pages 2 0 R>>"
        for (entry, isRead) in [([1, 0, 0], true), ([2, 5, 1], false), ([2, 7, 0], false)] {
            var fixture = PDFFixture()
            fixture.object(2, "<</Type/Pages/Kids[]/Count 0>>")
            fixture.object(3, "\(body.utf8.count)")
            fixture.offsets[5] = fixture.bytes.count
            let head = "5 0 obj\n<</Type/ObjStm/N 1/First 4/Length 3 0 R>>\nstream\n"
            fixture.bytes += Array("\(head)\(body)\nendstream\nendobj\n".utf8)
            fixture.stream(7, "/Type/ObjStm/N 1/First 4", Array("3 0 \(body.utf8.count)".utf8))
            let entries = [
                (0, [0, 0, 255]), (1, [2, 5, 0]), (2, [1, fixture.offsets[2] ?? 0, 0]),
                (3, entry == [1, 0, 0] ? [1, fixture.offsets[3] ?? 0, 0] : entry),
                (5, [1, fixture.offsets[5] ?? 0, 0]), (7, [1, fixture.offsets[7] ?? 0, 0]),
            ]
            _ = fixture.crossReferenceStream(6, size: 8, entries: entries, trailer: "/Root 1 0 R/ID[<01><02>]")
            let file = try fixture.file()
            if isRead {
                #expect(try file.object(IndirectReference(1)).dictionary?["Type"] == .name("Catalog"))
            } else {
                #expect(throws: PDFSyntaxError(.malformedStream, "")) { try file.object(IndirectReference(1)) }
            }
        }
    }

    @Test func `an indirect length is followed`() throws {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog>>")
        fixture.offsets[2] = fixture.bytes.count
        fixture.bytes += Array("2 0 obj\n<</Length 3 0 R>>\nstream\nxyz\nendstream\nendobj\n".utf8)
        fixture.object(3, "3")
        _ = fixture.table([1, 2, 3], trailer: "/Size 4/Root 1 0 R")
        let file = try fixture.file()
        let stream = try #require(try file.object(IndirectReference(2)).stream)
        #expect(try file.encodedBytes(of: stream) == Array("xyz".utf8))
    }

    @Test func `a circle in the page tree is refused`() throws {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog/Pages 2 0 R>>")
        fixture.object(2, "<</Type/Pages/Kids[2 0 R]/Count 1>>")
        _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
        let file = try fixture.file()
        #expect(throws: PDFSyntaxError(.malformedStructure, "")) { try file.pages() }
    }

    @Test func `a file larger than the budget is refused`() {
        #expect(throws: PDFSyntaxError(.limitExceeded, "")) {
            try PDFFixture.classic().file(budget: Budget(bytes: 100, depth: 10, objects: 10, expansionRatio: 10))
        }
    }

    @Test func `objects inside each other's strings take linear time and are refused`() throws {
        var fixture = PDFFixture()
        let count = 20_000
        fixture.object(1, "<</Type/Catalog/Pages 2 0 R>>")
        for number in 2..<count {
            fixture.offsets[number] = fixture.bytes.count
            fixture.bytes += Array("\(number) 0 obj (".utf8)
        }
        fixture.bytes += [UInt8](repeating: UInt8(ascii: ")"), count: count) + Array(" endobj\n".utf8)
        _ = fixture.table(Array(1..<count), trailer: "/Size \(count)/Root 1 0 R")
        let file = try fixture.file()
        var refused = 0
        for reference in file.objectsInUse() {
            do throws(PDFSyntaxError) { _ = try file.object(reference) } catch { refused += 1 }
        }
        #expect(refused >= count - 3)
    }

    @Test func `object streams that are decoded again and again pass the budget`() throws {
        let budget = Budget(bytes: 3_000, depth: 20, objects: 1000, expansionRatio: 100)
        let fixture = PDFFixture.compact()
        #expect(try fixture.file(budget: budget).object(IndirectReference(3)).dictionary != nil)
        let cache = ObjectStreamCache(limit: 10)
        let stream = try ObjectStream(
            dictionary: ["Type": .name("ObjStm"), "N": .integer(1), "First": .integer(4)], data: Array("1 0 5".utf8),
            at: 0,
            budget: budget)
        #expect(cache.keep(stream, at: 0))
        #expect(cache.keep(stream, at: 0))
        #expect(!cache.keep(stream, at: 0))
    }

    @Test func `the deepest nesting that any budget allows does not exhaust the stack`() throws {
        let budget = Budget(bytes: 1 << 20, depth: 10_000, objects: 100_000, expansionRatio: 10)
        for (depth, fits) in [(198, true), (5_000, false)] {
            var fixture = PDFFixture()
            fixture.object(1, "<</Type/Catalog>>")
            fixture.object(2, String(repeating: "<</A[", count: depth / 2) + String(repeating: "]>>", count: depth / 2))
            _ = fixture.table([1, 2], trailer: "/Size 3/Root 1 0 R")
            let file = try fixture.file(budget: budget)
            if fits {
                #expect(try file.object(IndirectReference(2)).dictionary != nil)
            } else {
                #expect(throws: PDFSyntaxError(.limitExceeded, "")) { try file.object(IndirectReference(2)) }
            }
        }
    }

    @Test func `bytes behind the end are told`() throws {
        var fixture = PDFFixture.classic()
        let size = Int64(fixture.bytes.count)
        fixture.bytes += Array("junk".utf8)
        #expect(try fixture.file().trailingBytes == size..<size + 4)
    }
}
