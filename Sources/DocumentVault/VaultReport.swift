// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// What verification found after reading everything of a vault.
public struct VaultReport: Sendable {
    /// How the journal compares with the anchor.
    public let freshness: Freshness
    /// The last entry that holds, or `nil` when none does.
    public let head: JournalHead?
    /// Documents that the journal names up to there.
    public let documents: Int
    /// Contents that were read to their ends and hold.
    public let intactVersions: Int
    /// Who signed the last entry that holds.
    public let lastWriter: WriterID
    /// Keys of versions that are still wrapped for an epoch that is over: they open the documents as well as others, also for
    /// whoever kept that epoch's secret. A rotation that was overtaken by another and killed can leave them, and a store can
    /// put them back; ``Vault/sweep(at:)`` and the next rotation renew them.
    public let formerKeys: Int
    /// What does not hold, in the order in which it was found; each names its object.
    public internal(set) var problems: [VaultError]

    /// Whether everything that the journal names is there and holds.
    public var isComplete: Bool { problems.isEmpty && head != nil }
}
