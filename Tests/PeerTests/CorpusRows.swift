// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import DossierCore
import Foundation
import PAdES
import PKIX
import SignatureValidation
import TestSupport

/// What another project states of one of its files, and what is found here.
struct CorpusRow {
    /// A question that both answer.
    struct Point: Hashable {
        /// `integrity`, `coverage`, `changes`, `level` or `verdict`.
        let name: String
        let theirs: String
        let ours: String
        let agrees: Bool
    }
    let file: String
    var points: [Point] = []

    var name: String { String(file.split(separator: "/").last ?? "") }
}

/// A file of a corpus opened in whatever format it has.
enum CorpusFile {
    static func open(_ path: String, content: [UInt8]?) throws -> any SignedDocument {
        let source = try FileSource(path: path)
        let head = try source.bytes(at: 0, count: Int(min(source.size, 4)))
        if head.starts(with: Array("%PDF".utf8)) { return try PDFDocument(parsing: source) }
        if head.starts(with: Array("PK".utf8)) {
            guard let container = try ASiCContainer(reading: source) else { throw NotSigned() }
            return container
        }
        return try CAdESDocument(
            parsing: source.allBytes(limit: 1 << 26), content: content.map { MemorySource($0) })
    }
    struct NotSigned: Error {}

    /// The certificates of a file that nothing in it stands above: what its maker trusted.
    static func topmost(of facts: [SignatureFacts]) -> [Certificate] {
        var all: [Certificate] = []
        for signature in facts {
            let inside = signature.timeStamps.reduce(signature.longTermMaterial.certificates) {
                $0 + $1.material.certificates
            }
            for certificate in inside + [signature.signingCertificate].compactMap(\.self)
            where !all.contains(certificate) {
                all.append(certificate)
            }
        }
        return all.filter { one in
            one.subject == one.issuer || !all.contains { $0.subject == one.issuer }
        }
    }
}

/// A table of a page of `docs/`, by its heading.
struct DocumentedTable {
    /// The cells of every row, the head left out.
    let rows: [[String]]

    init(_ page: String, under heading: String) throws {
        let text = try String(
            contentsOf: Corpora.packageRoot.appending(path: "docs/\(page)"), encoding: .utf8)
        let section = text.components(separatedBy: "\n").drop { $0 != heading }.dropFirst()
            .prefix { !$0.hasPrefix("#") }
        rows = section.filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            line.dropFirst(2).dropLast(1).components(separatedBy: " | ").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }
}
