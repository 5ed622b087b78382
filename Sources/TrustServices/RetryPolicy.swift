// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How often a service that does not answer is asked again, and how long to wait in between.
public struct RetryPolicy: Sendable {
    /// Most tries of one address, the first included.
    public let tries: Int
    /// Milliseconds before the second try; doubled before each further one.
    public let firstPause: Int64
    private let pause: @Sendable (Int64) async throws -> Void

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - tries: 1 to 3; other values are clamped.
    ///   - firstPause: In milliseconds.
    ///   - pause: Waits for so many milliseconds; tests pass one that does not.
    public init(
        tries: Int = 3, firstPause: Int64 = 500,
        pause: @escaping @Sendable (Int64) async throws -> Void = {
            try await Task.sleep(nanoseconds: UInt64(clamping: $0) * 1_000_000)
        }
    ) {
        self.tries = min(max(tries, 1), 3)
        self.firstPause = max(0, firstPause)
        self.pause = pause
    }

    /// One try only.
    public static let once = RetryPolicy(tries: 1)

    /// Repeats an attempt while it fails with something that may pass.
    ///
    /// - Throws: The last error; refusals by rule at once.
    func run<Value>(
        _ attempt: () async throws(TrustServicesError) -> Value
    ) async throws(TrustServicesError) -> Value {
        var wait = firstPause
        for _ in 0..<(tries - 1) {
            do {
                return try await attempt()
            } catch {
                guard error.isTransient else { throw error }
            }
            do {
                try await pause(wait)
            } catch {
                throw TrustServicesError(.cancelled, "the task was cancelled")
            }
            wait *= 2
        }
        return try await attempt()
    }
}
