// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestSupport
import Testing

@Suite struct `Policies and words` {
    @Test func `the policies that come along are read, by their names`() throws {
        #expect(ValidationPolicy.all.map(\.id) == ["vietnam-2026", "etsi-2026", "strict", "rfc5280"])
        for policy in ValidationPolicy.all {
            #expect(try ValidationPolicy.named(policy.id) == policy)
            #expect(CalendarDate(policy.version) != nil)
            // Loosening needs a policy file of one's own.
            #expect(policy.level(of: .changeAfterSigning) == .fail && policy.level(of: .coverage) == .fail)
            guard policy.id != "rfc5280" else { continue }
            let now = Instant(seconds: 1_795_228_222)
            for digest in [DigestAlgorithm.sha1, .md5] { #expect(policy.algorithms.fault(of: digest, at: now) != nil) }
            #expect(policy.algorithms.fault(of: .rsaPSS(.sha256), key: .rsa(bits: 1024), at: now) != nil)
            #expect(policy.algorithms.fault(of: .rsaPSS(.sha256), key: .rsa(bits: 3072), at: now) == nil)
        }
        #expect(ValidationPolicy.vietnam2026.algorithms.id == "vietnam-2026")
        #expect(!ValidationPolicy.vietnam2026.allowsUncheckedRevocation && !ValidationPolicy.vietnam2026.pkcs1Conforms)
    }

    @Test func `an unknown name is refused and the known ones are listed`() {
        #expect(throws: SignatureValidationError(.invalidPolicy, "")) { try ValidationPolicy.named("vietnam") }
        do { _ = try ValidationPolicy.named("vietnam") } catch { #expect(error.detail.contains("vietnam-2026")) }
    }

    @Test func `a file that lacks a member, or is no policy, is refused by name`() throws {
        let file = try Data(
            contentsOf: Corpora.packageRoot.appending(path: "Sources/SignatureValidation/Data/vietnam-2026.json"))
        #expect(try ValidationPolicy(parsing: Array(file)) == .vietnam2026)
        let members = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        #expect(members.count == 11)
        for name in members.keys {
            var fewer = members
            fewer[name] = nil
            let bytes = try Array(JSONSerialization.data(withJSONObject: fewer))
            do {
                _ = try ValidationPolicy(parsing: bytes)
                Issue.record("read without \(name)")
            } catch {
                #expect(error.code == .invalidPolicy && error.detail.contains(name))
            }
            var wrong = members
            wrong[name] = NSNull()
            let other = try Array(JSONSerialization.data(withJSONObject: wrong))
            #expect(throws: SignatureValidationError(.invalidPolicy, "")) { try ValidationPolicy(parsing: other) }
        }
        for bytes in [[], Array("[]".utf8), [0xff]] as [[UInt8]] {
            #expect(throws: SignatureValidationError(.invalidPolicy, "")) { try ValidationPolicy(parsing: bytes) }
        }
    }

    @Test func `a member with a value that is not known is refused by name`() throws {
        let bends: [(String, (inout [String: Any]) -> Void)] = [
            ("id", { $0["id"] = "" }), ("version", { $0["version"] = "yesterday" }),
            ("algorithms", { $0["algorithms"] = "none" }),
            ("conformantDigests", { $0["conformantDigests"] = ["sha9"] }),
            ("pkcs1Conforms", { $0["pkcs1Conforms"] = "yes" }), ("sliding", { $0["sliding"] = "forward" }),
            ("timeStampDelay", { $0["timeStampDelay"] = -1 }), ("clockTolerance", { $0["clockTolerance"] = 1e12 }),
            (
                "freshness.rule",
                { $0["freshness"] = ["rule": "always", "seconds": 0, "tolerance": 0] as [String: Any] }
            ),
            ("freshness.seconds", { $0["freshness"] = ["rule": "window", "tolerance": 0] as [String: Any] }),
            (
                "freshness.tolerance",
                { $0["freshness"] = ["rule": "window", "seconds": 0, "tolerance": -5] as [String: Any] }
            ),
            ("constraints.coverage", { $0["constraints"] = Self.constraints($0, "coverage", "maybe") }),
            ("constraints.coverage", { $0["constraints"] = Self.constraints($0, "coverage", nil) }),
            ("unheard-of", { $0["constraints"] = Self.constraints($0, "unheard-of", "fail") }),
        ]
        for (name, bend) in bends {
            do {
                _ = try `Archival and past validation (EN 319 102-1 5.6)`.policy(bend)
                Issue.record("read with a bent \(name)")
            } catch let error as SignatureValidationError {
                #expect(error.code == .invalidPolicy && error.detail.contains(name), "\(name): \(error)")
            }
        }
        let own = try `Archival and past validation (EN 319 102-1 5.6)`.policy {
            $0["id"] = "own"
            $0["constraints"] = Self.constraints($0, "coverage", "warn")
        }
        #expect(own.id == "own" && own.level(of: .coverage) == .warn && own.level(of: .changeAfterSigning) == .fail)
    }

    private static func constraints(_ members: [String: Any], _ name: String, _ level: String?) -> [String: String] {
        var constraints = members["constraints"] as? [String: String] ?? [:]
        constraints[name] = level
        return constraints
    }

    @Test func `loosening needs a policy file of one's own`() throws {
        for policy in ValidationPolicy.all {
            var crafted = try CraftedCase(policy: policy)
            crafted.input.facts.coverage = SignatureCoverage(scope: .partial, revision: 1, revisions: 2)
            #expect(crafted.report.subIndication == .formatFailure)
            crafted.input.facts.coverage = .entireFile
            crafted.input.facts.changesAfterSigning = [
                .init(revision: 2, kind: .annotation, allowed: false, objects: ["4 0"])
            ]
            #expect(crafted.report.subIndication == .formatFailure)
        }
        let own = try `Archival and past validation (EN 319 102-1 5.6)`.policy {
            $0["constraints"] = Self.constraints($0, "change-after-signing", "warn")
        }
        var crafted = try CraftedCase(policy: own)
        crafted.input.facts.changesAfterSigning = [
            .init(revision: 2, kind: .annotation, allowed: false, objects: ["4 0"])
        ]
        let report = crafted.report
        #expect(report.indication == .totalPassed && report.findings.map(\.code) == ["changed-after-signing"])
    }

    @Test func `freshness by each rule`() {
        typealias Row = (RevocationFreshness.Rule, seconds: Int64, tolerance: Int64, issued: Int64, next: Int64?, Bool)
        let rows: [Row] = [
            (.nextUpdate, 0, 0, -10, 1, true), (.nextUpdate, 0, 0, -10, 0, false), (.nextUpdate, 0, 0, -10, -1, false),
            (.nextUpdate, 0, 0, 0, nil, true), (.nextUpdate, 0, 0, -1, nil, false), (.nextUpdate, 0, 1, -1, nil, true),
            (.nextUpdate, 0, 0, 5, 9, true), (.window, 10, 0, -9, nil, true), (.window, 10, 0, -10, 99, false),
            (.window, 10, 1, -10, nil, true), (.afterSignature, 0, 0, 0, 9, true),
            (.afterSignature, 0, 0, -1, 9, false), (.afterSignature, 0, 1, -1, 9, true),
            (.afterSignature, 60, 0, 59, 99, false), (.afterSignature, 60, 0, 60, 99, true),
        ]
        let now = Instant(seconds: 1_795_219_200)
        for (index, row) in rows.enumerated() {
            let freshness = RevocationFreshness(rule: row.0, seconds: row.seconds, tolerance: row.tolerance)
            let isFresh = freshness.isFresh(
                thisUpdate: now.adding(seconds: row.issued), nextUpdate: row.next.map { now.adding(seconds: $0) },
                at: now)
            #expect(isFresh == row.5, "row \(index)")
        }
    }

    @Test func `the shipped policies and a bent one against their schema`() throws {
        func members(_ id: String) throws -> [String: Any] {
            let url = Corpora.packageRoot.appending(path: "Sources/SignatureValidation/Data/\(id).json")
            return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        }
        var documents = try ValidationPolicy.all.map { try members($0.id) }
        let good = documents.count
        var bent = try members("strict")
        bent["constraints"] = Self.constraints(bent, "coverage", nil)
        documents.append(bent)
        guard
            let outcome = try PythonPeer.run(
                "Tests/Python/schema_peer.py",
                [Corpora.packageRoot.appending(path: "docs/schemas/policy-v1.schema.json").path()],
                input: JSONSerialization.data(withJSONObject: documents), cases: "policies against their JSON Schema")
        else { return }
        guard outcome.status != 3 else {
            print("skipped: policies against their JSON Schema: the Python peers lack jsonschema")
            return
        }
        try #require(outcome.status == 0, "\(outcome.errors)")
        let faults = try JSONDecoder().decode([[String]].self, from: outcome.output)
        #expect(faults.prefix(good).allSatisfy(\.isEmpty) && faults.last?.isEmpty == false, "\(faults)")
    }

    @Test func `every message has words in both languages and a code of its own`() {
        let examples = Message.examples
        #expect(Set(examples.map(\.code)).count == examples.count)
        for message in examples {
            #expect(!message.phrase.vi.isEmpty && !message.phrase.en.isEmpty && message.phrase.vi != message.phrase.en)
            #expect(!message.phrase.vi.allSatisfy { $0.isASCII }, "not Vietnamese: \(message.phrase.vi)")
        }
    }

    @Test func `EN 319 102-1 table 5 and 6 are complete`() {
        #expect(SubIndication.allCases.count == 25)
        #expect(SubIndication.allCases.filter { $0.indication == .totalFailed }.count == 6)
        #expect(SubIndication.allCases.filter { $0.indication == .indeterminate }.count == 19)
        #expect(Indication.totalPassed < .indeterminate && Indication.indeterminate < .totalFailed)
    }

    @Test func `every rule and indication has words in both languages`() {
        let phrases =
            SubIndication.allCases.map(\.phrase) + PathRule.allCases.map(\.phrase) + Indication.allCases.map(\.phrase)
            + Indication.allCases.map(\.twoValuedPhrase)
        for phrase in phrases {
            for text in [phrase.vi, phrase.en] {
                #expect(!text.isEmpty && !text.hasSuffix(".") && text == text.trimmingCharacters(in: .whitespaces))
                #expect(Array(text.utf8) == Array(text.precomposedStringWithCanonicalMapping.utf8), "NFC: \(text)")
            }
            #expect(!phrase.vi.allSatisfy { $0.isASCII }, "not Vietnamese: \(phrase.vi)")
            #expect(phrase.en.allSatisfy { $0.isASCII || $0 == "–" }, "not English: \(phrase.en)")
        }
        #expect(Set(SubIndication.allCases.map(\.phrase)).count == SubIndication.allCases.count)
        #expect(Set(PathRule.allCases.map(\.phrase)).count == PathRule.allCases.count)
        #expect(PathRule.allCases.allSatisfy { $0.clause.contains("RFC 5280") || $0.clause.contains("EN 319") })
    }
}
