// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// The owner's signing key while a vault is open.
final class OwnerKey: Sendable {
    let key: VaultSigningKey

    init(_ key: consuming VaultSigningKey) { self.key = key }
}
