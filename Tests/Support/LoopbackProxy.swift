// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// What stands between clients and a server on loopback: a port of its own, and a thread for each connection.
public struct LoopbackProxy: Sendable {
    /// Port on which clients are awaited.
    public let port: Int
    private let listener: Int32

    /// Awaits clients on a free port from now on.
    public init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard bound else { throw CocoaError(.fileReadUnknown) }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
    }

    /// Hands every client's descriptor on, each in a thread of its own, until ``end()``.
    public func serve(_ body: @escaping @Sendable (Int32) -> Void) {
        let listener = listener
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { body(client) }
            }
        }
    }

    /// Ends the listening; connections end with their clients.
    public func end() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// A connection to a port of loopback; `nil` when nobody listens.
    public static func connection(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
