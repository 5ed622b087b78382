// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// What opens deposits: the key on the vault's card, and those of later epochs (format §12).
final class DepositKeys: Sendable {
    private let vault: VaultID
    private let first: X25519PrivateKey
    private let secrets: [Int64: EpochSecret]

    init(vault: VaultID, first: consuming X25519PrivateKey, secrets: [Int64: EpochSecret]) {
        self.vault = vault
        self.first = first
        self.secrets = secrets
    }

    /// The plaintext of a record, and the epoch whose key it is sealed to; `nil` for the card's.
    func open(_ deposit: StoredDeposit) throws(VaultError) -> (plaintext: [UInt8], epoch: Int64?) {
        let record = deposit.record
        // A record of the card's key begins with a random octet string, which may be the number of an epoch, too.
        let number = record.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        if record.count > 4, number > 1, let secret = secrets[number],
            let plaintext = try? open(
                record.span.extracting(droppingFirst: 4), of: deposit.id, with: secret.depositKey(of: vault), number)
        {
            return (plaintext, number)
        }
        return (try open(record.span, of: deposit.id, with: first, nil), nil)
    }

    private func open(
        _ sealed: Span<UInt8>, of id: DepositID, with key: borrowing X25519PrivateKey, _ epoch: Int64?
    ) throws(VaultError) -> [UInt8] {
        do {
            return try HPKE.open(
                sealed, with: key, info: DepositRecord.info(vault, id, epoch).span, authenticating: [UInt8]().span)
        } catch {
            throw VaultError(error, object: "deposit \(id)")
        }
    }
}
