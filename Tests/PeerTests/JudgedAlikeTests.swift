// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestPKI
import TestSupport
import Testing

/// Where the engine and pyHanko may differ, each with its entry in `docs/known-differences.md`.
private struct KnownDifference: Sendable {
    /// The heading of the entry.
    let entry: String
    /// The sub-indication here; `nil` where the signature passes here.
    let ours: String?
    /// pyHanko's sub-indication; `nil` where it passes the signature.
    let theirs: String?
    let applies: @Sendable (JudgedAlike.Case) -> Bool

    /// A time-stamp that does not hold leaves the verdict that the signature has without it, whatever that is.
    static let timeStamp = KnownDifference(
        entry: "A time-stamp that does not hold", ours: nil, theirs: "NO_CERTIFICATE_CHAIN_FOUND",
        applies: { $0.stamp == .untrustedRoot })
    static let others = [
        KnownDifference(
            entry: "Revocation information issued later", ours: nil, theirs: "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            applies: { $0.fault == .revokedAfter }),
        KnownDifference(
            entry: "A weak algorithm without proof of existence", ours: "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            theirs: "CRYPTO_CONSTRAINTS_FAILURE", applies: { $0.fault == .sha1 }),
        KnownDifference(
            entry: "A certificate on hold", ours: "TRY_LATER", theirs: "REVOKED_NO_POE", applies: { $0.fault == .hold }),
        KnownDifference(
            entry: "A certificate for another purpose", ours: "CHAIN_CONSTRAINTS_FAILURE", theirs: nil,
            applies: { $0.fault == .wrongExtendedKeyUsage }),
        KnownDifference(
            entry: "An expired certificate and a list from after its end", ours: "OUT_OF_BOUNDS_NO_POE", theirs: nil,
            applies: { $0.fault == .expired }),
    ]
}

@Suite struct `The same 200 signatures, judged by this engine and by pyHanko` {
    @Test func `every disagreement is explained by a clause`() async throws {
        let files = try await JudgedAlike()
        #expect(files.cases.count == 200)
        let ours = try files.ours()
        guard let theirs = try files.pyHanko() else { return }
        try #require(theirs.count == ours.count)
        let page = try String(
            contentsOf: Corpora.packageRoot.appending(path: "docs/known-differences.md"), encoding: .utf8)
        var explained: [String: Int] = [:]
        for (index, entry) in files.cases.enumerated() where ours[index] != theirs[index] {
            let without = files.cases.first {
                ($0.fault, $0.stamp, $0.change) == (entry.fault, JudgedAlike.Stamp.none, entry.change)
            }
            let isTimeStamp =
                KnownDifference.timeStamp.applies(entry)
                && theirs[index].subIndication == KnownDifference.timeStamp.theirs
                && without.map { ours[$0.number] == ours[index] } == true
            let known =
                isTimeStamp
                ? KnownDifference.timeStamp
                : KnownDifference.others.first {
                    $0.applies(entry) && $0.ours == ours[index].subIndication
                        && $0.theirs == theirs[index].subIndication
                }
            if let known {
                explained[known.entry, default: 0] += 1
                #expect(page.contains("## \(known.entry)\n"), "\(known.entry) is not on the page")
            } else {
                Issue.record("\(entry): \(ours[index]) here, \(theirs[index]) by pyHanko")
            }
            // Whatever the words: a peer's refusal of changed bytes is never a pass here.
            if entry.change != .none { #expect(ours[index].indication != "TOTAL-PASSED", "\(entry)") }
        }
        let passed = ours.count { $0.indication == "TOTAL-PASSED" }
        let agreed = zip(ours, theirs).count { $0 == $1 }
        print(
            "200 PAdES signatures: \(passed) pass here; \(agreed) judged alike, \(explained.values.reduce(0, +)) explained "
                + explained.sorted { $0.key < $1.key }.map { "[\($0.key): \($0.value)]" }.joined(separator: " "))
        // The comparison is worth something only where verdicts vary.
        #expect(Set(ours).count >= 6)
    }
}
