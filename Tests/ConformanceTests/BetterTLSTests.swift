// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import TestSupport
import Testing

/// Netflix's path building cases: many wrong candidates, and one right path or none.
@Suite struct `BetterTLS path building (RFC 5280 6, RFC 4158)` {
    private struct File: Decodable {
        struct Suite: Decodable { let testCases: [Case] }
        struct Case: Decodable {
            let id: Int
            let certificates: [String]
            let expected: String
        }
        let trustRoot: String
        let suites: [String: Suite]
    }
    private struct Row: Decodable {
        let id: Int
        let expected: String
        let validation_time: String
    }

    @Test func `every case is accepted or refused as it should be`() throws {
        guard let manifest = Corpora.path("manifests/bettertls-pathbuilding.jsonl", cases: "81 cases of BetterTLS"),
            let path = Corpora.path("bettertls/pathbuilding.tests.json", cases: "81 cases of BetterTLS")
        else { return }
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
        func certificate(_ text: String) throws -> Certificate {
            try Certificate(parsing: Array(#require(Data(base64Encoded: text))))
        }
        let anchor = try certificate(file.trustRoot)
        let cases = Dictionary(
            uniqueKeysWithValues: file.suites.values.flatMap(\.testCases).map { ($0.id, $0) })
        let rows = try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        var right = 0
        var mostTried = 0
        for row in rows {
            let asked = try #require(cases[row.id])
            let certificates = try asked.certificates.map(certificate)
            let result = CertificateGraph(
                of: certificates[0], trusting: [TrustDomain(name: "bettertls", anchors: [anchor])],
                material: ValidationMaterial(certificates: Array(certificates.dropFirst()))
            ).evaluate(
                at: try #require(Instant(row.validation_time)), purpose: .serverAuthentication, revocation: .off)
            let rules = result.faults.map(\.rule.rawValue)
            #expect((result.outcome == .passed) == (row.expected == "ACCEPT"), "\(row.id) \(row.expected) \(rules)")
            #expect(row.expected == asked.expected)
            if (result.outcome == .passed) == (row.expected == "ACCEPT") { right += 1 }
            mostTried = max(mostTried, result.pathsTried)
        }
        print("BetterTLS path building: \(right) of \(rows.count) right, at most \(mostTried) paths tried")
        #expect(rows.count == 81)
    }
}
