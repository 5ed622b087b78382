// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL
public import CryptoPrimitives
import DERSyntax
public import PKIX

/// What a PKCS#12 file (RFC 7292) holds: a key, its certificate and further certificates.
public struct PKCS12File: Sendable {
    /// The private key.
    public let key: SoftwareKey
    /// The certificate of the key.
    public let certificate: Certificate
    /// Further certificates, in the file's order.
    public let chain: [Certificate]

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - bytes: The file, DER, at most 16 MiB.
    ///   - passphrase: UTF-8 without a zero byte.
    /// - Throws: ``SoftwareKeysError``: `wrongPassphrase`, `unreadable`, `unsupported` for ciphers that OpenSSL keeps in
    ///   its legacy provider (RC2-40), `certificateMismatch`.
    public init(opening bytes: [UInt8], passphrase: borrowing SecretBytes) throws(SoftwareKeysError) {
        guard bytes.count <= 1 << 24 else { throw SoftwareKeysError(.unreadable, "a file of \(bytes.count) bytes") }
        var start: UnsafePointer<UInt8>?
        var consumed = 0
        let container = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe start = buffer.baseAddress
            let read = unsafe d2i_PKCS12(nil, &start, buffer.count)
            if let begin = buffer.baseAddress, let end = unsafe start { unsafe consumed = end - begin }
            return unsafe read
        }
        guard let container = unsafe container else {
            ERR_clear_error()
            throw SoftwareKeysError(.unreadable, "not a PKCS#12 file")
        }
        defer { unsafe PKCS12_free(container) }
        guard consumed == bytes.count else {
            throw SoftwareKeysError(.unreadable, "\(bytes.count - consumed) bytes follow the PKCS#12 structure")
        }
        guard unsafe PKCS12_mac_present(container) == 1 else {
            throw SoftwareKeysError(
                .unsupported, "a PKCS#12 file without a MAC, so that nothing shows that it is intact")
        }
        var iterations: UnsafePointer<ASN1_INTEGER>?
        unsafe PKCS12_get0_mac(nil, nil, nil, &iterations, container)
        var count: Int64 = 1
        if let iterations = unsafe iterations, unsafe ASN1_INTEGER_get_int64(&count, iterations) != 1 { count = .max }
        guard count <= 10_000_000 else {
            throw SoftwareKeysError(.unsupported, "a PKCS#12 file whose MAC asks for more than 10,000,000 iterations")
        }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        var others: OpaquePointer?
        // OpenSSL wants a zero-terminated string; the copy is guarded and wiped like the original.
        let terminated = SecretBytes(byteCount: passphrase.byteCount + 1) { span in
            passphrase.withSpan { octets in for index in octets.indices { span.append(octets[index]) } }
        }
        let parsed = terminated.withSpan { span in
            unsafe span.withUnsafeBufferPointer { buffer in
                unsafe UnsafeRawBufferPointer(buffer).withMemoryRebound(to: CChar.self) { text in
                    guard unsafe PKCS12_verify_mac(container, text.baseAddress, Int32(clamping: text.count - 1)) == 1
                    else {
                        return Int32(-1)
                    }
                    return unsafe PKCS12_parse(container, text.baseAddress, &key, &certificate, &others)
                }
            }
        }
        defer {
            unsafe X509_free(certificate)
            if let others = unsafe others { unsafe dossier_sk_X509_pop_free(others) }
        }
        guard parsed == 1 else {
            let isUnsupported = OpenSSLFailure.isUnsupported()
            throw parsed != -1
                ? SoftwareKeysError(
                    isUnsupported ? .unsupported : .unreadable,
                    isUnsupported
                        ? "the protection of the PKCS#12 file is not supported; write it anew with a current program"
                        : "the PKCS#12 file is damaged inside")
                : isUnsupported
                    ? SoftwareKeysError(.unsupported, "the MAC of the PKCS#12 file is not supported")
                    : SoftwareKeysError(.wrongPassphrase, "the passphrase does not open the PKCS#12 file")
        }
        guard let key = unsafe key else {
            throw SoftwareKeysError(.unreadable, "the PKCS#12 file holds no private key")
        }
        self.key = try unsafe SoftwareKey(checking: key)
        guard let certificate = unsafe certificate else {
            throw SoftwareKeysError(.certificateMismatch, "the PKCS#12 file holds no certificate for its key")
        }
        self.certificate = try unsafe Self.certificate(certificate)
        var chain: [Certificate] = []
        if let others = unsafe others {
            for index in 0..<(unsafe dossier_sk_X509_num(others)) {
                if let other = unsafe dossier_sk_X509_value(others, index) {
                    chain.append(try unsafe Self.certificate(other))
                }
            }
        }
        self.chain = chain
        guard self.certificate.subjectPublicKeyInfo.bytes == self.key.subjectPublicKeyInfo.bytes else {
            throw SoftwareKeysError(.certificateMismatch, "the certificate in the PKCS#12 file belongs to another key")
        }
    }

    private static func certificate(_ pointer: OpaquePointer) throws(SoftwareKeysError) -> Certificate {
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(pointer, &encoded)
        defer { unsafe dossier_OPENSSL_free(encoded) }
        guard count > 0, let start = unsafe encoded else { throw OpenSSLFailure.last("i2d_X509") }
        do {
            return try unsafe Certificate(parsing: Array(UnsafeBufferPointer(start: start, count: Int(count))))
        } catch {
            throw SoftwareKeysError(.unreadable, "a certificate in the PKCS#12 file: \(error)")
        }
    }

    /// Writes a file with AES-256-CBC and HMAC-SHA-256, 10,000 iterations.
    ///
    /// - Parameter passphrase: Printable text; used for test keys, whose passphrase is public.
    /// - Throws: ``SoftwareKeysError`` `certificateMismatch` when the certificate belongs to another key.
    public static func encode(
        key: SoftwareKey, certificate: Certificate, chain: [Certificate], name: String, passphrase: String
    ) throws(SoftwareKeysError) -> [UInt8] {
        guard certificate.subjectPublicKeyInfo.bytes == key.subjectPublicKeyInfo.bytes else {
            throw SoftwareKeysError(.certificateMismatch, "the certificate belongs to another key")
        }
        let stack = unsafe dossier_sk_X509_new()
        defer { if let stack = unsafe stack { unsafe dossier_sk_X509_pop_free(stack) } }
        for other in chain { unsafe dossier_sk_X509_push_der(stack, other.bytes, other.bytes.count) }
        let leaf = unsafe dossier_X509_from_der(certificate.bytes, certificate.bytes.count)
        defer { unsafe X509_free(leaf) }
        let container = unsafe PKCS12_create(
            passphrase, name, key.pointer, leaf, stack, NID_aes_256_cbc, NID_aes_256_cbc, 10_000, 10_000, 0)
        guard let container = unsafe container else { throw OpenSSLFailure.last("PKCS12_create") }
        defer { unsafe PKCS12_free(container) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PKCS12(container, &encoded)
        defer { unsafe dossier_OPENSSL_free(encoded) }
        guard count > 0, let start = unsafe encoded else { throw OpenSSLFailure.last("i2d_PKCS12") }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
