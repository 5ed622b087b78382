// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestSupport
import Testing

@Suite struct `CMS with algorithms that are seldom seen, made by pyca (RFC 8419, RFC 8702, RFC 4055, RFC 5639)` {
    private struct Made: Decodable {
        let name: String
        let signature: String
        let certificate: String
    }

    @Test func `each has its value judged, or the reason why not named`() throws {
        let cases = "seldom algorithms by pyca"
        guard let outcome = try PythonPeer.run("Tests/Python/cms_algorithms_maker.py", cases: cases) else { return }
        try #require(outcome.status == 0, "\(outcome.errors)")
        let made = try JSONDecoder().decode([Made].self, from: outcome.output)
        var counts: [String: Int] = [:]
        for item in made {
            let signature = try #require(Hexadecimal.decode(item.signature))
            let certificate = try Certificate(parsing: try #require(Hexadecimal.decode(item.certificate)))
            let validator = SignatureValidator(
                trusting: [TrustDomain(name: "test", anchors: [certificate])], policy: .rfc5280, revocation: .off)
            func judge(_ bytes: [UInt8], _ validator: SignatureValidator) throws -> SignatureReport {
                try #require(
                    try validator.validate(CAdESDocument(parsing: bytes), at: Instant(seconds: 1_795_219_200))
                        .signatures
                        .first)
            }
            let report = try judge(signature, validator)
            let expected = String(item.name.prefix { $0 != ":" })
            counts[expected, default: 0] += 1
            switch expected {
            case "good":
                #expect(report.indication == .totalPassed, "\(item.name): \(report.subIndication as Any)")
                // The value, or what it is over, with one bit changed.
                let value = try #require(try SignedData(parsing: signature).signers.first)
                let place = signature.count - 1
                var changed = signature
                changed[place] ^= 1
                #expect(value.signature.last == signature[place])
                #expect(try judge(changed, validator).subIndication == .sigCryptoFailure, "\(item.name)")
            case "broken":
                #expect(
                    report.subIndication
                        == (item.name.hasSuffix("4000") ? .cryptoConstraintsFailureNoPOE : .sigCryptoFailure),
                    "\(item.name)")
            case "digest": #expect(report.subIndication == .hashFailure, "\(item.name)")
            case "direct": #expect(report.subIndication == .sigConstraintsFailure, "\(item.name)")
            case "open":
                #expect(report.subIndication == .cryptoConstraintsFailureNoPOE, "\(item.name)")
                #expect(report.findings.contains { $0.code == "signature-algorithm-unknown" }, "\(item.name)")
            default: Issue.record("\(item.name)")
            }
            // Whether it may be relied on is the policy's word: SHAKE256 is in neither list.
            if expected == "good", item.name.contains("Ed448") {
                for policy in [ValidationPolicy.etsi2026, .vietnam2026] {
                    let listed = SignatureValidator(trusting: validator.domains, policy: policy, revocation: .off)
                    let verdict = try judge(signature, listed)
                    #expect(verdict.subIndication == .cryptoConstraintsFailureNoPOE, "\(policy.id)")
                    #expect(verdict.findings.contains { $0.code == "algorithm-not-accepted" })
                }
            }
        }
        print("\(cases): \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        #expect(counts["good", default: 0] >= 40 && counts["open", default: 0] >= 9)
    }

    @Test func `an unknown digest over content that is not at hand leaves the content to be found first`() throws {
        guard
            let outcome = try PythonPeer.run("Tests/Python/cms_algorithms_maker.py", cases: "unknown digest by pyca")
        else { return }
        let made = try JSONDecoder().decode([Made].self, from: outcome.output)
        let item = try #require(made.first { $0.name == "open: ECDSA with SHAKE128" })
        let signature = try #require(Hexadecimal.decode(item.signature))
        let facts = try #require(
            try CAdESDocument(parsing: signature).signatureFacts(with: ValidationMaterial()).first)
        #expect(facts.hasUnknownDigest && facts.reference == .notFound)
        var without = facts
        without.hasUnknownDigest = false
        let validator = SignatureValidator(trusting: [], policy: .rfc5280)
        let time = Instant(seconds: 1_795_219_200)
        #expect(validator.validate(facts, at: time).findings.contains { $0.code == "signature-algorithm-unknown" })
        #expect(validator.validate(without, at: time).findings.contains { $0.code == "signed-data-not-found" })
    }
}
