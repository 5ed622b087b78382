// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// One `EVP_CIPHER_CTX`.
@safe struct EVPCipherContext: ~Copyable {
    let pointer: OpaquePointer

    init() {
        guard let new = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("EVP_CIPHER_CTX_new: out of memory")
        }
        unsafe pointer = new
    }

    deinit { unsafe EVP_CIPHER_CTX_free(pointer) }
}
