// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import DossierCore
import DossierKit
import Foundation
import SignatureValidation
import TestSupport
import Testing
import ZIPSyntax

@Suite struct `Dossiers as one container` {
    private let bench: Bench

    init() throws { bench = try Bench.shared.get() }

    private final class Output { var bytes: [UInt8] = [] }

    private func made() async throws -> (container: DossierContainer, bytes: [UInt8]) {
        let files: [(String, [UInt8])] = [
            ("giay-khai-sinh.pdf", try await bench.signedPDF("birth-certificate.pdf", by: "commune")),
            ("to-khai.pdf", try Bench.sample("ct01-declaration.pdf").allBytes(limit: 1 << 24)),
            ("ct01.xml", try Bench.sample("ct01.xml").allBytes(limit: 1 << 24)),
            ("bản sao (1).txt", Array("Bản sao\n".utf8)),
        ]
        let container = try await Dossier(
            code: "T-1", for: .init(code: "1.004222", version: "2026-07-01"),
            attachments: files.map { Attachment(name: $0.0, type: "other", source: MemorySource($0.1)) }
        ).signedContainer(by: bench.signer("citizen"), checking: bench.check, at: Bench.now)
        let output = Output()
        try container.write { output.bytes += $0 }
        return (container, output.bytes)
    }

    private func examine(_ bytes: [UInt8]) throws -> DossierExamination {
        let container = try #require(try ASiCContainer(reading: MemorySource(bytes)))
        return try DossierExamination(container, validator: bench.validator, at: Bench.now)
    }

    private func rewriting(
        _ bytes: [UInt8], _ change: (inout [(name: String, content: [UInt8])]) -> Void
    ) throws -> [UInt8] {
        let archive = try ZIPArchive(reading: MemorySource(bytes))
        var entries = try archive.entries.map { (name: $0.name, content: try archive.bytes(of: $0, limit: 1 << 24)) }
        change(&entries)
        let output = Output()
        var writer = ZIPWriter { output.bytes += $0 }
        for entry in entries { try writer.add(entry.name, MemorySource(entry.content)) }
        try writer.finish()
        return output.bytes
    }

    @Test func `the manifest comes first, with the bytes that it has in a folder`() async throws {
        let (container, bytes) = try await made()
        let archive = try ZIPArchive(reading: MemorySource(bytes))
        #expect(
            archive.entries.map(\.name) == [
                "mimetype", "dossier.json", "attachments/001-giay-khai-sinh.pdf", "attachments/002-to-khai.pdf",
                "attachments/003-ct01.xml", "attachments/004-bản sao (1).txt", "META-INF/ASiCManifest001.xml",
                "META-INF/signature001.p7s",
            ])
        let manifest = try archive.bytes(of: archive.entries[1], limit: 1 << 20)
        #expect(manifest == container.manifest.bytes)
        #expect(try DossierManifest(parsing: manifest) == container.manifest)
        let media = try archive.bytes(of: archive.entries[6], limit: 1 << 20)
        #expect(String(decoding: media, as: UTF8.self).contains("MimeType=\"application/pdf\""))
    }

    @Test func `it passes as a file and as a dossier, with the signatures inside`() async throws {
        let bytes = try await made().bytes
        let report = try bench.report(bytes)
        #expect(report.format == "ASiC-E" && report.report?.indication == .totalPassed)
        let json = try #require(
            try JSONSerialization.jsonObject(
                with: Data(
                    VerificationReport(policy: .vietnam2026, validationTime: Bench.now, files: [report]).json()))
                as? [String: Any])
        let file = try #require((json["files"] as? [[String: Any]])?.first)
        let signature = try #require((file["signatures"] as? [[String: Any]])?.first)
        #expect(file["format"] as? String == "ASiC-E" && signature["format"] as? String == "ASiC-E")
        #expect(signature["packaging"] as? String == "detached" && signature["level"] as? String == "B-B")
        let examination = try examine(bytes)
        #expect(examination.indication == .totalPassed, "\(examination.findings.map(\.phrase.en))")
        #expect(examination.items.map(\.status) == Array(repeating: .intact, count: 4))
        #expect(examination.items.prefix(2).allSatisfy { $0.signatures?.indication == .totalPassed })
    }

    @Test func `each change of a file is named`() async throws {
        let bytes = try await made().bytes
        let changed = try examine(rewriting(bytes) { $0[4].content[20] ^= 1 })
        #expect(changed.indication == .totalFailed && changed.items[2].status == .changed)
        #expect(changed.manifestReport.subIndication == .hashFailure)
        let missing = try examine(rewriting(bytes) { $0.remove(at: 4) })
        #expect(missing.indication == .totalFailed && missing.items[2].status == .missing)
        let added = try examine(rewriting(bytes) { $0.append(("other.txt", [1])) })
        #expect(added.indication == .totalFailed && added.added == ["other.txt"])
        #expect(added.manifestReport.subIndication == .formatFailure)
        let coverage = try JSONEncoder().encode(added.manifestReport.signatures.first)
        #expect(String(decoding: coverage, as: UTF8.self).contains("{\"path\":\"other.txt\"}"))
        let without = try rewriting(bytes) { $0.remove(at: 1) }
        #expect(throws: DossierError(.incomplete, "")) { try examine(without) }
    }

    @Test func `a ZIP archive that is no container is a file without signatures, readable or not`() async throws {
        let output = Output()
        var writer = ZIPWriter { output.bytes += $0 }
        try writer.add("a.txt", MemorySource([1, 2, 3]))
        try writer.finish()
        for bytes in [output.bytes, output.bytes + [0], Array(output.bytes.dropLast())] {
            #expect(try SignedFile.open(MemorySource(bytes)) == nil)
            let report = try bench.report(bytes)
            #expect(report.format == nil && report.report?.signatures.isEmpty == true)
        }
        let container = try await made().bytes
        #expect(try SignedFile.open(MemorySource(container)) is ASiCContainer)
        #expect(throws: ZIPSyntaxError(.noEndRecord, "")) { try SignedFile.open(MemorySource(container + [0])) }
    }

    @Test func `an ASiC-S is named by its format`() async throws {
        let bytes = try await ASiCContainer.signed(
            .simple, of: [ContainerFile(path: "a.txt", source: MemorySource([1]))], by: bench.signer("citizen"),
            claiming: Bench.now)
        let report = try bench.report(bytes)
        #expect(report.format == "ASiC-S" && report.report?.indication == .totalPassed)
    }
}
