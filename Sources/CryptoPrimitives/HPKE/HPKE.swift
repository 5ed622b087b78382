// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// HPKE (RFC 9180) in base mode, single shot, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM.
///
/// The sender is not authenticated: anybody with the public key can seal. Each message has a key pair of its own, so
/// there is no state and no sequence number to keep.
public enum HPKE {
    /// Octets of the encapsulated key.
    public static let encapsulatedKeyByteCount = 32
    /// Octets that sealing adds: encapsulated key and tag.
    public static let overhead = encapsulatedKeyByteCount + AESGCM.overhead

    // RFC 9180 §7: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002.
    private static let kemSuite = Array("KEM".utf8) + [0x00, 0x20]
    private static let suite = Array("HPKE".utf8) + [0x00, 0x20, 0x00, 0x01, 0x00, 0x02]

    /// Seals one message for the holder of a private key (RFC 9180 §6.1 `SealBase`).
    ///
    /// - Parameters:
    ///   - plaintext: At most 2³¹ − 65 octets.
    ///   - recipient: The recipient's public key; whose it is, is not judged here.
    ///   - info: What the message is for; the recipient must give the same.
    ///   - data: Authenticated, not encrypted; may be empty.
    ///   - random: Gives the ephemeral private key.
    /// - Returns: Encapsulated key (32 octets), ciphertext, tag (16).
    /// - Throws: ``CryptoPrimitivesError`` with code `weakPublicKey` for a public key of small order.
    public static func seal(
        _ plaintext: Span<UInt8>, to recipient: X25519PublicKey, info: Span<UInt8>, authenticating data: Span<UInt8>,
        random: some RandomSource
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let ephemeral = try X25519PrivateKey(random: random)
        let agreed = try ephemeral.sharedSecret(with: recipient)
        let schedule = try KeySchedule(
            agreed: agreed, encapsulated: ephemeral.publicKey.octets, recipient: recipient.octets, info: info)
        return try ephemeral.publicKey.octets
            + AESGCM.seal(plaintext, key: schedule.key, nonce: schedule.nonce.span, authenticating: data)
    }

    /// Opens one message (RFC 9180 §6.1 `OpenBase`); see ``seal(_:to:info:authenticating:random:)``.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure` for a message that was changed or cut, or is
    ///   for another key, info or data; an encapsulated key of small order is `weakPublicKey`.
    public static func open(
        _ sealed: Span<UInt8>, with key: borrowing X25519PrivateKey, info: Span<UInt8>, authenticating data: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let schedule = try schedule(of: sealed, for: key, info: info)
        return try AESGCM.open(
            sealed.extracting(encapsulatedKeyByteCount...), key: schedule.key, nonce: schedule.nonce.span,
            authenticating: data)
    }

    /// Opens one message that holds a secret, straight into guarded memory; see ``open(_:with:info:authenticating:)``.
    public static func openSecret(
        _ sealed: Span<UInt8>, with key: borrowing X25519PrivateKey, info: Span<UInt8>, authenticating data: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        let schedule = try schedule(of: sealed, for: key, info: info)
        return try AESGCM.openSecret(
            sealed.extracting(encapsulatedKeyByteCount...), key: schedule.key, nonce: schedule.nonce.span,
            authenticating: data)
    }

    private static func schedule(
        of sealed: Span<UInt8>, for key: borrowing X25519PrivateKey, info: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> KeySchedule {
        guard sealed.count >= overhead else { throw .authentication() }
        let encapsulated = try X25519PublicKey((0..<encapsulatedKeyByteCount).map { sealed[$0] })
        let agreed = try key.sharedSecret(with: encapsulated)
        return try KeySchedule(
            agreed: agreed, encapsulated: encapsulated.octets, recipient: key.publicKey.octets, info: info)
    }

    private struct KeySchedule: ~Copyable {
        let key: SecretBytes
        let nonce: [UInt8]

        // RFC 9180 §5.1.1: base mode has the default PSK and PSK id of no octets; the KEM extracts with no salt.
        private static let empty: [UInt8] = []

        init(
            agreed: borrowing SecretBytes, encapsulated: [UInt8], recipient: [UInt8], info: Span<UInt8>
        ) throws(CryptoPrimitivesError) {
            let empty = Self.empty
            // RFC 9180 §4.1 ExtractAndExpand.
            let extracted = try agreed.withSpan { secret throws(CryptoPrimitivesError) in
                try HPKE.labeledExtract(kemSuite, salt: empty.span, label: "eae_prk", secret)
            }
            let shared = try HPKE.labeledExpand(
                kemSuite, extracted, label: "shared_secret", info: encapsulated + recipient, byteCount: 32)
            // RFC 9180 §5.1 KeySchedule with mode 0.
            let pskHash = try HPKE.labeledExtract(suite, salt: empty.span, label: "psk_id_hash", empty.span)
            let infoHash = try HPKE.labeledExtract(suite, salt: empty.span, label: "info_hash", info)
            let context = [0] + pskHash.exposedOctets() + infoHash.exposedOctets()
            let secret = try shared.withSpan { salt throws(CryptoPrimitivesError) in
                try HPKE.labeledExtract(suite, salt: salt, label: "secret", empty.span)
            }
            let key = try HPKE.labeledExpand(suite, secret, label: "key", info: context, byteCount: 32)
            let nonce = try HPKE.labeledExpand(suite, secret, label: "base_nonce", info: context, byteCount: 12)
            self.nonce = nonce.exposedOctets()
            self.key = key
        }
    }

    // RFC 9180 §4: the labelled forms of Extract and Expand.
    private static func labeledExtract(
        _ suite: [UInt8], salt: Span<UInt8>, label: String, _ material: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        var mac = try HMAC(.sha256, key: salt)
        try mac.update((Array("HPKE-v1".utf8) + suite + Array(label.utf8)).span)
        try mac.update(material)
        return try mac.finalize()
    }

    private static func labeledExpand(
        _ suite: [UInt8], _ key: borrowing SecretBytes, label: String, info: [UInt8], byteCount: Int
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        let labeled =
            [UInt8(byteCount >> 8), UInt8(byteCount & 0xff)] + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info
        return try key.withSpan { octets throws(CryptoPrimitivesError) in
            try HKDF.expand(.sha256, key: octets, info: labeled.span, byteCount: byteCount)
        }
    }
}

extension SecretBytes {
    // For derived values that are not secret: hashes of public info, nonces.
    fileprivate borrowing func exposedOctets() -> [UInt8] {
        withSpan { octets in octets.indices.map { octets[$0] } }
    }
}
