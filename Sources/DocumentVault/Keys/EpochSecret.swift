// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// The secret of one epoch; shared by everything that seals or opens under it.
final class EpochSecret: Sendable {
    let number: Int64
    let octets: SecretBytes

    init(number: Int64, octets: consuming SecretBytes) {
        self.number = number
        self.octets = octets
    }

    /// The secret of the epoch before, from what the entry that announced an epoch holds.
    static func opening(
        _ previous: [UInt8], under secret: EpochSecret, vault: VaultID, object: String
    ) throws(VaultError) -> EpochSecret {
        EpochSecret(
            number: secret.number - 1,
            octets: try VaultSeal.openSecret(
                previous, key: secret.octets, .epochSecret, [vault.octets, VaultSeal.u32(secret.number)], object: object
            ))
    }

    /// The key pair to which deposits are sealed by tickets of this epoch (format §12).
    func depositKey(of vault: VaultID) throws(VaultError) -> X25519PrivateKey {
        try VaultSeal.agreement(from: octets, .depositKey, [vault.octets, VaultSeal.u32(number)])
    }

    /// This secret sealed under the next epoch's.
    func sealed(under next: EpochSecret, vault: VaultID, random: some RandomSource) throws(VaultError) -> [UInt8] {
        try VaultSeal.seal(
            octets, key: next.octets, .epochSecret, [vault.octets, VaultSeal.u32(next.number)], random: random)
    }
}
