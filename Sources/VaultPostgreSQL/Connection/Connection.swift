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

    /// Does something with the session.
    func perform<Value: Sendable, Failure: Error>(
        _ body: @Sendable (Session) throws(Failure) -> Value
    ) -> Result<Value, Failure>? {
        guard let session else { return nil }
        return Result { () throws(Failure) in try body(session) }
    }

    /// Whether the next caller may have it.
    func isUsable() -> Bool {
        wake.clear()
        return session.map { !$0.isBroken } ?? false
    }

    func close() { session = nil }

    /// Ends what the session waits for.
    nonisolated func interrupt() { wake.raise() }
}
