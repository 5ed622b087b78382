// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// HMAC (RFC 2104, FIPS 198-1) over one message that arrives in parts.
public struct HMAC: ~Copyable {
    private let handle: EVPMACContext
    private let hash: HMACHash

    /// Begins a computation.
    ///
    /// - Parameters:
    ///   - hash: The hash function.
    ///   - key: Any length.
    public init(_ hash: HMACHash, key: Span<UInt8>) throws(CryptoPrimitivesError) {
        let handle = try EVPMACContext.make(hash, key: key)
        self.handle = handle
        self.hash = hash
    }

    private init(_ hash: HMACHash, adopting handle: consuming EVPMACContext) {
        self.hash = hash
        self.handle = handle
    }

    /// A computation that goes on from here independently; the key is set up once for both.
    borrowing func branch() -> HMAC { HMAC(hash, adopting: handle.duplicate()) }

    /// Takes in more of the message.
    public mutating func update(_ part: Span<UInt8>) throws(CryptoPrimitivesError) {
        let count = part.count
        let status = unsafe part.withCPointer { octets in unsafe EVP_MAC_update(handle.pointer, octets, count) }
        guard status == 1 else { throw .library("EVP_MAC_update") }
    }

    /// The authentication code, as many octets as the hash has.
    public consuming func finalize() throws(CryptoPrimitivesError) -> SecretBytes {
        let count = hash.byteCount
        return try SecretBytes(byteCount: count) { output throws(CryptoPrimitivesError) in
            try finish(into: &output)
        }
    }

    /// The authentication code of one message, of `hash.byteCount` octets, for values that are not secret.
    public static func code(
        _ hash: HMACHash, key: Span<UInt8>, of message: Span<UInt8>
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        var mac = try HMAC(hash, key: key)
        try mac.update(message)
        return try [UInt8](capacity: hash.byteCount) { output throws(CryptoPrimitivesError) in
            try mac.finish(into: &output)
        }
    }

    /// Appends the authentication code; the computation is over then.
    borrowing func finish(into output: inout OutputSpan<UInt8>) throws(CryptoPrimitivesError) {
        let count = hash.byteCount
        let done = unsafe output.append(count: count) { target in
            var written = 0
            return unsafe EVP_MAC_final(handle.pointer, target, &written, count) == 1 && written == count
        }
        guard done else { throw .library("EVP_MAC_final") }
    }
}
