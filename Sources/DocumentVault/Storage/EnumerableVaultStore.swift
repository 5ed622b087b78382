// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A store that can say what it has, so that its vaults can be copied without any key.
///
/// A vault never asks for these; who runs the store does, see ``VaultCopying``.
public protocol EnumerableVaultStore: VaultStore {
    /// Ids of vaults with their heads, each vault once, in an order of the store's own; those after `vault`, at most `limit`.
    ///
    /// - Parameter vault: The last one of the page before; `nil` for the first page.
    func vaults(after vault: VaultID?, limit: Int) async throws(VaultError) -> [VaultListing]

    /// All slots of a vault by their ids.
    func slotRecords(of vault: VaultID) async throws(VaultError) -> [SlotID: [UInt8]]

    /// Key records of a vault in ascending order of versions, those after `version`, at most `limit`.
    func keyRecords(
        of vault: VaultID, after version: VersionID?, limit: Int
    ) async throws(VaultError) -> [(version: VersionID, record: [UInt8])]
}

/// One vault of a store.
public struct VaultListing: Sendable, Hashable {
    /// The vault.
    public var id: VaultID
    /// Its newest head in the store.
    public var head: JournalHead

    /// Makes a line.
    public init(id: VaultID, head: JournalHead) {
        self.id = id
        self.head = head
    }
}
