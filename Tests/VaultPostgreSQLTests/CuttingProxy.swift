// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization
import TestSupport

/// Stands between a store and its server on loopback and makes trouble once, at a chosen statement.
final class CuttingProxy: Sendable {
    /// What is done when octets of the client hold a word.
    enum Trouble: CaseIterable, Sendable {
        /// The connection ends before the server has them.
        case beforeRequest
        /// The server has them, and the connection ends instead of the answer.
        case insteadOfAnswer
        /// The server has them, and nothing ever comes back: a half-open connection.
        case silence
        /// The answer ends after its first octet.
        case cutAnswer
    }

    var port: Int { proxy.port }
    private let proxy: LoopbackProxy
    private let server: Int
    private let plan = Mutex<(trouble: Trouble, word: [UInt8])?>(nil)
    private let met = Mutex(0)

    init(before server: Int) throws {
        self.server = server
        proxy = try LoopbackProxy()
        proxy.serve { [self] in serve($0) }
    }

    /// Ends the listening; connections end with their clients.
    func end() { proxy.end() }

    /// Makes trouble at the next statement that has a word.
    func plan(_ trouble: Trouble, at word: String) { plan.withLock { $0 = (trouble, Array(word.utf8)) } }

    /// How often there was trouble.
    var troubles: Int { met.withLock { $0 } }

    private func serve(_ client: Int32) {
        defer { close(client) }
        guard let upstream = LoopbackProxy.connection(to: server) else { return }
        defer { close(upstream) }
        var trouble: Trouble?
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var watched = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            // No end of its own: on a slow machine a connection may lie idle for minutes between two steps of a test.
            guard unsafe poll(&watched, 2, -1) > 0 else { return }
            if watched[0].revents != 0 {
                let count = unsafe recv(client, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                let planned = plan.withLock { plan -> Trouble? in
                    guard let (trouble, word) = plan, Self.holds(buffer[..<count], word) else { return nil }
                    plan = nil
                    return trouble
                }
                if let planned {
                    met.withLock { $0 += 1 }
                    trouble = planned
                }
                if trouble == .beforeRequest { return }
                guard unsafe send(upstream, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
            }
            if watched[1].revents != 0 {
                let count = unsafe recv(upstream, &buffer, buffer.count, 0)
                guard count > 0, trouble != .insteadOfAnswer else { return }
                if trouble == .silence { continue }
                let given = trouble == .cutAnswer ? 1 : count
                guard unsafe send(client, buffer, given, Int32(MSG_NOSIGNAL)) == given else { return }
                if trouble == .cutAnswer { return }
            }
        }
    }

    private static func holds(_ octets: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        Data(octets).range(of: Data(word)) != nil
    }
}
