// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// Access logs in memory, for tests: everything in them can be looked at, changed and put back.
public actor InMemoryAccessLogStore: AccessLogStore {
    /// Everything that one log has in the store.
    public struct Objects: Sendable, Hashable {
        /// Entries by place.
        public var entries: [[UInt8]] = []
        /// Records by key.
        public var records: [[UInt8]: [UInt8]] = [:]
    }

    /// All logs; may be changed behind their backs.
    public private(set) var logs: [VaultID: Objects] = [:]

    /// Makes an empty store.
    public init() {}

    /// A store with the same logs, for what a keeper who deceives shows to somebody else.
    public func fork() -> InMemoryAccessLogStore { InMemoryAccessLogStore(logs) }

    private init(_ logs: [VaultID: Objects]) { self.logs = logs }

    /// Changes what the store has, as an attacker or a broken disk would.
    public func tamper(with log: VaultID, _ body: @Sendable (inout Objects) -> Void) {
        body(&logs[log, default: Objects()])
    }

    public func size(of log: VaultID) -> Int64 { Int64(logs[log]?.entries.count ?? 0) }

    public func append(_ change: AccessLogAppend, to log: VaultID) -> Bool {
        guard size(of: log) == change.expecting else { return false }
        logs[log, default: Objects()].entries += change.entries
        logs[log, default: Objects()].records.merge(change.records) { _, new in new }
        return true
    }

    public func entries(of log: VaultID, from place: Int64, limit: Int) -> [[UInt8]] {
        Array((logs[log]?.entries ?? []).dropFirst(Int(clamping: max(0, place))).prefix(limit))
    }

    public func record(_ key: [UInt8], of log: VaultID) -> [UInt8]? { logs[log]?.records[key] }
}
