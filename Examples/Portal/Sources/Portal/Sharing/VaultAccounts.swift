// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Which vault belongs to whom, and the newest head of each: kept by the portal, outside the vaults' store, so that a store
/// which shows an older vault is found out.
actor VaultAccounts {
    private var vaults: [String: VaultID] = [:]
    private var anchors: [VaultID: Anchor] = [:]

    func vault(of subject: String) -> VaultID? { vaults[subject] }

    func open(_ vault: VaultID, for subject: String) { vaults[subject] = vault }

    func anchor(of vault: VaultID) -> Anchor? { anchors[vault] }

    /// Keeps a newer head; an older one never takes its place.
    func keep(_ anchor: Anchor?) {
        guard let anchor else { return }
        if let known = anchors[anchor.vault], known.head.sequence >= anchor.head.sequence { return }
        anchors[anchor.vault] = anchor
    }
}
