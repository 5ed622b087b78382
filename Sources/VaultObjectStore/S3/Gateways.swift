// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Synchronization

/// Which gateway is asked next: each in turn, those that failed a moment ago last.
///
/// "A moment" is counted in calls, not in time: no clock is needed, and a store that is idle asks nobody.
final class Gateways: Sendable {
    private struct State {
        var next = 0
        /// Calls for which a gateway is asked only when the others fail too.
        var penalties: [Int]
    }
    private static let penalty = 64
    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(penalties: [Int](repeating: 0, count: max(1, count)))) }

    /// The gateway to ask, rather one that this call has not asked yet.
    func pick(avoiding asked: Set<Int>) -> Int {
        state.withLock { state in
            let count = state.penalties.count
            for index in 0..<count where state.penalties[index] > 0 { state.penalties[index] -= 1 }
            let order = (0..<count).map { (state.next + $0) % count }
            state.next = (state.next + 1) % count
            let fresh = order.filter { !asked.contains($0) }
            let choice = fresh.isEmpty ? order : fresh
            return choice.min { state.penalties[$0] < state.penalties[$1] } ?? 0
        }
    }

    func failed(_ gateway: Int) { state.withLock { $0.penalties[gateway] = Self.penalty } }

    func answered(_ gateway: Int) { state.withLock { $0.penalties[gateway] = 0 } }
}
