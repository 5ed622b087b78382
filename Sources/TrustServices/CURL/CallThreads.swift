// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL
import Synchronization

/// A few threads for calls that block, so that none of the language's own threads ever does. They end when idle.
final class CallThreads: Sendable {
    typealias Outcome = Result<HTTPResponse, TrustServicesError>

    private struct Job {
        let call: FetchCall
        let continuation: CheckedContinuation<Outcome, Never>
    }
    private struct State {
        var waiting: [Job] = []
        var running = 0
    }
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Runs a call when its turn comes; a cancelled task gets its answer at once.
    func result(of call: FetchCall) async throws(TrustServicesError) -> HTTPResponse {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in enqueue(Job(call: call, continuation: continuation)) }
        } onCancel: {
            call.cancel()
            let job = state.withLock { state in
                state.waiting.firstIndex { $0.call === call }.map { state.waiting.remove(at: $0) }
            }
            job?.continuation.resume(returning: .failure(Self.cancelled))
        }
        return try outcome.get()
    }

    private static var cancelled: TrustServicesError { TrustServicesError(.cancelled, "the task was cancelled") }

    private func enqueue(_ job: Job) {
        let needsThread = state.withLock { state in
            state.waiting.append(job)
            guard state.running < limit else { return false }
            state.running += 1
            return true
        }
        guard needsThread else { return }
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let status = unsafe dossier_thread_start(
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<CallThreads>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context)
        guard status != 0 else { return }
        unsafe Unmanaged<CallThreads>.fromOpaque(context).release()
        // Without any thread nobody would ever answer; with one, the job waits for it.
        let abandoned = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [Job]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in abandoned {
            job.continuation.resume(
                returning: .failure(TrustServicesError(.internalFailure, "no thread for the call: \(status)")))
        }
    }

    private func work() {
        while let job = next() {
            job.continuation.resume(returning: job.call.isCancelled ? .failure(Self.cancelled) : job.call.run())
        }
    }

    private func next() -> Job? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
