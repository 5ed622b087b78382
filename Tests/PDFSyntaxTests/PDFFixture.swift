// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

/// Small PDF files put together byte by byte.
struct PDFFixture {
    var bytes = Array("%PDF-1.7\n%\u{E2}\u{E3}\n".utf8)
    var offsets: [Int: Int] = [:]

    mutating func object(_ number: Int, _ body: String, generation: Int = 0) {
        offsets[number] = bytes.count
        bytes += Array("\(number) \(generation) obj\n\(body)\nendobj\n".utf8)
    }

    mutating func stream(_ number: Int, _ dictionary: String, _ data: [UInt8]) {
        offsets[number] = bytes.count
        bytes += Array("\(number) 0 obj\n<<\(dictionary)/Length \(data.count)>>\nstream\n".utf8)
        bytes += data + Array("\nendstream\nendobj\n".utf8)
    }

    /// A table over the given numbers (each its own subsection), a trailer and the end of the file.
    mutating func table(_ numbers: [Int], trailer: String, free: Bool = true, freed: [Int] = []) -> Int {
        let start = bytes.count
        var text = "xref\n"
        if free { text += "0 1\n0000000000 65535 f \n" }
        for number in numbers { text += "\(number) 1\n" + String(format: "%010d 00000 n \n", offsets[number] ?? 0) }
        for number in freed { text += "\(number) 1\n0000000000 00001 f \n" }
        text += "trailer\n<<\(trailer)>>\nstartxref\n\(start)\n%%EOF\n"
        bytes += Array(text.utf8)
        return start
    }

    /// An uncompressed cross-reference stream that is object `number`.
    mutating func crossReferenceStream(
        _ number: Int, size: Int, entries: [(number: Int, fields: [Int])], trailer: String
    ) -> Int {
        let start = bytes.count
        var data: [UInt8] = []
        var index = ""
        for entry in entries + [(number, [1, start, 0])] {
            index += "\(entry.number) 1 "
            data.append(UInt8(entry.fields[0]))
            data += [
                UInt8(entry.fields[1] >> 16 & 255), UInt8(entry.fields[1] >> 8 & 255), UInt8(entry.fields[1] & 255),
            ]
            data.append(UInt8(entry.fields[2]))
        }
        stream(number, "/Type/XRef/Size \(size)/W[1 3 1]/Index[\(index)]\(trailer)", data)
        bytes += Array("startxref\n\(start)\n%%EOF\n".utf8)
        return start
    }

    /// One empty page, cross-reference table, four objects.
    static func classic(pageExtra: String = "") -> PDFFixture {
        var fixture = PDFFixture()
        fixture.object(1, "<</Type/Catalog/Pages 2 0 R>>")
        fixture.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
        fixture.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R\(pageExtra)>>")
        fixture.stream(4, "", Array("0 0 10 10 re f".utf8))
        _ = fixture.table([1, 2, 3, 4], trailer: "/Size 5/Root 1 0 R/ID[<01><02>]")
        return fixture
    }

    /// The same document with an object stream (5) and a cross-reference stream (6).
    static func compact() -> PDFFixture {
        var fixture = PDFFixture()
        let bodies = [
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>",
        ]
        var header = ""
        var content = ""
        for (index, body) in bodies.enumerated() {
            header += "\(index + 1) \(content.utf8.count) "
            content += body + " "
        }
        fixture.stream(4, "", Array("0 0 10 10 re f".utf8))
        fixture.stream(5, "/Type/ObjStm/N 3/First \(header.utf8.count)", Array((header + content).utf8))
        let entries = [
            (0, [0, 0, 255]), (1, [2, 5, 0]), (2, [2, 5, 1]), (3, [2, 5, 2]), (4, [1, fixture.offsets[4] ?? 0, 0]),
            (5, [1, fixture.offsets[5] ?? 0, 0]),
        ]
        _ = fixture.crossReferenceStream(6, size: 7, entries: entries, trailer: "/Root 1 0 R/ID[<01><02>]")
        return fixture
    }

    func file(budget: Budget = .standard) throws -> PDFFile {
        try PDFFile(reading: MemorySource(bytes), budget: budget)
    }
}

/// Runs `body` with the bytes in a temporary file.
func withTemporaryFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "pdfsyntax-\(UUID().uuidString).pdf"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}
