// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Synchronization

/// What somebody may do how often.
public struct RateRule: Sendable, Hashable {
    /// Name of what is counted.
    public let name: String
    /// How many at once.
    public let burst: Int
    /// How many per minute in the long run.
    public let perMinute: Int

    /// Makes a rule.
    public init(_ name: String, burst: Int, perMinute: Int) {
        self.name = name
        self.burst = burst
        self.perMinute = perMinute
    }

    /// So many times as often.
    func times(_ factor: Int) -> RateRule { RateRule(name, burst: burst * factor, perMinute: perMinute * factor) }

    /// Any page.
    public static let page = RateRule("page", burst: 240, perMinute: 240)
    /// Signing in.
    public static let signIn = RateRule("sign-in", burst: 20, perMinute: 20)
    /// Trying a passphrase.
    public static let unlock = RateRule("unlock", burst: 8, perMinute: 6)
    /// Sending a file.
    public static let upload = RateRule("upload", burst: 40, perMinute: 30)
}

/// Counts by token buckets, in memory that is bounded.
final class RateLimiter: Sendable {
    private struct Bucket {
        var level: Double
        var at: Instant
    }
    private let buckets = Mutex<[String: Bucket]>([:])
    private static let most = 20_000

    /// Takes one token.
    ///
    /// - Returns: `nil` when it may be done, else the seconds to wait.
    func take(_ rule: RateRule, by who: String, at time: Instant) -> Int? {
        let rate = Double(rule.perMinute) / 60
        return buckets.withLock { buckets in
            // Full buckets say nothing, so they go first; a flood of new names empties the table rather than the memory.
            if buckets.count >= Self.most {
                buckets = buckets.filter { time.seconds - $0.value.at.seconds < 120 }
                if buckets.count >= Self.most { buckets.removeAll() }
            }
            let key = "\(rule.name) \(who)"
            var bucket = buckets[key] ?? Bucket(level: Double(rule.burst), at: time)
            let passed = Double(max(0, time.seconds - bucket.at.seconds))
            bucket.level = min(Double(rule.burst), bucket.level + passed * rate)
            bucket.at = time
            defer { buckets[key] = bucket }
            guard bucket.level >= 1 else { return max(1, Int(((1 - bucket.level) / rate).rounded(.up))) }
            bucket.level -= 1
            return nil
        }
    }
}
