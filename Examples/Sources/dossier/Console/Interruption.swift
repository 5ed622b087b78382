// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization

/// Ctrl-C as a request to stop: what is finished stays and is reported, the rest is not begun.
struct Interruption: Sendable {
    private static let isRequested = Atomic(false)

    /// Takes the first SIGINT as a request; a second one ends the process at once.
    init() {
        // Once before the handler, which must find it made.
        Self.isRequested.store(false, ordering: .relaxed)
        signal(SIGINT) { _ in
            Interruption.isRequested.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }

    /// Ends a piece of work that was not finished when the request came.
    ///
    /// - Throws: `CancellationError`.
    func check() throws {
        if Self.isRequested.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Gives the signal back.
    func end() { signal(SIGINT, SIG_DFL) }
}
