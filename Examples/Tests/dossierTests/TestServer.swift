// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Synchronization

/// A running `dossier testpki serve`; ends with its last reference.
final class TestServer {
    /// Where it answers, without a final slash.
    let address: String
    private let process: Process

    /// Starts the tool on a free port; `nil` after some ports were taken.
    init?(_ options: [String] = []) throws {
        for _ in 0..<5 {
            let port = UInt16.random(in: 20_000..<60_000)
            let process = Process()
            process.executableURL = DossierTool.executable
            process.arguments = ["testpki", "serve", Bench.shared("pki"), "--port", "\(port)"] + options
            process.standardError = FileHandle.nullDevice
            try process.run()
            for _ in 0..<100 where process.isRunning {
                if Loopback.answers(port) {
                    address = "http://127.0.0.1:\(port)"
                    self.process = process
                    return
                }
                usleep(50_000)
            }
            if process.isRunning { process.terminate() }
        }
        return nil
    }

    deinit { process.terminate() }

    /// Sends all addresses of the test infrastructure here, except those below some paths, which lead to a closed port.
    func remap(dead: String...) -> [String] {
        ["--online", "--remap", "http://pki.dossier.test/=\(address)/"]
            + dead.flatMap { ["--remap", "http://pki.dossier.test/\($0)=http://127.0.0.1:1/"] }
    }
}

/// Sockets on the loopback address.
enum Loopback {
    fileprivate static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    fileprivate static func with<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Whether somebody accepts connections at a port.
    static func answers(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port)
        return with(&address) { connect(descriptor, $0, $1) } == 0
    }
}

/// Accepts connections, counts them and hangs up at once.
final class ConnectionCounter: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let count = Mutex(0)

    /// `nil` when no socket is to be had.
    init?() {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Loopback.address(0)
        guard Loopback.with(&address, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 64) == 0 else {
            close(descriptor)
            return nil
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard Loopback.with(&address, { pointer, _ in getsockname(descriptor, pointer, &length) }) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                count.withLock { $0 += 1 }
                close(connection)
            }
        }
    }

    /// Connections so far.
    var connections: Int { count.withLock { $0 } }

    /// Ends listening.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
