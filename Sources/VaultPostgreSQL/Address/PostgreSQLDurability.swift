// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// On how many machines an acknowledged change must be.
public enum PostgreSQLDurability: String, Sendable, CaseIterable {
    /// On the primary and on at least one standby: `synchronous_commit` and `synchronous_standby_names` see to it.
    case quorum
    /// On the one server there is. For tests, and where losing that machine may lose acknowledged documents.
    case singleNode = "single-node"
}
