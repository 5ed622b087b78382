// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL
public import CryptoPrimitives
import DERSyntax
import PKIX

extension SoftwareKey {
    /// Reads a private key in PEM: PKCS#8, plain or encrypted (RFC 5958), or the older forms of RSA and EC keys.
    ///
    /// - Parameters:
    ///   - file: The file's bytes; blocks other than private keys are ignored.
    ///   - passphrase: UTF-8, for a protected key.
    /// - Throws: ``SoftwareKeysError``: `passphraseNeeded`, `wrongPassphrase`, `unreadable`.
    public convenience init(pem file: [UInt8], passphrase: borrowing SecretBytes? = nil) throws(SoftwareKeysError) {
        let blocks: [PEM.Block]
        do { blocks = try PEM.blocks(in: file) } catch { throw SoftwareKeysError(.unreadable, error.detail) }
        guard let block = blocks.first(where: { $0.label.hasSuffix("PRIVATE KEY") }) else {
            throw SoftwareKeysError(.unreadable, "no PRIVATE KEY block in the file")
        }
        let type: String
        switch block.label {
        case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY":
            type = block.label == "RSA PRIVATE KEY" ? "RSA" : block.label == "EC PRIVATE KEY" ? "EC" : ""
        case "ENCRYPTED PRIVATE KEY":
            try self.init(encryptedPKCS8: block.bytes, passphrase: passphrase)
            return
        default: throw SoftwareKeysError(.unsupported, "a \(block.label) block")
        }
        let key = unsafe block.bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var start = buffer.baseAddress
            let key =
                type.isEmpty
                ? unsafe d2i_AutoPrivateKey(nil, &start, buffer.count)
                : unsafe d2i_PrivateKey(type == "EC" ? EVP_PKEY_EC : EVP_PKEY_RSA, nil, &start, buffer.count)
            guard unsafe start == buffer.baseAddress.map({ unsafe $0 + buffer.count }) else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
        guard let key = unsafe key else {
            ERR_clear_error()
            throw SoftwareKeysError(
                .unreadable, "the private key cannot be read; an old OpenSSL-encrypted PEM must be converted to PKCS#8")
        }
        try unsafe self.init(checking: key)
    }

    /// Takes over a key from a file after checking that its private and public parts belong together: a damaged file may
    /// still have the structure of a key.
    convenience init(checking key: OpaquePointer) throws(SoftwareKeysError) {
        let context = unsafe EVP_PKEY_CTX_new(key, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_pairwise_check(context) == 1 else {
            ERR_clear_error()
            unsafe EVP_PKEY_free(key)
            throw SoftwareKeysError(.unreadable, "the private and the public part of the key do not belong together")
        }
        try unsafe self.init(owning: key)
    }

    private convenience init(
        encryptedPKCS8 bytes: [UInt8], passphrase: borrowing SecretBytes?
    ) throws(SoftwareKeysError) {
        let envelope = unsafe bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var start = buffer.baseAddress
            let envelope = unsafe d2i_X509_SIG(nil, &start, buffer.count)
            guard unsafe start == buffer.baseAddress.map({ unsafe $0 + buffer.count }) else {
                unsafe X509_SIG_free(envelope)
                return nil
            }
            return unsafe envelope
        }
        guard let envelope = unsafe envelope else {
            ERR_clear_error()
            throw SoftwareKeysError(.unreadable, "not an EncryptedPrivateKeyInfo")
        }
        defer { unsafe X509_SIG_free(envelope) }
        guard passphrase != nil else {
            throw SoftwareKeysError(.passphraseNeeded, "the private key is protected by a passphrase")
        }
        let information = unsafe passphrase.withOptionalCString { text, count in
            unsafe PKCS8_decrypt(envelope, text, count)
        }
        guard let information = unsafe information else {
            if OpenSSLFailure.isUnsupported() {
                throw SoftwareKeysError(.unsupported, "the protection of the private key is not supported")
            }
            throw SoftwareKeysError(.wrongPassphrase, "the passphrase does not open the private key")
        }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(information) }
        guard let key = unsafe EVP_PKCS82PKEY(information) else {
            ERR_clear_error()
            throw SoftwareKeysError(.unsupported, "a private key of an algorithm that is not known")
        }
        try unsafe self.init(checking: key)
    }

    /// PKCS#8 in PEM, not protected: for test keys only.
    public func dangerouslyUnprotectedPEM() throws(SoftwareKeysError) -> String {
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { throw OpenSSLFailure.last("BIO_new") }
        defer { unsafe BIO_free_all(memory) }
        guard unsafe PEM_write_bio_PKCS8PrivateKey(memory, pointer, nil, nil, 0, nil, nil) == 1 else {
            throw OpenSSLFailure.last("PEM_write_bio_PKCS8PrivateKey")
        }
        var bytes: UnsafeMutablePointer<CChar>?
        let count = unsafe dossier_BIO_get_mem_data(memory, &bytes)
        guard count > 0, let start = unsafe bytes else { throw OpenSSLFailure.last("BIO_get_mem_data") }
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension Optional where Wrapped == SecretBytes {
    /// Lends the octets as a C string with a length; an absent secret is an empty one.
    @unsafe borrowing func withOptionalCString<Result>(_ body: (UnsafePointer<CChar>?, Int32) -> Result) -> Result {
        switch self {
        case .none: return unsafe body("", 0)
        case .some(let secret):
            return secret.withSpan { span in
                unsafe span.withUnsafeBufferPointer { buffer in
                    unsafe UnsafeRawBufferPointer(buffer).withMemoryRebound(to: CChar.self) {
                        unsafe body($0.baseAddress, Int32(clamping: $0.count))
                    }
                }
            }
        }
    }
}
