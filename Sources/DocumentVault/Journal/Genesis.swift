// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax

/// What the first entry of a journal says in the clear (format §3).
struct Genesis: Sendable, Hashable {
    let nonce: [UInt8]
    let ownerKey: VaultVerificationKey
    /// The X25519 key to which deposits will be sealed.
    let vaultKey: X25519PublicKey

    static let tag = DERTag.context(0)

    init(nonce: [UInt8], ownerKey: VaultVerificationKey, vaultKey: X25519PublicKey) {
        self.nonce = nonce
        self.ownerKey = ownerKey
        self.vaultKey = vaultKey
    }

    init(_ element: DERElement) throws(VaultError) {
        do {
            var reader = try element.reader(Self.tag)
            nonce = try reader.next().octetString()
            ownerKey = try VaultVerificationKey(reader.next().octetString())
            vaultKey = try X25519PublicKey(reader.next().octetString())
            try reader.end()
        } catch {
            throw VaultError(.damaged, object: "entry 0", "genesis: \(error)")
        }
        guard nonce.count == 32 else {
            throw VaultError(.damaged, object: "entry 0", "a nonce of \(nonce.count) octets")
        }
    }

    /// Checks that the sealed private key belongs to ``vaultKey``: halves of two pairs must not be mixed.
    func check(sealedVaultKey: [UInt8], under secret: EpochSecret) throws(VaultError) {
        _ = try privateKey(sealed: sealedVaultKey, under: secret)
    }

    /// The vault's private key, from what the first payload holds.
    func privateKey(sealed: [UInt8], under secret: EpochSecret) throws(VaultError) -> X25519PrivateKey {
        let octets = try VaultSeal.openSecret(sealed, key: secret.octets, .vaultKey, [nonce], object: "entry 0")
        let key: X25519PrivateKey
        do {
            key = try X25519PrivateKey(octets)
        } catch {
            throw VaultError(error, object: "entry 0")
        }
        guard key.publicKey == vaultKey else {
            throw VaultError(.damaged, object: "entry 0", "the vault's key pair does not fit together")
        }
        return key
    }

    func write(to writer: inout DERWriter) {
        writer.constructed(Self.tag) {
            $0.octetString(nonce)
            $0.octetString(ownerKey.octets)
            $0.octetString(vaultKey.octets)
        }
    }
}
