// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// One atomic change of a log in its store.
public struct AccessLogAppend: Sendable {
    /// The number of entries that the log must have.
    public var expecting: Int64
    /// The entries that follow; may be none.
    public var entries: [[UInt8]]
    /// Records to put, by key, in the same change.
    public var records: [[UInt8]: [UInt8]]

    /// Makes a change.
    public init(expecting: Int64, entries: [[UInt8]], records: [[UInt8]: [UInt8]] = [:]) {
        self.expecting = expecting
        self.entries = entries
        self.records = records
    }
}

/// Where access logs and the records of a release service lie: one log per vault, numbered entries, records by key.
///
/// The contract:
/// - **Append is atomic and durable.** ``append(_:to:)`` puts all entries and records on stable storage before it returns
///   `true`, and only when the log has the expected number of entries; else it changes nothing and returns `false`. After an
///   error it is unknown whether the change was made.
/// - **Entries are never changed.** They are numbered from 0 without a gap.
/// - Errors are ``VaultError`` with the codes `busy`, `storeFull`, `notPermitted`, `damaged`, `storeFailure`.
///
/// Unlike a ``VaultStore`` it belongs to the release service and sees what the log records, though no value and no key.
public protocol AccessLogStore: Sendable {
    /// Number of entries of a log; 0 for one that does not exist.
    func size(of log: VaultID) async throws(VaultError) -> Int64

    /// Puts entries and records when the log has the expected size.
    func append(_ change: AccessLogAppend, to log: VaultID) async throws(VaultError) -> Bool

    /// Entries in ascending order from a place on, at most `limit`; empty past the end.
    func entries(of log: VaultID, from place: Int64, limit: Int) async throws(VaultError) -> [[UInt8]]

    /// A record, or `nil`.
    func record(_ key: [UInt8], of log: VaultID) async throws(VaultError) -> [UInt8]?
}
