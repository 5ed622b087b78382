// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension InMemoryVaultStore {
    /// Everything that a store shows of a vault, kept: what a backup, or an administrator's copy, is.
    ///
    /// - Parameter versions: Whose key records are copied.
    public static func copy(
        of vault: VaultID, in store: any VaultStore, versions: [VersionID]
    ) async throws -> InMemoryVaultStore {
        let copy = InMemoryVaultStore(inlineContentLimit: store.capabilities.inlineContentLimit)
        guard let head = try await store.head(of: vault) else { return copy }
        var objects = Objects(head: head)
        while Int64(objects.entries.count) <= head.sequence {
            let page = try await store.entries(of: vault, from: Int64(objects.entries.count), limit: 256)
            guard !page.isEmpty else { break }
            objects.entries += page
        }
        for slot in try await store.slots(of: vault) {
            objects.slots[SlotID(random: CountingRandom(objects.slots.count))] = slot
        }
        objects.keyRecords = try await store.keyRecords(of: versions, in: vault)
        var last: ContentID?
        while true {
            let ids = try await store.contents(of: vault, after: last, limit: 256)
            guard let end = ids.last else { break }
            for id in ids {
                let size = try await store.contentSize(id, of: vault) ?? 0
                objects.contents[id] = try await store.content(id, of: vault, in: 0..<size)
            }
            last = end
        }
        objects.deposits = try await store.deposits(of: vault, limit: store.capabilities.depositLimit)
        await copy.put(objects, for: vault)
        return copy
    }

    /// Puts all that a vault has in the store in the place of what it had.
    public func put(_ objects: Objects, for vault: VaultID) { vaults[vault] = objects }
}
