// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives

/// The private keys of a device, session, delegate or service: one opens its slot, the other signs its entries.
///
/// The vault never sees them; whoever holds them keeps ``octets`` where only they can read.
public final class DeviceKey: Sendable, CustomStringConvertible {
    /// Octets of both private keys.
    public static let byteCount = 64
    let agreement: X25519PrivateKey
    let signing: VaultSigningKey

    /// Makes new keys.
    ///
    /// - Throws: ``VaultError`` with code `cryptographyFailure`.
    public convenience init(random: some RandomSource) throws(VaultError) {
        try self.init(random.secret(Self.byteCount))
    }

    /// Takes keys that were kept: the X25519 private key and the Ed25519 seed, 32 octets each.
    ///
    /// - Throws: ``VaultError`` with code `invalidMetadata` for another number of octets.
    public init(_ octets: borrowing SecretBytes) throws(VaultError) {
        guard octets.byteCount == Self.byteCount else {
            throw VaultError(.invalidMetadata, "device keys of \(octets.byteCount) octets")
        }
        do {
            agreement = try X25519PrivateKey(octets.withSpan { SecretBytes(copying: $0.extracting(first: 32)) })
            signing = try VaultSigningKey(seed: octets.withSpan { SecretBytes(copying: $0.extracting(32..<64)) })
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    /// Both private keys, to be kept.
    public var octets: SecretBytes {
        SecretBytes(byteCount: Self.byteCount) { output in
            agreement.octets.withSpan { for index in $0.indices { output.append($0[index]) } }
            signing.seed.withSpan { for index in $0.indices { output.append($0[index]) } }
        }
    }

    /// The public keys, to be given to the owner.
    public var card: DeviceCard { DeviceCard(agreement: agreement.publicKey, verification: signing.verificationKey) }

    /// Never the keys.
    public var description: String { "<device key>" }
}
