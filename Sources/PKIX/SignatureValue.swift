// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import CryptoPrimitives

/// A signature value, and whether and for what it was verified.
package struct SignatureValue: Sendable {
    /// The value.
    package let bytes: [UInt8]
    private let verified: Verified?

    private struct Verified: Hashable {
        let message: [UInt8]
        let scheme: SignatureScheme
        let key: SubjectPublicKeyInfo
    }

    /// A value of which nothing is known.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        verified = nil
    }

    /// A value that holds under a public key.
    package init(
        _ bytes: [UInt8], holdingOver message: [UInt8], scheme: SignatureScheme, under key: SubjectPublicKeyInfo
    ) {
        self.bytes = bytes
        verified = Verified(message: message, scheme: scheme, key: key)
    }

    /// Whether it was verified for exactly this.
    package func isKnownToHold(over message: [UInt8], scheme: SignatureScheme, under key: SubjectPublicKeyInfo) -> Bool
    {
        verified == Verified(message: message, scheme: scheme, key: key)
    }
}
