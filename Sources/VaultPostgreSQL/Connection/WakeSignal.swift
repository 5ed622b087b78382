// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierPostgreSQL
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Wakes whoever waits for a server, from any thread: a pair of sockets, one of which is watched beside the socket.
final class WakeSignal: Sendable {
    let reader: Int32
    private let writer: Int32
    private let isRaised = Atomic(false)

    init() throws(PostgreSQLError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe dossier_pg_ends(&ends) == 0 else { throw PostgreSQLError(.noResources) }
        reader = ends[0]
        writer = ends[1]
    }

    func raise() {
        isRaised.store(true, ordering: .sequentiallyConsistent)
        var octet: UInt8 = 1
        // A pair that is full wakes as well.
        _ = unsafe write(writer, &octet, 1)
    }

    /// Takes back what was raised; nobody may raise it meanwhile.
    func clear() {
        guard isRaised.exchange(false, ordering: .sequentiallyConsistent) else { return }
        var octets = [UInt8](repeating: 0, count: 64)
        while unsafe read(reader, &octets, 64) > 0 {}
    }

    deinit {
        close(reader)
        close(writer)
    }
}
