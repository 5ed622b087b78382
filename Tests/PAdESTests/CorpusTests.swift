// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
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
