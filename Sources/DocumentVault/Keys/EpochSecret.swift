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
}
