// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The newest documents of a vault, for a first page that need not wait for all others.
public struct NewestDocuments: Sendable {
    /// The documents, the one that was first stored last at the front; erased ones are left out.
    public let records: [DocumentRecord]
    /// Documents in the vault that are not erased, listed here or not.
    public let total: Int64
    /// Whether every document was looked at. If not, ``DocumentRecord/supersededBy`` names only documents that were: one
    /// that says `active` may be superseded by a document that is older than all listed.
    public let isJudgedByAll: Bool
}
