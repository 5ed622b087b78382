// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// Octets of another source, asked for a few thousand at a time: many small keys, salts and ids cost a call of the system
/// each otherwise, which takes longer than deriving a key from them.
///
/// Every octet is given once. What is left lies in guarded memory and is wiped with the reserve, so a reserve is kept for one
/// piece of work and not for a process; one that is copied by `fork` would give the same octets twice. Several tasks may share
/// one: guarded memory of their own would cost each of them more than the octets do.
package final class RandomReserve: RandomSource {
    private struct State: ~Copyable {
        var octets: SecretBytes
        var given = 0
    }
    /// Octets that are asked for at a time.
    package static let byteCount = 4_096

    private let source: any RandomSource
    private let state: Mutex<State>

    /// Makes a reserve and fills it.
    package init(of source: any RandomSource) {
        self.source = source
        state = Mutex(State(octets: source.secret(Self.byteCount)))
    }

    package func fill(_ span: inout OutputSpan<UInt8>) {
        let count = span.freeCapacity
        guard count <= Self.byteCount / 8 else { return source.fill(&span) }
        state.withLock { state in
            if state.given + count > Self.byteCount {
                state.octets.refill { source.fill(&$0) }
                state.given = 0
            }
            state.octets.withSpan { octets in
                for place in state.given..<state.given + count { span.append(octets[place]) }
            }
            state.given += count
        }
    }
}
