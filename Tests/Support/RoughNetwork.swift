// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization

/// Stands between clients and a server on loopback and passes octets on, whatever they are, as a bad network does: it
/// pauses, cuts and resets connections at random points, and lets a side vanish without a word.
public final class RoughNetwork: Sendable {
    /// What happens to a connection.
    public enum Trouble: CaseIterable, Sendable {
        /// Nothing moves for a moment, as while packets are lost and sent again.
        case pause
        /// Both sides are told that the connection is gone.
        case reset
        /// It ends in order, in the middle of what was said.
        case cut
        /// What the server says is lost from now on, and nobody is told: a half-open connection.
        case silence
        /// What the client says is no longer taken either.
        case deafness
        /// What the client says is on its way for so long that it gives up, and arrives all the same.
        case lateness
    }

    private struct State {
        var troubles: [Trouble] = []
        var octets = 1...1
        var generator: SeededGenerator
        var vanished = 0
        var isBlackHole = false
        var isOver = false
        var connections = 0
        var met: [Trouble: Int] = [:]
    }

    /// Port on which clients are awaited.
    public var port: Int { proxy.port }
    private let proxy: LoopbackProxy
    private let server: Int
    private let state: Mutex<State>

    /// Passes everything on to a port of loopback, until ``trouble(_:after:)``.
    public init(before server: Int, seed: UInt64 = 1) throws {
        self.server = server
        proxy = try LoopbackProxy()
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
        proxy.serve { [self] in serve($0) }
    }

    /// Every connection made from now on meets one of these after some octets in either direction.
    public func trouble(_ troubles: [Trouble], after octets: ClosedRange<Int>) {
        state.withLock { ($0.troubles, $0.octets) = (troubles, octets) }
    }

    /// The other side of every connection that stands vanishes without a word; new ones are passed on.
    public func vanish() { state.withLock { $0.vanished += 1 } }

    /// As ``vanish()``, and nobody answers on new ones either.
    public func swallow() { state.withLock { ($0.vanished, $0.isBlackHole) = ($0.vanished + 1, true) } }

    /// New connections meet no trouble; what has vanished stays so.
    public func mend() { state.withLock { ($0.troubles, $0.isBlackHole) = ([], false) } }

    /// How many connections were made.
    public var connections: Int { state.withLock { $0.connections } }

    /// How often there was trouble of each kind.
    public var met: [Trouble: Int] { state.withLock { $0.met } }

    /// Ends the listening and what is held open.
    public func end() {
        state.withLock { $0.isOver = true }
        proxy.end()
    }

    /// What a connection will meet next, after how many octets.
    private func draw() -> (octets: Int, trouble: Trouble?) {
        state.withLock { state in
            let trouble = state.troubles.randomElement(using: &state.generator)
            return (Int.random(in: state.octets, using: &state.generator), trouble)
        }
    }

    private func serve(_ client: Int32) {
        let (born, isSwallowed) = state.withLock { state in
            state.connections += 1
            return (state.vanished, state.isBlackHole)
        }
        defer { close(client) }
        guard !isSwallowed else { return hold(client, takes: true, nil) }
        guard let upstream = LoopbackProxy.connection(to: server) else { return }
        defer { close(upstream) }
        var (left, trouble) = draw()
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            var watched = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            guard unsafe poll(&watched, 2, 50) >= 0 else { return }
            let (vanished, isOver) = state.withLock { ($0.vanished, $0.isOver) }
            guard !isOver else { return }
            guard vanished == born else { return hold(client, takes: true, upstream) }
            for (side, other) in [(0, upstream), (1, client)] where watched[side].revents != 0 {
                guard trouble == nil || left > 0 else { break }
                let most = trouble == nil ? buffer.count : min(buffer.count, left)
                let count = unsafe recv(watched[side].fd, &buffer, most, 0)
                guard count > 0, unsafe send(other, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
                left -= trouble == nil ? 0 : count
            }
            guard let met = trouble, left <= 0 else { continue }
            state.withLock { $0.met[met, default: 0] += 1 }
            switch met {
            case .pause:
                usleep(300_000)
                (left, trouble) = draw()
            case .cut: return
            case .reset:
                for descriptor in [client, upstream] {
                    var option = linger(l_onoff: 1, l_linger: 0)
                    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
                }
                return
            case .silence: return hold(client, takes: true, upstream)
            case .deafness: return hold(client, takes: false, upstream)
            case .lateness: return hold(client, takes: true, upstream, delivers: true)
            }
        }
    }

    /// Keeps both connections open and says nothing, until the client gives up or the test is over.
    private func hold(_ client: Int32, takes: Bool, _ upstream: Int32?, delivers: Bool = false) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var late: [UInt8] = []
        while !state.withLock({ $0.isOver }) {
            var watched = [pollfd(fd: client, events: Int16(takes ? POLLIN : 0), revents: 0)]
            guard unsafe poll(&watched, 1, 50) > 0 else { continue }
            // Without reading, only an error of the client is seen.
            let count = takes ? unsafe recv(client, &buffer, buffer.count, 0) : 0
            if count > 0, delivers { late += buffer[..<count] }
            guard count <= 0 else { continue }
            guard let upstream, !late.isEmpty else { return }
            // Others may have gone on by now.
            usleep(200_000)
            _ = unsafe send(upstream, late, late.count, Int32(MSG_NOSIGNAL))
            usleep(200_000)
            return
        }
    }
}
