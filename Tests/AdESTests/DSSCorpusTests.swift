// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DERSyntax
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestSupport
import Testing

@Suite struct `CAdES files of the DSS project` {
    private struct Row {
        let file: String
        let crypto: [String]
        let detached: String?
    }

    private func rows() throws -> (rows: [Row], corpora: URL)? {
        guard let manifest = Corpora.path("manifests/dss.by-file.jsonl", cases: "CAdES files of DSS") else {
            return nil
        }
        let rows = try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").compactMap { line -> Row? in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard object["module"] as? String == "dss-cades", let file = object["file"] as? String else { return nil }
            return Row(
                file: file, crypto: object["crypto"] as? [String] ?? [],
                detached: (object["detached"] as? [String])?.first)
        }
        return (rows, manifest.deletingLastPathComponent().deletingLastPathComponent())
    }

    @Test func `integrity is what the manifest states, or the difference has a reason`() throws {
        guard let (rows, corpora) = try rows() else { return }
        let validator = SignatureValidator(trusting: [], policy: .etsi2026)
        var (agreed, unreadable, open, withoutContent) = (0, 0, 0, 0)
        for row in rows {
            let short = String(row.file.split(separator: "/").last ?? "")
            let bytes = try Array(Data(contentsOf: corpora.appending(path: row.file)))
            let content = row.detached.flatMap { try? Data(contentsOf: corpora.appending(path: $0)) }
                .map { MemorySource(Array($0)) }
            let document: CAdESDocument
            do {
                document = try CAdESDocument(parsing: bytes, content: content)
            } catch {
                // A file with bytes behind its end.
                unreadable += 1
                print("  not read: \(short): \(error)")
                continue
            }
            let report = try validator.validate(document, at: Instant(seconds: 1_795_219_200))
            #expect(report.indication != .totalPassed, "\(short): nothing is trusted here")
            let integrity = Set(report.signatures.map(\.integrity))
            let expected: SignatureReport.Integrity = row.crypto == ["valid"] ? .intact : .broken
            if report.signatures.allSatisfy({ $0.facts.reference == .notFound }), content == nil,
                !document.isEnveloping,
                report.signatures.allSatisfy({ $0.facts.signingCertificate != nil })
            {
                // The detached content is not part of the corpora; the value over the attributes is judged all the same.
                #expect(
                    row.crypto != ["valid"] || report.signatures.allSatisfy { $0.facts.value == .valid }, "\(short)")
                withoutContent += 1
            } else if integrity == [expected] || row.crypto != ["valid"] && row.crypto != ["invalid"] {
                agreed += 1
            } else if let reason = Self.reasons[short] {
                open += 1
                print("  differs: \(short): \(integrity.map(\.rawValue).sorted()), stated \(row.crypto): \(reason)")
            } else {
                Issue.record(
                    "\(short): \(integrity), stated \(row.crypto), \(report.signatures.map { $0.findings.map(\.code) })"
                )
            }
        }
        print(
            "DSS CAdES, \(rows.count) files: \(agreed) agree, \(open) differ with a reason, \(withoutContent) without their "
                + "content, \(unreadable) not read")
        #expect(agreed >= 25)
    }

    /// Why an answer differs from the one that DSS's own test states.
    private static let reasons: [String: String] = [
        "no-key-info-cert.pkcs7": "the signer's certificate is in the test, not in the file"
    ]

    @Test func `damaged files of DSS give a value or a typed error`() throws {
        guard let (rows, corpora) = try rows() else { return }
        let validator = SignatureValidator(trusting: [], policy: .etsi2026)
        var generator = SeededGenerator(seed: 3)
        var (judged, refused) = (0, 0)
        for row in rows {
            let bytes = try Array(Data(contentsOf: corpora.appending(path: row.file)))
            guard bytes.count < 100_000 else { continue }
            for _ in 0..<20 {
                do {
                    let document = try CAdESDocument(
                        parsing: bytes.changingOneByte(&generator), content: MemorySource([1, 2, 3]))
                    _ = try validator.validate(document, at: Instant(seconds: 1_795_219_200))
                    judged += 1
                } catch is DERSyntaxError {
                    refused += 1
                }
            }
        }
        print("changed DSS CAdES files: \(judged) judged, \(refused) refused")
    }
}
