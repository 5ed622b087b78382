// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// A fetcher with one budget for all its requests: however many addresses documents name, no more is asked than this.
final class RetrievalBudget: HTTPFetching {
    private struct State {
        var calls: Int
        var bytes: Int
        var isTimeOver = false
    }
    private let fetcher: any HTTPFetching
    private let limits: OnlineMaterial.Limits
    private let state: Mutex<State>

    init(_ fetcher: any HTTPFetching, _ limits: OnlineMaterial.Limits) {
        self.fetcher = fetcher
        self.limits = limits
        state = Mutex(State(calls: limits.calls, bytes: limits.bytes))
    }

    /// No further call begins.
    func endTime() { state.withLock { $0.isTimeOver = true } }

    /// Whether the time ended, so that a cancelled call was cancelled for that.
    var isTimeOver: Bool { state.withLock { $0.isTimeOver } }

    var timeError: TrustServicesError {
        TrustServicesError(.overBudget, "not within \(limits.milliseconds) ms for everything")
    }

    func response(to request: HTTPRequest) async throws(TrustServicesError) -> HTTPResponse {
        let (calls, bytes, isTimeOver) = state.withLock { state in
            state.calls -= 1
            return (state.calls, state.bytes, state.isTimeOver)
        }
        if isTimeOver { throw timeError }
        guard calls >= 0 else { throw TrustServicesError(.overBudget, "more than \(limits.calls) calls") }
        guard bytes > 0 else { throw TrustServicesError(.overBudget, "more than \(limits.bytes) bytes") }
        var bounded = request
        bounded.limits.bytes = min(request.limits.bytes, bytes)
        do {
            let response = try await fetcher.response(to: bounded)
            state.withLock { $0.bytes -= response.body.count }
            return response
        } catch {
            // That much came before it was given up.
            if error.code == .tooLarge { state.withLock { $0.bytes -= bounded.limits.bytes } }
            throw error
        }
    }
}
