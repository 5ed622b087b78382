// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// The records of a portal with one server, gone when it ends.
actor MemoryRecords: AccessLogStore {
    private struct Log {
        var entries: [[UInt8]] = []
        var records: [[UInt8]: [UInt8]] = [:]
    }
    private var logs: [VaultID: Log] = [:]

    func size(of log: VaultID) -> Int64 { Int64(logs[log]?.entries.count ?? 0) }

    func append(_ change: AccessLogAppend, to log: VaultID) -> Bool {
        guard size(of: log) == change.expecting else { return false }
        logs[log, default: Log()].entries += change.entries
        logs[log, default: Log()].records.merge(change.records) { $1 }
        return true
    }

    func entries(of log: VaultID, from place: Int64, limit: Int) -> [[UInt8]] {
        Array((logs[log]?.entries ?? []).dropFirst(Int(clamping: max(0, place))).prefix(limit))
    }

    func record(_ key: [UInt8], of log: VaultID) -> [UInt8]? { logs[log]?.records[key] }
}
