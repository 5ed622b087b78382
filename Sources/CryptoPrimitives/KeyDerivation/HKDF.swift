// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// HKDF (RFC 5869): Extract and Expand as two steps, because the vault's content key derivation uses Expand alone.
public enum HKDF {
    /// RFC 5869 §2.2: a pseudorandom key of `hash.byteCount` octets from input keying material.
    ///
    /// - Parameters:
    ///   - hash: The hash function.
    ///   - salt: May be empty, which means as many zero octets as the hash has.
    ///   - material: The input keying material; any length.
    public static func extract(
        _ hash: HMACHash, salt: Span<UInt8>, material: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        // HMAC pads a short key with zeros, so an empty key is the salt of zeros that the RFC names.
        var mac = try HMAC(hash, key: salt)
        try mac.update(material)
        return try mac.finalize()
    }

    /// RFC 5869 §2.3: output keying material from a pseudorandom key.
    ///
    /// - Parameters:
    ///   - hash: The hash function.
    ///   - key: A uniformly random key, at least as long as the security that is wanted.
    ///   - info: Any length.
    ///   - byteCount: 1 to 255 times `hash.byteCount` octets.
    /// - Throws: ``CryptoPrimitivesError`` with code `invalidLength` for more octets than HKDF gives.
    public static func expand(
        _ hash: HMACHash, key: Span<UInt8>, info: Span<UInt8>, byteCount: Int
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        guard byteCount > 0, byteCount <= 255 * hash.byteCount else {
            throw CryptoPrimitivesError(
                .invalidLength, clause: "RFC 5869 2.3",
                "\(byteCount) octets asked for, 1 to \(255 * hash.byteCount) can be had")
        }
        return try SecretBytes(byteCount: byteCount) { output throws(CryptoPrimitivesError) in
            try expand(hash, key: key, info: info, into: &output)
        }
    }

    /// Fills what is free in `output`, at most 255 times `hash.byteCount` octets.
    static func expand(
        _ hash: HMACHash, key: Span<UInt8>, info: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(CryptoPrimitivesError) {
        var keyed = Optional(try HMAC(hash, key: key))
        let block = WipedBuffer(byteCount: hash.byteCount)
        var counter: UInt8 = 0
        while output.freeCapacity > 0 {
            // Of the last block nothing is made from the same start afterwards.
            let isLast = output.freeCapacity <= hash.byteCount
            guard var mac = isLast ? keyed.take() : keyed?.branch() else { break }
            if counter > 0 {
                try block.withSpan(0..<hash.byteCount) { previous throws(CryptoPrimitivesError) in
                    try mac.update(previous)
                }
            }
            counter &+= 1
            try mac.update(info)
            try mac.update([counter].span)
            try block.fill { octets throws(CryptoPrimitivesError) in try mac.finish(into: &octets) }
            block.withSpan(0..<min(hash.byteCount, output.freeCapacity)) { octets in
                for index in octets.indices { output.append(octets[index]) }
            }
        }
    }

    /// Extract, then Expand.
    public static func derive(
        _ hash: HMACHash, salt: Span<UInt8>, material: Span<UInt8>, info: Span<UInt8>, byteCount: Int
    ) throws(CryptoPrimitivesError) -> SecretBytes {
        let key = try extract(hash, salt: salt, material: material)
        return try key.withSpan { pseudorandom throws(CryptoPrimitivesError) in
            try expand(hash, key: pseudorandom, info: info, byteCount: byteCount)
        }
    }
}
