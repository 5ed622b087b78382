// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// Octets that are taken away from the front.
final class LockedOctets: Sendable {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ octets: [UInt8]) { rest = Mutex(octets[...]) }

    func take(_ count: Int) -> [UInt8]? {
        rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }
}
