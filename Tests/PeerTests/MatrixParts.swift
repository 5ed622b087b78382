// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import DossierCore
import Foundation
import ZIPSyntax

/// A signature of a PDF as its byte range has it, found by looking for the text and not by the reader under test.
struct PDFParts {
    /// What stands between the two ranges, without the zeros behind the structure.
    let contents: [UInt8]
    let signed: [UInt8]

    /// All signatures and time-stamps in the order of the file.
    static func all(_ file: [UInt8]) throws -> [PDFParts] {
        let text = String(decoding: file.map { $0 < 128 ? $0 : 63 }, as: UTF8.self)
        return text.matches(of: /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/).compactMap { match in
            let numbers = [match.1, match.2, match.3, match.4].compactMap { Int($0) }
            guard numbers.count == 4, numbers[2] + numbers[3] <= file.count else { return nil }
            let gap = file[numbers[1]..<numbers[2]].dropFirst().dropLast()
            let digits = Array(gap)
            let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
            return PDFParts(
                contents: DERLength.trimmed(bytes),
                signed: Array(file[..<numbers[1]] + file[numbers[2]..<numbers[2] + numbers[3]]))
        }
    }
}

/// The length that a DER structure states in its first bytes.
private enum DERLength {
    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 2 else { return bytes }
        if bytes[1] < 0x80 { return Array(bytes.prefix(2 + Int(bytes[1]))) }
        let count = Int(bytes[1] & 0x7f)
        let length = bytes.dropFirst(2).prefix(count).reduce(0) { $0 << 8 | Int($1) }
        return Array(bytes.prefix(2 + count + length))
    }
}

/// What stands in a container, by the names that EN 319 162-1 gives.
struct ContainerParts {
    private let entries: [(name: String, content: [UInt8])]
    let signature: [UInt8]
    /// The manifest that is signed; `nil` in an ASiC-S, whose only file is.
    let signed: [UInt8]?
    /// The newest archive manifest with its time-stamp.
    let stamp: (manifest: [UInt8], token: [UInt8])?

    init(_ file: [UInt8]) throws {
        let archive = try ZIPArchive(reading: MemorySource(file))
        let entries = try archive.entries.map { (name: $0.name, content: try archive.bytes(of: $0, limit: 1 << 24)) }
        self.entries = entries
        func content(_ matches: (String) -> Bool) -> [UInt8]? { entries.first { matches($0.name) }?.content }
        signature = content { $0.hasPrefix("META-INF/signature") && $0.hasSuffix(".p7s") } ?? []
        signed = content { $0.hasPrefix("META-INF/ASiCManifest") }
        let manifest = content { $0 == "META-INF/ASiCArchiveManifest.xml" }
        let token = content { $0.hasPrefix("META-INF/timestamp") }
        stamp = manifest.flatMap { manifest in token.map { (manifest, $0) } }
    }

    static func open(_ file: [UInt8]) throws -> ASiCContainer {
        guard let container = try ASiCContainer(reading: MemorySource(file)) else { throw MatrixSamples.NoSignature() }
        return container
    }

    /// The container with one file replaced, all headers right.
    func changing(_ name: String, to content: [UInt8]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = ZIPWriter { bytes += $0 }
        for entry in entries {
            try writer.add(entry.name, MemorySource(entry.name == name ? content : entry.content))
        }
        try writer.finish()
        return bytes
    }
}
