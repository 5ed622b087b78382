// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

@Suite("Document security store — EN 319 142-1 §5.4")
struct SecurityStoreTests {
    @Test(arguments: [PDFFixture.classic(), PDFFixture.compact()])
    func `material that was added is read again and is an allowed change`(original: [UInt8]) throws {
        let signed = try PDFFixture.signed(original)
        let first = DocumentSecurityStore(certificates: [[1], [2], [1]], revocationLists: [[3]])
        #expect(first.certificates == [[1], [2]])
        let once = signed + (try #require(try first.appended(to: PDFFixture.file(signed), identifier: [1])))
        #expect(try DocumentSecurityStore(in: PDFFixture.file(once)) == first)
        #expect(try first.appended(to: PDFFixture.file(once), identifier: [2]) == nil)
        let second = DocumentSecurityStore(certificates: [[2], [4]], ocspResponses: [[5]])
        let twice = once + (try #require(try second.appended(to: PDFFixture.file(once), identifier: [2])))
        let file = try PDFFixture.file(twice)
        let store = try DocumentSecurityStore(in: file)
        #expect(store.certificates == [[1], [2], [4]])
        #expect(store.ocspResponses == [[5]])
        #expect(try DocumentSecurityStore(in: file, asOf: 1).isEmpty)
        #expect(try DocumentSecurityStore(in: file, asOf: 2) == first)
        #expect(try DocumentSecurityStore.ofAllRevisions(in: file) == store)
        let document = try DocumentSignatures(in: file)
        #expect(try document.changesAfterFirstSignature().map(\.kind) == [.securityStore, .securityStore])
        #expect(try document.changesAfterFirstSignature().map(\.isAllowed) == [true, true])
        try withTemporaryFile(twice) { path in
            guard let result = try qpdf(["--check", path]) else { return }
            #expect(result.status == 0, "\(result.output)")
        }
    }

    @Test func `the stores of another project's files hold DER`() throws {
        var (stores, items) = (0, 0)
        for path in Corpora.pdfs(in: "dss") + Corpora.pdfs(in: "pyhanko") {
            guard let file = try? PDFFile(reading: FileSource(path: path)),
                let store = try? DocumentSecurityStore.ofAllRevisions(in: file), !store.isEmpty
            else { continue }
            stores += 1
            for item in store.certificates + store.revocationLists + store.ocspResponses {
                items += 1
                #expect(item.first == 0x30, "\(path)")
            }
        }
        print(stores == 0 ? "skipped: corpora dss and pyhanko" : "security stores: \(stores) with \(items) items")
    }

    @Test func `offsets beyond ten digits are signed and found again`() throws {
        let original = PDFFixture.compact()
        let text = String(decoding: original, as: UTF8.self)
        let ending = try #require(text.range(of: "startxref"))
        let gap = GapSource(bytes: original, gap: 12_000_000_000)
        let source = AppendedSource(base: gap, appended: Array(text[ending.lowerBound...].utf8))
        let budget = Budget(bytes: 1 << 40, depth: 64, objects: 1000, expansionRatio: 10)
        let file = try PDFFile(reading: source, budget: budget)
        let prepared = try SignaturePlaceholder.prepare(
            file, in: .new(name: "Far"), PDFFixture.request(), identifier: [1])
        #expect(prepared.byteRange[1] > 12_000_000_000)
        let whole = AppendedSource(base: source, appended: try prepared.completed(contents: [0x30, 0]))
        let signatures = try DocumentSignatures(in: PDFFile(reading: whole, budget: budget)).signatures
        #expect(signatures.map(\.coverage.scope) == [.entireFile])
        #expect(signatures.map(\.coverage.isSound) == [true])
        #expect(signatures.first?.coverage.signedRanges == prepared.signedRanges)
    }
}

/// Bytes followed by white space that takes no memory.
private struct GapSource: ByteSource {
    let bytes: [UInt8]
    let gap: Int64
    var size: Int64 { Int64(bytes.count) + gap }
    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        for position in offset..<offset + Int64(count) {
            span.append(position < Int64(bytes.count) ? bytes[Int(position)] : 32)
        }
    }
}
