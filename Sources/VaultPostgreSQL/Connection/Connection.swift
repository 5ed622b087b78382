// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch

/// A session that the pool lends to one caller at a time.
///
/// Unchecked, because that is the pool's promise: nobody but who has it touches the session, and whoever gets it next has it
/// from the pool, through its lock. Anybody may interrupt.
final class Connection: @unchecked Sendable {
    private let wake: WakeSignal
    /// Which of the pool's states it was opened in.
    let generation: Int
    private var session: Session?

    init(generation: Int) throws(PostgreSQLError) {
        wake = try WakeSignal()
        self.generation = generation
    }

    /// Connects and looks whether the server is what is wanted.
    func open(
        _ cluster: ClusterAddress, greeting: @Sendable (Session) async throws(PostgreSQLError) -> Void
    ) async -> Result<Void, PostgreSQLError> {
        let wake = wake
        // Looking a name up blocks, so it has a thread of its own.
        let connected: Result<Session, PostgreSQLError> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "dossierkit.vault.postgresql.connecting").async {
                continuation.resume(
                    returning: Result { () throws(PostgreSQLError) in try Session.connect(to: cluster, wake: wake) })
            }
        }
        do throws(PostgreSQLError) {
            let opened = try connected.get()
            try await greeting(opened)
            session = opened
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Does something with the session.
    ///
    /// - Returns: What came of it, and whether the next caller may have the session as well.
    func perform<Value: Sendable>(
        _ body: @Sendable (Session) async throws(PostgreSQLError) -> Value
    ) async -> (result: Result<Value, PostgreSQLError>, isUsable: Bool) {
        guard let session else { return (.failure(PostgreSQLError(.lost)), false) }
        do throws(PostgreSQLError) {
            return (.success(try await body(session)), !session.isBroken)
        } catch {
            return (.failure(error), !session.isBroken)
        }
    }

    func close() { session = nil }

    /// Ends what the session waits for.
    func interrupt() { wake.raise() }

    /// Forgets an interruption that came when nothing was waited for any more; nobody may interrupt meanwhile.
    func calm() { wake.clear() }
}
