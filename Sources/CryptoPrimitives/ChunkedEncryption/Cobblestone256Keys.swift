// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Message key, base nonce and commitment of one sealed message (chunked-encryption: key derivation).
struct Cobblestone256Keys: ~Copyable {
    private static let label = Array("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM".utf8) + [0]

    private let derived: WipedBuffer
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
        let derived = WipedBuffer(byteCount: 32 + 12 + 32)
        try inputKey.withSpan { octets throws(CryptoPrimitivesError) in
            try derived.fill { output throws(CryptoPrimitivesError) in
                try HKDF.expand(.sha512, key: octets, info: info.span, into: &output)
            }
        }
        let (baseNonce, commitment) = (
            derived.withSpan(32..<44) { octets in octets.indices.map { octets[$0] } },
            derived.withSpan(44..<76) { octets in octets.indices.map { octets[$0] } }
        )
        self.derived = derived
        self.baseNonce = baseNonce
        self.commitment = commitment
    }

    /// A cipher context under the message key.
    borrowing func cipher(_ direction: AESGCMContext.Direction) throws(CryptoPrimitivesError) -> AESGCMContext {
        try derived.withSpan(0..<32) { key throws(CryptoPrimitivesError) in try AESGCMContext(key: key, direction) }
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
