// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// A fixed number of connections to one cluster; who finds none free waits in turn, for a limited time.
final class ConnectionPool: Sendable {
    /// What the pool is doing.
    struct Load: Sendable {
        var open = 0
        var busy = 0
        var waiting = 0
    }

    private struct Waiting {
        let number: Int
        let continuation: CheckedContinuation<Result<Connection?, PostgreSQLError>, Never>
    }

    private struct State {
        var idle: [Connection] = []
        var taken = 0
        var waiting: [Waiting] = []
        var numbers = 0
        var generation = 0
        var isClosed = false
    }

    private let cluster: ClusterAddress
    private let greeting: @Sendable (Session) async throws(PostgreSQLError) -> Void
    private let state = Mutex(State())

    init(
        _ cluster: ClusterAddress, greeting: @escaping @Sendable (Session) async throws(PostgreSQLError) -> Void
    ) {
        self.cluster = cluster
        self.greeting = greeting
    }

    var load: Load {
        state.withLock { Load(open: $0.taken + $0.idle.count, busy: $0.taken, waiting: $0.waiting.count) }
    }

    /// Does something with a connection, which is the caller's alone meanwhile.
    ///
    /// A task that is cancelled ends the connection, so that nobody meets the rest of its answer.
    func run<Value: Sendable>(
        _ body: @Sendable (Session) async throws(PostgreSQLError) -> Value
    ) async -> Result<Value, PostgreSQLError> {
        let given: Connection?
        switch await take() {
        case .failure(let error): return .failure(error)
        case .success(let connection): given = connection
        }
        let connection: Connection
        if let given {
            connection = given
        } else {
            switch await open() {
            case .failure(let error):
                give(nil)
                return .failure(error)
            case .success(let opened): connection = opened
            }
        }
        let (result, isUsable) = await withTaskCancellationHandler {
            await connection.perform(body)
        } onCancel: {
            connection.interrupt()
        }
        connection.calm()
        if case .failure(let error) = result, error.concernsServer { forget(connection.generation) }
        if isUsable {
            give(connection)
        } else {
            connection.close()
            give(nil)
        }
        return result
    }

    /// Closes what is idle and refuses from now on.
    func close() async {
        let (idle, waiting) = state.withLock { state in
            state.isClosed = true
            defer { (state.idle, state.waiting) = ([], []) }
            return (state.idle, state.waiting)
        }
        for waiting in waiting { waiting.continuation.resume(returning: .failure(PostgreSQLError(.lost))) }
        for connection in idle { connection.close() }
    }

    private func open() async -> Result<Connection, PostgreSQLError> {
        do throws(PostgreSQLError) {
            let connection = try Connection(generation: state.withLock { $0.generation })
            let opened = await withTaskCancellationHandler {
                await connection.open(cluster, greeting: greeting)
            } onCancel: {
                connection.interrupt()
            }
            return opened.map { connection }
        } catch {
            return .failure(error)
        }
    }

    /// A place in the pool, with a connection or the right to make one.
    private func take() async -> Result<Connection?, PostgreSQLError> {
        let number = state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
        // Only who has to wait pays for the clock.
        let now = state.withLock { state -> Result<Connection?, PostgreSQLError>? in Self.take(&state, cluster.access) }
        if let now { return now }
        let milliseconds = UInt64(max(1, cluster.access.milliseconds))
        let limit = Task { [weak self] in
            guard (try? await Task.sleep(nanoseconds: milliseconds * 1_000_000)) != nil else { return }
            self?.giveUp(number, .exhausted)
        }
        defer { limit.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state -> Result<Connection?, PostgreSQLError>? in
                    if Task.isCancelled { return .failure(PostgreSQLError(.cancelled)) }
                    if let now = Self.take(&state, cluster.access) { return now }
                    state.waiting.append(Waiting(number: number, continuation: continuation))
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            giveUp(number, .cancelled)
        }
    }

    private static func take(_ state: inout State, _ access: ClusterAccess) -> Result<Connection?, PostgreSQLError>? {
        guard !state.isClosed else { return .failure(PostgreSQLError(.lost)) }
        if let connection = state.idle.popLast() {
            state.taken += 1
            return .success(connection)
        }
        guard state.taken < access.connections else { return nil }
        state.taken += 1
        return .success(nil)
    }

    private func giveUp(_ number: Int, _ kind: PostgreSQLError.Kind) {
        let continuation = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).continuation }
        }
        continuation?.resume(returning: .failure(PostgreSQLError(kind)))
    }

    /// Gives a place back; the first who waits gets it.
    private func give(_ connection: Connection?) {
        let next = state.withLock { state -> (Waiting, Connection?)? in
            // One that was opened before the servers changed their roles is not handed on.
            let kept = connection.flatMap { $0.generation == state.generation && !state.isClosed ? $0 : nil }
            guard state.waiting.isEmpty else { return (state.waiting.removeFirst(), kept) }
            state.taken -= 1
            if let kept { state.idle.append(kept) }
            return nil
        }
        if let (waiting, connection) = next { waiting.continuation.resume(returning: .success(connection)) }
    }

    /// Lets go of the connections that were opened before a server failed.
    private func forget(_ generation: Int) {
        let idle = state.withLock { state -> [Connection] in
            guard state.generation == generation else { return [] }
            state.generation += 1
            defer { state.idle = [] }
            return state.idle
        }
        guard !idle.isEmpty else { return }
        // Closing sends a farewell, which is no business of who met the failure.
        Task { for connection in idle { connection.close() } }
    }
}
