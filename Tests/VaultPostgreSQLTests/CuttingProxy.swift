// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization

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

    let port: Int
    private let server: Int
    private let listener: Int32
    private let plan = Mutex<(trouble: Trouble, word: [UInt8])?>(nil)
    private let met = Mutex(0)

    init(before server: Int) throws {
        self.server = server
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard bound else { throw CocoaError(.fileReadUnknown) }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { self.serve(client) }
            }
        }
    }

    /// Ends the listening; connections end with their clients.
    func end() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Makes trouble at the next statement that has a word.
    func plan(_ trouble: Trouble, at word: String) { plan.withLock { $0 = (trouble, Array(word.utf8)) } }

    /// How often there was trouble.
    var troubles: Int { met.withLock { $0 } }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private func connectToServer() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(server)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    private func serve(_ client: Int32) {
        let upstream = connectToServer()
        defer {
            close(client)
            if upstream >= 0 { close(upstream) }
        }
        guard upstream >= 0 else { return }
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
