// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Message key, base nonce and commitment of one sealed message (chunked-encryption: key derivation).
struct Cobblestone256Keys: ~Copyable {
    private static let label = Array("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM".utf8) + [0]

    let key: SecretBytes
    let baseNonce: [UInt8]
    let commitment: [UInt8]

    init(inputKey: borrowing SecretBytes, salt: Span<UInt8>, context: Span<UInt8>) throws(CryptoPrimitivesError) {
        guard inputKey.byteCount == Cobblestone256.keyByteCount else {
            throw CryptoPrimitivesError(.invalidLength, "an input key of \(inputKey.byteCount) octets")
        }
        var info = Self.label
        info.reserveCapacity(info.count + salt.count + context.count)
        for index in salt.indices { info.append(salt[index]) }
        for index in context.indices { info.append(context[index]) }
        let derived = try inputKey.withSpan { octets throws(CryptoPrimitivesError) in
            try HKDF.expand(.sha512, key: octets, info: info.span, byteCount: 32 + 12 + 32)
        }
        key = derived.withSpan { SecretBytes(copying: $0.extracting(0..<32)) }
        baseNonce = derived.withSpan { octets in (32..<44).map { octets[$0] } }
        commitment = derived.withSpan { octets in (44..<76).map { octets[$0] } }
    }

    /// The nonce of a chunk: base nonce XOR its number as a big-endian integer.
    static func nonce(_ base: [UInt8], chunk: Int64) -> [UInt8] {
        var nonce = base
        var rest = UInt64(bitPattern: chunk)
        var index = nonce.count - 1
        while rest != 0, index >= 0 {
            nonce[index] ^= UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            index -= 1
        }
        return nonce
    }
}
