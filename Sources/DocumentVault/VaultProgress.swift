// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// How far a verification is.
public struct VaultProgress: Sendable, Hashable {
    /// What is being read.
    public enum Phase: String, Sendable, Hashable {
        /// Journal entries.
        case journal
        /// Contents of documents.
        case contents
    }
    /// What is being read.
    public let phase: Phase
    /// Entries or octets done.
    public let done: Int64
    /// Entries or octets in all.
    public let total: Int64
}
