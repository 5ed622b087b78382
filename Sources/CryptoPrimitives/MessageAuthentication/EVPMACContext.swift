// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// One `EVP_MAC_CTX` for HMAC, with its key set.
@safe struct EVPMACContext: ~Copyable {
    let pointer: OpaquePointer

    private init(adopting pointer: OpaquePointer) { unsafe self.pointer = pointer }

    // The algorithm is fetched once: EVP_MAC objects are reference-counted and immutable.
    private nonisolated(unsafe) static let algorithm: OpaquePointer? = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

    static func make(_ hash: HMACHash, key: Span<UInt8>) throws(CryptoPrimitivesError) -> EVPMACContext {
        guard let algorithm = unsafe Self.algorithm else { throw .library("EVP_MAC_fetch") }
        guard let new = unsafe EVP_MAC_CTX_new(algorithm) else {
            preconditionFailure("EVP_MAC_CTX_new: out of memory")
        }
        let handle = unsafe EVPMACContext(adopting: new)
        let count = key.count
        // A null key would mean "keep the key": an empty one comes with an address too.
        let status = unsafe key.withCPointer { octets in
            unsafe dossier_start_mac(new, hash.rawValue, octets, count)
        }
        guard status == 1 else { throw .library("EVP_MAC_init") }
        return handle
    }

    borrowing func duplicate() -> EVPMACContext {
        guard let copy = unsafe EVP_MAC_CTX_dup(pointer) else {
            preconditionFailure("EVP_MAC_CTX_dup: out of memory")
        }
        return unsafe EVPMACContext(adopting: copy)
    }

    deinit { unsafe EVP_MAC_CTX_free(pointer) }
}
