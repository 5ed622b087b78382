// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// What only the owner has while a vault is open: the signing key, and the secret that seals for the owner alone.
final class OwnerKey: Sendable {
    let key: VaultSigningKey
    let secret: SecretBytes

    init(_ key: consuming VaultSigningKey, secret: consuming SecretBytes) {
        self.key = key
        self.secret = secret
    }
}
