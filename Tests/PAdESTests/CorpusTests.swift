// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

@Suite("Signed PDFs of other projects — coverage and changes")
struct CorpusTests {
    struct Row: Decodable {
        let file: String
        let kind: String
        let expected: String
        let signatures: Int?
    }

    @Test func `coverage and changes are judged as another project expects`() throws {
        guard let root = Corpora.root,
            let manifest = try? String(contentsOfFile: root + "/manifests/pyhanko-pdf.jsonl", encoding: .utf8)
        else {
            print("skipped: 30 signature cases of pyhanko-pdf.jsonl")
            return
        }
        var counts: [String: Int] = [:]
        for line in manifest.split(separator: "\n") {
            let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
            guard row.kind == "signature" else { continue }
            let document = try DocumentSignatures(in: PDFFile(reading: FileSource(path: root + "/" + row.file)))
            if let number = row.signatures { #expect(document.signatures.count == number, "\(row.file)") }
            let sound = document.signatures.allSatisfy(\.coverage.isSound)
            let changes = sound ? try document.changesAfterFirstSignature() : []
            let verdict =
                sound ? changes.allSatisfy(\.isAllowed) ? "accepted" : "reject-modification" : "reject-coverage"
            let expected =
                row.expected == "reject-coverage" || row.expected == "reject-modification" ? row.expected : "accepted"
            counts["\(row.expected) → \(verdict)", default: 0] += 1
            #expect(
                verdict == expected,
                "\(row.file): \(document.signatures.map { ($0.coverage.scope, $0.coverage.faults) }) \(changes)")
        }
        for (pair, count) in counts.sorted(by: { $0.key < $1.key }) { print("pyhanko signatures: \(pair): \(count)") }
    }

    /// Files of the DSS corpus whose signatures verify and which are not accepted here, with the reason.
    static let refusedByDesign: [String: String] = [
        "DSS-2821.pdf": "a visible field with a structure tree entry; changes of the structure tree have no rule yet",
        "pdf-structtreeroot-changes.pdf": "hybrid file; changes of the structure tree have no rule yet",
        "annotation-and-visible-change.pdf": "an attack: annotations were added",
        "replace.pdf": "an attack: a field shows something else than its value",
        "pdf-spoofing-attack.pdf": "an attack: the byte range leaves out more than the contents",
        "pdf-signed-out-of-byteRange.pdf": "the byte range passes the end of the file",
        "pades-ltv.pdf": "the writer renumbered a reference of the trailer, so that it names the new signature",
        "pades-ltv-from-epes.pdf": "as pades-ltv.pdf", "pades-t-duplicated-doctst.pdf": "as pades-ltv.pdf",
        "pkcs7_sha1.pdf": "the writer put its own entry into the page tree",
        "test-with-vri.pdf": "a field was filled after a signature had locked all fields",
        "Signature-P-SK-1 (HASH_FAILURE).pdf": "a dictionary with a key twice",
        "pades-ocsp-archiveCutOff-invalid.pdf": "a visible field was added over a scanned, signed page",
    ]

    @Test func `of the files that another validator wrote tests for, only those with a reason are refused`() throws {
        let paths = Corpora.pdfs(in: "dss")
        guard !paths.isEmpty else {
            print("skipped: 52 files of the dss corpus")
            return
        }
        var refused: Set<String> = []
        for path in paths {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            do {
                let document = try DocumentSignatures(in: PDFFile(reading: FileSource(path: path)))
                let sound = !document.signatures.contains { !$0.coverage.isSound }
                let changes = try document.changesAfterFirstSignature()
                if !sound || changes.contains(where: { !$0.isAllowed }) { refused.insert(name) }
            } catch { refused.insert(name) }
        }
        #expect(refused == Set(Self.refusedByDesign.keys))
        print(
            "dss corpus: \(paths.count) files, \(paths.count - refused.count) accepted, \(refused.count) refused, each with a reason"
        )
    }

    @Test func `a signed file cut anywhere or with a changed byte gives facts or a typed error`() throws {
        var originals = [
            try PDFFixture.signed(PDFFixture.signed(ChangesTests.form), .existing(name: "sign")),
            try PDFFixture.signed(PDFFixture.signed(PDFFixture.compact()), .new(name: "B")),
        ]
        for name in ["minimal-signed-twice-both-created", "pades-lta-dss-indirect-arrs-test"] {
            if let path = Corpora.pdfs(in: "pyhanko").first(where: { $0.hasSuffix("/\(name).pdf") }) {
                originals.append(try FileSource(path: path).allBytes(limit: 1 << 20))
            }
        }
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var (facts, errors) = (0, 0)
        for original in originals {
            for round in 0..<700 {
                var bytes = original
                if round < 200 {
                    bytes = Array(original.prefix(original.count * round / 200))
                } else {
                    bytes[random(bytes.count)] = UInt8(random(256))
                }
                do {
                    let document = try DocumentSignatures(in: PDFFile(reading: MemorySource(bytes)))
                    _ = try document.changesAfterFirstSignature()
                    facts += 1
                } catch { errors += 1 }
            }
        }
        print("cut and changed signed files: \(originals.count) originals, \(facts) with facts, \(errors) typed errors")
    }

    @Test func `every file of the corpora gives facts or a typed error`() throws {
        for folder in ["pyhanko", "dss", "pdfjs"] {
            let paths = Corpora.pdfs(in: folder)
            guard !paths.isEmpty else {
                print("skipped: corpus \(folder) is absent")
                continue
            }
            var counts: [String: Int] = [:]
            for path in paths {
                guard let file = try? PDFFile(reading: FileSource(path: path)) else {
                    counts["unreadable", default: 0] += 1
                    continue
                }
                do throws(PAdESError) {
                    let document = try DocumentSignatures(in: file)
                    let sound = document.signatures.filter(\.coverage.isSound).count
                    counts["signatures", default: 0] += document.signatures.count
                    counts["sound", default: 0] += sound
                    for change in try document.changesAfterFirstSignature() {
                        counts["\(change.kind.rawValue)\(change.isAllowed ? "" : " refused")", default: 0] += 1
                        if !change.isAllowed, ProcessInfo.processInfo.environment["DOSSIER_VERBOSE"] != nil {
                            print("refused:", path, change.kind, change.reasons)
                        }
                    }
                    for signature in document.signatures where !signature.coverage.isSound {
                        if ProcessInfo.processInfo.environment["DOSSIER_VERBOSE"] != nil {
                            print("unsound:", path, signature.coverage.faults.map(\.code.rawValue))
                        }
                    }
                } catch {
                    counts["\(error.code)", default: 0] += 1
                    if ProcessInfo.processInfo.environment["DOSSIER_VERBOSE"] != nil { print("error:", path, error) }
                }
            }
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            print("corpus \(folder): \(paths.count) files: \(list)")
        }
    }
}
