// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax

/// The values of a PDF's interactive form as of the newest revision (ISO 32000-2 §12.7.4): text and choice fields.
///
/// The value is what a form holds (`/V`), which need not be what a page shows: whoever relies on it relies on the form.
enum PDFFormReading {
    private struct Pending {
        let object: PDFObject
        let names: [String]
        let type: PDFName?
        let value: PDFObject?
        let depth: Int
    }

    static func values(in source: any ByteSource) throws -> [DocumentData.Value] {
        do {
            return try read(PDFFile(reading: source))
        } catch let error as PDFSyntaxError {
            throw DossierError(.invalidAttachment, "PDF: \(error)")
        }
    }

    private static func read(_ file: PDFFile) throws -> [DocumentData.Value] {
        let form = try file.resolve(file.catalog().dictionary["AcroForm"]).dictionary ?? [:]
        let roots = try file.resolve(form["Fields"]).array ?? []
        var values: [DocumentData.Value] = []
        var visited: Set<IndirectReference> = []
        var pending = roots.reversed().map { Pending(object: $0, names: [], type: nil, value: nil, depth: 0) }
        while let item = pending.popLast() {
            // Each field once: a form may lead in a circle.
            if let reference = item.object.reference, !visited.insert(reference).inserted { continue }
            guard item.depth < DocumentData.deepest, visited.count <= DocumentData.mostValues else {
                throw DossierError(.invalidAttachment, "a form that is too deep or has too many fields")
            }
            guard let field = try file.resolve(item.object).dictionary else { continue }
            var names = item.names
            let partial = try file.resolve(field["T"]).string.map(TextString.decode)
            if let partial { names.append(partial) }
            // Type and value are inherited (§12.7.4.1).
            let type = try file.resolve(field["FT"]).name ?? item.type
            let own = try file.resolve(field["V"])
            let value = own == .null ? item.value : own
            let kids = try file.resolve(field["Kids"]).array ?? []
            let inner = try kids.filter { try file.resolve($0).dictionary?["T"] != nil }
            guard inner.isEmpty else {
                pending += inner.reversed().map {
                    Pending(object: $0, names: names, type: type, value: value, depth: item.depth + 1)
                }
                continue
            }
            guard type == "Tx" || type == "Ch", let value, !names.isEmpty else { continue }
            let path = names.joined(separator: ".")
            let texts = try (value.array ?? [value]).compactMap { try file.resolve($0).string.map(TextString.decode) }
            guard values.count + texts.count <= DocumentData.mostValues else {
                throw DossierError(.invalidAttachment, "more than \(DocumentData.mostValues) values")
            }
            for (place, text) in texts.enumerated() {
                values.append(
                    DocumentData.Value(
                        path: path, location: texts.count == 1 ? path : "\(path)[\(place)]",
                        text: text.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
        }
        return values
    }
}
