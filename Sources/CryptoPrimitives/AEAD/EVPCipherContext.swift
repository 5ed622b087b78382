// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL

/// One `EVP_CIPHER_CTX`.
///
/// Not private and not nested: an optimised build destroys values of the public types that hold this one in other
/// modules, and the linker must find the type there.
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
