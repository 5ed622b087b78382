// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import AdES

/// One approval for many results: each item is signed by itself, by a signer that is checked once.
///
/// What is shared is what the standard allows: the check of the signer, and what services said about certificates. A
/// time-stamp stands over one signature value (EN 319 122-1 §5.3), so each signature has a token of its own.
public struct BatchSigning: Sendable {
    /// What became of an item.
    public enum Outcome<Result: Sendable>: Sendable {
        /// It is done, and stays whatever happens to the others.
        case signed(Result)
        /// It could not be done; the others go on.
        case failed(any Error)
        /// The batch was cancelled before it was done; nothing was made of it.
        case cancelled
    }
    /// How far the batch has come; told in the order of the items.
    public struct Progress: Sendable, Hashable {
        /// Items that are dealt with, whatever became of them.
        public let completed: Int
        /// All items.
        public let total: Int
        /// Those that could not be done.
        public let failed: Int
    }

    /// The signer of every item.
    public let signer: CheckedSigner
    private let width: Int

    /// Begins a batch.
    ///
    /// - Parameter width: Most items in work at once; more than there are cores where each waits for an authority.
    public init(by signer: CheckedSigner, width: Int = OrderedWork.cores) {
        self.signer = signer
        self.width = width
    }

    /// Signs items side by side and hands the outcomes over in the items' order.
    ///
    /// Cancelling the task ends the batch: items in work stop where they notice it, those not begun are not begun, and every
    /// outcome is still handed over.
    ///
    /// - Parameters:
    ///   - items: What is to be signed.
    ///   - sign: Signs one item with the batch's signer, and saves it; whole or not at all. Called on any thread.
    ///   - deliver: Called for each outcome, never at the same time as itself.
    /// - Throws: ``AdES/AdESError`` when the signer may not sign at all, before any item; what `deliver` throws.
    public func sign<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ sign: @escaping @Sendable (Item, CheckedSigner) async throws -> Result,
        deliver: (Int, Outcome<Result>, Progress) async throws -> Void
    ) async throws {
        try await signer.check()
        var failed = 0
        let signer = signer
        try await OrderedWork.run(items, width: width) { item -> Outcome<Result> in
            guard !Task.isCancelled else { return .cancelled }
            do {
                return .signed(try await sign(item, signer))
            } catch is CancellationError {
                return .cancelled
            } catch {
                return Task.isCancelled ? .cancelled : .failed(error)
            }
        } deliver: { index, outcome in
            if case .failed = outcome { failed += 1 }
            try await deliver(index, outcome, Progress(completed: index + 1, total: items.count, failed: failed))
        }
    }

    /// The same with all outcomes at the end, in the items' order.
    public func signed<Item: Sendable, Result: Sendable>(
        _ items: [Item], progress: (Progress) -> Void = { _ in },
        _ sign: @escaping @Sendable (Item, CheckedSigner) async throws -> Result
    ) async throws -> [Outcome<Result>] {
        var outcomes: [Outcome<Result>] = []
        try await self.sign(items, sign) { _, outcome, step in
            outcomes.append(outcome)
            progress(step)
        }
        return outcomes
    }
}
