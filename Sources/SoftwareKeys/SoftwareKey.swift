// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL
public import CryptoPrimitives
import DERSyntax
public import PKIX
import Synchronization

/// A private key in the memory of this process.
///
/// It prints nothing of itself and is freed, and thereby wiped, with its last reference.
// `EVP_PKEY` counts references atomically and is not mutated after creation; each signature has a context of its own.
@safe public final class SoftwareKey: @unchecked Sendable {
    /// What to generate.
    public enum Kind: Sendable, Hashable {
        /// RSA with a modulus of so many bits, 2,048 to 8,192.
        case rsa(bits: Int)
        /// A named curve.
        case elliptic(EllipticCurve)
        /// Ed25519.
        case ed25519
        /// Ed448.
        case ed448
    }
    let pointer: OpaquePointer
    /// Contexts that are made ready for a scheme, to be copied: making one ready looks algorithms up by their names.
    private let templates = Mutex<[SignatureScheme: SigningContext]>([:])
    private static let mostTemplates = 4
    /// The public key, as certificates carry it.
    public let subjectPublicKeyInfo: SubjectPublicKeyInfo
    /// Kind of the public key, found once: reading the key again for every signature costs as much as some signatures.
    private let publicKind: Result<PublicKey.Kind, SoftwareKeysError>
    /// For keys with which values are verified faster than with their public part.
    private let verification: PrivateKeyVerification?

    /// Takes over a reference to a key.
    init(owning pointer: OpaquePointer) throws(SoftwareKeysError) {
        unsafe self.pointer = pointer
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PUBKEY(pointer, &encoded)
        defer { unsafe dossier_OPENSSL_free(encoded) }
        guard count > 0, let start = unsafe encoded,
            let element = try? DERElement(parsing: unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))),
            let information = try? SubjectPublicKeyInfo(element)
        else {
            ERR_clear_error()
            // `deinit` does not run for an object that was not completed.
            unsafe EVP_PKEY_free(pointer)
            throw SoftwareKeysError(.unsupported, "a private key without a usable public key")
        }
        subjectPublicKeyInfo = information
        do {
            publicKind = .success(try information.publicKey().kind)
        } catch {
            publicKind = .failure(SoftwareKeysError(.unsupported, "\(error)"))
        }
        verification =
            if case .success(.elliptic(.p256)) = publicKind {
                unsafe PrivateKeyVerification(pointer, point: information.keyBytes)
            } else {
                nil
            }
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// Makes a new key from the system's randomness.
    public static func generate(_ kind: Kind) throws(SoftwareKeysError) -> SoftwareKey {
        let key: OpaquePointer?
        switch kind {
        case .rsa(let bits):
            guard (2048...8192).contains(bits) else {
                throw SoftwareKeysError(.unsupported, "RSA of \(bits) bits, expected 2048 to 8192")
            }
            unsafe key = dossier_generate_rsa(UInt32(bits))
        case .elliptic(let curve): unsafe key = dossier_generate_elliptic(curve.openSSLName)
        case .ed25519: unsafe key = dossier_generate_edwards("ED25519")
        case .ed448: unsafe key = dossier_generate_edwards("ED448")
        }
        guard let key = unsafe key else { throw OpenSSLFailure.last("key generation") }
        return try unsafe SoftwareKey(owning: key)
    }

    /// The scheme that new signatures use: RSASSA-PSS or ECDSA with SHA-256 (SHA-384 and SHA-512 for larger curves), Ed25519.
    public func defaultScheme() throws(SoftwareKeysError) -> SignatureScheme {
        switch try kind() {
        case .rsa: .rsaPSS(.sha256)
        case .elliptic(let curve): .ecdsa(curve.bits > 384 ? .sha512 : curve.bits > 256 ? .sha384 : .sha256)
        case .ed25519: .ed25519
        case .ed448: .ed448
        }
    }

    func kind() throws(SoftwareKeysError) -> PublicKey.Kind { try publicKind.get() }

    /// Signs bytes.
    ///
    /// - Throws: `schemeMismatch` when the key is of another algorithm.
    public func signature(over bytes: [UInt8], scheme: SignatureScheme) throws(SoftwareKeysError) -> [UInt8] {
        try signed(bytes, scheme).value
    }

    /// Signs bytes, and verifies the value where that is faster here than with the public key.
    package func signatureValue(
        over bytes: [UInt8], scheme: SignatureScheme
    ) throws(SoftwareKeysError) -> SignatureValue {
        let (value, digest) = try signed(bytes, scheme)
        guard let digest, let verification, verification.isValid(value, overDigest: digest) else {
            return SignatureValue(value)
        }
        return SignatureValue(value, holdingOver: bytes, scheme: scheme, under: subjectPublicKeyInfo)
    }

    /// The value, and the digest that it is over unless the scheme takes the bytes themselves.
    private func signed(
        _ bytes: [UInt8], _ scheme: SignatureScheme
    ) throws(SoftwareKeysError) -> (value: [UInt8], digest: [UInt8]?) {
        switch (scheme, try kind()) {
        case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.ecdsa, .elliptic), (.ed25519, .ed25519), (.ed448, .ed448): break
        default: throw SoftwareKeysError(.schemeMismatch, "\(scheme.displayName) does not fit the key")
        }
        guard let algorithm = scheme.digest else { return (try pureSignature(over: bytes), nil) }
        let context: SigningContext
        if let template = templates.withLock({ $0[scheme] }) {
            context = try template.copied()
        } else {
            let template = try unsafe SigningContext(pointer, scheme, algorithm)
            context = try template.copied()
            templates.withLock { templates in
                if templates.count < Self.mostTemplates { templates[scheme] = template }
            }
        }
        let digest: [UInt8]
        do throws(CryptoPrimitivesError) {
            digest = try algorithm.digest(of: bytes)
        } catch { throw SoftwareKeysError(.libraryFailure, error.detail) }
        return (try context.signature(over: digest, room: try room()), digest)
    }

    /// Ed25519 and Ed448, which take the message itself.
    private func pureSignature(over bytes: [UInt8]) throws(SoftwareKeysError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw OpenSSLFailure.last("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1 else {
            throw OpenSSLFailure.last("EVP_DigestSignInit")
        }
        var count = try room()
        var value = [UInt8](repeating: 0, count: count)
        guard unsafe EVP_DigestSign(context, &value, &count, bytes, bytes.count) == 1 else {
            throw OpenSSLFailure.last("EVP_DigestSign")
        }
        value.removeLast(value.count - count)
        return value
    }

    /// Largest size of a value; asking for it by a signature without one costs a second look-up of the algorithms.
    private func room() throws(SoftwareKeysError) -> Int {
        let count = Int(unsafe EVP_PKEY_get_size(pointer))
        guard count > 0 else { throw OpenSSLFailure.last("EVP_PKEY_get_size") }
        return count
    }
}

/// The newest reason in OpenSSL's queue of this thread.
enum OpenSSLFailure {
    /// Whether the queue, which is emptied, names an algorithm that the library does not offer.
    static func isUnsupported() -> Bool {
        var found = false
        while case let code = ERR_get_error(), code != 0 {
            guard let reason = unsafe ERR_reason_error_string(code) else { continue }
            let text = unsafe String(cString: reason)
            if text.contains("unsupported") || text.contains("unknown") { found = true }
        }
        return found
    }

    static func last(_ call: String) -> SoftwareKeysError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = unsafe ERR_reason_error_string(code) else {
            return SoftwareKeysError(.libraryFailure, "\(call) failed")
        }
        return unsafe SoftwareKeysError(.libraryFailure, "\(call): \(String(cString: reason))")
    }
}

extension EllipticCurve {
    var openSSLName: String {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        default: rawValue
        }
    }
}

extension DigestAlgorithm {
    var openSSLDigestName: String { displayName == "SHA-1" ? "SHA1" : displayName.replacing("SHA-", with: "SHA2-") }
}
