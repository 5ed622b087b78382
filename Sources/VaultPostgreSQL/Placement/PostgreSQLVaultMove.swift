// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What moving a vault to another cluster came to.
public struct PostgreSQLVaultMove: Sendable, Hashable, Encodable {
    /// The vault, in hexadecimal digits.
    public var vault: String
    /// Number of the cluster it lay in, counted from 1 in the order of the address; the same as ``to`` when it was there.
    public var from: Int
    /// Number of the cluster it lies in now.
    public var to: Int
    /// Entries of the journal.
    public var entries: Int64 = 0
    /// Key records.
    public var keyRecords: Int64 = 0
    /// Contents in the clusters; those in an object store stay where they are.
    public var contents: Int64 = 0
    /// Deposits that wait in the inbox.
    public var deposits: Int64 = 0
    /// Rounds of copying before the last one, while writers went on; at most 8.
    public var rounds = 0
    /// Milliseconds from asking for the fence to the commit in the new cluster: for at most so long nothing could be written
    /// to the vault. Reading goes on all the time.
    public var pause: Double = 0
}
