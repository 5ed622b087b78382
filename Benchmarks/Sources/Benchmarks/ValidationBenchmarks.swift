// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import COpenSSLPeer
import CryptoPrimitives
import DossierCore
import Foundation
import PAdES
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI

/// PDF signatures judged from bytes to report; keys and certificates are new in every round.
enum ValidationBenchmarks {
    private static func validate(_ bytes: [UInt8], _ validator: SignatureValidator) throws {
        let report = try validator.validate(PDFDocument(parsing: MemorySource(bytes)), at: TestFiles.judged)
        guard report.indication == .totalPassed else {
            throw PeerRefused(what: "our validation: \(report.signatures.map(\.subIndication))")
        }
    }

    /// Beside pyHanko, which judges the same file with the same anchors.
    static func besidePyHanko(
        _ name: String, _ kind: SoftwareKey.Kind, _ scheme: SignatureScheme, bytes size: Int, _ level: BaselineLevel,
        goal: Double, _ peer: PyHankoPeer, _ bench: inout Bench
    ) async throws {
        let title = "PAdES \(level.rawValue), \(name), validated, beside pyHanko"
        guard bench.wants(title) else { return }
        let pdf = SamplePDF.scanned(pages: size > 1 << 19 ? 10 : 2, bytes: size)
        var (ours, theirs, bare): ([Timing], [Timing], [Timing]) = ([], [], [])
        let isOffline = level >= .lt
        for round in 0..<7 {
            let files = try TestFiles(kind, scheme)
            let signed = try await files.signedPDF(pdf, level)
            let tag = "\(level.rawValue)-\(name.filter { $0 != " " })-\(round)"
            let request: [String: Any] = [
                "work": "validate", "process": isOffline ? "lta" : "basic", "count": 4,
                "time": TestFiles.judged.seconds, "file": try peer.file(signed, "validate-\(tag).pdf"),
                "roots": try peer.files(files.trust.flatMap(\.anchors).map(\.bytes), "root-\(tag)"),
                "certificates": try peer.files(
                    isOffline ? [] : files.material.certificates.map(\.bytes), "certificate-\(tag)"),
                "lists": try peer.files(isOffline ? [] : files.material.revocationLists.map(\.bytes), "list-\(tag)"),
            ]
            theirs.append(try peer.time(request))
            let validator = files.validator(offline: isOffline)
            try validate(signed, validator)
            ours.append(try await bench.time(8, round) { _ in try validate(signed, validator) })
            guard !isOffline else { continue }
            let operations = try BareOperations(of: signed, files)
            try operations.run()
            bare.append(try await bench.time(8, round) { _ in try operations.run() })
        }
        if !bare.isEmpty {
            bench.add(
                "PAdES \(level.rawValue), \(name), bare operations, beside pyHanko", goal: .none,
                note:
                    "verifications, key imports and digests by libcrypto alone, each once: the most that can be reached",
                ours: bare, peer: theirs)
        }
        bench.add(
            title, goal: .ratio(goal),
            note: "three certificates in a path, a list for each below the anchor; bytes to report, "
                + (isOffline ? "no material but the file's" : "certificates and lists parsed before on both sides"),
            ours: ours, peer: theirs)
    }

    /// What a service does: many signers of one authority, each seen for the first time, by one validator that remembers
    /// the authority's certificates and lists. pyHanko keeps its settings, stores and parsed lists likewise.
    static func byService(
        _ name: String, _ kind: SoftwareKey.Kind, _ scheme: SignatureScheme, goal: Double, _ peer: PyHankoPeer,
        _ bench: inout Bench
    ) async throws {
        let title = "PAdES B-B, 20 KiB, \(name), new signers, beside pyHanko"
        guard bench.wants(title) else { return }
        let pdf = SamplePDF.scanned(pages: 2, bytes: 20 << 10)
        var (ours, theirs): ([Timing], [Timing]) = ([], [])
        for round in 0..<7 {
            let files = try TestFiles(kind, scheme)
            let signed = try await files.signedPDFs(pdf, count: 9)
            let tag = "service-\(name)-\(round)"
            theirs.append(
                try peer.time([
                    "work": "validate", "process": "basic", "time": TestFiles.judged.seconds,
                    "files": try peer.files(signed, tag),
                    "roots": try peer.files(files.trust.flatMap(\.anchors).map(\.bytes), "root-\(tag)"),
                    "certificates": try peer.files(files.material.certificates.map(\.bytes), "certificate-\(tag)"),
                    "lists": try peer.files(files.material.revocationLists.map(\.bytes), "list-\(tag)"),
                ]))
            let validator = files.validator(offline: false).remembering()
            try validate(signed[0], validator)
            let start = Timing.now
            for file in signed.dropFirst() { try validate(file, validator) }
            ours.append(Timing.now.since(start) / Double(signed.count - 1))
        }
        bench.add(
            title, goal: .ratio(goal),
            note: "one validator, or one set of pyHanko's, for eight files of eight signers, none seen before",
            ours: ours, peer: theirs)
    }

    /// B-LT beside its public-key operations and digests alone.
    static func besideBareWork(_ bench: inout Bench) async throws {
        let title = "PAdES B-LT, 20 KiB, validated, beside bare operations"
        guard bench.wants(title) else { return }
        var rounds: [(file: [UInt8], validator: SignatureValidator, bare: BareOperations)] = []
        for round in 0..<9 {
            let files = try TestFiles(subscriber: round.isMultiple(of: 2) ? "citizen" : "company")
            let signed = try await files.signedPDF(SamplePDF.scanned(pages: 2, bytes: 20 << 10), .lt)
            rounds.append((signed, files.validator(offline: true), try BareOperations(of: signed, files)))
        }
        let counts = rounds[0].bare
        try await bench.compareEach(
            title, goal: .ratio(1 / 2.5),
            note: "the peer is the file's \(counts.verifications) verifications, \(counts.keys) key imports and"
                + " \(counts.digests) digests, each once, by libcrypto",
            rounds: rounds.count
        ) { round in
            try validate(rounds[round].file, rounds[round].validator)
        } peer: { round in
            try rounds[round].bare.run()
        }
    }
}
