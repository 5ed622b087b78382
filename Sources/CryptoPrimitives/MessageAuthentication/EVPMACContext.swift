// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// One `EVP_MAC_CTX` for HMAC, with its key set.
@safe struct EVPMACContext: ~Copyable {
    let pointer: OpaquePointer

    private init(adopting pointer: OpaquePointer) { unsafe self.pointer = pointer }

    // One context for each hash, under a key of no value, of which all others are copies: to make a context and name its
    // hash takes longer than a short message. Nobody changes these.
    private nonisolated(unsafe) static let sha256 = unsafe prepared(.sha256)
    private nonisolated(unsafe) static let sha384 = unsafe prepared(.sha384)
    private nonisolated(unsafe) static let sha512 = unsafe prepared(.sha512)

    private static func prepared(_ hash: HMACHash) -> OpaquePointer? {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let new = unsafe EVP_MAC_CTX_new(algorithm) else {
            preconditionFailure("EVP_MAC_CTX_new: out of memory")
        }
        let zeros = [UInt8](repeating: 0, count: hash.byteCount)
        guard unsafe dossier_start_mac(new, hash.rawValue, zeros, zeros.count) == 1 else {
            unsafe EVP_MAC_CTX_free(new)
            return nil
        }
        return unsafe new
    }

    static func make(_ hash: HMACHash, key: Span<UInt8>) throws(CryptoPrimitivesError) -> EVPMACContext {
        let prepared =
            switch hash {
            case .sha256: unsafe Self.sha256
            case .sha384: unsafe Self.sha384
            case .sha512: unsafe Self.sha512
            }
        guard let prepared = unsafe prepared else { throw .library("EVP_MAC_fetch") }
        let handle = unsafe copy(of: prepared)
        let count = key.count
        // A null key would mean "keep the key": an empty one comes with an address too.
        let status = unsafe key.withCPointer { octets in unsafe EVP_MAC_init(handle.pointer, octets, count, nil) }
        guard status == 1 else { throw .library("EVP_MAC_init") }
        return handle
    }

    borrowing func duplicate() -> EVPMACContext { unsafe Self.copy(of: pointer) }

    private static func copy(of pointer: OpaquePointer) -> EVPMACContext {
        guard let copy = unsafe EVP_MAC_CTX_dup(pointer) else {
            preconditionFailure("EVP_MAC_CTX_dup: out of memory")
        }
        return unsafe EVPMACContext(adopting: copy)
    }

    deinit { unsafe EVP_MAC_CTX_free(pointer) }
}
