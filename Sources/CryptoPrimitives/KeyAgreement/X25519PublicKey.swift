// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A public key of X25519 (RFC 7748 §5): 32 octets, the u-coordinate in little-endian order.
///
/// Nothing is checked here; a key of small order is refused by the agreement itself.
public struct X25519PublicKey: Sendable, Hashable {
    /// Octets of a public key.
    public static let byteCount = 32
    /// The 32 octets.
    public let octets: [UInt8]

    /// Makes a key.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength` unless there are 32 octets.
    public init(_ octets: [UInt8]) throws(CryptoPrimitivesError) {
        guard octets.count == Self.byteCount else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "RFC 7748 5", "an X25519 public key of \(octets.count) octets")
        }
        self.octets = octets
    }
}
