// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

@Suite("Preparing a signature — ISO 32000-2 §12.8, EN 319 142-1")
struct PreparingTests {
    private func check(_ bytes: [UInt8]) throws {
        try withTemporaryFile(bytes) { path in
            guard let result = try qpdf(["--check", path]) else { return }
            #expect(result.status == 0, "\(result.output)")
        }
    }

    @Test(
        arguments: [PDFFixture.classic(), PDFFixture.compact()],
        [FieldChoice.new(name: "Ký tên"), .new(name: "A", appearance: PDFFixture.visible)])
    func `a completed signature covers the whole file and passes an independent check`(
        original: [UInt8], choice: FieldChoice
    ) throws {
        let bytes = try PDFFixture.signed(original, choice)
        #expect(bytes.starts(with: original))
        let document = try DocumentSignatures(in: PDFFixture.file(bytes))
        let signature = try #require(document.signatures.first)
        #expect(signature.coverage.scope == .entireFile)
        #expect(signature.coverage.faults.isEmpty)
        #expect(signature.coverage.revision == 1)
        #expect(signature.dictionary.subFilter == "ETSI.CAdES.detached")
        #expect(signature.dictionary.claimedTime == Instant(seconds: 1_800_000_000))
        #expect(signature.dictionary.contents.prefix(5) == [0x30, 0x03, 1, 2, 3])
        #expect(signature.dictionary.contents.count == 100)
        #expect(signature.field.isInForm && signature.field.isOnPage)
        #expect(signature.field.widgets.first?.isVisible == (signature.field.name == "A"))
        try check(bytes)
    }

    @Test func `the signed pieces are the file without the contents`() throws {
        let original = PDFFixture.classic()
        let prepared = try SignaturePlaceholder.prepare(
            PDFFixture.file(original), in: .new(name: "A"), PDFFixture.request(), identifier: [1])
        let copy = try JSONDecoder().decode(PreparedRevision.self, from: JSONEncoder().encode(prepared))
        #expect(copy == prepared)
        var pieces: [UInt8] = []
        try copy.forEachSignedPiece(of: MemorySource(original)) { pieces += $0 }
        let whole = original + (try prepared.completed(contents: [1, 2, 3]))
        let gap = Int(prepared.byteRange[1])..<Int(prepared.byteRange[2])
        #expect(pieces == Array(whole[..<gap.lowerBound] + whole[gap.upperBound...]))
        #expect(String(decoding: whole[gap].prefix(7), as: UTF8.self) == "<010203")
        #expect(gap.count == 202)
        #expect(throws: ByteSourceError.changedWhileReading) {
            try copy.forEachSignedPiece(of: MemorySource(original + [1])) { _ in }
        }
    }

    @Test func `contents that are too large name the room that they need`() throws {
        let prepared = try SignaturePlaceholder.prepare(
            PDFFixture.file(PDFFixture.classic()), in: .new(name: "A"), PDFFixture.request(), identifier: [1])
        #expect(throws: Never.self) { try prepared.completed(contents: [UInt8](repeating: 1, count: 100)) }
        let error = #expect(throws: PAdESError.self) {
            try prepared.completed(contents: [UInt8](repeating: 1, count: 101))
        }
        #expect(error?.code == .contentsTooLarge)
        #expect(error?.neededBytes == 101)
    }

    @Test(arguments: [PDFFixture.classic(), PDFFixture.compact()])
    func `a second signature and a time-stamp leave the first as it was`(original: [UInt8]) throws {
        let first = try PDFFixture.signed(original)
        let second = try PDFFixture.signed(first, .new(name: "Second", appearance: PDFFixture.visible))
        let third = try PDFFixture.signed(second, .new(name: "Stamp"), PDFFixture.request(.documentTimeStamp))
        let before = try #require(try DocumentSignatures(in: PDFFixture.file(first)).signatures.first)
        let document = try DocumentSignatures(in: PDFFixture.file(third))
        #expect(document.signatures.map(\.field.name) == ["First", "Second", "Stamp"])
        #expect(document.signatures.map(\.coverage.revision) == [1, 2, 3])
        #expect(document.signatures.map(\.coverage.scope) == [.entireRevision, .entireRevision, .entireFile])
        #expect(!document.signatures.map(\.coverage.isSound).contains(false))
        #expect(document.signatures[0].coverage.signedRanges == before.coverage.signedRanges)
        #expect(document.signatures[0].dictionary.contentsRange == before.dictionary.contentsRange)
        #expect(document.signatures[2].dictionary.kind == .documentTimeStamp)
        let changes = try document.changesAfterFirstSignature()
        #expect(changes.map(\.kind) == [.signature, .timeStamp])
        #expect(changes.map(\.isAllowed) == [true, true])
        try check(third)
    }

    @Test func `arrays and forms that are objects of their own are appended to in place`() throws {
        let field = "<</FT/Sig/T(Old)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>"
        let original = PDFFixture.classic(
            catalog: "/AcroForm 5 0 R", page: "/Annots 7 0 R",
            more: [(5, "<</Fields 6 0 R/DA(/Helv 0 Tf)>>"), (6, "[8 0 R]"), (7, "[8 0 R]"), (8, field)])
        let bytes = try PDFFixture.signed(original)
        let file = try PDFFixture.file(bytes)
        #expect(file.changes(in: 1).map(\.reference.number) == [5, 6, 7, 9, 10])
        let form = try #require(try file.object(IndirectReference(5)).dictionary)
        #expect(form["SigFlags"] == .integer(3))
        #expect(form["DA"]?.string == Array("/Helv 0 Tf".utf8))
        try check(bytes)
        let both = try PDFFixture.signed(bytes, .existing(name: "Old"))
        let document = try DocumentSignatures(in: PDFFixture.file(both))
        #expect(document.signatures.map(\.field.name) == ["First", "Old"])
        #expect(try document.changesAfterFirstSignature().map(\.isAllowed) == [true])
        try check(both)
    }

    /// Such an entry is found wherever a signature is judged; none is written that could not pass.
    @Test func `a file with an entry behind its end is not signed, and its twin is`() throws {
        let whole = PDFFixture.classic()
        let text = String(decoding: whole, as: UTF8.self)
        let broken = text.replacingOccurrences(of: "/Size 5", with: "/Size 6").replacingOccurrences(
            of: "trailer", with: "5 1\n0000099999 00000 n \ntrailer")
        let file = try PDFFixture.file(Array(broken.utf8))
        #expect(file.revisions.map(\.entriesBeyondEnd) == [[5]])
        for purpose in [SignatureRequest.Purpose.approval, .documentTimeStamp] {
            #expect(throws: Never.self) { try PDFFixture.signed(whole, .new(name: "A"), PDFFixture.request(purpose)) }
            #expect(throws: PAdESError(.unsuitableFile, "")) {
                try PDFFixture.signed(Array(broken.utf8), .new(name: "A"), PDFFixture.request(purpose))
            }
        }
    }

    /// A form may have a text field or a group of that name.
    @Test func `the name of a new field is the first that nothing in the form has`() throws {
        let form = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R 6 0 R]>>", page: "/Annots[5 0 R 7 0 R]",
            more: [
                (5, "<</FT/Tx/T(Signature1)/Type/Annot/Subtype/Widget/Rect[1 1 9 9]>>"),
                (6, "<</T(Signature2)/Kids[7 0 R]>>"),
                (7, "<</FT/Tx/T(inner)/Parent 6 0 R/Type/Annot/Subtype/Widget/Rect[1 1 9 9]>>"),
            ])
        for (bytes, expected) in [(PDFFixture.classic(), "Signature1"), (form, "Signature3")] {
            let document = try PDFDocument(parsing: MemorySource(bytes))
            #expect(try document.freeFieldName("Signature") == expected)
            #expect(try document.freeFieldName("Timestamp") == "Timestamp1")
            #expect(throws: Never.self) { try PDFFixture.signed(bytes, .new(name: expected)) }
        }
        #expect(throws: PAdESError(.unusableFieldName, "")) { try PDFFixture.signed(form, .new(name: "Signature1")) }
    }

    /// Poppler writes the catalogue again only where the form is no object of its own, and then without its new field.
    @Test func `a form that was not there is an object of its own, one in the catalogue stays there`() throws {
        for original in [PDFFixture.classic(), PDFFixture.compact(), PDFFixture.classic(catalog: "/AcroForm null")] {
            let file = try PDFFixture.file(PDFFixture.signed(original))
            let reference = try #require(try file.catalog().dictionary["AcroForm"]?.reference)
            let form = try #require(try file.object(reference).dictionary)
            #expect(form["Fields"]?.array?.count == 1 && form["SigFlags"] == .integer(3))
            let both = try PDFFixture.file(PDFFixture.signed(PDFFixture.signed(original), .new(name: "Second")))
            #expect(try both.catalog().dictionary["AcroForm"]?.reference == reference)
            #expect(try both.object(reference).dictionary?["Fields"]?.array?.count == 2)
            #expect(!both.changes(in: 2).contains { $0.reference == IndirectReference(1) }, "the catalogue stays")
            #expect(try DocumentSignatures(in: both).changesAfterFirstSignature().map(\.isAllowed) == [true])
        }
        let direct = try PDFFixture.file(PDFFixture.signed(PDFFixture.classic(catalog: "/AcroForm<</Fields[]>>")))
        #expect(try direct.catalog().dictionary["AcroForm"]?.dictionary?["Fields"]?.array?.count == 1)
    }

    @Test func `an array that two pages share is not changed for both`() throws {
        let original = PDFFixture.classic(
            page: "/Annots 5 0 R",
            more: [(5, "[]"), (6, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots 5 0 R>>")])
        let base = try PDFFixture.appending(original) { update, _ in
            update.set(
                .dictionary([
                    "Type": .name("Pages"), "Count": .integer(2),
                    "Kids": .array([.reference(IndirectReference(3)), .reference(IndirectReference(6))]),
                ]), for: IndirectReference(2))
        }
        let file = try PDFFixture.file(try PDFFixture.signed(base))
        #expect(try file.object(IndirectReference(5)) == .array([]))
        #expect(try file.object(IndirectReference(3)).dictionary?["Annots"]?.array?.count == 1)
    }

    @Test func `a name that is taken, empty or divided is refused`() throws {
        let signed = try PDFFixture.file(PDFFixture.signed(PDFFixture.classic()))
        for name in ["First", "", "a.b"] {
            #expect(throws: PAdESError(.unusableFieldName, "")) {
                try SignaturePlaceholder.prepare(signed, in: .new(name: name), PDFFixture.request(), identifier: [1])
            }
        }
        #expect(throws: PAdESError(.notFound, "")) {
            try SignaturePlaceholder.prepare(
                signed, in: .new(name: "x", page: 2), PDFFixture.request(), identifier: [1])
        }
        #expect(throws: PAdESError(.notFound, "")) {
            try SignaturePlaceholder.prepare(signed, in: .existing(name: "x"), PDFFixture.request(), identifier: [1])
        }
        #expect(throws: PAdESError(.unusableField, "")) {
            try SignaturePlaceholder.prepare(
                signed, in: .existing(name: "First"), PDFFixture.request(), identifier: [1])
        }
        #expect(throws: Never.self) {
            try SignaturePlaceholder.prepare(signed, in: .new(name: "x"), PDFFixture.request(), identifier: [1])
        }
    }

    @Test func `certifications and locks are kept`() throws {
        let form = PDFFixture.classic(
            catalog: "/AcroForm<</Fields[5 0 R]>>", page: "/Annots[5 0 R]",
            more: [(5, "<</FT/Sig/T(form)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>")])
        func prepare(_ bytes: [UInt8], _ choice: FieldChoice, _ purpose: SignatureRequest.Purpose = .approval) throws {
            _ = try SignaturePlaceholder.prepare(
                PDFFixture.file(bytes), in: choice, PDFFixture.request(purpose), identifier: [1])
        }
        let closed = try PDFFixture.signed(form, .new(name: "C"), PDFFixture.request(.certification(.noChanges)))
        let certified = try #require(try DocumentSignatures(in: PDFFixture.file(closed)).signatures.first)
        #expect(certified.dictionary.certification == .noChanges)
        let permissions = try PDFFixture.file(closed).catalog().dictionary["Perms"]?.dictionary
        #expect(permissions?["DocMDP"]?.reference == certified.dictionary.reference)
        #expect(throws: PAdESError(.notPermitted, "")) { try prepare(closed, .new(name: "x")) }
        #expect(throws: Never.self) { try prepare(closed, .new(name: "x"), .documentTimeStamp) }
        let open = try PDFFixture.signed(form, .new(name: "C"), PDFFixture.request(.certification(.fillForms)))
        #expect(throws: Never.self) { try prepare(open, .existing(name: "form")) }
        #expect(throws: PAdESError(.notPermitted, "")) {
            try prepare(open, .new(name: "x", appearance: PDFFixture.visible))
        }
        #expect(throws: PAdESError(.notPermitted, "")) {
            try prepare(open, .new(name: "x"), .certification(.fillForms))
        }
        let locked = try PDFFixture.signed(
            form, .new(name: "C"), PDFFixture.request(lock: FieldLock(.include, names: ["form"])))
        #expect(throws: PAdESError(.notPermitted, "")) { try prepare(locked, .existing(name: "form")) }
        let other = try PDFFixture.signed(
            form, .new(name: "C"), PDFFixture.request(lock: FieldLock(.include, names: ["for"])))
        #expect(throws: Never.self) { try prepare(other, .existing(name: "form")) }
        try check(closed)
        try check(locked)
    }

    @Test func `hybrid and encrypted files are not signed`() throws {
        guard let root = Corpora.root else {
            print("skipped: 2 files of the pyhanko corpus")
            return
        }
        let folder = root + "/" + Corpora.pyhanko
        let hybrid = try PDFFile(reading: FileSource(path: folder + "/minimal-hybrid-xref.pdf"))
        #expect(throws: PAdESError(.unsuitableFile, "")) {
            try SignaturePlaceholder.prepare(hybrid, in: .new(name: "x"), PDFFixture.request(), identifier: [1])
        }
        #expect(throws: PDFSyntaxError(.passwordRequired, "")) {
            try PDFFile(reading: FileSource(path: folder + "/minimal-aes256.pdf"))
        }
    }

    @Test func `every sound file of the corpora can be signed twice`() throws {
        var signedCount = 0
        var refused: [String: Int] = [:]
        for path in Corpora.pdfs(in: "pyhanko") + Corpora.pdfs(in: "dss") + Corpora.pdfs(in: "pdfjs") {
            let source = try FileSource(path: path)
            guard source.size < 200_000, let file = try? PDFFile(reading: source),
                let original = try? source.allBytes(limit: 200_000), try qpdf(["--check", path])?.status == 0
            else { continue }
            do throws(PAdESError) {
                let before = try DocumentSignatures(in: file)
                let prepared = try SignaturePlaceholder.prepare(
                    file, in: .new(name: "OwnTest1"), PDFFixture.request(), identifier: [1])
                let first = original + (try prepared.completed(contents: [0x30, 0]))
                let second: [UInt8]
                let result: PDFFile
                do {
                    do {
                        second = try PDFFixture.signed(first, .new(name: "OwnTest2", appearance: PDFFixture.visible))
                    } catch let error as PAdESError where error == PAdESError(.notPermitted, "") {
                        // The place is not free.
                        second = try PDFFixture.signed(first, .new(name: "OwnTest2"))
                    }
                    result = try PDFFile(reading: MemorySource(second))
                } catch let error as PAdESError where error == PAdESError(.notPermitted, "") {
                    refused["second \(error.code)", default: 0] += 1
                    continue
                } catch {
                    Issue.record("\(path) could not be signed twice: \(error)")
                    continue
                }
                let after = try DocumentSignatures(in: result)
                #expect(after.signatures.count == before.signatures.count + 2, "\(path)")
                let added = after.signatures.filter { $0.field.name.hasPrefix("OwnTest") }
                #expect(added.map(\.coverage.isSound) == [true, true], "\(path)")
                let last = try after.changesAfterFirstSignature().last
                #expect(last?.reasons == [], "\(path)")
                do { try check(second) } catch { Issue.record("\(path): \(error)") }
                signedCount += 1
            } catch { refused["\(error.code)", default: 0] += 1 }
        }
        print("signed twice and checked with qpdf: \(signedCount) files, refused: \(refused)")
    }
}
