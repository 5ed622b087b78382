// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore

/// The public keys of a device, session, delegate or service.
///
/// - Security: whose keys they are is for the owner to know: the card is taken by hand, from a pairing, or from a
///   certificate that somebody validated, never from the store.
public struct DeviceCard: Sendable, Hashable, CustomStringConvertible {
    /// The key to which the device's slot is sealed.
    public let agreement: X25519PublicKey
    /// The key that its entries are signed with.
    public let verification: VaultVerificationKey

    /// Makes a card.
    public init(agreement: X25519PublicKey, verification: VaultVerificationKey) {
        self.agreement = agreement
        self.verification = verification
    }

    /// Reads the line that ``description`` writes, or gives `nil`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 3, parts[0] == "dossier-vault-device/1", let agreement = Hexadecimal.decode(parts[1]),
            let verification = Hexadecimal.decode(parts[2]), let agreement = try? X25519PublicKey(agreement),
            let verification = try? VaultVerificationKey(verification)
        else { return nil }
        self.init(agreement: agreement, verification: verification)
    }

    /// `dossier-vault-device/1 <X25519 public key> <Ed25519 public key>`
    public var description: String {
        "dossier-vault-device/1 \(Hexadecimal.encode(agreement.octets)) \(Hexadecimal.encode(verification.octets))"
    }
}
