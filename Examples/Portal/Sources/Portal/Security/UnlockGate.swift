// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// Bounds how many derivations of keys from passphrases run or wait: each takes 64 MiB and a good part of a second.
final class UnlockGate: Sendable {
    private let most: Int
    private let running = Mutex(0)

    init(most: Int) { self.most = most }

    /// Does the work, or says at once that there is too much of it.
    ///
    /// - Throws: ``PortalError/tooMany(retryAfter:)``; what the work throws.
    func run<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        let isFree = running.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard isFree else { throw PortalError.tooMany(retryAfter: 2) }
        defer { running.withLock { $0 -= 1 } }
        return try await work()
    }
}
