// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The last entry of a journal: its sequence number and hash.
public struct JournalHead: Sendable, Hashable {
    /// Number of the last entry, from 0.
    public let sequence: Int64
    /// SHA-256 of the last entry.
    public let hash: Digest32

    /// Makes a head.
    public init(sequence: Int64, hash: Digest32) {
        self.sequence = sequence
        self.hash = hash
    }
}
