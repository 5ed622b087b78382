// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierPostgreSQL
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Wakes whoever waits for a server, from any thread: who connects watches one of a pair of sockets beside the server's, who
/// waits for an answer has left the number of the wait (``SocketWatch``).
final class WakeSignal: Sendable {
    let watch: SocketWatch
    let reader: Int32
    private let writer: Int32
    private let isRaised = Atomic(false)
    private let watched = Atomic<UInt64>(0)

    init() throws(PostgreSQLError) {
        watch = try SocketWatch.shared()
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
        watch.interrupt(watched.load(ordering: .sequentiallyConsistent))
    }

    /// Says which wait it ends.
    ///
    /// - Returns: Whether it has been raised already.
    func watches(_ number: UInt64) -> Bool {
        watched.store(number, ordering: .sequentiallyConsistent)
        return isRaised.load(ordering: .sequentiallyConsistent)
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
