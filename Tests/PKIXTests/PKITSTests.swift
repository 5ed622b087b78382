// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import PKIX
import TestSupport
import Testing

/// NIST's test suite, as far as it is supported: policies and name constraints are refused, not processed.
@Suite struct `PKITS (RFC 5280 6)` {
    private struct Row: Decodable {
        let id: String
        let variant: Int
        let name: String
        let trust_anchor: String
        let ee: String
        let other_certs: [String]
        let crls: [String]
        let initial_policy_set: [String]
        let initial_explicit_policy: Bool
        let initial_policy_mapping_inhibit: Bool
        let initial_any_policy_inhibit: Bool
        let validation_time: String
        let expected: String

        /// Whether the row sets inputs of RFC 5280 6.1.1 (c) to (g) that ``CertificateGraph`` does not take.
        var asksAboutPolicies: Bool {
            initial_policy_set != ["anyPolicy"] || initial_explicit_policy || initial_policy_mapping_inhibit
                || initial_any_policy_inhibit
        }
        var section: Int { Int(id.split(separator: ".").dropFirst().first ?? "") ?? 0 }
    }

    private func judge(_ row: Row, _ corpora: URL) throws -> PathResult.Outcome {
        func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: corpora.appending(path: name))) }
        guard let end = try? Certificate(parsing: bytes(row.ee)) else { return .failed }
        let material = ValidationMaterial(
            certificates: row.other_certs.compactMap { (try? bytes($0)).flatMap { try? Certificate(parsing: $0) } },
            revocationLists: row.crls.compactMap {
                (try? bytes($0)).flatMap { try? CertificateRevocationList(parsing: $0) }
            })
        let anchor = try Certificate(parsing: bytes(row.trust_anchor))
        let time = try #require(Instant(row.validation_time))
        return CertificateGraph(of: end, trusting: [TrustDomain(name: "pkits", anchors: [anchor])], material: material)
            .evaluate(at: time, purpose: .any, revocation: .required).outcome
    }

    @Test func `no path that must be refused passes, and every basic one that must pass does`() throws {
        guard let manifest = Corpora.path("manifests/pkits.jsonl", cases: "259 rows of PKITS") else { return }
        let rows = try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        let corpora = manifest.deletingLastPathComponent().deletingLastPathComponent()
        var refused = 0
        var passed = 0
        var notAsked = 0
        var wronglyRefused: [String] = []
        for row in rows {
            let outcome = try judge(row, corpora)
            switch (row.expected, outcome) {
            case ("invalid", .passed) where row.asksAboutPolicies: notAsked += 1
            case ("invalid", .passed): Issue.record("\(row.id).\(row.variant) \(row.name) passed")
            case ("invalid", _): refused += 1
            case (_, .passed): passed += 1
            default:
                wronglyRefused.append("\(row.id).\(row.variant)")
                let isBasic = row.section <= 7 && !Self.notSupported.contains(row.id)
                #expect(!isBasic, "\(row.id) \(row.name) is valid but \(outcome)")
            }
        }
        print(
            "PKITS, \(rows.count) rows: \(passed) valid passed, \(refused) invalid refused, "
                + "\(wronglyRefused.count) valid refused (\(wronglyRefused.joined(separator: " "))), "
                + "\(notAsked) need policy inputs that are not offered")
        #expect(rows.count == 259)
    }

    /// Basic tests that are refused although valid, each with its reason.
    private static let notSupported: Set<String> = [
        // DSA, which no list of algorithms admits.
        "4.1.4", "4.1.5",
    ]
}
