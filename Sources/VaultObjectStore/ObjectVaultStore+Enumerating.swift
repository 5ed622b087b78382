// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

/// Vaults are named by the store of their records; where that cannot, these throw `storeFailure`.
extension ObjectVaultStore: EnumerableVaultStore {
    public func vaults(after vault: VaultID?, limit: Int) async throws(VaultError) -> [VaultListing] {
        try await enumerable().vaults(after: vault, limit: limit)
    }

    public func slotRecords(of vault: VaultID) async throws(VaultError) -> [SlotID: [UInt8]] {
        try await enumerable().slotRecords(of: vault)
    }

    public func keyRecords(
        of vault: VaultID, after version: VersionID?, limit: Int
    ) async throws(VaultError) -> [(version: VersionID, record: [UInt8])] {
        try await enumerable().keyRecords(of: vault, after: version, limit: limit)
    }

    private func enumerable() throws(VaultError) -> any EnumerableVaultStore {
        guard let records = records as? any EnumerableVaultStore else {
            throw VaultError(.storeFailure, object: "store of records", "it cannot say which vaults it has")
        }
        return records
    }
}
