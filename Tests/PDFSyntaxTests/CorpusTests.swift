// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import TestSupport
import Testing

@testable import PDFSyntax

/// Reads everything that can be read; counts objects, or gives the first error.
func readAll(_ source: some ByteSource) -> Result<Int, PDFSyntaxError> {
    let budget = Budget(bytes: 64 << 20, depth: 64, objects: 400_000, expansionRatio: 1_100)
    do throws(PDFSyntaxError) {
        let file = try PDFFile(reading: source, budget: budget)
        for revision in file.revisions.indices { _ = file.changes(in: revision) }
        _ = try file.catalog()
        _ = try file.pages()
        let objects = file.objectsInUse()
        for reference in objects {
            guard let object = try file.indirectObject(reference) else { continue }
            if let stream = object.value.stream {
                do throws(PDFSyntaxError) { _ = try file.decodedBytes(of: stream) } catch {
                    guard error == PDFSyntaxError(.unsupportedFilter, "") else { throw error }
                }
            }
        }
        return .success(objects.count)
    } catch { return .failure(error) }
}

@Suite("PDF corpora")
struct CorpusTests {
    @Test(arguments: ["pdfjs", "pyhanko", "dss", "vietnam"])
    func `every file of a corpus gives a value or a typed error`(folder: String) throws {
        let paths = Corpora.pdfs(in: folder)
        guard !paths.isEmpty else {
            print("skipped: corpus \(folder) is absent or has no PDF")
            return
        }
        var whole = 0
        var counts: [String: Int] = [:]
        var slowest = (seconds: 0.0, path: "")
        for path in paths {
            let start = Self.processorTime()
            defer {
                let seconds = Self.processorTime() - start
                if seconds > slowest.seconds { slowest = (seconds, path) }
            }
            switch readAll(try FileSource(path: path)) {
            case .success: whole += 1
            case .failure(let error):
                counts["\(error.code)", default: 0] += 1
                if ProcessInfo.processInfo.environment["DOSSIER_VERBOSE"] != nil { print("refused:", path, error) }
            }
        }
        let list = counts.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        print("corpus \(folder): \(paths.count) files, \(whole) read whole, refused: \(list)")
        let name = slowest.path.split(separator: "/").last ?? ""
        print(
            String(format: "corpus \(folder): slowest %.2f s of CPU (\(name)), \(Self.peakMemory())", slowest.seconds))
        #expect(whole > 0)
        #expect(slowest.seconds < 5, "\(name)")
    }

    /// CPU time of the thread in seconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The peak of the process so far, in which other tests run too.
    private static func peakMemory() -> String {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line.map { $0.split { $0.isWhitespace }.joined(separator: " ") } ?? "VmHWM unknown"
    }

    @Test func `cross-references agree with an independent reader`() throws {
        let paths = Corpora.pdfs(in: "pyhanko") + Corpora.pdfs(in: "dss")
        guard !paths.isEmpty else {
            print("skipped: 180 files of corpora to compare with qpdf")
            return
        }
        var compared = 0
        for path in paths {
            guard case .success = readAll(try FileSource(path: path)),
                let theirs = try qpdf(["--show-xref", path]), theirs.status == 0
            else { continue }
            let file = try PDFFile(reading: FileSource(path: path))
            guard !file.isHybrid else { continue }
            let ours = file.objectsInUse().map { reference in
                switch file.entry(for: reference.number) {
                case .inUse(let offset, let generation):
                    "\(reference.number)/\(generation): uncompressed; offset = \(offset)"
                case .compressed(let stream, let index):
                    "\(reference.number)/0: compressed; stream = \(stream), index = \(index)"
                default: ""
                }
            }
            let lines = theirs.output.split(separator: "\n").map(String.init).filter {
                // An entry in use at offset 0 is what some writers leave for an unused number; no object can be there.
                $0.contains("compressed; ") && !$0.hasSuffix("offset = 0")
            }
            #expect(ours == lines, "\(path)")
            compared += 1
        }
        print("compared with qpdf --show-xref: \(compared) files")
    }

    @Test func `old filters give what an independent reader gives`() throws {
        var compared = 0
        for path in Corpora.pdfs(in: "pdfjs") {
            let source = try FileSource(path: path)
            guard source.size < 3_000_000, case .success = readAll(source) else { continue }
            let file = try PDFFile(reading: source)
            var inThisFile = 0
            for reference in file.objectsInUse() where inThisFile < 3 {
                guard let stream = try file.object(reference).stream, let decoded = try? file.decodedBytes(of: stream),
                    let filter = stream.dictionary["Filter"],
                    (filter.array ?? [filter]).contains(where: {
                        ["LZWDecode", "ASCII85Decode", "RunLengthDecode"].contains($0.name)
                    })
                else { continue }
                let folder = try TemporaryFolder()
                guard let tool = CommandPeer.path("qpdf") else { continue }
                let process = Process()
                process.executableURL = URL(filePath: tool)
                process.arguments = ["--show-object=\(reference.number)", "--filtered-stream-data", path]
                let output = URL(filePath: try folder.write([], as: "out"))
                process.standardOutput = try FileHandle(forWritingTo: output)
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                guard process.terminationStatus == 0 else { continue }
                #expect(try folder.read("out") == decoded, "\(path) \(reference)")
                inThisFile += 1
                compared += 1
            }
        }
        print(
            compared == 0
                ? "skipped: old filters of the corpus pdfjs" : "old filters compared with qpdf: \(compared) streams")
    }

    @Test func `parsers agree with what another project expects of its files`() throws {
        guard let root = Corpora.root,
            let manifest = try? String(contentsOfFile: root + "/manifests/pyhanko-pdf.jsonl", encoding: .utf8)
        else {
            print("skipped: 28 parser cases of pyhanko-pdf.jsonl")
            return
        }
        struct Row: Decodable {
            let file: String
            let kind: String
            let expected: String
        }
        var counts: [String: Int] = [:]
        for line in manifest.split(separator: "\n") {
            let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
            guard row.kind == "parser", let source = try? FileSource(path: root + "/" + row.file) else { continue }
            counts[row.expected, default: 0] += 1
            if row.expected == "parse-ok" {
                #expect(throws: Never.self, "\(row.file)") { try PDFFile(reading: source).pages() }
            } else if row.expected.contains("reject"), !row.file.hasSuffix("struct-tree-circular-ref.pdf") {
                // The structure tree is not part of the syntax; everything else that is to be refused is refused here.
                if case .success = readAll(source) { Issue.record("\(row.file) was read") }
            }
        }
        print(
            "parser cases: \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "; "))"
        )
        let hybrid = try #require(Corpora.pdfs(in: "pyhanko").first { $0.hasSuffix("/minimal-hybrid-xref.pdf") })
        let file = try PDFFile(reading: FileSource(path: hybrid))
        #expect(file.isHybrid)
        let title = try file.resolve(file.trailer["Info"]).dictionary?["Title"]
        #expect(try file.resolve(title).string.map(TextString.decode) == "TestTest")
        #expect(throws: PDFSyntaxError(.hybridFile, "")) { try IncrementalUpdate(of: file) }
        let compact = try #require(Corpora.pdfs(in: "pyhanko").first { $0.hasSuffix("/CompactedPDFSyntaxTest.pdf") })
        let compacted = try PDFFile(reading: FileSource(path: compact))
        let page = try compacted.object(try #require(try compacted.pages().first)).dictionary
        #expect(page?["MediaBox"]?.array?.map(\.number) == [0, 0, 999, 999])
    }

    @Test func `updates of good files pass an independent check`() throws {
        var checked = 0
        for path in Corpora.pdfs(in: "pyhanko") + Corpora.pdfs(in: "dss") + Corpora.pdfs(in: "pdfjs") {
            let source = try FileSource(path: path)
            guard source.size < 300_000, case .success = readAll(source) else { continue }
            let file = try PDFFile(reading: source)
            guard !file.isHybrid, !file.isEncrypted, file.trailingBytes.isEmpty,
                try qpdf(["--check", path])?.status == 0
            else { continue }
            var update = try IncrementalUpdate(of: file)
            var (root, catalog) = try file.catalog()
            catalog["DossierTest"] = .reference(update.add(.string(Array("x".utf8), hexadecimal: false)))
            update.set(.dictionary(catalog), for: root)
            let bytes = try source.allBytes(limit: 1 << 20) + update.appended(identifier: Array(0..<16)).bytes
            try withTemporaryFile(bytes) { temporary in
                let check = try #require(try qpdf(["--check", temporary]))
                #expect(check.status == 0, "\(path): \(check.output)")
            }
            #expect(try PDFFile(reading: MemorySource(bytes)).revisions.count == file.revisions.count + 1)
            checked += 1
        }
        print("updated and checked with qpdf: \(checked) files")
    }

    @Test func `a file cut anywhere or with a changed byte gives a value or a typed error`() throws {
        var originals = [PDFFixture.classic().bytes, PDFFixture.compact().bytes]
        for name in ["minimal-two-fields-signed-twice", "safedocs/CompactedPDFSyntaxTest", "minimal-hybrid-xref"] {
            guard let path = Corpora.pdfs(in: "pyhanko").first(where: { $0.hasSuffix("/\(name).pdf") }) else {
                continue
            }
            originals.append(try FileSource(path: path).allBytes(limit: 1 << 20))
        }
        var generator = SplitMix(state: 42)
        var values = 0
        var errors = 0
        for original in originals {
            for cut in 0..<200 {
                let bytes = Array(original.prefix(original.count * cut / 200))
                if case .success = readAll(MemorySource(bytes)) { values += 1 } else { errors += 1 }
            }
            for _ in 0..<500 {
                var bytes = original
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                if case .success = readAll(MemorySource(bytes)) { values += 1 } else { errors += 1 }
            }
        }
        print("cut and changed files: \(originals.count) originals, \(values) values, \(errors) typed errors")
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
