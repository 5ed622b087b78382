// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault
import Synchronization

/// A store of access logs whose answers are lost at a chosen call: before the call takes place, or after it took place.
public final class FailingAccessLogStore: AccessLogStore {
    private struct Plan {
        var side = FailingStore.Side.before
        var remaining: Int?
        var calls = 0
    }

    private let inner: any AccessLogStore
    private let plan = Mutex(Plan())

    /// Stands before a store and fails nothing until told to.
    public init(_ inner: any AccessLogStore) { self.inner = inner }

    /// Fails at the call with this number from now on, counted from 0, and at every one after it.
    public func crash(_ side: FailingStore.Side, atCall number: Int) {
        plan.withLock { $0 = Plan(side: side, remaining: number) }
    }

    /// Passes every call again.
    public func recover() { plan.withLock { $0 = Plan() } }

    /// Calls since the last plan.
    public var calls: Int { plan.withLock { $0.calls } }

    private func pass<Value>(
        _ call: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        let failing: FailingStore.Side? = plan.withLock { plan in
            plan.calls += 1
            guard let remaining = plan.remaining else { return nil }
            guard remaining == 0 else {
                plan.remaining = remaining - 1
                return nil
            }
            // Down from now on: only the first lost call may have taken place.
            defer { plan.side = .before }
            return plan.side
        }
        if failing == .before { throw VaultError(.storeFailure, "no answer") }
        let value = try await call()
        if failing == .after { throw VaultError(.storeFailure, "no answer") }
        return value
    }

    public func size(of log: VaultID) async throws(VaultError) -> Int64 {
        try await pass { () throws(VaultError) in try await inner.size(of: log) }
    }

    public func append(_ change: AccessLogAppend, to log: VaultID) async throws(VaultError) -> Bool {
        try await pass { () throws(VaultError) in try await inner.append(change, to: log) }
    }

    public func entries(of log: VaultID, from place: Int64, limit: Int) async throws(VaultError) -> [[UInt8]] {
        try await pass { () throws(VaultError) in try await inner.entries(of: log, from: place, limit: limit) }
    }

    public func record(_ key: [UInt8], of log: VaultID) async throws(VaultError) -> [UInt8]? {
        try await pass { () throws(VaultError) in try await inner.record(key, of: log) }
    }
}
