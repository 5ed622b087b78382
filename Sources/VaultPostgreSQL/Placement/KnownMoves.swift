// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DocumentVault
import Synchronization

/// Where vaults that were moved were last seen. It may be out of date: every answer of a cluster says so.
final class KnownMoves: Sendable {
    struct Place: Sendable {
        var shard: Int
        var moves: Int64
    }

    // Some megabytes; who has more moved vaults than that at once asks their homes again.
    private static let most = 65_536
    private let places = Mutex<[VaultID: Place]>([:])

    subscript(vault: VaultID) -> Place? {
        get { places.withLock { $0[vault] } }
        set {
            places.withLock { places in
                if newValue != nil, places.count >= Self.most { places = [:] }
                places[vault] = newValue
            }
        }
    }
}
