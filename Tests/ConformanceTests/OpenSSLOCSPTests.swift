// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import TestSupport
import Testing

/// The responses of OpenSSL's `80-test_ocsp`, each with the verdict that its manifest states.
@Suite struct `OpenSSL's OCSP responses (RFC 6960)` {
    private struct Row: Decodable {
        let id: String
        let cert: String
        let root: String
        let other_certs: [String]
        let ocsp_base64_files: [String]
        let validation_time: String
        let expected: String
    }

    private struct Case {
        let row: Row
        let certificate: Certificate
        let root: Certificate
        let others: [Certificate]
        let responses: [OCSPResponse]
        let time: Instant

        init(_ row: Row, _ corpora: URL) throws {
            func certificate(_ path: String) throws -> Certificate {
                let file = try Array(Data(contentsOf: corpora.appending(path: path)))
                let block = try #require(try PEM.blocks(in: file).first { $0.label == "CERTIFICATE" })
                return try Certificate(parsing: block.bytes)
            }
            self.row = row
            self.certificate = try certificate(row.cert)
            root = try certificate(row.root)
            others = try row.other_certs.map(certificate)
            responses = try row.ocsp_base64_files.map { path in
                let text = try String(contentsOf: corpora.appending(path: path), encoding: .utf8)
                let data = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
                return try OCSPResponse(parsing: Array(data))
            }
            time = try #require(Instant(row.validation_time))
        }

        func judge(_ responses: [OCSPResponse]? = nil) -> PathResult {
            CertificateGraph(
                of: certificate, trusting: [TrustDomain(name: "test", anchors: [root])],
                material: ValidationMaterial(certificates: others, ocspResponses: responses ?? self.responses)
            ).evaluate(at: time, purpose: .any, revocation: .required)
        }

        /// Index of the certificate whose response was tampered with.
        var faultIndex: Int { row.id.hasSuffix("_intermediate") && row.expected == "invalid" ? 1 : 0 }

        /// Certificates of the path for which the row has a response at all.
        var answered: Range<Int> { 0..<responses.count }
    }

    private func cases() throws -> [Case] {
        guard let manifest = Corpora.path("manifests/openssl-ocsp.jsonl", cases: "29 OCSP responses of OpenSSL") else {
            return []
        }
        let corpora = manifest.deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").map {
            try Case(JSONDecoder().decode(Row.self, from: Data($0.utf8)), corpora)
        }
    }

    @Test func `every row has the status that its manifest states, for its certificate`() throws {
        let cases = try cases()
        guard !cases.isEmpty else { return }
        var agreed = 0
        for item in cases {
            let result = item.judge()
            let statuses = result.chain.map(\.revocation)
            switch item.row.expected {
            case "valid":
                let holds = item.answered.allSatisfy { index in
                    index < statuses.count && isGood(statuses[index])
                }
                // Where a row has no response for an intermediate certificate, exactly that is left open.
                let open = result.faults.allSatisfy { fault in
                    fault.rule == .revocationUnknown && !item.answered.contains(fault.certificateIndex)
                }
                #expect(holds && open, "\(item.row.id): \(statuses) \(result.faults)")
                if holds, open { agreed += 1 }
            default:
                let rule: PathRule = item.row.id.contains("stale") ? .revocationStale : .revocationUnknown
                let isRight =
                    result.outcome == .indeterminate
                    && result.faults.contains { $0.rule == rule && $0.certificateIndex == item.faultIndex }
                #expect(isRight, "\(item.row.id): \(result.outcome) \(result.faults)")
                if isRight { agreed += 1 }
            }
        }
        print("OpenSSL OCSP: \(agreed) of \(cases.count) rows as the manifest states")
        #expect(agreed == 29)
    }

    @Test func `without its responses no row passes`() throws {
        for item in try cases() { #expect(item.judge([]).outcome == .indeterminate, "\(item.row.id)") }
    }

    private func isGood(_ status: RevocationStatus) -> Bool { if case .good = status { true } else { false } }
}
