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
