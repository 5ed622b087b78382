// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Synchronization

/// Contents that were found in the object store a moment ago, so that each range of a document that is read does not ask
/// the other store first. Only a hint: what is not found after all is looked for in both.
final class KnownPlaces: Sendable {
    private static let most = 4_096
    private let known = Mutex<Set<ContentID>>([])

    func knows(_ id: ContentID) -> Bool { known.withLock { $0.contains(id) } }

    func remember(_ id: ContentID) {
        known.withLock { known in
            if known.count >= Self.most { known.removeAll() }
            known.insert(id)
        }
    }

    /// Whether it was known.
    @discardableResult
    func forget(_ id: ContentID) -> Bool { known.withLock { $0.remove(id) != nil } }
}
