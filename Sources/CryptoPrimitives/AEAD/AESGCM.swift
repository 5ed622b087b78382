// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// AES-256-GCM (SP 800-38D) with 96-bit nonces and 128-bit tags, one message at a time.
///
/// A nonce must never repeat under one key. Use ``Cobblestone256`` for content: it derives key and nonce by itself.
public enum AESGCM {
    /// Octets that sealing adds: the tag.
    public static let overhead = AESGCMContext.tagByteCount

    /// Seals one message.
    ///
    /// - Parameters:
    ///   - plaintext: At most 2³¹ − 65 octets.
    ///   - key: 32 octets.
    ///   - nonce: 12 octets, never used before under this key.
    ///   - data: Authenticated, not encrypted; may be empty.
    /// - Returns: Ciphertext, then the 16 octets of the tag.
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength`.
    public static func seal(
        _ plaintext: Span<UInt8>, key: borrowing SecretBytes, nonce: Span<UInt8>, authenticating data: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let context = try key.withSpan { key throws(CryptoPrimitivesError) in try AESGCMContext(key: key, .seal) }
        return try [UInt8](capacity: plaintext.count + overhead) { output throws(CryptoPrimitivesError) in
            try unsafe plaintext.withUnsafeBufferPointer { message throws(CryptoPrimitivesError) in
                try unsafe context.seal(message, nonce: nonce, authenticating: data, into: &output)
            }
        }
    }

    /// Opens one message; see ``seal(_:key:nonce:authenticating:)``.
    ///
    /// - Parameter sealed: Ciphertext, then tag.
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure` when anything was changed or cut,
    ///   `invalidLength` for a key or nonce of another length.
    public static func open(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, nonce: Span<UInt8>, authenticating data: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        try [UInt8](capacity: max(0, sealed.count - overhead)) { output throws(CryptoPrimitivesError) in
            try open(sealed, key: key, nonce: nonce, authenticating: data, into: &output)
        }
    }

    /// Opens one message that holds a secret, straight into guarded memory; see ``open(_:key:nonce:authenticating:)``.
    public static func openSecret(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, nonce: Span<UInt8>, authenticating data: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        try SecretBytes(byteCount: max(0, sealed.count - overhead)) { output throws(CryptoPrimitivesError) in
            try open(sealed, key: key, nonce: nonce, authenticating: data, into: &output)
        }
    }

    private static func open(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, nonce: Span<UInt8>, authenticating data: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        let context = try key.withSpan { key throws(CryptoPrimitivesError) in try AESGCMContext(key: key, .open) }
        try unsafe sealed.withUnsafeBufferPointer { message throws(CryptoPrimitivesError) in
            try unsafe context.open(message, nonce: nonce, authenticating: data, into: &output)
        }
    }
}
