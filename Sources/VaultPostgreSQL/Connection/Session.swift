// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierPostgreSQL

/// One connection to one server, in pipeline mode. An answer is waited for at most until the wake signal or the time limit,
/// and no thread is held meanwhile.
///
/// Unchecked, because who has a connection from the pool has it alone (``Connection``).
@safe final class Session: @unchecked Sendable {
    private let connection: OpaquePointer
    private let wake: WakeSignal
    private let milliseconds: Int32
    private let keepsStatements: Bool
    private let notices: Notices
    private var prepared: Set<String> = []
    /// Whether the connection can no longer be used.
    private(set) var isBroken = false

    /// Warnings of the server that matter.
    private final class Notices {
        var isUnreplicated = false
    }

    /// Takes over a connection that stands.
    init(
        adopting connection: OpaquePointer, wake: WakeSignal, milliseconds: Int32, keepsStatements: Bool
    ) throws(PostgreSQLError) {
        unsafe self.connection = unsafe connection
        self.wake = wake
        self.milliseconds = milliseconds
        self.keepsStatements = keepsStatements
        notices = Notices()
        let context = unsafe Unmanaged.passUnretained(notices).toOpaque()
        _ = unsafe PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context = unsafe context, let name = unsafe dossier_pg_function(result) else { return }
                // A commit that waits no longer for another server is no acknowledgement; the transaction has committed
                // here, and says so by a warning only.
                guard unsafe String(cString: name) == "SyncRepWaitForLSN" else { return }
                unsafe Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().isUnreplicated = true
            }, context)
        guard unsafe PQsetnonblocking(connection, 1) == 0, unsafe PQenterPipelineMode(connection) == 1 else {
            throw PostgreSQLError(.unexpected)
        }
    }

    deinit { unsafe PQfinish(connection) }

    /// Carries out statements in one transaction and one round trip.
    ///
    /// - Returns: The rows of each statement.
    func run(_ queries: [Query]) async throws(PostgreSQLError) -> [Rows] {
        guard !isBroken else { throw PostgreSQLError(.lost) }
        notices.isUnreplicated = false
        var steps: [Step] = []
        do throws(PostgreSQLError) {
            for query in queries {
                let statement = query.statement
                let isNamed = keepsStatements && !statement.name.isEmpty
                if isNamed, !prepared.contains(statement.name), !steps.contains(.preparing(statement.name)) {
                    try prepare(query)
                    steps.append(.preparing(statement.name))
                }
                try send(query, isNamed: isNamed)
                steps.append(.rows)
            }
            guard unsafe PQpipelineSync(connection) == 1 else { throw PostgreSQLError(.lost) }
        } catch {
            // libpq sends when its buffer is full: how much the server has of it is unknown.
            isBroken = true
            throw PostgreSQLError(error.kind, mayHaveCommitted: true, waited: error.waited)
        }
        do throws(PostgreSQLError) {
            let rows = try await collect(steps)
            guard !notices.isUnreplicated else { throw PostgreSQLError(.notReplicated, mayHaveCommitted: true) }
            return rows
        } catch {
            if case .state(let state) = error.kind {
                // A server that goes down may have committed before it says so.
                let isUnknown =
                    notices.isUnreplicated || state == "40003" || state.hasPrefix("57P") || state.hasPrefix("08")
                throw PostgreSQLError(error.kind, mayHaveCommitted: isUnknown)
            }
            if case .notReplicated = error.kind { throw error }
            isBroken = true
            throw PostgreSQLError(error.kind, mayHaveCommitted: true, waited: error.waited)
        }
    }

    private enum Step: Equatable {
        case preparing(String)
        case rows
    }

    private func prepare(_ query: Query) throws(PostgreSQLError) {
        let types = query.values.map(\.type)
        guard
            unsafe PQsendPrepare(
                connection, query.statement.name, query.statement.sql, Int32(types.count), types) == 1
        else { throw PostgreSQLError(.lost) }
    }

    private func send(_ query: Query, isNamed: Bool) throws(PostgreSQLError) {
        let encoded = EncodedValues(query.values)
        let formats = [Int32](repeating: 1, count: query.values.count)
        let count = Int32(query.values.count)
        let sent = unsafe encoded.octets.withUnsafeBufferPointer { octets -> Int32 in
            guard let base = octets.baseAddress else { return 0 }
            let start = unsafe UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
            let values = unsafe encoded.offsets.map { unsafe Optional(start + $0) }
            if isNamed {
                return unsafe PQsendQueryPrepared(
                    connection, query.statement.name, count, values, encoded.lengths, formats, 1)
            }
            return unsafe PQsendQueryParams(
                connection, query.statement.sql, count, encoded.types, values, encoded.lengths, formats, 1)
        }
        guard sent == 1 else { throw PostgreSQLError(.lost) }
    }

    private func collect(_ steps: [Step]) async throws(PostgreSQLError) -> [Rows] {
        var rows: [Rows] = []
        var refusal: String?
        for step in steps {
            var given = Rows()
            var isDone = false
            while let result = unsafe try await nextResult() {
                defer { unsafe PQclear(result) }
                switch unsafe PQresultStatus(result) {
                case PGRES_TUPLES_OK:
                    unsafe given = Rows(result)
                    isDone = true
                case PGRES_COMMAND_OK: isDone = true
                case PGRES_PIPELINE_ABORTED: break
                case PGRES_FATAL_ERROR:
                    guard unsafe PQstatus(connection) == CONNECTION_OK, let state = unsafe dossier_pg_state(result)
                    else {
                        // A server that says goodbye says why.
                        if let state = unsafe dossier_pg_state(result) {
                            isBroken = true
                            throw PostgreSQLError(.state(unsafe String(cString: state)))
                        }
                        throw PostgreSQLError(.lost)
                    }
                    refusal = refusal ?? (unsafe String(cString: state))
                default: throw PostgreSQLError(.unexpected)
                }
            }
            guard isDone || refusal != nil else { throw PostgreSQLError(.lost) }
            switch step {
            case .preparing(let name): if isDone { prepared.insert(name) }
            case .rows: rows.append(given)
            }
        }
        guard let end = unsafe try await nextResult() else { throw PostgreSQLError(.lost) }
        defer { unsafe PQclear(end) }
        guard unsafe PQresultStatus(end) == PGRES_PIPELINE_SYNC else {
            // A commit that fails is an answer to the end of the pipeline.
            guard unsafe PQresultStatus(end) == PGRES_FATAL_ERROR, let state = unsafe dossier_pg_state(end) else {
                throw PostgreSQLError(.lost)
            }
            isBroken = true
            throw PostgreSQLError(.state(unsafe String(cString: state)))
        }
        if let refusal { throw PostgreSQLError(.state(refusal)) }
        return rows
    }

    private func nextResult() async throws(PostgreSQLError) -> OpaquePointer? {
        while true {
            let unsent = unsafe PQflush(connection)
            guard unsent >= 0 else { throw PostgreSQLError(.lost) }
            guard unsafe PQisBusy(connection) == 1 else { return unsafe PQgetResult(connection) }
            let outcome = await wake.watch.wait(
                for: unsafe PQsocket(connection), writing: unsent == 1, milliseconds: milliseconds, wake: wake)
            switch outcome {
            case .ready: break
            case .late: throw PostgreSQLError(.lost, waited: Int64(milliseconds))
            case .interrupted: throw PostgreSQLError(.cancelled)
            case .impossible: throw PostgreSQLError(.lost)
            }
            // What the server said before it closed is still to be read; the result tells that the connection ended.
            guard unsafe (PQconsumeInput(connection) == 1 || PQisBusy(connection) == 0) else {
                throw PostgreSQLError(.lost)
            }
        }
    }
}
