// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import Synchronization

/// A store whose answers are lost at chosen calls: before the call takes place, or after it took place. Calls that read and
/// calls that change are counted, so that a test can let every single one of a command fail in turn.
public final class FailingStore: StoreDecorator {
    /// On which side of the call the failure falls.
    public enum Side: Sendable, Hashable, CaseIterable {
        /// The call does not take place.
        case before
        /// The call takes place, and its answer is lost.
        case after
    }

    private struct Plan {
        var side: Side = .before
        var call: StoreCall?
        /// Whether calls that read are counted as well.
        var everyCall = false
        /// Calls to let pass before the failure; `nil` when none is planned.
        var remaining: Int?
        /// Whether everything fails from the failure on, as after a crash.
        var stays = false
        var isDown = false
        var changes = 0
        var calls = 0
    }

    public let inner: any VaultStore
    private let plan = Mutex(Plan())

    /// Stands before a store and fails nothing until told to.
    public init(_ inner: any VaultStore) { self.inner = inner }

    /// Fails once, at the next call of a kind.
    public func fail(_ side: Side, _ call: StoreCall) {
        plan.withLock { $0 = Plan(side: side, call: call, remaining: 0) }
    }

    /// Goes down at the change with this number from now on, counted from 0, and stays down until ``recover()``.
    public func crash(_ side: Side, atChange number: Int) {
        plan.withLock { $0 = Plan(side: side, remaining: number, stays: true) }
    }

    /// Fails at the call with this number from now on, counted from 0, whether it reads or changes.
    ///
    /// - Parameter stays: Whether everything fails from then on, as after a crash, until ``recover()``; else that one call.
    public func fail(_ side: Side, atCall number: Int, stays: Bool) {
        plan.withLock { $0 = Plan(side: side, everyCall: true, remaining: number, stays: stays) }
    }

    /// Passes every call again.
    public func recover() { plan.withLock { $0 = Plan() } }

    /// Changes that were asked for since the last plan.
    public var changes: Int { plan.withLock { $0.changes } }

    /// Calls that were made since the last plan.
    public var calls: Int { plan.withLock { $0.calls } }

    /// Whether the planned failure has come.
    public var isDown: Bool { plan.withLock { $0.isDown } }

    private func pass(_ side: Side, _ call: StoreCall) throws(VaultError) {
        let fails = plan.withLock { plan -> Bool in
            if side == .before { plan.calls += 1 }
            if plan.isDown { return true }
            guard plan.everyCall || plan.call.map({ $0 == call }) ?? call.isChange else { return false }
            if side == .before { plan.changes += 1 }
            guard side == plan.side, let remaining = plan.remaining else { return false }
            plan.remaining = remaining == 0 ? nil : remaining - 1
            guard remaining == 0 else { return false }
            plan.isDown = plan.stays
            return true
        }
        if fails { throw VaultError(.storeFailure, "no answer") }
    }

    public func before(_ call: StoreCall) async throws(VaultError) { try pass(.before, call) }

    public func after(_ call: StoreCall) async throws(VaultError) { try pass(.after, call) }
}
