// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A store with structures of its own that reading a vault does not show, such as indexes that only writing uses.
///
/// ``Vault/verify(anchor:progress:)`` asks such a store to look at them; an engine without any need not conform.
public protocol InspectableVaultStore: VaultStore {
    /// Looks whether the engine's own structures agree with what it has of a vault.
    ///
    /// - Throws: ``VaultError`` with code `damaged`; errors of the store.
    func inspect(_ vault: VaultID) async throws(VaultError)
}
