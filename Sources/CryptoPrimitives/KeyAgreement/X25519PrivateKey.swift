// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// A private key of X25519 (RFC 7748 §5) in guarded memory.
public struct X25519PrivateKey: ~Copyable, Sendable {
    /// The 32 octets before clamping.
    public let octets: SecretBytes
    /// The public key that belongs to it.
    public let publicKey: X25519PublicKey

    /// Takes over 32 secret octets; clamping is done at use.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength`.
    public init(_ octets: consuming SecretBytes) throws(CryptoPrimitivesError) {
        guard octets.byteCount == 32 else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "RFC 7748 5", "an X25519 private key of \(octets.byteCount) octets")
        }
        SodiumLibrary.start()
        var point = [UInt8](repeating: 0, count: 32)
        let status = unsafe octets.withCPointer { secret in
            unsafe crypto_scalarmult_base(&point, secret)
        }
        guard status == 0 else { throw .library("crypto_scalarmult_base") }
        publicKey = try X25519PublicKey(point)
        self.octets = octets
    }

    /// Makes a new key.
    public init(random: some RandomSource) throws(CryptoPrimitivesError) { try self.init(random.secret(32)) }

    /// The shared secret of 32 octets (RFC 7748 §6.1), to be put through a key derivation before use.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `weakPublicKey` for a key of small order, which would give zeros.
    public borrowing func sharedSecret(with other: X25519PublicKey) throws(CryptoPrimitivesError) -> SecretBytes {
        try SecretBytes(byteCount: 32) { output throws(CryptoPrimitivesError) in
            let done = unsafe output.append(count: 32) { target in
                unsafe octets.withCPointer { secret in unsafe crypto_scalarmult(target, secret, other.octets) == 0 }
            }
            guard done else {
                throw CryptoPrimitivesError(.weakPublicKey, clause: "RFC 7748 6.1", "a public key of small order")
            }
        }
    }
}
