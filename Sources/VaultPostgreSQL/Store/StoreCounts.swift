// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// What happened in a store since it was opened.
final class StoreCounts: Sendable {
    private let counts = Mutex(PostgreSQLStoreActivity())

    var activity: PostgreSQLStoreActivity { counts.withLock { $0 } }

    func committed() { counts.withLock { $0.appends += 1 } }
    func repeated() { counts.withLock { $0.repeats += 1 } }
    func adopted() { counts.withLock { $0.adoptions += 1 } }
    func conflicted() { counts.withLock { $0.conflicts += 1 } }
    func retried() { counts.withLock { $0.retries += 1 } }

    func failed(_ error: PostgreSQLError) {
        switch error.kind {
        case .vault, .cancelled: break
        default: counts.withLock { $0.failures += 1 }
        }
    }
}
