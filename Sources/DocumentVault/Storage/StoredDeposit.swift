// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A deposit as a store keeps it until the vault is next unlocked.
public struct StoredDeposit: Sendable, Hashable {
    /// Names the deposit.
    public var id: DepositID
    /// The sealed record.
    public var record: [UInt8]

    /// Makes a deposit.
    public init(id: DepositID, record: [UInt8]) {
        self.id = id
        self.record = record
    }
}
