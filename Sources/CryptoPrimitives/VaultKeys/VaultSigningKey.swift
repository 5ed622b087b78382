// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierSodium

/// An Ed25519 private key (RFC 8032 §5.1) of an owner or writer of a vault, in guarded memory.
///
/// It signs journal entries only: keys of people's and agencies' certificates live in `SoftwareKeys` and `HardwareKeys`.
public struct VaultSigningKey: ~Copyable, Sendable {
    /// The 32 octets from which everything is derived; what a vault seals and keeps.
    public let seed: SecretBytes
    /// The public key that belongs to it.
    public let verificationKey: VaultVerificationKey
    private let expanded: SecretBytes

    /// Takes over a seed of 32 octets.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength`.
    public init(seed: consuming SecretBytes) throws(CryptoPrimitivesError) {
        guard seed.byteCount == 32 else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "RFC 8032 5.1.5", "an Ed25519 seed of \(seed.byteCount) octets")
        }
        SodiumLibrary.start()
        var point = [UInt8](repeating: 0, count: 32)
        let expanded = try SecretBytes(byteCount: 64) { output throws(CryptoPrimitivesError) in
            let done = unsafe output.append(count: 64) { target in
                unsafe seed.withCPointer { octets in unsafe crypto_sign_seed_keypair(&point, target, octets) == 0 }
            }
            guard done else { throw .library("crypto_sign_seed_keypair") }
        }
        let verificationKey = try VaultVerificationKey(point)
        self.seed = seed
        self.expanded = expanded
        self.verificationKey = verificationKey
    }

    /// Makes a new key.
    public init(random: some RandomSource) throws(CryptoPrimitivesError) { try self.init(seed: random.secret(32)) }

    /// The signature of a message, 64 octets; the same for the same message every time.
    public borrowing func signature(of message: Span<UInt8>) throws(CryptoPrimitivesError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: VaultVerificationKey.signatureByteCount)
        let count = UInt64(message.count)
        let status = unsafe expanded.withCPointer { key in
            unsafe message.withCPointer { content in
                unsafe crypto_sign_detached(&signature, nil, content, count, key)
            }
        }
        guard status == 0 else { throw .library("crypto_sign_detached") }
        return signature
    }
}
