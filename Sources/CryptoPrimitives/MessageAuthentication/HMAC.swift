// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// HMAC (RFC 2104, FIPS 198-1) over one message that arrives in parts.
public struct HMAC: ~Copyable {
    private let handle: Handle
    private let hash: HMACHash

    /// Begins a computation.
    ///
    /// - Parameters:
    ///   - hash: The hash function.
    ///   - key: Any length.
    public init(_ hash: HMACHash, key: Span<UInt8>) throws(CryptoPrimitivesError) {
        let handle = try Handle.make(hash, key: key)
        self.handle = handle
        self.hash = hash
    }

    private init(_ hash: HMACHash, adopting handle: consuming Handle) {
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

    private borrowing func finish(into output: inout OutputSpan<UInt8>) throws(CryptoPrimitivesError) {
        let count = hash.byteCount
        let done = unsafe output.append(count: count) { target in
            var written = 0
            return unsafe EVP_MAC_final(handle.pointer, target, &written, count) == 1 && written == count
        }
        guard done else { throw .library("EVP_MAC_final") }
    }

    @safe struct Handle: ~Copyable {
        let pointer: OpaquePointer

        private init(adopting pointer: OpaquePointer) { unsafe self.pointer = pointer }

        // The algorithm is fetched once: EVP_MAC objects are reference-counted and immutable.
        private nonisolated(unsafe) static let algorithm: OpaquePointer? = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

        static func make(_ hash: HMACHash, key: Span<UInt8>) throws(CryptoPrimitivesError) -> Handle {
            guard let algorithm = unsafe Self.algorithm else { throw .library("EVP_MAC_fetch") }
            guard let new = unsafe EVP_MAC_CTX_new(algorithm) else {
                preconditionFailure("EVP_MAC_CTX_new: out of memory")
            }
            let handle = unsafe Handle(adopting: new)
            let count = key.count
            // A null key would mean "keep the key": an empty one comes with an address too.
            let status = unsafe key.withCPointer { octets in
                var name = Array(hash.rawValue.utf8CString)
                return unsafe name.withUnsafeMutableBufferPointer { digest in
                    let parameters = unsafe [
                        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.baseAddress, 0),
                        OSSL_PARAM_construct_end(),
                    ]
                    return unsafe EVP_MAC_init(new, octets, count, parameters)
                }
            }
            guard status == 1 else { throw .library("EVP_MAC_init") }
            return handle
        }

        borrowing func duplicate() -> Handle {
            guard let copy = unsafe EVP_MAC_CTX_dup(pointer) else {
                preconditionFailure("EVP_MAC_CTX_dup: out of memory")
            }
            return unsafe Handle(adopting: copy)
        }

        deinit { unsafe EVP_MAC_CTX_free(pointer) }
    }
}
