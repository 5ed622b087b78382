// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import CryptoPrimitives
import DERSyntax
import DossierCore
import PKIX
import SignatureValidation
import Testing
import ZIPSyntax

@testable import DossierKit

/// Somebody without a key writes a PDF between the parts of a signed file and names the file `contract.pdf`: Poppler, MuPDF and
/// Ghostscript show that PDF.
@Suite("Files that read as another document — ISO 32000-2 §7.5")
struct SecondReadingTests {
    private let bench: Bench
    private static let object = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj"
    private static let harmless = "%PDF-1.4, 1 0 object, an objection"

    init() throws { bench = try Bench.shared.get() }

    private func indication(_ bytes: [UInt8]) throws -> Indication? {
        try FileReport(path: "contract.pdf", source: MemorySource(bytes), validator: bench.validator, at: Bench.now)
            .report?.indication
    }

    private func container(of content: String) async throws -> [UInt8] {
        try await ASiCContainer.signed(
            .extended, of: [ContainerFile(path: "contract.txt", source: MemorySource(Array(content.utf8)))],
            by: bench.signer("citizen"), claiming: Bench.now)
    }

    /// The archive with a comment, which no signature covers.
    private func commented(_ archive: [UInt8], _ comment: String) -> [UInt8] {
        let count = comment.utf8.count
        return archive.dropLast(2) + [UInt8(count & 255), UInt8(count >> 8)] + Array(comment.utf8)
    }

    /// The archive with a first entry, an empty folder, whose local header has an extra field.
    private func prefixed(_ archive: [UInt8], _ text: String) throws -> [UInt8] {
        func words(_ values: Int...) -> [UInt8] { values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] } }
        func long(_ value: Int) -> [UInt8] { words(value & 0xffff, value >> 16) }
        let field = words(0x4444, text.utf8.count) + Array(text.utf8)
        let common = words(20, 0, 0, 0, 0x21, 0, 0, 0, 0, 0, 0, 2)
        let local = Array("PK\u{3}\u{4}".utf8) + common + words(field.count) + Array("d/".utf8) + field
        let read = try ZIPArchive(reading: MemorySource(archive))
        let start = try #require(read.entries.last?.record.upperBound)
        var directory = Array(archive[Int(start)..<archive.count - 22])
        var position = 0
        while position < directory.count {
            let names = Int(directory[position + 28]) | Int(directory[position + 29]) << 8
            let extra = Int(directory[position + 30]) | Int(directory[position + 31]) << 8
            let place = (0..<4).reduce(0) { $0 | Int(directory[position + 42 + $1]) << (8 * $1) } + local.count
            directory.replaceSubrange(position + 42..<position + 46, with: long(place))
            position += 46 + names + extra
        }
        let central =
            Array("PK\u{1}\u{2}".utf8) + words(20) + common + words(0, 0, 0, 0, 0, 0) + long(0) + Array("d/".utf8)
        let count = read.entries.count + 1
        let end =
            Array("PK\u{5}\u{6}".utf8) + words(0, 0, count, count)
            + long(directory.count + central.count) + long(Int(start) + local.count) + words(0)
        return local + Array(archive[..<Int(start)]) + central + directory + end
    }

    @Test func `octets of a container that nobody signed hold no objects of a PDF`() async throws {
        let plain = try await container(of: "I pay 100")
        // What is signed may be a PDF.
        let holding = try await container(of: Self.object + "\nstartxref")
        for archive in [plain, holding] {
            #expect(try indication(archive) == .totalPassed)
            #expect(try indication(commented(archive, Self.harmless)) == .totalPassed)
            #expect(try indication(prefixed(archive, Self.harmless)) == .totalPassed)
            for text in [Self.object, "startxref 9", "1 % a comment\n0%\nobj%\n<<>>"] {
                #expect(throws: SecondReading.self) { try indication(commented(archive, text)) }
                #expect(throws: SecondReading.self) { try indication(prefixed(archive, text)) }
            }
        }
    }

    /// The structure with a second digest algorithm that has parameters.
    private func parameterised(_ cms: [UInt8], _ text: String) throws -> [UInt8] {
        func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            let count = content.count
            return [tag, 0x83, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)] + content
        }
        func ranges(_ start: Int) throws -> (content: Int, end: Int) {
            let range = try BERElement(first: Array(cms[start...])).range
            let header = cms[start + 1] < 128 ? 2 : 2 + Int(cms[start + 1] & 127)
            return (start + header, start + range.upperBound)
        }
        let whole = try ranges(0)
        let explicit = try ranges(whole.content).end
        let sequence = try ranges(explicit).content
        let version = try ranges(sequence).content
        let digests = try ranges(version).end
        let set = try ranges(digests)
        let algorithm = element(0x30, [0x06, 0x03, 0x2a, 0x03, 0x04] + element(0x04, Array(text.utf8)))
        let changed =
            Array(cms[version..<digests]) + element(0x31, Array(cms[set.content..<set.end]) + algorithm)
            + Array(cms[set.end..<whole.end])
        return element(
            0x30, Array(cms[whole.content..<explicit]) + element(0xa0, element(0x30, changed)))
    }

    @Test func `a signature that encloses its content holds no other one`() async throws {
        for content in ["I pay 100", Self.object + "\nstartxref"] {
            let cms = try await CAdESSignature.enveloping(
                MemorySource(Array(content.utf8)), by: bench.signer("citizen"), claiming: Bench.now)
            #expect(try indication(cms) == .totalPassed)
            #expect(try indication(parameterised(cms, Self.harmless)) == .totalPassed)
            #expect(throws: SecondReading.self) { try indication(parameterised(cms, Self.object)) }
        }
    }
}
