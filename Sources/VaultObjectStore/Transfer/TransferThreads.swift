// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL
import Synchronization

/// A bounded number of threads for calls that block, so that none of the language's own threads ever does. They end when
/// there is nothing to do.
final class TransferThreads: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
    }
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = max(1, limit) }

    /// Runs a call when its turn comes.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in enqueue { continuation.resume(returning: body()) } }
    }

    private func enqueue(_ job: @escaping @Sendable () -> Void) {
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
                unsafe Unmanaged<TransferThreads>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context)
        guard status != 0 else { return }
        unsafe Unmanaged<TransferThreads>.fromOpaque(context).release()
        // No thread is to be had: the call blocks here rather than never being answered.
        work()
    }

    private func work() {
        while let job = next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
