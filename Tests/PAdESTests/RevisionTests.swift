// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import PKIX
import SignatureValidation
import Synchronization
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
            let appearance = update.add(
                stream: [
                    "Type": .name("XObject"), "Subtype": .name("Form"),
                    "BBox": .array([0, 0, 0, 0].map { .integer($0) }),
                ],
                bytes: [])
            let field = update.add(
                .dictionary([
                    "FT": .name("Sig"), "T": .string(Array("S\(index)".utf8), hexadecimal: false),
                    "Type": .name("Annot"), "Subtype": .name("Widget"), "F": .integer(132),
                    "Rect": .array([.integer(0), .integer(0), .integer(0), .integer(0)]), "V": .reference(signature),
                    "P": .reference(IndirectReference(3)), "AP": .dictionary(["N": .reference(appearance)]),
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
        func judge(_ bytes: [UInt8], _ count: Int) throws {
            let facts = try PDFDocument(parsing: MemorySource(bytes)).signatureFacts(with: ValidationMaterial())
            #expect(facts.count == count)
            #expect(facts.allSatisfy { $0.changesAfterSigning.allSatisfy(\.allowed) })
            #expect(facts.first?.changesAfterSigning.count == count - 1)
        }
        let counts = [75, 150, 300]
        let files = try counts.map(signed)
        var rounds: [[Double]] = [[], [], []]
        for _ in 0..<3 {
            for (index, bytes) in files.enumerated() {
                rounds[index].append(try cost { try judge(bytes, counts[index]) })
            }
        }
        let times = rounds.map { $0.sorted()[1] }
        let perByte = zip(times, files).map { $0 / Double($1.count) }
        for (index, count) in counts.enumerated() {
            print(
                String(
                    format: "pages: %d signatures in %d bytes: %.3f s of CPU, %.1f ns a byte", count,
                    files[index].count, times[index], perByte[index] * 1e9))
        }
        #expect(perByte[2] < perByte[0] * 1.5)
    }

    /// Signatures in one revision, each over everything but its own contents.
    private func signedOver(_ count: Int) throws -> PDFFile {
        let fields = (0..<count).map { "\(6 + 2 * $0) 0 R" }.joined(separator: " ")
        let empty = "0000000000"
        let value =
            "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 \(empty) \(empty) \(empty)]"
        var objects = [(5, "<</Fields[\(fields)]/SigFlags 3>>")]
        for index in 0..<count {
            objects.append((6 + 2 * index, "<</FT/Sig/T(s\(index))/V \(7 + 2 * index) 0 R>>"))
            objects.append((7 + 2 * index, "\(value)/Contents<00>>>"))
        }
        var bytes = PDFFixture.classic(catalog: "/AcroForm 5 0 R", more: objects)
        let size = bytes.count
        for (place, gap) in zip(offsets(of: "[0 \(empty)", in: bytes), offsets(of: "<00>", in: bytes)) {
            let numbers = String(format: "[0 %010d %010d %010d]", gap, gap + 4, size - gap - 4)
            bytes.replaceSubrange(place..<place + numbers.utf8.count, with: numbers.utf8)
        }
        return try PDFFixture.file(bytes)
    }

    private func offsets(of text: String, in bytes: [UInt8]) -> [Int] {
        let text = Array(text.utf8)
        return bytes.indices.filter { bytes[$0...].starts(with: text) }
    }

    @Test func `more signatures that each have the whole file digested than any honest file holds are refused`() throws
    {
        // The gaps are spread over the file: on average each has half of it digested.
        let few = try DocumentSignatures(in: signedOver(40))
        #expect(few.signatures.count == 40 && few.signatures.allSatisfy { $0.coverage.signedRanges.count == 2 })
        do {
            _ = try DocumentSignatures(in: signedOver(90))
            Issue.record("90 signatures over one file were taken")
        } catch let error as PAdESError {
            #expect(error.code == .limitExceeded)
        }
    }

    @Test func `what is read of a file with 300 signatures is linear in its size`() throws {
        let read = try [75, 300].map { count in
            let bytes = try signed(count)
            let source = CountingSource(bytes)
            _ = try PDFDocument(parsing: source).signatureFacts(with: ValidationMaterial())
            return Double(source.bytesRead) / Double(bytes.count)
        }
        print(String(format: "pages: of 75 signatures %.2f, of 300 %.2f times the file is read", read[0], read[1]))
        #expect(read[1] < read[0] * 1.2)
    }

    @Test func `a signature in a field that an earlier revision reserved is found after many others`() throws {
        // The forms of the revisions are followed; what they hold must be what reading each anew gives.
        let bytes = try signed(40)
        let file = try PDFFixture.file(bytes)
        let objects = StateObjects(file)
        let forms = FormSequence(file, objects: objects)
        for revision in file.revisions.indices {
            let (followed, isGrown) = try forms.form(asOf: revision)
            let anew = try FormTree(file, asOf: revision)
            #expect(isGrown == (revision > 0))
            #expect(followed.order == anew.order)
            #expect(followed.annotations == anew.annotations)
            #expect(followed.nodes.mapValues(\.dictionary) == anew.nodes.mapValues(\.dictionary))
            #expect(try followed.signatureFields().map(\.reference) == anew.signatureFields().map(\.reference))
        }
        // Emptying a field of the first revisions is noticed at the end of the list.
        let field = try #require(forms.form(asOf: file.revisions.count - 1).tree.order.first)
        let emptied = try PDFFixture.appending(
            bytes, ChangesTests.edit(field.number) { $0["V"] = nil })
        let found = try DocumentSignatures(in: PDFFixture.file(emptied))
        #expect(found.removedSignatures.map(\.field.reference) == [field])
        #expect(try found.changesAfterFirstSignature().last?.isAllowed == false)
    }
}

/// Counts the bytes that are read.
private final class CountingSource: ByteSource {
    private let base: MemorySource
    private let count = Mutex<Int64>(0)

    init(_ bytes: [UInt8]) { base = MemorySource(bytes) }

    var size: Int64 { base.size }
    var bytesRead: Int64 { count.withLock { $0 } }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        self.count.withLock { $0 += Int64(count) }
        try base.read(at: offset, into: &span, count: count)
    }
}
