// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Cobblestone-256: the C2SP chunked-encryption construction with SHA-512 and AES-256-GCM.
///
/// A sealed message is salt (24 octets), key commitment (32), then chunks of 16 KiB, each with a tag of 16 octets. The
/// last chunk is always shorter than 16 KiB and may be empty, so a message that was cut is seen as such. Key and base
/// nonce of the message come from HKDF-Expand over the input key, the salt and a context, which must be the same for
/// opening: identity and position of what is sealed go there.
///
/// See <https://c2sp.org/chunked-encryption>. One input key seals any number of messages, each with a random salt.
public enum Cobblestone256 {
    /// Octets of an input key.
    public static let keyByteCount = 32
    /// Octets of the salt at the start.
    public static let saltByteCount = 24
    /// Octets of the key commitment after the salt.
    public static let commitmentByteCount = 32
    /// Salt and commitment.
    public static let headerByteCount = saltByteCount + commitmentByteCount
    /// Plaintext octets of every chunk but the last.
    public static let chunkByteCount = 16_384
    /// Octets of every sealed chunk but the last.
    public static let sealedChunkByteCount = chunkByteCount + AESGCM.overhead
    /// Most chunks of one message: 2³⁸, which is 4 PiB.
    public static let mostChunks: Int64 = 1 << 38

    /// Octets of the sealed form of a plaintext.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength` for a negative size or one of 4 PiB and more.
    public static func sealedSize(ofPlaintext size: Int64) throws(CryptoPrimitivesError) -> Int64 {
        guard size >= 0, size < mostChunks * Int64(chunkByteCount) else {
            throw CryptoPrimitivesError(.invalidLength, clause: "chunked-encryption: chunking", "\(size) octets")
        }
        return Int64(headerByteCount) + size + (size / Int64(chunkByteCount) + 1) * Int64(AESGCM.overhead)
    }

    /// Octets of the plaintext in a sealed message of some size.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure` for a size that no sealed message has.
    public static func plaintextSize(ofSealed size: Int64) throws(CryptoPrimitivesError) -> Int64 {
        guard size >= Int64(headerByteCount) else { throw .authentication() }
        let body = size - Int64(headerByteCount)
        let whole = body / Int64(sealedChunkByteCount)
        let last = body % Int64(sealedChunkByteCount)
        guard last >= Int64(AESGCM.overhead), whole < mostChunks else { throw .authentication() }
        return whole * Int64(chunkByteCount) + last - Int64(AESGCM.overhead)
    }

    /// Seals a message that is in memory.
    ///
    /// - Parameters:
    ///   - plaintext: Any number of octets.
    ///   - key: 32 uniformly random octets.
    ///   - context: What the message is; may be empty.
    ///   - random: Gives the salt.
    public static func seal(
        _ plaintext: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>, random: some RandomSource
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let size = Int(try sealedSize(ofPlaintext: Int64(plaintext.count)))
        return try [UInt8](capacity: size) { output throws(CryptoPrimitivesError) in
            let sealer = try Cobblestone256Sealer(key: key, context: context, random: random)
            try sealer.finish(plaintext, into: &output)
        }
    }

    /// Opens a message that is in memory.
    ///
    /// - Throws: ``CryptoPrimitivesError`` with code `authenticationFailure` when anything was changed, cut or added, or
    ///   key or context is another.
    public static func open(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let size = Int(try plaintextSize(ofSealed: Int64(sealed.count)))
        return try [UInt8](capacity: size) { output throws(CryptoPrimitivesError) in
            try open(sealed, key: key, context: context, into: &output)
        }
    }

    /// Opens a message that is in memory and holds a secret, straight into guarded memory; see ``open(_:key:context:)``.
    public static func openSecret(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        let size = Int(try plaintextSize(ofSealed: Int64(sealed.count)))
        return try SecretBytes(byteCount: size) { output throws(CryptoPrimitivesError) in
            try open(sealed, key: key, context: context, into: &output)
        }
    }

    /// Opens a message that is in memory and seals it anew under another key; its plaintext is wiped at once.
    ///
    /// - Throws: As ``open(_:key:context:)``.
    public static func reseal(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>, under newKey: borrowing SecretBytes,
        newContext: Span<UInt8>, random: some RandomSource
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let plaintext = try opened(sealed, key: key, context: context)
        return try plaintext.withSpan(0..<plaintext.byteCount) { octets throws(CryptoPrimitivesError) in
            try seal(octets, key: newKey, context: newContext, random: random)
        }
    }

    /// Opens a message that is in memory, only to see that it opens; its plaintext is wiped at once.
    ///
    /// - Throws: As ``open(_:key:context:)``.
    public static func check(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>
    ) throws(CryptoPrimitivesError) {
        _ = try opened(sealed, key: key, context: context)
    }

    private static func opened(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> WipedBuffer {
        let plaintext = WipedBuffer(byteCount: Int(try plaintextSize(ofSealed: Int64(sealed.count))))
        try plaintext.fill { output throws(CryptoPrimitivesError) in
            try open(sealed, key: key, context: context, into: &output)
        }
        return plaintext
    }

    private static func open(
        _ sealed: Span<UInt8>, key: borrowing SecretBytes, context: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        let chunks = try Cobblestone256Chunks(
            header: sealed.extracting(first: headerByteCount), sealedSize: Int64(sealed.count), key: key,
            context: context)
        for index in 0..<chunks.count {
            let range = chunks.sealedRange(of: index)
            try chunks.open(
                index, sealed.extracting(Int(range.lowerBound)..<Int(range.upperBound)), into: &output)
        }
    }
}
