// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore {
    /// Moves a vault to another cluster of the store while it is read and written, by any number of processes.
    ///
    /// Readers never wait. Writers wait for the last round of copying (``PostgreSQLVaultMove/pause``) and go on in the new
    /// cluster by themselves; nowhere are two clusters in which the vault can be written. When this is broken off, however it
    /// ends, calling it again goes on with it; if it ended in the last round, whoever writes takes it back after a third of the
    /// address's `retry`. However fast the vault is written, there are at most eight rounds. The old rows are dropped after both
    /// clusters were compared: head, and number and digest of entries, slots, key records and deposits, number and
    /// sizes of contents (whose octets their readers check).
    ///
    /// - Parameters:
    ///   - vault: The vault.
    ///   - cluster: Number of the cluster, counted from 1 in the order of the address.
    ///   - clock: What the pause is measured by.
    /// - Throws: ``DocumentVault/VaultError``: `notFound`, `notAStore` for a cluster that the address does not name, `conflict` while a
    ///   move to another cluster is not finished, or another process does the same; `damaged` when both clusters do not have the
    ///   same at last (the vault stays where it was); errors of the clusters.
    public func move(
        _ vault: VaultID, to cluster: Int, clock: any Clock<Duration>
    ) async throws(VaultError) -> PostgreSQLVaultMove {
        guard clusters.indices.contains(cluster - 1) else {
            throw VaultError(.notAStore, object: "cluster \(cluster)", "the address names \(clusters.count)")
        }
        return try await VaultMover(store: self, vault: vault).move(to: cluster - 1, clock: clock)
    }

    /// Gives up a move that was broken off; nothing happens when there is none.
    ///
    /// - Throws: ``DocumentVault/VaultError``: `notFound`, `conflict` when the vault has arrived meanwhile, errors of the clusters.
    public func abandonMove(of vault: VaultID) async throws(VaultError) {
        try await VaultMover(store: self, vault: vault).abandon()
    }

    /// Number of the cluster that a vault lies in, counted from 1 in the order of the address; `nil` when the store does not
    /// have it.
    public func cluster(of vault: VaultID) async throws(VaultError) -> Int? {
        try await routed(vault) { visit throws(VaultError) -> Answer<Int?> in
            let (query, number) = (
                Query(visit.cluster.statements.standing, [.octets(vault.octets)]), visit.cluster.number
            )
            return try await visit.cluster.read(vault, [query], visit) { rows throws(PostgreSQLError) in
                rows[0].count > 0 ? number + 1 : nil
            }
        }
    }
}
