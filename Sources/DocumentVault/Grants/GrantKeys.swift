// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore

/// The shares of a grant and the key that they give together (grant format §5).
enum GrantKeys {
    /// Who holds a share, or is sent one; part of what the share is bound to.
    enum Holder: String {
        /// The recipient, from the grant's package.
        case recipient = "recipient-share"
        /// The release service.
        case service = "service-share"
        /// The recipient, from the release service.
        case release = "released-share"
    }

    static let shareByteCount = 32

    private static func info(_ label: String, _ digest: Digest32, _ more: [UInt8] = []) -> [UInt8] {
        Array("dossierkit/grant/1/\(label)".utf8) + [0] + digest.octets + more
    }

    /// Seals a share by HPKE; `digest` is the grant's, `request` the digest of the request that is answered.
    static func seal(
        _ share: borrowing SecretBytes, for holder: Holder, _ key: X25519PublicKey, of digest: Digest32,
        request: [UInt8] = [], random: some RandomSource
    ) throws(VaultError) -> [UInt8] {
        let info = info(holder.rawValue, digest, request)
        do {
            return try share.withSpan { plaintext throws(CryptoPrimitivesError) in
                try HPKE.seal(plaintext, to: key, info: info.span, authenticating: [UInt8]().span, random: random)
            }
        } catch {
            throw VaultError(error, object: "share")
        }
    }

    static func open(
        _ sealed: [UInt8], for holder: Holder, with key: borrowing X25519PrivateKey, of digest: Digest32,
        request: [UInt8] = []
    ) throws(VaultError) -> SecretBytes {
        let info = info(holder.rawValue, digest, request)
        let share: SecretBytes
        do {
            share = try HPKE.openSecret(
                sealed.span, with: key, info: info.span, authenticating: [UInt8]().span)
        } catch {
            throw VaultError(error, object: "share")
        }
        guard share.byteCount == shareByteCount else {
            throw VaultError(.damaged, object: "share", "\(share.byteCount) octets")
        }
        return share
    }

    /// HKDF-SHA-256 with the grant's digest as salt over the recipient's share, and the service's unless there is none.
    static func key(
        _ recipient: borrowing SecretBytes, _ service: SharedSecret?, of digest: Digest32
    ) throws(VaultError) -> SecretBytes {
        let count = service == nil ? shareByteCount : 2 * shareByteCount
        let material = SecretBytes(byteCount: count) { output in
            recipient.withSpan { for index in $0.indices { output.append($0[index]) } }
            service?.octets.withSpan { for index in $0.indices { output.append($0[index]) } }
        }
        let (salt, info) = (digest.octets, Array("dossierkit/grant/1/key".utf8))
        do {
            return try material.withSpan { octets throws(CryptoPrimitivesError) in
                try HKDF.derive(.sha256, salt: salt.span, material: octets, info: info.span, byteCount: 32)
            }
        } catch {
            throw VaultError(.cryptographyFailure, error.description)
        }
    }

    /// The context under which the secret of one item is sealed (Cobblestone-256).
    static func context(of item: GrantItem, in digest: Digest32) -> [UInt8] {
        info("item", digest, item.document.octets + item.version.octets)
    }
}
