// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Synchronization

/// A source that gives out fixed octets, then a pattern; for vectors only.
final class FixedRandom: RandomSource {
    private let state: Mutex<[UInt8]>

    init(_ octets: [UInt8]) { state = Mutex(octets.reversed()) }

    func fill(_ span: inout OutputSpan<UInt8>) {
        state.withLock { octets in
            while span.freeCapacity > 0 { span.append(octets.popLast() ?? 0xa5) }
        }
    }
}
