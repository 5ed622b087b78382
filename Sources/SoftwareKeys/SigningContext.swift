// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL
import CryptoPrimitives
import PKIX

/// One `EVP_PKEY_CTX` that is ready to sign digests by a scheme. One that others may see is only copied from.
@safe final class SigningContext: @unchecked Sendable {
    private let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    /// A context for a key.
    convenience init(
        _ key: OpaquePointer, _ scheme: SignatureScheme, _ digest: DigestAlgorithm
    ) throws(SoftwareKeysError) {
        guard let made = unsafe EVP_PKEY_CTX_new(key, nil) else { throw OpenSSLFailure.last("EVP_PKEY_CTX_new") }
        unsafe self.init(owning: made)
        guard let fetched = unsafe EVP_MD_fetch(nil, digest.openSSLDigestName, nil) else {
            throw OpenSSLFailure.last("EVP_MD_fetch")
        }
        defer { unsafe EVP_MD_free(fetched) }
        guard unsafe EVP_PKEY_sign_init(made) == 1 else { throw OpenSSLFailure.last("EVP_PKEY_sign_init") }
        switch scheme {
        case .rsaPKCS1:
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(made, RSA_PKCS1_PADDING) == 1 else {
                throw OpenSSLFailure.last("RSASSA-PKCS1-v1_5 parameters")
            }
        case .rsaPSS(_, let mask, let saltLength):
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(made, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_mgf1_md_name(made, mask.openSSLDigestName, nil) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(made, Int32(clamping: saltLength)) == 1
            else { throw OpenSSLFailure.last("RSASSA-PSS parameters") }
        case .ecdsa, .ed25519, .ed448: break
        }
        guard unsafe EVP_PKEY_CTX_set_signature_md(made, fetched) == 1 else {
            throw OpenSSLFailure.last("EVP_PKEY_CTX_set_signature_md")
        }
    }

    deinit { unsafe EVP_PKEY_CTX_free(pointer) }

    func copied() throws(SoftwareKeysError) -> SigningContext {
        guard let copy = unsafe EVP_PKEY_CTX_dup(pointer) else { throw OpenSSLFailure.last("EVP_PKEY_CTX_dup") }
        return unsafe SigningContext(owning: copy)
    }

    /// The value over a digest.
    ///
    /// - Parameter room: Largest size of a value.
    func signature(over digest: [UInt8], room: Int) throws(SoftwareKeysError) -> [UInt8] {
        var count = room
        var value = [UInt8](repeating: 0, count: room)
        guard unsafe EVP_PKEY_sign(pointer, &value, &count, digest, digest.count) == 1, count <= room else {
            throw OpenSSLFailure.last("EVP_PKEY_sign")
        }
        value.removeLast(room - count)
        return value
    }
}
