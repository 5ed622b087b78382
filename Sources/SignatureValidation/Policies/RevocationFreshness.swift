// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// When revocation information is recent enough (RFC, EN 319 102-1 §5.2.5). It must besides not be past its nextUpdate.
public struct RevocationFreshness: Sendable, Hashable, Codable {
    /// How it is measured.
    public enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
        /// thisUpdate > time − (nextUpdate − thisUpdate).
        case nextUpdate = "next-update"
        /// thisUpdate > time − ``RevocationFreshness/seconds``.
        case window
        /// thisUpdate ≥ best signature time + ``RevocationFreshness/seconds`` (a cool-down in which a revocation that was
        /// asked for before the signature reaches the list).
        case afterSignature = "after-signature"
    }
    /// How it is measured.
    public let rule: Rule
    /// The window or the cool-down in seconds; 0 where the rule has none.
    public let seconds: Int64
    /// How far the clocks of issuer and verifier may be apart, in seconds.
    public let tolerance: Int64

    /// Makes a rule.
    public init(rule: Rule, seconds: Int64 = 0, tolerance: Int64 = 0) {
        self.rule = rule
        self.seconds = seconds
        self.tolerance = tolerance
    }

    /// Whether information is recent enough at an instant: the best signature time, or the time of judgement.
    public func isFresh(thisUpdate: Instant, nextUpdate: Instant?, at time: Instant) -> Bool {
        let issued = thisUpdate.adding(seconds: tolerance)
        switch rule {
        case .nextUpdate:
            // Without a next update newer information is always to be had: fresh only for what was before.
            guard let nextUpdate, nextUpdate > thisUpdate else { return issued >= time }
            return issued >= time || nextUpdate.adding(seconds: tolerance) > time
        case .window: return issued > time.adding(seconds: -seconds)
        case .afterSignature: return issued >= time.adding(seconds: seconds)
        }
    }
}
