// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import DossierCore

/// What the operator takes upon himself, with the reason that is recorded.
struct OverrideOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Claim a time more than 5 minutes from the clock, or sign although the signer cannot be judged, for the reason given.",
            valueName: "reason"))
    var override: String?

    /// An override that was needed.
    struct Recorded: Encodable {
        /// What is overridden.
        enum Subject: String, Encodable {
            case claimedTime = "claimed-time"
            case signer
        }
        let subject: Subject
        let reason: String
    }

    private static let tolerance: Int64 = 300

    func validate() throws {
        guard override.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
            throw ValidationError("--override takes a reason")
        }
    }

    /// Holds a claimed time against the clock.
    func check(_ claimed: Instant, at now: Instant) throws {
        guard abs(claimed.seconds - now.seconds) <= Self.tolerance || override != nil else {
            throw ValidationError("--at is more than 5 minutes from the clock; give the reason with --override")
        }
    }

    /// What was overridden; empty when the reason was given needlessly.
    func recorded(_ claimed: Instant, at now: Instant, _ standing: SignerStanding) -> [Recorded] {
        guard let override else { return [] }
        var recorded: [Recorded] = []
        if abs(claimed.seconds - now.seconds) > Self.tolerance {
            recorded.append(Recorded(subject: .claimedTime, reason: override))
        }
        if case .overridden(_, let reason) = standing.verdict {
            recorded.append(Recorded(subject: .signer, reason: reason))
        }
        return recorded
    }
}
