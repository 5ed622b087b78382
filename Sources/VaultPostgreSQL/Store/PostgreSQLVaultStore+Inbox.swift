// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DocumentVault

extension PostgreSQLVaultStore {
    public func putDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await put(deposit, of: vault, replacing: false)
    }

    public func replaceDeposit(_ deposit: StoredDeposit, of vault: VaultID) async throws(VaultError) {
        try await put(deposit, of: vault, replacing: true)
    }

    private func put(_ deposit: StoredDeposit, of vault: VaultID, replacing: Bool) async throws(VaultError) {
        guard deposit.record.count <= 65_536 else {
            throw VaultError(.overQuota, object: "deposit \(deposit.id)", "\(deposit.record.count) octets")
        }
        let limit = Int64(capabilities.depositLimit)
        // Whoever deposits waits for those before: so the count is right, and the order is that of arrival.
        try await change(vault, exclusive: true) {
            [
                Query(
                    replacing ? $0.replaceDeposit : $0.putDeposit,
                    [.octets(vault.octets), .octets(deposit.id.octets), .octets(deposit.record), .number(limit)]),
                Query($0.inbox, [.octets(vault.octets), .octets(deposit.id.octets)]),
            ]
        } _: { rows throws(PostgreSQLError) in
            guard try rows[1].number(0, 0) > 0 else {
                throw PostgreSQLError(.notFound, object: "vault \(vault)", "the store does not have it")
            }
            guard try rows[1].number(0, 2) > 0 else {
                throw PostgreSQLError(
                    .overQuota, object: "vault \(vault)", "\(try rows[1].number(0, 1)) deposits wait")
            }
        }
    }

    public func deposits(of vault: VaultID, limit: Int) async throws(VaultError) -> [StoredDeposit] {
        try await read(vault) {
            [Query($0.deposits, [.octets(vault.octets), .number(Int64(max(0, limit)))])]
        } _: { rows throws(PostgreSQLError) in
            var deposits: [StoredDeposit] = []
            for row in 0..<rows[0].count {
                guard let id = DepositID(octets: try rows[0].octets(row, 0)) else {
                    throw PostgreSQLError(.damaged, object: "deposit", "the row's id")
                }
                deposits.append(StoredDeposit(id: id, record: try rows[0].octets(row, 1)))
            }
            return deposits
        }
    }

    public func deleteDeposits(_ ids: [DepositID], of vault: VaultID) async throws(VaultError) {
        guard !ids.isEmpty else { return }
        try await change(vault) {
            [Query($0.deleteDeposits, [.octets(vault.octets), .octetsList(ids.map(\.octets))])]
        } _: { _ in
        }
    }
}
