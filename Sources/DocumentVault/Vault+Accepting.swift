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
    /// Who keeps several anchors may accept one after another: where the journal has grown past the number of one that an
    /// earlier restoration would have given up, had it been known then, that restoration is said again up to it.
    ///
    /// - Parameters:
    ///   - anchor: The newest head that the owner knows; the vault was opened without it, as it does not hold.
    ///   - reason: Why; kept in the vault.
    ///   - time: Now; recorded as a claim.
    /// - Throws: ``VaultError``: `notPermitted` without the owner's key, `forked` for an anchor of another vault, or one that is
    ///   neither later than what the store shows nor of what an earlier restoration gave up, `invalidMetadata` for a reason of more than 4096 octets, `overQuota` for one
    ///   restoration too many, errors of the store.
    public func acceptOlderState(than anchor: Anchor, reason: String, at time: Instant) async throws(VaultError) {
        _ = try requireOwner()
        let reason = reason.normalizedNFC
        guard reason.utf8.count <= 4096 else {
            throw VaultError(.invalidMetadata, "a reason of more than 4096 octets")
        }
        let reader = reader
        let standing = try await JournalReading.freshness(of: state, against: anchor, reading: reader)
        _ = try await change(operation: OperationID(random: random), at: time) { (state) throws(VaultError) in
            guard standing == .rolledBack || standing == .forked, anchor.vault == self.id, let head = state.head,
                let from = Self.point(before: anchor, head, state.core.restorations)
            else {
                throw VaultError(
                    .forked, object: "vault \(self.id)",
                    "the anchor is not a later one of this vault: nothing to accept")
            }
            guard state.core.restorations.count < StateCore.mostRestorations else {
                throw VaultError(.overQuota, "\(state.core.restorations.count) restorations")
            }
            let restoration = try Restoration(from: from, abandoned: anchor.head, reason: reason)
            return Change(events: [.restored(restoration)], secret: try self.currentSecret())
        }
    }

    /// From where on an anchor's history is given up: from the head when it is later, else from where the newest restoration
    /// that its keeper did not know put the vault back.
    private static func point(
        before anchor: Anchor, _ head: JournalHead, _ restorations: [Restoration]
    ) -> JournalHead? {
        if anchor.head.sequence > head.sequence { return head }
        return restorations.last { restoration in
            restoration.abandoned != nil && restoration.from.sequence < anchor.head.sequence
                && !anchor.restorations.contains(restoration.digest)
        }?.from
    }
}
