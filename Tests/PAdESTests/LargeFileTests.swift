// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PDFSyntax
import TestSupport
import Testing

@testable import PAdES

/// `DOSSIER_LONG=1` runs these: they take minutes in a debug build.
@Suite(
    "Large files — ISO 32000-2 §7.5", .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["DOSSIER_LONG"] == "1"))
struct LargeFileTests {
    /// Peak of the process so far in MiB.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return (line?.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) / 1024
    }

    @Test func `a million objects in 200 MB are signed and judged within a GiB`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([], as: "large.pdf")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        var offset = 0
        var buffer = Data()
        func write(_ text: String) throws {
            buffer.append(contentsOf: Array(text.utf8))
            offset += text.utf8.count
            if buffer.count > 1 << 22 {
                try handle.write(contentsOf: buffer)
                buffer = Data()
            }
        }
        var offsets: [Int] = []
        try write("%PDF-1.7\n")
        let filler = String(repeating: "x", count: 150)
        let count = 1_000_000
        for number in 1...count {
            offsets.append(offset)
            let body =
                switch number {
                case 1: "<</Type/Catalog/Pages 2 0 R/Names 4 0 R>>"
                case 2: "<</Type/Pages/Kids[3 0 R]/Count 1>>"
                case 3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
                default: "<</Next \(min(number + 1, count)) 0 R/Text(\(filler))>>"
                }
            try write("\(number) 0 obj\n\(body)\nendobj\n")
        }
        let start = offset
        try write("xref\n0 \(count + 1)\n0000000000 65535 f \n")
        for offset in offsets { try write(String(format: "%010d 00000 n \n", offset)) }
        try write("trailer\n<</Size \(count + 1)/Root 1 0 R/ID[<01><02>]>>\nstartxref\n\(start)\n%%EOF\n")
        try handle.write(contentsOf: buffer)
        offsets = []
        buffer = Data()
        let before = Self.peak()
        let source = try FileSource(path: path)
        let file = try PDFFile(reading: source)
        let prepared = try SignaturePlaceholder.prepare(
            file, in: .new(name: "Large"), PDFFixture.request(), identifier: [1])
        try handle.write(contentsOf: Data(prepared.completed(contents: [0x30, 0])))
        let signed = try PDFFile(reading: FileSource(path: path))
        var update = try IncrementalUpdate(of: signed)
        update.setTrailer("Info", to: .reference(update.add(.dictionary(["Title": .string([65], hexadecimal: false)]))))
        try handle.write(contentsOf: Data(update.appended(identifier: [2]).bytes))
        try handle.close()
        let document = try DocumentSignatures(in: PDFFile(reading: FileSource(path: path)))
        #expect(document.signatures.map(\.coverage.isSound) == [true])
        #expect(try document.changesAfterFirstSignature().map(\.kind) == [.metadata])
        print(
            "pages: \(count) objects in \(offset / 1_000_000) MB: peak \(Self.peak()) MiB, \(before) MiB before reading"
        )
        #expect(Self.peak() < 1024)
    }
}
