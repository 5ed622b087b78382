// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// Whether the task that waits for a call was cancelled; looked at by the thread that makes the call.
final class CancellationMark: Sendable {
    private let mark = Atomic(false)

    var isSet: Bool { mark.load(ordering: .relaxed) }
    func set() { mark.store(true, ordering: .relaxed) }
}
