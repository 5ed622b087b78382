// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

@Suite("Revisions and their number — ISO 32000-2 §7.5.6")
struct RevisionTests {
    @Test func `the list of revisions says who did what, and a signed revision is a file of its own`() throws {
        let first = try PDFFixture.signed(
            ChangesTests.form, .new(name: "First"), PDFFixture.request(.certification(.fillForms)))
        let filled = try PDFFixture.appending(
            first, ChangesTests.edit(5) { $0["V"] = .string([120], hexadecimal: false) })
        let second = try PDFFixture.signed(filled, .existing(name: "sign"), PDFFixture.request(lock: FieldLock(.all)))
        let bytes = try PDFFixture.signed(second, .new(name: "Stamp"), PDFFixture.request(.documentTimeStamp))
        let document = try DocumentSignatures(in: PDFFixture.file(bytes))
        let summaries = try document.revisionSummaries()
        #expect(summaries.map(\.number) == [1, 2, 3, 4, 5])
        #expect(summaries.map { $0.signatures.map(\.field) } == [[], ["First"], [], ["sign"], ["Stamp"]])
        #expect(summaries.map { $0.change?.kind } == [nil, nil, .formFill, .signature, .timeStamp])
        #expect(summaries[1].signatures.first?.certification == .fillForms)
        #expect(summaries[3].signatures.first?.locks == [FieldLock(.all)])
        #expect(summaries[4].signatures.first?.kind == .documentTimeStamp)
        #expect(summaries.map(\.end).last == Int64(bytes.count))
        for (signature, expected) in zip(document.signatures, [first, second, bytes]) {
            let revision = try #require(document.signedRevision(of: signature))
            #expect(try revision.allBytes(limit: 1 << 20) == expected)
        }
        let whole = try PDFDocument(parsing: MemorySource(bytes))
        #expect(try whole.signedRevision(ofSignature: "S-2")?.size == Int64(second.count))
        #expect(try whole.signedRevision(ofSignature: "S-9") == nil)
    }

    /// CPU time of the thread in seconds.
    private func cost(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        try body()
        return now() - start
    }

    private func updated(_ count: Int) throws -> [UInt8] {
        var bytes = try PDFFixture.signed(ChangesTests.form)
        for index in 0..<count {
            bytes = try PDFFixture.appending(
                bytes, ChangesTests.edit(5) { $0["V"] = .string(Array("\(index)".utf8), hexadecimal: false) })
        }
        return bytes
    }

    @Test func `one signature and 999 updates take time linear in their number`() throws {
        let (small, large) = (try updated(249), try updated(999))
        func judge(_ bytes: [UInt8]) throws {
            let changes = try DocumentSignatures(in: PDFFixture.file(bytes)).changesAfterFirstSignature()
            #expect(changes.allSatisfy { $0.isAllowed && $0.kind == .formFill })
        }
        try judge(small)
        let (first, second) = (try cost { try judge(small) }, try cost { try judge(large) })
        print(String(format: "pages: 249 updates %.3f s, 999 updates %.3f s of CPU", first, second))
        // Four times as many; a quadratic reader would take sixteen times as long.
        #expect(second < first * 8)
    }

    /// Signed in turn by a writer that does not look at what is there, so that making the file does not take long.
    private func signed(_ count: Int) throws -> [UInt8] {
        var bytes = PDFFixture.classic(
            catalog: "/AcroForm 5 0 R", page: "/Annots 6 0 R",
            more: [(5, "<</Fields 7 0 R/SigFlags 3>>"), (6, "[]"), (7, "[]")])
        var fields: [PDFObject] = []
        for index in 0..<count {
            var update = try IncrementalUpdate(of: PDFFixture.file(bytes))
            let signature = update.reserve()
            update.set(
                ["Type": .name("Sig"), "SubFilter": .name("ETSI.CAdES.detached")],
                placeholders: [
                    ("ByteRange", [UInt8](repeating: 32, count: 60)),
                    ("Contents", Array("<\(String(repeating: "0", count: 4000))>".utf8)),
                ], for: signature)
            let field = update.add(
                .dictionary([
                    "FT": .name("Sig"), "T": .string(Array("S\(index)".utf8), hexadecimal: false),
                    "Type": .name("Annot"), "Subtype": .name("Widget"), "F": .integer(132),
                    "Rect": .array([.integer(0), .integer(0), .integer(0), .integer(0)]), "V": .reference(signature),
                ]))
            fields.append(.reference(field))
            update.set(.array(fields), for: IndirectReference(6))
            update.set(.array(fields), for: IndirectReference(7))
            var appended = try update.appended(identifier: [1])
            let gap = try #require(appended.range(of: "Contents", in: signature))
            let place = try #require(appended.range(of: "ByteRange", in: signature))
            let numbers = "[0 \(gap.lowerBound) \(gap.upperBound) \(appended.endOffset - gap.upperBound)]"
            try appended.overwrite(at: place.lowerBound, with: Array(numbers.utf8))
            bytes += appended.bytes
        }
        return bytes
    }

    @Test func `300 signatures in one file take time linear in the file's size`() throws {
        let (small, large) = (try signed(75), try signed(300))
        func judge(_ bytes: [UInt8], _ count: Int) throws {
            let document = try DocumentSignatures(in: PDFFixture.file(bytes))
            #expect(document.signatures.count == count)
            #expect(!document.signatures.contains { !$0.coverage.isSound })
            #expect(try document.changesAfterFirstSignature().allSatisfy(\.isAllowed))
        }
        try judge(small, 75)
        let (first, second) = (try cost { try judge(small, 75) }, try cost { try judge(large, 300) })
        let sizes = Double(large.count) / Double(small.count)
        print(
            String(
                format: "pages: 75 signatures %.3f s (%d bytes), 300 signatures %.3f s (%d bytes) of CPU", first,
                small.count, second, large.count))
        #expect(second / first < sizes * 2)
    }
}
