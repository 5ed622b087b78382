// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Lets questions about certificates pass one at a time.
///
/// The signatures of a batch ask about the same certificates: one asks the services, the others find the answer in the cache.
actor MaterialQueue {
    private var last: Task<Void, Never>?

    func next<Answer: Sendable>(_ ask: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        let before = last
        let task = Task {
            await before?.value
            return try await ask()
        }
        last = Task { _ = try? await task.value }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
