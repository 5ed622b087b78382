// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import TestSupport
import Testing

@testable import PDFSyntax

/// Bytes that are given out piece by piece, as a file's are.
private struct PiecedSource: ByteSource {
    let base: MemorySource
    var size: Int64 { base.size }

    func read(at offset: Int64, into span: inout OutputSpan<UInt8>, count: Int) throws(ByteSourceError) {
        try base.read(at: offset, into: &span, count: count)
    }
}

/// A file in memory is looked at where it stands, one on a disk through windows.
@Suite("Windows") struct WindowTests {
    /// What came of one question: an object with its places, or an error in words.
    private struct Seen: Equatable {
        var value: PDFObject?
        var places: [Range<Int64>?] = []
        var error = ""
    }

    /// Every trailer and every object of every revision.
    private static func everything(in source: some ByteSource) -> [Seen] {
        do {
            let file = try PDFFile(reading: source)
            var found = file.revisions.map { Seen(value: .dictionary($0.trailer), places: [file.trailingBytes]) }
            for revision in file.revisions {
                for reference in file.objectsInUse(asOf: revision.index) {
                    do {
                        let object = try file.indirectObject(reference, asOf: revision.index)
                        found.append(
                            Seen(value: object?.value, places: [object?.range] + (object?.valueRanges ?? [])))
                    } catch { found.append(Seen(error: "\(error)")) }
                }
            }
            return found
        } catch { return [Seen(error: "\(error)")] }
    }

    @Test func `a file in memory is read as through windows, whole and cut`() throws {
        let samples = Corpora.packageRoot.appending(path: "testvectors/pdfs").path()
        let names = try FileManager.default.contentsOfDirectory(atPath: samples).filter { $0.hasSuffix(".pdf") }
        #expect(!names.isEmpty)
        var paths = names.map { samples + "/" + $0 }
        paths += Corpora.pdfs(in: "pyhanko").prefix(60)
        for path in paths.sorted() {
            let whole = Array(try Data(contentsOf: URL(filePath: path)))
            guard whole.count < 1 << 19 else { continue }
            let eol = Array("\n%%EOF\n".utf8)
            for bytes in [whole, Array(whole.dropLast(whole.count / 3)), Array(whole.prefix(1300)) + eol] {
                let memory = MemorySource(bytes)
                let isSame = Self.everything(in: memory) == Self.everything(in: PiecedSource(base: memory))
                #expect(isSame, "\(path), \(bytes.count) octets")
            }
        }
        // A token that ends where the file does, and one that does not.
        for text in ["7", "<414", "(a", "/Name", "/Name#", "[1 2", "<</A 1>> "] {
            let memory = MemorySource(Array(text.utf8))
            func tokens(_ source: some ByteSource) -> [String] {
                var lexer = Lexer(ByteCursor(source, at: 0), budget: .standard)
                var found: [String] = []
                do {
                    while case let token = try lexer.next(), token != .end { found.append("\(token)") }
                } catch { found.append("\(error)") }
                return found
            }
            #expect(tokens(memory) == tokens(PiecedSource(base: memory)), "\(text)")
        }
        // What lies behind the end that was given is not looked at, though it is in memory.
        let digits = Array("<41424344454647484950>".utf8)
        var bounded = Lexer(ByteCursor(MemorySource(digits), at: 0, end: 9), budget: .standard)
        #expect(throws: PDFSyntaxError.self) { try bounded.next() }
        var whole = Lexer(ByteCursor(MemorySource(digits), at: 0, end: 22), budget: .standard)
        #expect(try whole.next() == .string(Array("ABCDEFGHIP".utf8), hexadecimal: true))
    }
}
