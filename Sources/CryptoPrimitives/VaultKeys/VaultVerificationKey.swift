// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// An Ed25519 public key (RFC 8032 §5.1) of an owner or writer of a vault.
///
/// Verification is libsodium's: it refuses public keys and R of small order, keys that are not in canonical form and
/// S at or above the group order, so one message and key have no second valid signature by mere re-encoding.
public struct VaultVerificationKey: Sendable, Hashable {
    /// Octets of a public key.
    public static let byteCount = 32
    /// Octets of a signature.
    public static let signatureByteCount = 64
    /// The 32 octets.
    public let octets: [UInt8]

    /// Makes a key; a key that is no point on the curve verifies nothing.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength` unless there are 32 octets.
    public init(_ octets: [UInt8]) throws(CryptoPrimitivesError) {
        guard octets.count == Self.byteCount else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "RFC 8032 5.1.5", "an Ed25519 public key of \(octets.count) octets")
        }
        self.octets = octets
    }

    /// Whether `signature` is a valid signature of `message` by this key; one of another length than 64 is not.
    public func isValid(signature: [UInt8], of message: Span<UInt8>) -> Bool {
        guard signature.count == Self.signatureByteCount else { return false }
        SodiumLibrary.start()
        let count = UInt64(message.count)
        return unsafe message.withCPointer { content in
            unsafe crypto_sign_verify_detached(signature, content, count, octets) == 0
        }
    }
}
