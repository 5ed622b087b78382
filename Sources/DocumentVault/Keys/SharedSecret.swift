// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives

/// Secret octets that several values refer to: the key of a document version, what a slot held.
final class SharedSecret: Sendable {
    let octets: SecretBytes

    init(_ octets: consuming SecretBytes) { self.octets = octets }
}
