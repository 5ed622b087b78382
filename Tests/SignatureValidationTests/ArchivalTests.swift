// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestSupport
import Testing

@Suite struct `Archival and past validation (EN 319 102-1 5.6)` {
    /// A policy file of one's own: a shipped one, bent.
    static func policy(_ bend: (inout [String: Any]) -> Void) throws -> ValidationPolicy {
        let url = Corpora.packageRoot.appending(path: "Sources/SignatureValidation/Data/vietnam-2026.json")
        var members = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        bend(&members)
        return try ValidationPolicy(parsing: Array(JSONSerialization.data(withJSONObject: members)))
    }

    /// A signature time-stamp whose authority has ended, twelve days ago, and what was known of that authority.
    static func oldStamp(_ crafted: inout CraftedCase, issued: Int64 = -11, next: Int64 = -4) throws {
        let known = try crafted.pki.information(issued: issued, next: next)
        try crafted.stamp(.signature, -12, by: crafted.pki.endedStamper) { $1.information[0] = [known] }
    }

    static func revoke(_ crafted: inout CraftedCase, _ day: Int64) throws {
        crafted.know(try crafted.pki.information(issued: -1, next: 6, revoked: (day, .keyCompromise)))
    }

    static func archive(_ crafted: inout CraftedCase, _ day: Int64) throws {
        let covered = crafted.everything
        try crafted.stamp(.archive, day, covers: covered)
    }

    static let rows: [Row] = [
        // 2) and 4)
        Row("revoked, the only time-stamp's authority has ended", .revokedNoPOE) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
        },
        Row("the same under an archive time-stamp", nil) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            try archive(&$0, -11)
        },
        Row("the same under an archive time-stamp that ended too, under another", nil) {
            try revoke(&$0, -10)
            let known = try $0.pki.information(issued: -11, next: -4)
            try $0.stamp(.archive, -12, covers: $0.everything, by: $0.pki.endedStamper) { $1.information[0] = [known] }
            try archive(&$0, -11)
        },
        Row("the archive time-stamp is after the revocation, and covers the older time-stamp", nil) {
            try revoke(&$0, -11)
            try oldStamp(&$0, issued: -10)
            try archive(&$0, -10)
        },
        Row("the archive time-stamp is after the revocation, and covers the signature alone", .revokedNoPOE) {
            try revoke(&$0, -11)
            try oldStamp(&$0, issued: -10)
            try $0.stamp(.archive, -10)
        },
        Row("the archive time-stamp has no path", .revokedNoPOE) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { $1.domain = nil }
        },
        Row("the archive time-stamp's imprint is over SHA-1", .revokedNoPOE) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { stamp, _ in stamp.imprint = .sha1 }
        },
        Row("what stands between the archive time-stamp and all else is over MD5", .revokedNoPOE) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { stamp, _ in stamp.referenceDigests = [.sha256, .md5] }
        },
        Row("the same over SHA-256", nil) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { stamp, _ in stamp.referenceDigests = [.sha256] }
        },
        Row("the archive time-stamp's authority states two days of inaccuracy", .revokedNoPOE) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { stamp, _ in
                stamp.bounds = stamp.time.map { $0.adding(seconds: -172_800)...$0.adding(seconds: 172_800) }
            }
        },
        Row("the same, a second", nil) {
            try revoke(&$0, -10)
            try oldStamp(&$0)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { stamp, _ in
                stamp.bounds = stamp.time.map { $0.adding(seconds: -1)...$0.adding(seconds: 1) }
            }
        },
        Row("a structure that does not hold proves nothing", .revokedNoPOE) {
            try revoke(&$0, -10)
            let covered = $0.everything
            try $0.stamp(.archive, -11, covers: covered) { stamp, _ in
                stamp.formatFaults = [
                    FormatFault(code: "hash-index", clause: "test", phrase: Phrase(vi: "thử", en: "test"))
                ]
            }
        },
        // PSV (3)
        Row("revoked before everything that is proved", .revokedNoPOE) {
            try revoke(&$0, -13)
            try oldStamp(&$0)
            try archive(&$0, -11)
        },
        Row("the authority is revoked, all covered before", nil) {
            $0.know(try $0.pki.information(issued: -11, next: 6))
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (-10, nil))
            ]
            try archive(&$0, -11)
        },
        Row("the authority is revoked, the signer's information is not covered before", .noPOE) {
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (-10, nil))
            ]
            try $0.stamp(.archive, -11)
        },
        Row("the anchor's trust ended after the archive", nil) {
            $0.know(try $0.pki.information(issued: -6, next: 6))
            $0.paths.information[1] = [try $0.pki.information(of: $0.pki.root, issued: -6, next: 6)]
            $0.paths.trustedUntil = CraftedPKI.day(-5)
            try archive(&$0, -6)
        },
        Row("the anchor's trust ended before the archive", .noPOE) {
            $0.know(try $0.pki.information(issued: -6, next: 6))
            $0.paths.information[1] = [try $0.pki.information(of: $0.pki.root, issued: -6, next: 6)]
            $0.paths.trustedUntil = CraftedPKI.day(-7)
            try archive(&$0, -6)
        },
        Row("ended, archived within", nil) {
            $0.sign(with: $0.pki.endedLeaf)
            try archive(&$0, -21)
        },
        Row("ended, archived after", .outOfBoundsNotRevoked) {
            $0.sign(with: $0.pki.endedLeaf)
            try archive(&$0, -19)
        },
        Row("ended, archived before the beginning", .notYetValid) {
            $0.sign(with: $0.pki.endedLeaf)
            try archive(&$0, -400)
        },
        Row("a responder that has ended, archived while it was valid", nil) {
            $0.know(try $0.pki.information(issued: -3, next: 6, by: $0.pki.endedResponder))
            try $0.stamp(.archive, -2, covers: $0.everything + [ValidationObject($0.pki.endedResponder)])
        },
        Row("a responder that has ended, not archived", .revocationOutOfBoundsNoPOE) {
            $0.know(try $0.pki.information(issued: -3, next: 6, by: $0.pki.endedResponder))
            try archive(&$0, -2)
        },
        Row("suspended, archived before", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-3, .certificateHold)))
            try archive(&$0, -4)
        },
        Row("suspended, archived after", .tryLater) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-3, .certificateHold)))
            try archive(&$0, -2)
        },
        // PSV (4)
        Row("SHA-224 ended, archived before its end", nil, policy: .etsi2026) { try weak(&$0, archived: 700) },
        Row("SHA-224 ended, archived after its end", .cryptoConstraintsFailureNoPOE, policy: .etsi2026) {
            try weak(&$0, archived: 800)
        },
        // PSV (5)
        Row("stale now, fresh when archived", nil) {
            $0.know(try $0.pki.information(issued: -10, next: -5))
            try archive(&$0, -6)
        },
        Row("stale already when archived", .tryLater) {
            $0.know(try $0.pki.information(issued: -10, next: -5))
            try archive(&$0, -4)
        },
        // PSV (6) and what this process is not for
        Row("attributes are not helped", .sigConstraintsFailure) {
            $0.input.facts.signsContentDirectly = true
            try archive(&$0, -2)
        },
        Row("a broken digest is not helped", .hashFailure) {
            $0.input.facts.reference = .broken
            try archive(&$0, -2)
        },
    ]

    private static func weak(_ crafted: inout CraftedCase, archived: Int64) throws {
        crafted.input.facts.digest = .sha224
        crafted.input.time = CraftedPKI.day(1000)
        crafted.sign(with: crafted.pki.stamper)
        crafted.know(try crafted.pki.information(issued: 999, next: 1006))
        crafted.paths.information[1] = [try crafted.pki.information(of: crafted.pki.root, issued: 999, next: 1006)]
        let fresh = crafted.paths.information
        try crafted.stamp(.archive, archived, covers: crafted.everything) { $1.information = fresh }
    }

    @Test(arguments: rows) func `each transition`(_ row: Row) throws {
        let verdict = try row.verdict()
        #expect(verdict.subIndication == row.expected, "\(verdict.findings.map(\.code))")
        if row.expected == nil { #expect(!verdict.findings.contains { $0.severity == .failure }) }
    }

    @Test func `a time-stamp that an archive proves moves the best signature time`() throws {
        var crafted = try CraftedCase()
        try Self.revoke(&crafted, -10)
        try Self.oldStamp(&crafted)
        #expect(crafted.report.timeStamps.map(\.indication) == [.indeterminate])
        #expect(crafted.report.timeStamps.map(\.subIndication) == [.outOfBoundsNoPOE])
        #expect(crafted.report.findings.contains { $0.code == "time-stamp-not-counted" && $0.severity == .warning })
        try Self.archive(&crafted, -11)
        let report = crafted.report
        #expect(report.timeStamps.map(\.indication) == [.passed, .passed])
        #expect(report.bestSignatureTime == CraftedPKI.day(-12))
        #expect(report.bestSignatureTimeSource == .signatureTimeStamp && report.proofSource == "T-1")
        #expect(report.validAtSigningTime == .yes)
    }

    @Test func `a caller's proof of the file proves the time-stamps inside it`() throws {
        var crafted = try CraftedCase()
        try Self.revoke(&crafted, -10)
        try Self.oldStamp(&crafted)
        let known = try #require((crafted.input.timeStamps[0].paths as? CraftedPaths)?.information[0][0].list)
        crafted.input.facts.material = ValidationMaterial(
            certificates: [crafted.pki.endedStamper], revocationLists: [known])
        crafted.prove(-11)
        let report = crafted.report
        #expect(report.indication == .totalPassed)
        #expect(report.bestSignatureTime == CraftedPKI.day(-12))
        crafted.input.proofs = []
        #expect(crafted.report.subIndication == .revokedNoPOE)
    }

    @Test func `sliding to the last usable instant accepts lists older than the signature, the standard does not`()
        throws
    {
        for (sliding, expected) in [("this-update", SubIndication?.some(.revokedNoPOE)), ("last-usable-instant", nil)] {
            let policy = try Self.policy { $0["sliding"] = sliding }
            var crafted = try CraftedCase(policy: policy)
            try Self.revoke(&crafted, -11)
            // The list of the authority was issued before the archive, as lists usually are.
            try Self.oldStamp(&crafted, issued: -13, next: -6)
            try Self.archive(&crafted, -10)
            #expect(crafted.report.subIndication == expected, "\(sliding)")
        }
    }

    @Test func `an archive outlives the authority of its first time-stamp, but under the policy strict`() throws {
        for (policy, expected) in [
            (ValidationPolicy.vietnam2026, ValidationPolicy.Sliding.lastUsableInstant), (.etsi2026, .lastUsableInstant),
            (.rfc5280, .lastUsableInstant), (.strict, .thisUpdate),
        ] {
            #expect(policy.sliding == expected, "\(policy.id)")
            guard expected == .lastUsableInstant else { continue }
            var crafted = try CraftedCase(policy: policy)
            try Self.revoke(&crafted, -11)
            try Self.oldStamp(&crafted, issued: -13, next: -6)
            #expect(crafted.report.subIndication == .revokedNoPOE, "\(policy.id), without an archive time-stamp")
            try Self.archive(&crafted, -10)
            #expect(crafted.report.subIndication == nil, "\(policy.id)")
        }
    }

    @Test func `a revocation that became known later is not slid over`() throws {
        for (revoked, expected) in [(Int64(-20), SubIndication?.some(.revokedNoPOE)), (-10, nil)] {
            let policy = try Self.policy { $0["sliding"] = "last-usable-instant" }
            var crafted = try CraftedCase(policy: policy)
            // The authority's list is stale: time slides before the list that has the signer's revocation was issued.
            crafted.paths.information[1] = [try crafted.pki.information(of: crafted.pki.root, issued: -30, next: -12)]
            crafted.know(
                try crafted.pki.information(issued: -1, next: 6, revoked: (revoked, .keyCompromise)),
                try crafted.pki.information(issued: -22, next: -11))
            try Self.archive(&crafted, -15)
            #expect(crafted.report.subIndication == expected, "\(revoked)")
        }
    }

    @Test func `a policy that demands time-stamps to pass fails one that does not`() throws {
        for (level, expected) in [
            ("fail", SubIndication?.some(.sigConstraintsFailure)), ("warn", nil), ("ignore", nil),
        ] {
            let policy = try Self.policy { members in
                var constraints = members["constraints"] as? [String: String] ?? [:]
                constraints["time-stamps-pass"] = level
                members["constraints"] = constraints
            }
            var crafted = try CraftedCase(policy: policy)
            try crafted.stamp(.signature, -2) { $1.domain = nil }
            let report = crafted.report
            #expect(report.subIndication == expected, "\(level)")
            #expect(report.findings.contains { $0.code == "time-stamp-not-counted" } == (level != "ignore"))
        }
    }

    @Test(arguments: TimeStampFault.allCases) func `each fault of a token keeps it from counting`(
        _ fault: TimeStampFault
    ) throws {
        var crafted = try CraftedCase()
        try Self.revoke(&crafted, -10)
        try crafted.stamp(.signature, -11) { stamp, _ in stamp.faults = [fault] }
        let report = crafted.report
        let stamp = try #require(report.timeStamps.first)
        #expect(stamp.indication != .passed && stamp.subIndication != nil)
        #expect(stamp.findings.contains { $0.code == "time-stamp-" + fault.rawValue })
        #expect(report.subIndication == .revokedNoPOE)
    }
}
