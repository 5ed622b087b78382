// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation

/// A paper of the demonstration, as an invented body issued it, with what a register would say of it.
struct SamplePaper: Sendable {
    let file: String
    let name: Phrase
    let bytes: [UInt8]
    let description: DocumentDescription
    let isSigned: Bool

    /// What the demonstration keeps of `fields.json` beside the library's own description.
    private struct Entry: Decodable {
        let file: String
        let name: Phrase
    }
    private struct List: Decodable { let documents: [Entry] }

    /// Reads the sample papers of a folder; those in `signed` are signed by the given closure first.
    static func read(
        from folder: String, signing signed: Set<String>, by sign: (PDFDocument) async throws -> [UInt8]
    ) async throws -> [SamplePaper] {
        let json = try FileSource(path: "\(folder)/fields.json").allBytes(limit: 1 << 22)
        let list = try JSONDecoder().decode(List.self, from: Data(json))
        var papers: [SamplePaper] = []
        for entry in list.documents where entry.file.hasPrefix("pdfs/") {
            let file = String(entry.file.dropFirst(5))
            let source = try FileSource(path: "\(folder)/\(file)")
            var bytes = try source.allBytes(limit: 1 << 26)
            if signed.contains(file) { bytes = try await sign(PDFDocument(parsing: MemorySource(bytes))) }
            papers.append(
                SamplePaper(
                    file: file, name: entry.name, bytes: bytes, description: try .read(json, for: file),
                    isSigned: signed.contains(file)))
        }
        return papers
    }
}
