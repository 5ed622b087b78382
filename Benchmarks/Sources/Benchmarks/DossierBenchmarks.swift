// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import COpenSSLPeer
import CryptoPrimitives
import DossierCore
import DossierKit
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

/// A whole dossier, and a file that fills the page cache.
enum DossierBenchmarks {
    /// Ten PDFs of 1 MiB, each at B-LT, in one container that is signed at B-LT too, examined without anything from elsewhere.
    static func tenAttachments(_ bench: inout Bench) async throws {
        let title = "dossier of 10 PDFs of 1 MiB at B-LT, examined"
        guard bench.wants(title) else { return }
        var rounds: [(container: [UInt8], validator: SignatureValidator)] = []
        for _ in 0..<5 {
            let files = try TestFiles(subscriber: "citizen")
            let attachments = (0..<10).map { number in
                Attachment(
                    name: "thanh-phan-\(number + 1).pdf", type: "other",
                    source: MemorySource(SamplePDF.scanned(pages: 10 + number, bytes: 1 << 20)))
            }
            let check = SignerCheck(trusting: files.trust, material: files.material, policy: .etsi2026)
            let container = try await Dossier(
                code: "BENCH-1", for: .init(code: "1.004222", version: "2026-07-01"), attachments: attachments
            ).signedContainer(by: files.signer, checking: check, at: TestFiles.signing, level: files.level(.lt))
            let output = Output()
            try container.write { output.bytes += $0 }
            rounds.append((output.bytes, files.validator(offline: true)))
        }
        try await bench.compareEach(
            title, goal: .microseconds(below: 25_000),
            note: "container of \(rounds[0].container.count) bytes in memory, 11 signatures and 11 time-stamps;"
                + " the other column is SHA-256 of the container, once",
            rounds: rounds.count
        ) { round in
            guard let container = try ASiCContainer(reading: MemorySource(rounds[round].container)) else {
                throw PeerRefused(what: "our own container")
            }
            let examination = try DossierExamination(
                container, validator: rounds[round].validator, at: TestFiles.judged)
            guard examination.indication == .totalPassed, examination.items.count == 10,
                examination.items.allSatisfy({ $0.signatures?.signatures.first?.facts.level != nil })
            else { throw PeerRefused(what: "our examination: \(examination.findings.map(\.phrase.en))") }
        } peer: { round in
            let bytes = rounds[round].container
            try PeerRefused.check(peer_digest(bytes, bytes.count), "a digest")
        }
    }

    private final class Output { var bytes: [UInt8] = [] }

    /// A detached signature over a file of 1 GiB on disk, beside `openssl dgst -sha256` over it.
    static func largeFile(_ bench: inout Bench) async throws {
        let title = "CAdES over a file of 1 GiB, verified"
        guard bench.wants(title) else { return }
        let path = ".build/bench-1gib.bin"
        defer { unlink(path) }
        try writeLargeFile(path)
        let chain = try Chain(.elliptic(.p256), scheme: .ecdsa(.sha256))
        let signature = try await CAdESSignature.detached(
            over: FileSource(path: path), by: chain.signer, claiming: Chain.time)
        let validator = SignatureValidator(
            trusting: [chain.domain], policy: .etsi2026, material: chain.material, revocation: .required)
        func verify() throws {
            let document = try CAdESDocument(parsing: signature, content: FileSource(path: path))
            guard try validator.validate(document, at: Chain.time).indication == .totalPassed else {
                throw PeerRefused(what: "our validation")
            }
        }
        var (ours, theirs): ([Timing], [Timing]) = ([], [])
        for round in 0..<5 {
            ours.append(try await bench.time(1, round) { _ in try verify() })
            let start = Timing.ofChildren
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.arguments = ["dgst", "-sha256", path]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            theirs.append(Timing.ofChildren.since(start))
        }
        bench.add(
            title, goal: .ratio(1 / 1.1),
            note: "page cache warm; the peer is `openssl dgst -sha256`, its start included",
            ours: ours, peer: theirs)
    }

    /// Real bytes, no holes: a hole is read faster than anything that was written.
    private static func writeLargeFile(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw PeerRefused(what: "no file can be written in .build") }
        defer { try? file.close() }
        var state: UInt64 = 1
        let words = (0..<(1 << 17)).map { _ -> UInt64 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
        let piece = words.withUnsafeBytes { Data($0) }
        for _ in 0..<1024 { try file.write(contentsOf: piece) }
    }
}
