// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import NIOCore
import Synchronization

/// Octets of uploads that are held in memory right now, over all requests and by the address that they come from.
final class HeldUploads: Sendable {
    fileprivate struct State {
        var all = 0
        var byAddress: [String: Int] = [:]
    }
    fileprivate let state = Mutex(State())

    init() {}

    /// All of them.
    var octets: Int { state.withLock { $0.all } }
}

/// What one upload holds: as much as has arrived. One address has at most half of all there is, so that nobody keeps
/// everybody else from uploading alone.
final class UploadRoom: Sendable {
    private let held: HeldUploads
    private let most: Int
    private let address: String
    private let own = Mutex(0)

    /// Nothing yet; refused where there is no room at all.
    init(_ held: HeldUploads, of most: Int, for address: String) throws(PortalError) {
        (self.held, self.most, self.address) = (held, most, address)
        let isFree = held.state.withLock { $0.all < most && $0.byAddress[address, default: 0] < most / 2 }
        guard isFree else { throw .tooMany(retryAfter: 5) }
    }

    /// Takes what has arrived, or refuses it.
    func take(_ buffer: ByteBuffer) throws(PortalError) -> ByteBuffer {
        let count = buffer.readableBytes
        let isFree = held.state.withLock { state in
            let its = state.byAddress[address, default: 0]
            guard state.all + count <= most, its + count <= most / 2 else { return false }
            state.all += count
            state.byAddress[address] = its + count
            return true
        }
        guard isFree else { throw .tooMany(retryAfter: 5) }
        own.withLock { $0 += count }
        return buffer
    }

    func giveBack() {
        let count = own.withLock { count in
            defer { count = 0 }
            return count
        }
        held.state.withLock { state in
            state.all -= count
            let rest = state.byAddress[address, default: 0] - count
            state.byAddress[address] = rest > 0 ? rest : nil
        }
    }
}
