// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension Vault {
    /// Accepts with the owner's word that the store shows an older state than an anchor: its operator restored it from a
    /// backup, and what was stored since is lost.
    ///
    /// The entry that says so gives up the anchor's head and the ones between: anchors that were taken from them, on other
    /// devices for one, count as anchored from then on. What is given up cannot be had back; slots, devices and grants are
    /// those of the older state.
    ///
    /// - Parameters:
    ///   - anchor: The newest head that the owner knows; the vault was opened without it, as it does not hold.
    ///   - reason: Why; kept in the vault.
    ///   - time: Now; recorded as a claim.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `forked` for an anchor of another vault or one that is
    ///   not later than what the store shows, `invalidMetadata` for a reason of more than 4096 octets, `overQuota` for one
    ///   restoration too many, errors of the store.
    public func acceptOlderState(than anchor: Anchor, reason: String, at time: Instant) async throws(VaultError) {
        _ = try requireOwner()
        let reason = reason.normalizedNFC
        guard reason.utf8.count <= 4096 else {
            throw VaultError(.invalidMetadata, "a reason of more than 4096 octets")
        }
        _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
            guard anchor.vault == self.id, let head = state.head, anchor.head.sequence > head.sequence else {
                throw VaultError(
                    .forked, object: "vault \(self.id)",
                    "the anchor is not a later one of this vault: nothing to accept")
            }
            guard state.core.restorations.count < StateCore.mostRestorations else {
                throw VaultError(.overQuota, "\(state.core.restorations.count) restorations")
            }
            let restoration = try Restoration(from: head, abandoned: anchor.head, reason: reason)
            return Change(events: [.restored(restoration)], secret: try self.currentSecret())
        }
    }
}
