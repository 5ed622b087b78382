// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import DossierCore
import Foundation
import SignatureValidation
import TestSupport
import Testing
import ZIPSyntax

@Suite struct `ASiC with CAdES, files of the DSS project` {
    private struct Row {
        let file: String
        let crypto: [String]
        let subIndication: [String]
        var name: String { String(file.split(separator: "/").last ?? "") }
    }

    private func rows() throws -> (rows: [Row], corpora: URL)? {
        guard let manifest = Corpora.path("manifests/dss.by-file.jsonl", cases: "ASiC files of DSS") else { return nil }
        let rows = try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").compactMap { line -> Row? in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard object["module"] as? String == "dss-asic-cades", let file = object["file"] as? String else {
                return nil
            }
            return Row(
                file: file, crypto: object["crypto"] as? [String] ?? [],
                subIndication: object["sub_indication"] as? [String] ?? [])
        }
        return (rows, manifest.deletingLastPathComponent().deletingLastPathComponent())
    }

    /// What DSS states as `crypto`, as our integrity; `nil` where it states something else than one answer.
    private static func expected(_ row: Row) -> Set<SignatureReport.Integrity>? {
        switch row.crypto {
        case ["valid"]: [.intact]
        case ["invalid"]: [.broken]
        case ["no-signature (timestamp/evidence-record document)"]: []
        default: nil
        }
    }

    /// Why an answer differs from DSS's, or what the answer is where DSS states no single one.
    private static let reasons: [String: (answer: String, reason: String)] = [
        "brokenReferenceAndAlteredManifest.asice": (
            "unknown FORMAT_FAILURE",
            "the manifest is no XML: nothing can be compared, and the format decides, as in DSS's verdict"
        ),
        "removedReference.asice": (
            "unknown SIGNED_DATA_NOT_FOUND",
            "the manifest names a file that is not in the container; DSS checks digests apart"
        ),
        "removed-doc.asice": (
            "unknown SIGNED_DATA_NOT_FOUND", "a signed file is missing; the sub-indication is DSS's"
        ),
        "containerWithCounterSig.asics": (
            "broken HASH_FAILURE",
            "DSS's test looks at the counter-signature only; the file has another digest, which openssl says as well"
        ),
        "cades-invalid-digest-algo.asics": (
            "broken HASH_FAILURE",
            "both signers signed what is inside the data file; DSS's test expects data that is not intact, too"
        ),
        "test.zip": ("no container", "an archive of one text file; DSS throws"),
        "asic_xades.zip": ("unsupportedSignatures", "XAdES, which DSS's CAdES validator throws at as well"),
    ]

    @Test func `integrity is what the manifest states, or the difference has a reason`() throws {
        guard let (rows, corpora) = try rows() else { return }
        let validator = SignatureValidator(trusting: [], policy: .etsi2026)
        var (agreed, explained, misplaced) = (0, 0, 0)
        for row in rows {
            let source = try FileSource(path: corpora.appending(path: row.file).path())
            var answer: String
            var integrity: Set<SignatureReport.Integrity>?
            do {
                if let container = try ASiCContainer(reading: source) {
                    let report = try validator.validate(container, at: Instant(seconds: 1_795_219_200))
                    #expect(report.indication != .totalPassed, "\(row.name): nothing is trusted here")
                    integrity = Set(report.signatures.map(\.integrity))
                    if report.signatures.contains(where: { $0.findings.contains { $0.code == "mimetype-placement" } }) {
                        misplaced += 1
                    }
                    let integrities = integrity.map { $0.map(\.rawValue).sorted() } ?? []
                    answer = integrities.joined(separator: ", ")
                    let reasons = report.signatures.map { $0.subIndication?.rawValue ?? "" }
                    answer += " " + Set(reasons).sorted().joined(separator: ", ")
                } else {
                    answer = "no container"
                }
            } catch let error as ZIPSyntaxError {
                answer = error.code.rawValue
            } catch let error as ASiCError {
                answer = error.code.rawValue
            }
            if let expected = Self.expected(row), integrity == expected {
                agreed += 1
            } else if let known = Self.reasons[row.name] {
                explained += 1
                #expect(known.answer == answer, "\(row.name)")
                print("  \(row.name): \(answer), stated \(row.crypto): \(known.reason)")
            } else {
                Issue.record("\(row.name): \(answer), stated \(row.crypto) \(row.subIndication)")
            }
        }
        print(
            "DSS ASiC with CAdES, \(rows.count) files: \(agreed) agree, \(explained) differ with a reason; "
                + "\(misplaced) have a mimetype that is not first, stored and bare (a warning)")
        #expect(agreed >= 20)
    }

    @Test func `damaged containers of DSS give a value or a typed error`() throws {
        guard let (rows, corpora) = try rows() else { return }
        let validator = SignatureValidator(trusting: [], policy: .etsi2026)
        var generator = SeededGenerator(seed: 9)
        var (judged, refused) = (0, 0)
        for row in rows {
            let bytes = try Array(Data(contentsOf: corpora.appending(path: row.file)))
            guard bytes.count < 30_000 else { continue }
            for _ in 0..<20 {
                do {
                    guard let container = try ASiCContainer(reading: MemorySource(bytes.changingOneByte(&generator)))
                    else { continue }
                    _ = try validator.validate(container, at: Instant(seconds: 1_795_219_200))
                    judged += 1
                } catch is ZIPSyntaxError {
                    refused += 1
                } catch is ASiCError {
                    refused += 1
                }
            }
        }
        print("changed DSS containers: \(judged) judged, \(refused) refused")
    }
}
