// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Dispatch
import GRDB
import Synchronization

/// Changes of one database, made one after the other; those that wait for the same commit share its sync.
///
/// Each of several changes has a savepoint of its own: one that fails is undone alone. Nobody is answered before the
/// commit.
final class CommitQueue: Sendable {
    private struct Job {
        /// Makes the change and keeps its result; in a savepoint of its own, or when it is alone throwing what it threw,
        /// so that the transaction is undone with it.
        let run: @Sendable (Database, _ isAlone: Bool) throws -> Void
        /// Gives the answer: the result, or why the commit failed.
        let answer: @Sendable ((any Error)?) -> Void
    }

    private struct Waiting {
        var jobs: [Job] = []
        var isDraining = false
    }

    private static let mostPerCommit = 64
    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "dossierkit.vault.sqlite.commit")
    private let waiting = Mutex(Waiting())

    init(_ pool: DatabasePool) { self.pool = pool }

    /// Makes a change; returns after the commit.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let box = Box<Value>()
            let job = Job(
                run: { db, isAlone in
                    do {
                        if isAlone { return box.set(.success(try body(db))) }
                        var value: Value?
                        try db.inSavepoint {
                            value = try body(db)
                            return .commit
                        }
                        if let value { box.set(.success(value)) }
                    } catch {
                        box.set(.failure(error))
                        if isAlone { throw error }
                    }
                },
                answer: { failure in
                    if let failure {
                        // What a change itself threw says more than that the commit was given up after it.
                        if case .failure(let own) = box.get() { return continuation.resume(throwing: own) }
                        return continuation.resume(throwing: failure)
                    }
                    continuation.resume(with: box.get() ?? .failure(DatabaseError(resultCode: .SQLITE_INTERNAL)))
                })
            let starts = waiting.withLock { waiting in
                waiting.jobs.append(job)
                defer { waiting.isDraining = true }
                return !waiting.isDraining
            }
            if starts { queue.async { self.drain() } }
        }
    }

    private func drain() {
        while true {
            let jobs = waiting.withLock { waiting in
                let jobs = Array(waiting.jobs.prefix(Self.mostPerCommit))
                waiting.jobs.removeFirst(jobs.count)
                if jobs.isEmpty { waiting.isDraining = false }
                return jobs
            }
            guard !jobs.isEmpty else { return }
            var failure: (any Error)?
            do {
                try pool.write { db in
                    for job in jobs {
                        // A full disk may undo the whole transaction: what comes after must not be made outside of one.
                        guard db.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                        try job.run(db, jobs.count == 1)
                    }
                    guard db.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                }
            } catch {
                failure = error
            }
            for job in jobs { job.answer(failure) }
        }
    }

    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Result<Value, any Error>?>(nil)

        func set(_ result: Result<Value, any Error>) { value.withLock { $0 = result } }

        func get() -> Result<Value, any Error>? { value.withLock { $0 } }
    }
}
