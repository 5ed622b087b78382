// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierCURL
import Synchronization

/// A bounded number of threads for calls that block, so that none of the language's own threads ever does. They end when
/// there is nothing to do for a while: a thread that waits is on a processor sooner than one that is made.
@safe final class TransferThreads: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
        /// Threads that wait and that nobody has called.
        var idle = 0
    }
    private static let patience: Int32 = 5
    private let limit: Int
    private let state = Mutex(State())
    // Has a lock of its own, and lives as long as this does.
    private nonisolated(unsafe) let bench: UnsafeMutablePointer<dossier_bench>?

    init(limit: Int) {
        self.limit = max(1, limit)
        unsafe bench = dossier_bench_make()
    }

    deinit { unsafe dossier_bench_free(bench) }

    /// Runs a call when its turn comes.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in enqueue { continuation.resume(returning: body()) } }
    }

    private func enqueue(_ job: @escaping @Sendable () -> Void) {
        enum Step { case nothing, call, start }
        let step = state.withLock { state -> Step in
            state.waiting.append(job)
            if state.idle > 0 {
                state.idle -= 1
                return .call
            }
            guard state.running < limit else { return .nothing }
            state.running += 1
            return .start
        }
        switch step {
        case .nothing: return
        case .call:
            if let bench = unsafe bench { unsafe dossier_bench_call(bench) }
            return
        case .start: break
        }
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
        while let job = next(orLeaving: true) { job() }
    }

    private func work() {
        while true {
            while let job = next(orLeaving: unsafe bench == nil) { job() }
            guard let bench = unsafe bench else { return }
            while unsafe dossier_bench_wait(bench, Self.patience) == 0 {
                let leaves = state.withLock { state in
                    // Without anybody idle, this one has been called, and the call is about to be heard.
                    guard state.idle > 0 else { return false }
                    state.idle -= 1
                    state.running -= 1
                    return true
                }
                if leaves { return }
            }
        }
    }

    private func next(orLeaving leaves: Bool) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                if leaves { state.running -= 1 } else { state.idle += 1 }
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
