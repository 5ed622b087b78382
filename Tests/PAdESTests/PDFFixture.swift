// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax

@testable import PAdES

/// Small PDFs and the updates that honest and dishonest writers append to them.
enum PDFFixture {
    /// One page; catalogue 1, pages 2, page 3, contents 4.
    static func classic(catalog: String = "", page: String = "", more: [(Int, String)] = []) -> [UInt8] {
        var objects = [
            (1, "<</Type/Catalog/Pages 2 0 R\(catalog)>>"), (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"),
            (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R\(page)>>"),
            (4, "<</Length 14>>\nstream\n0 0 10 10 re f\nendstream"),
        ]
        objects += more
        var bytes = Array("%PDF-1.7\n%\u{E2}\u{E3}\n".utf8)
        var table = "xref\n0 1\n0000000000 65535 f \n"
        for (number, body) in objects {
            table += "\(number) 1\n" + String(format: "%010d 00000 n \n", bytes.count)
            bytes += Array("\(number) 0 obj\n\(body)\nendobj\n".utf8)
        }
        let start = bytes.count
        let size = (objects.map(\.0).max() ?? 0) + 1
        bytes += Array("\(table)trailer\n<</Size \(size)/Root 1 0 R/ID[<01><02>]>>\nstartxref\n\(start)\n%%EOF\n".utf8)
        return bytes
    }

    /// Appends objects as they are written, with a table and a trailer of the given entries.
    static func appendingText(_ bytes: [UInt8], _ objects: [(Int, String)], trailer: String = "/Size 40/Root 1 0 R")
        -> [UInt8]
    {
        let parts = String(decoding: bytes, as: Unicode.ASCII.self).components(separatedBy: "startxref\n")
        let previous = (parts.last ?? "").prefix { $0.isNumber }
        var bytes = bytes
        var table = "xref\n"
        for (number, body) in objects {
            table += "\(number) 1\n" + String(format: "%010d 00000 n \n", bytes.count)
            bytes += Array("\(number) 0 obj\n\(body)\nendobj\n".utf8)
        }
        let start = bytes.count
        let entries = "/Prev \(previous)\(trailer)"
        return bytes + Array("\(table)trailer\n<<\(entries)>>\nstartxref\n\(start)\n%%EOF\n".utf8)
    }

    /// The same with an object stream (5) and a cross-reference stream (6); more objects, from 7 on, stand in the object stream.
    static func compact(catalog: String = "", page: String = "", container: String = "", more: [String] = []) -> [UInt8]
    {
        let bodies =
            [
                "<</Type/Catalog/Pages 2 0 R\(catalog)>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R\(page)>>",
            ] + more
        var header = ""
        var content = ""
        for (index, body) in bodies.enumerated() {
            header += "\(index + (index < 3 ? 1 : 4)) \(content.utf8.count) "
            content += body + " "
        }
        var text = "%PDF-1.7\n"
        let contents = text.utf8.count
        text += "4 0 obj\n<</Length 14>>\nstream\n0 0 10 10 re f\nendstream\nendobj\n"
        let place = text.utf8.count
        let length = header.utf8.count + content.utf8.count
        text +=
            "5 0 obj\n<</Type/ObjStm/N \(bodies.count)/First \(header.utf8.count)/Length \(length)\(container)>>\nstream\n"
        text += "\(header)\(content)\n"
        text += "endstream\nendobj\n"
        let start = text.utf8.count
        let rows =
            [
                [0, 0, 255], [2, 5, 0], [2, 5, 1], [2, 5, 2], [1, contents, 0], [1, place, 0], [1, start, 0],
            ] + more.indices.map { [2, 5, $0 + 3] }
        let data = rows.map { String(format: "%02x%04x%02x", $0[0], $0[1], $0[2]) }.joined() + ">"
        text += "6 0 obj\n<</Type/XRef/Size \(rows.count)/W[1 2 1]/Root 1 0 R/ID[<01><02>]/Filter/ASCIIHexDecode"
        text += "/Length \(data.utf8.count)>>\nstream\n\(data)\nendstream\nendobj\nstartxref\n\(start)\n%%EOF\n"
        return Array(text.utf8)
    }

    static func file(_ bytes: [UInt8]) throws -> PDFFile { try PDFFile(reading: MemorySource(bytes)) }

    /// Appends a revision that an update describes.
    static func appending(_ bytes: [UInt8], _ change: (inout IncrementalUpdate, PDFFile) throws -> Void) throws
        -> [UInt8]
    {
        let file = try file(bytes)
        var update = try IncrementalUpdate(of: file)
        try change(&update, file)
        return bytes + (try update.appended(identifier: [9])).bytes
    }

    /// Signs with contents that stand for a CMS.
    static func signed(
        _ bytes: [UInt8], _ choice: FieldChoice = .new(name: "First"),
        _ request: SignatureRequest = SignatureRequest(at: Instant(seconds: 1_800_000_000), reservedBytes: 100)
    ) throws -> [UInt8] {
        let prepared = try SignaturePlaceholder.prepare(file(bytes), in: choice, request, identifier: [7])
        return bytes + (try prepared.completed(contents: [0x30, 0x03, 1, 2, 3]))
    }

    static func request(_ purpose: SignatureRequest.Purpose = .approval, lock: FieldLock? = nil) -> SignatureRequest {
        SignatureRequest(purpose, at: Instant(seconds: 1_800_000_000), lock: lock, reservedBytes: 100)
    }

    static let visible = SignatureAppearance(
        rectangle: PageRectangle(x: 10, y: 10, width: 50, height: 20.5), content: Array("0 0 50 20 re S".utf8))
}
