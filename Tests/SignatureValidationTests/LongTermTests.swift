// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import Testing

@Suite struct `Long-term validation (EN 319 102-1 5.5)` {
    static let rows: [Row] = [
        // b) what moves the best signature time
        Row("revoked, time-stamped before", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, .keyCompromise)))
            try $0.stamp(.signature, -11)
        },
        Row("revoked, time-stamped after", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, .keyCompromise)))
            try $0.stamp(.signature, -9)
        },
        Row("revoked, time-stamped by a document time-stamp before", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            try $0.stamp(.document, -11)
        },
        Row("revoked, a content time-stamp alone proves nothing", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            try $0.stamp(.content, -11)
        },
        Row("revoked, the time-stamp covers another signature", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            try $0.stamp(.signature, -11, covers: [ValidationObject(.signature, digest: [2])])
        },
        Row("revoked, the time-stamp has no path", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            try $0.stamp(.signature, -11) { $1.domain = nil }
        },
        Row("revoked, the time-stamp's authority is revoked", .revokedNoPOE) { crafted in
            crafted.know(try crafted.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            let revoked = try crafted.pki.information(issued: -1, next: 6, revoked: (-5, nil))
            try crafted.stamp(.signature, -11) { $1.information[0] = [revoked] }
        },
        Row("revoked, the time-stamp is over other bytes", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            try $0.stamp(.signature, -11) { stamp, _ in stamp.faults = [.imprintMismatch] }
        },
        Row("revoked, a caller proves the file before", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            $0.prove(-11)
        },
        Row("revoked, a caller proves the signature before", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            $0.prove(-11, digest: CraftedCase.signature.digest)
        },
        Row("revoked, a caller proves the file after", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            $0.prove(-9)
        },
        Row("revoked, a proof from the future proves nothing", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            $0.prove(3)
        },
        Row("revoked, only the claimed time is before", .revokedNoPOE) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-10, nil)))
            $0.input.facts.claimedSigningTime = CraftedPKI.day(-11)
        },
        // c) for an authority above
        Row("the authority is revoked, time-stamped before", nil) {
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (-10, nil))
            ]
            try $0.stamp(.signature, -11)
        },
        Row("the authority is revoked, time-stamped after", .revokedCANoPOE) {
            $0.paths.information[1] = [
                try $0.pki.information(of: $0.pki.root, issued: -1, next: 6, revoked: (-10, nil))
            ]
            try $0.stamp(.signature, -9)
        },
        // d)
        Row("ended with nothing known, proved before the beginning", .notYetValid) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know()
            try $0.stamp(.signature, -400)
        },
        Row("ended with nothing known, proved within", .outOfBoundsNoPOE) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know()
            try $0.stamp(.signature, -30)
        },
        // e)
        Row("ended and not revoked, proved within", nil) {
            $0.sign(with: $0.pki.endedLeaf)
            try $0.stamp(.signature, -30)
        },
        Row("ended, the list that was fresh then is stale now, proved within", nil) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know(try $0.pki.information(issued: -31, next: -25))
            try $0.stamp(.signature, -30)
        },
        Row("ended, the list was stale already then", .tryLater) {
            $0.sign(with: $0.pki.endedLeaf)
            $0.know(try $0.pki.information(issued: -41, next: -35))
            try $0.stamp(.signature, -30)
        },
        Row("ended and not revoked, proved after", .outOfBoundsNotRevoked) {
            $0.sign(with: $0.pki.endedLeaf)
            try $0.stamp(.signature, -19)
        },
        Row("ended and not revoked, not proved", .outOfBoundsNotRevoked) { $0.sign(with: $0.pki.endedLeaf) },
        // f)
        Row("PKCS#1 ended, proved before its end", nil, policy: .etsi2026) {
            $0.input.facts.digest = .sha224
            $0.input.time = CraftedPKI.day(1000)
            $0.sign(with: $0.pki.stamper)
            $0.know(try $0.pki.information(issued: 999, next: 1006))
            $0.paths.information[1] = [try $0.pki.information(of: $0.pki.root, issued: 999, next: 1006)]
            let fresh = $0.paths.information
            try $0.stamp(.signature, 100) { $1.information = fresh }
        },
        Row("SHA-224 ended, proved after its end", .cryptoConstraintsFailureNoPOE, policy: .etsi2026) {
            $0.input.facts.digest = .sha224
            $0.input.time = CraftedPKI.day(1000)
            $0.sign(with: $0.pki.stamper)
            $0.know(try $0.pki.information(issued: 999, next: 1006))
            $0.paths.information[1] = [try $0.pki.information(of: $0.pki.root, issued: 999, next: 1006)]
            let fresh = $0.paths.information
            try $0.stamp(.signature, 990) { $1.information = fresh }
        },
        Row("a certificate over SHA-1 is not helped by a time-stamp of the signature", .cryptoConstraintsFailureNoPOE) {
            $0.sign(with: $0.pki.weakLeaf)
            try $0.stamp(.signature, -30)
        },
        // g)
        Row("a time-stamp older than what it covers", .timestampOrderFailure) {
            try $0.stamp(.signature, -5)
            let covered = $0.everything
            try $0.stamp(.archive, -6, covers: covered)
        },
        Row("a time-stamp newer than what it covers", nil) {
            try $0.stamp(.signature, -6)
            let covered = $0.everything
            try $0.stamp(.archive, -5, covers: covered)
        },
        // h)
        Row("time-stamped within the delay", nil, policy: .strict) {
            $0.input.facts.claimedSigningTime = CraftedPKI.day(-3)
            try $0.stamp(.signature, -2)
        },
        Row("time-stamped too late", .sigConstraintsFailure, policy: .strict) {
            $0.input.facts.claimedSigningTime = CraftedPKI.day(-5)
            try $0.stamp(.signature, -2)
        },
        Row("time-stamped late where the policy warns", nil) {
            $0.input.facts.claimedSigningTime = CraftedPKI.day(-5)
            try $0.stamp(.signature, -2)
        },
        // i)
        Row("suspended, time-stamped before", nil) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-3, .certificateHold)))
            try $0.stamp(.signature, -4)
        },
        Row("suspended, time-stamped after", .tryLater) {
            $0.know(try $0.pki.information(issued: -1, next: 6, revoked: (-3, .certificateHold)))
            try $0.stamp(.signature, -2)
        },
        Row("stale now, fresh when time-stamped", nil) {
            $0.know(try $0.pki.information(issued: -10, next: -3))
            try $0.stamp(.signature, -4)
        },
        Row("stale when time-stamped", .tryLater) {
            $0.know(try $0.pki.information(issued: -10, next: -5))
            try $0.stamp(.signature, -4)
        },
        Row("information that ends when the signature is judged", .tryLater) {
            $0.know(try $0.pki.information(issued: -10, next: 0))
        },
        Row("strict: information issued before the time-stamp", .tryLater, policy: .strict) {
            $0.know(try $0.pki.information(issued: -5, next: 6))
            try $0.stamp(.signature, -4)
        },
        Row("strict: information issued after the time-stamp", nil, policy: .strict) {
            $0.know(try $0.pki.information(issued: -1, next: 6))
            try $0.stamp(.signature, -4)
        },
        Row("strict: without a time-stamp nothing is new enough", .tryLater, policy: .strict) { _ in },
        // Not for this process
        Row("a broken digest is not helped", .hashFailure) {
            $0.input.facts.reference = .broken
            try $0.stamp(.signature, -4)
        },
        Row("no path is not helped", .noCertificateChainFound) {
            $0.paths.domain = nil
            try $0.stamp(.signature, -4)
        },
    ]

    @Test(arguments: rows) func `each transition`(_ row: Row) throws {
        let verdict = try row.verdict()
        #expect(verdict.subIndication == row.expected, "\(verdict.findings.map(\.code))")
        if row.expected == nil { #expect(!verdict.findings.contains { $0.severity == .failure }) }
    }

    @Test func `the best signature time is the earliest proof, and the report says whose`() throws {
        var crafted = try CraftedCase()
        #expect(crafted.report.bestSignatureTime == CraftedPKI.now)
        #expect(crafted.report.bestSignatureTimeSource == .validationTime)
        // A proof from the very instant of judgement is one; judging is none.
        var justNow = crafted
        try justNow.stamp(.signature, 0)
        #expect(justNow.report.bestSignatureTime == CraftedPKI.now)
        #expect(justNow.report.bestSignatureTimeSource == .signatureTimeStamp)
        try crafted.stamp(.signature, -4)
        #expect(crafted.report.bestSignatureTimeSource == .signatureTimeStamp)
        try crafted.stamp(.document, -5)
        #expect(crafted.report.bestSignatureTime == CraftedPKI.day(-5))
        #expect(crafted.report.bestSignatureTimeSource == .documentTimeStamp)
        try crafted.stamp(.archive, -6)
        #expect(crafted.report.bestSignatureTimeSource == .archiveTimeStamp)
        crafted.prove(-7)
        let report = crafted.report
        #expect(report.bestSignatureTime == CraftedPKI.day(-7) && report.bestSignatureTimeSource == .caller)
        #expect(report.proofSource == "receipt 1")
        #expect(report.findings.contains { $0.code == "existence-proved" && $0.phrase.en.contains("receipt 1") })
        crafted.input.facts.claimedSigningTime = CraftedPKI.day(-300)
        #expect(crafted.report.bestSignatureTime == CraftedPKI.day(-7))
    }

    @Test func `a claimed time never changes the indication`() throws {
        for row in Self.rows
        where row.policy.level(of: .claimedTime) != .fail && row.policy.level(of: .timeStampDelay) != .fail {
            let first = try row.verdict()
            for day in [Int64(-1000), -370, -12, -1, 0, 1, 400] {
                var crafted = try CraftedCase(policy: row.policy)
                try row.bend(&crafted)
                crafted.input.facts.claimedSigningTime = CraftedPKI.day(day)
                let other = crafted.verdict
                #expect(other.subIndication == first.subIndication && other.best == first.best, "\(row.name), \(day)")
            }
        }
    }

    @Test func `Vietnamese time written as UTC is recognised, other times ahead are not`() throws {
        func codes(_ seconds: Int64, stamped: Bool) throws -> [String] {
            var crafted = try CraftedCase()
            if stamped { try crafted.stamp(.signature, -2) }
            let reference = stamped ? CraftedPKI.day(-2) : CraftedPKI.now
            crafted.input.facts.claimedSigningTime = reference.adding(seconds: seconds)
            let report = crafted.report
            #expect(report.indication == .totalPassed)
            return report.findings.map(\.code)
        }
        #expect(try codes(25_200, stamped: true) == ["signing-time-local-quirk"])
        #expect(try codes(25_100, stamped: true) == ["signing-time-local-quirk"])
        #expect(try codes(20_000, stamped: true) == ["signing-time-ahead"])
        #expect(try codes(30_000, stamped: true) == ["signing-time-ahead"])
        #expect(try codes(20_000, stamped: false) == ["signing-time-local-quirk"])
        #expect(try codes(30_000, stamped: false) == ["signing-time-ahead"])
        #expect(try codes(200, stamped: false).isEmpty && codes(-600, stamped: true).isEmpty)
        #expect(try codes(-400 * 86_400, stamped: false) == ["signing-time-outside-validity"])
    }
}
