// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore
import Foundation
import PKIX
import TestSupport
import Testing

/// NIST's Public Key Interoperability Test Suite, with revocation asked of every certificate.
@Suite struct `PKITS (RFC 5280 6)` {
    struct Row: Decodable {
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
        let reason_hint: String?
        let expected_user_notice: String?

        var parameters: PathParameters {
            var parameters = PathParameters()
            parameters.initialPolicies = Set(
                initial_policy_set.compactMap { Self.policies[$0] ?? ObjectIdentifier(dotted: $0) })
            parameters.requiresExplicitPolicy = initial_explicit_policy
            parameters.inhibitsPolicyMapping = initial_policy_mapping_inhibit
            parameters.inhibitsAnyPolicy = initial_any_policy_inhibit
            return parameters
        }
        private static let policies: [String: ObjectIdentifier] = [
            "anyPolicy": .anyPolicy, "NIST-test-policy-1": "2.16.840.1.101.3.2.1.48.1",
            "NIST-test-policy-2": "2.16.840.1.101.3.2.1.48.2", "NIST-test-policy-3": "2.16.840.1.101.3.2.1.48.3",
            "NIST-test-policy-4": "2.16.840.1.101.3.2.1.48.4", "NIST-test-policy-5": "2.16.840.1.101.3.2.1.48.5",
            "NIST-test-policy-6": "2.16.840.1.101.3.2.1.48.6",
        ]
    }

    /// Rows that are not asked, each with its reason.
    static let leftOut = [
        "4.1.4": "DSA, which FIPS 186-5 no longer approves for signatures",
        "4.1.5": "DSA, which FIPS 186-5 no longer approves for signatures",
        "4.1.6": "DSA, which FIPS 186-5 no longer approves for signatures",
        "4.14.30":
            "the list that answers for its own signer; RFC 5280 6.3.3 (f) wants the signer's path validated first",
    ]

    static func rows() throws -> (rows: [Row], corpora: URL)? {
        guard let manifest = Corpora.path("manifests/pkits.jsonl", cases: "255 rows of PKITS") else { return nil }
        let rows = try String(contentsOf: manifest, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
        return (
            rows.filter { leftOut[$0.id] == nil }, manifest.deletingLastPathComponent().deletingLastPathComponent()
        )
    }

    private func judge(_ row: Row, _ corpora: URL, withLists: Bool = true) throws -> PathResult {
        func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: corpora.appending(path: name))) }
        let material = ValidationMaterial(
            certificates: try row.other_certs.map { try Certificate(parsing: bytes($0)) },
            revocationLists: try withLists ? row.crls.map { try CertificateRevocationList(parsing: bytes($0)) } : [])
        let anchor = try Certificate(parsing: bytes(row.trust_anchor))
        let time = try #require(Instant(row.validation_time))
        return CertificateGraph(
            of: try Certificate(parsing: bytes(row.ee)),
            trusting: [TrustDomain(name: "pkits", anchors: [anchor])], material: material
        ).evaluate(at: time, purpose: .any, revocation: .required, parameters: row.parameters)
    }

    /// Whether a result is of the class that the manifest names.
    private func isOfClass(_ hint: String?, _ result: PathResult) -> Bool {
        guard let rule = result.faults.first?.rule else { return hint == nil }
        switch hint {
        case "PathValidationError": return result.outcome == .failed && rule != .revoked && rule != .onHold
        case "RevokedError": return result.outcome == .failed && (rule == .revoked || rule == .onHold)
        case "InsufficientRevinfoError": return result.outcome == .indeterminate && rule == .revocationUnknown
        case "StaleRevinfoError": return result.outcome == .indeterminate && rule == .revocationStale
        default: return false
        }
    }

    @Test func `every row gives its outcome for its reason`() throws {
        guard let (rows, corpora) = try Self.rows() else { return }
        var outcomes: [PathResult.Outcome: Int] = [:]
        var reasons: [String: Int] = [:]
        var notices = 0
        for row in rows {
            let result: PathResult
            do { result = try judge(row, corpora) } catch {
                Issue.record("\(row.id).\(row.variant) \(row.name): \(error)")
                continue
            }
            let found = result.faults.map { "\($0.rule.rawValue) at \($0.certificateIndex)" }.joined(separator: ", ")
            let text = "\(row.id).\(row.variant) \(row.name): \(result.outcome.rawValue) \(found)"
            if row.expected == "valid" {
                #expect(result.outcome == .passed, "\(text), expected PASSED")
            } else {
                #expect(result.outcome != .passed, "expected invalid, found valid: \(text)")
                #expect(isOfClass(row.reason_hint, result), "\(text), expected \(row.reason_hint ?? "")")
                reasons[row.reason_hint ?? "", default: 0] += 1
            }
            if let notice = row.expected_user_notice {
                #expect(result.userNotices == [notice], "\(text)")
                notices += 1
            }
            outcomes[result.outcome, default: 0] += 1
        }
        let classes = reasons.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print(
            "PKITS: \(rows.count) rows: \(outcomes[.passed, default: 0]) PASSED, \(outcomes[.failed, default: 0]) FAILED, "
                + "\(outcomes[.indeterminate, default: 0]) INDETERMINATE; \(classes); \(notices) user notices; "
                + "left out: \(Self.leftOut.keys.sorted().joined(separator: " "))")
        #expect(rows.count == 255)
        #expect(notices >= 10)
    }

    @Test func `without its lists every valid row is INDETERMINATE`() throws {
        guard let (rows, corpora) = try Self.rows() else { return }
        let valid = rows.filter { $0.expected == "valid" }
        for row in valid {
            let result = try judge(row, corpora, withLists: false)
            #expect(result.outcome == .indeterminate, "\(row.id).\(row.variant)")
            #expect(result.faults.first?.rule == .revocationUnknown, "\(row.id).\(row.variant)")
        }
        print("PKITS without lists: \(valid.count) valid rows INDETERMINATE")
    }
}
