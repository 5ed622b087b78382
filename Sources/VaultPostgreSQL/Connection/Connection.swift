// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A session on a queue of its own: what runs there may block.
actor Connection {
    private let executor = QueueExecutor(label: "dossierkit.vault.postgresql.connection")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
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
        _ cluster: ClusterAddress, greeting: @Sendable (Session) throws(PostgreSQLError) -> Void
    ) -> Result<Void, PostgreSQLError> {
        do throws(PostgreSQLError) {
            let opened = try Session.connect(to: cluster, wake: wake)
            try greeting(opened)
            session = opened
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Does something with the session. Says whether the next caller may have it as well: each visit to the queue wakes a
    /// thread, so one visit has to do.
    func perform<Value: Sendable, Failure: Error>(
        _ body: @Sendable (Session) throws(Failure) -> Value
    ) -> (result: Result<Value, Failure>?, isUsable: Bool) {
        guard let session else { return (nil, false) }
        let result = Result { () throws(Failure) in try body(session) }
        return (result, !session.isBroken)
    }

    func close() { session = nil }

    /// Ends what the session waits for.
    nonisolated func interrupt() { wake.raise() }

    /// Forgets an interruption that came when nothing was waited for any more; nobody may interrupt meanwhile.
    nonisolated func calm() { wake.clear() }
}
