// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL
import Synchronization

/// A public key that signatures are verified with.
///
/// Keys are made from their parts, because reading a SubjectPublicKeyInfo through OpenSSL costs 100 µs and more.
// `EVP_PKEY` is reference-counted with atomic counts and never mutated after `init`; verification works with a
// context of its own in each call. It is therefore Sendable.
@safe public final class PublicKey: @unchecked Sendable {
    /// What kind of key it is, with its size.
    public enum Kind: Sendable, Hashable {
        /// RSA with the size of the modulus in bits.
        case rsa(bits: Int)
        /// A point on a named curve.
        case elliptic(EllipticCurve)
        /// Edwards curve 25519.
        case ed25519
        /// Edwards curve 448.
        case ed448
    }
    /// What an RSA key may be used for, as its owner's certificate says.
    public enum RSAUse: Sendable, Hashable {
        /// Every scheme.
        case any
        /// RSASSA-PSS with any parameters (RFC 4055 §1.2).
        case pss
        /// RSASSA-PSS with these digests and a salt of at least as many bytes (RFC 4055 §3.3).
        case exactly(DigestAlgorithm, mask: DigestAlgorithm, leastSalt: Int)
    }
    /// Kind and size.
    public let kind: Kind
    /// What one verification takes, in some microseconds of one core: for RSA it grows with the square of the modulus and with
    /// the exponent.
    public let verificationCost: Int
    private let use: RSAUse
    private let pointer: OpaquePointer
    /// Contexts that are made ready for a scheme, to be copied: making one ready looks algorithms up by their names.
    private let templates = Mutex<[(scheme: SignatureScheme, context: EVPKeyContext)]>([])
    /// Schemes come from what is verified; a key that is asked about more of them has the others made ready each time.
    private static let mostTemplates = 4

    /// Keys that have a curve and no point, to be copied: working out a curve's constants is three quarters of the
    /// time that making a key takes. Never changed or freed.
    private nonisolated(unsafe) static let curves: [EllipticCurve: OpaquePointer] = {
        var curves: [EllipticCurve: OpaquePointer] = unsafe [:]
        for curve in EllipticCurve.allCases {
            unsafe curves[curve] = unsafe dossier_elliptic_parameters(curve.openSSLName)
        }
        ERR_clear_error()
        return unsafe curves
    }()

    private init(_ kind: Kind, for use: RSAUse = .any, exponentBits: Int = 17, owning pointer: OpaquePointer) {
        self.kind = kind
        verificationCost = kind.verificationCost(exponentBits: exponentBits)
        self.use = use
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// An RSA key (RFC 8017 §3.1).
    ///
    /// - Parameters:
    ///   - modulus: Big-endian, without sign octet; 512 to 16,384 bits.
    ///   - publicExponent: Big-endian; odd, at least 3, at most 64 bits (larger ones only slow a verifier down).
    ///   - use: Schemes that the key is not for do not fit it.
    /// - Throws: `invalidKey`.
    public static func rsa(
        modulus: [UInt8], publicExponent: [UInt8], for use: RSAUse = .any
    ) throws(CryptoPrimitivesError) -> PublicKey {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(publicExponent.drop { $0 == 0 })
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (512...16_384).contains(bits), modulus.last.map({ $0 & 1 == 1 }) == true else {
            throw CryptoPrimitivesError(.invalidKey, "RSA modulus of \(bits) bits, expected an odd one of 512 to 16384")
        }
        guard exponent.count <= 8, let last = exponent.last, last & 1 == 1, exponent != [1] else {
            throw CryptoPrimitivesError(.invalidKey, "RSA exponent of \(exponent.count) bytes, expected odd, 3 to 2^64")
        }
        guard
            let key = unsafe dossier_rsa_public_key(modulus, modulus.count, exponent, exponent.count)
        else { throw OpenSSLStatus.failure("EVP_PKEY_fromdata") }
        let exponentBits = exponent.count * 8 - (exponent.first?.leadingZeroBitCount ?? 0)
        return unsafe PublicKey(.rsa(bits: bits), for: use, exponentBits: exponentBits, owning: key)
    }

    /// A point on a named curve (SEC 1 §2.3.3), uncompressed or compressed; the point is checked to be on the curve.
    ///
    /// - Throws: `invalidKey`.
    public static func elliptic(_ curve: EllipticCurve, point: [UInt8]) throws(CryptoPrimitivesError) -> PublicKey {
        let size = (curve.bits + 7) / 8
        let isUncompressed = point.first == 4 && point.count == 2 * size + 1
        let isCompressed = (point.first == 2 || point.first == 3) && point.count == size + 1
        guard isUncompressed || isCompressed else {
            throw CryptoPrimitivesError(.invalidKey, "\(point.count) bytes are no point on \(curve.rawValue)")
        }
        guard let parameters = unsafe curves[curve] else {
            throw CryptoPrimitivesError(.unsupportedAlgorithm, "\(curve.rawValue) is not available")
        }
        guard let key = unsafe EVP_PKEY_dup(parameters) else { throw OpenSSLStatus.failure("EVP_PKEY_dup") }
        guard unsafe EVP_PKEY_set1_encoded_public_key(key, point, point.count) == 1 else {
            unsafe EVP_PKEY_free(key)
            ERR_clear_error()
            throw CryptoPrimitivesError(.invalidKey, "not a point on \(curve.rawValue)")
        }
        return unsafe PublicKey(.elliptic(curve), owning: key)
    }

    /// An Ed25519 key of 32 bytes or an Ed448 key of 57 bytes (RFC 8032).
    ///
    /// - Throws: `invalidKey` for another size.
    public static func edwards(_ kind: Kind, bytes: [UInt8]) throws(CryptoPrimitivesError) -> PublicKey {
        let (name, size) = kind == .ed448 ? ("ED448", 57) : ("ED25519", 32)
        guard kind == .ed448 || kind == .ed25519, bytes.count == size,
            let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, name, nil, bytes, bytes.count)
        else {
            ERR_clear_error()
            throw CryptoPrimitivesError(.invalidKey, "\(bytes.count) bytes are no \(name) key")
        }
        return unsafe PublicKey(kind, owning: key)
    }

    /// Whether a signature value belongs to a message.
    ///
    /// - Returns: `false` also for a malformed signature value.
    /// - Throws: `invalidParameter` when the scheme does not fit the key, `unsupportedAlgorithm` for its digest.
    public func isValidSignature(
        _ signature: [UInt8], over message: [UInt8], scheme: SignatureScheme
    ) throws(CryptoPrimitivesError) -> Bool {
        guard let digest = scheme.digest else {
            return try isValidPureSignature(signature, over: message, scheme: scheme)
        }
        return try isValidSignature(signature, overDigest: digest.digest(of: message), scheme: scheme)
    }

    /// Whether a signature value belongs to a message of which only the digest is at hand.
    ///
    /// - Throws: `invalidParameter` for a pure scheme, a digest of the wrong size or a scheme that does not fit the key.
    public func isValidSignature(
        _ signature: [UInt8], overDigest digest: [UInt8], scheme: SignatureScheme
    ) throws(CryptoPrimitivesError) -> Bool {
        try check(scheme)
        guard let algorithm = scheme.digest, digest.count == algorithm.byteCount else {
            throw CryptoPrimitivesError(.invalidParameter, "a digest of \(digest.count) bytes does not fit the scheme")
        }
        if let template = templates.withLock({ $0.first { $0.scheme == scheme } }) {
            return try template.context.copied().isValid(signature, digest)
        }
        let context = try verificationContext(scheme, algorithm)
        let isValid = context.isValid(signature, digest)
        templates.withLock { templates in
            if templates.count < Self.mostTemplates { templates.append((scheme, context)) }
        }
        return isValid
    }

    private func verificationContext(
        _ scheme: SignatureScheme, _ algorithm: DigestAlgorithm
    ) throws(CryptoPrimitivesError) -> EVPKeyContext {
        let context = try unsafe EVPKeyContext(pointer)
        let made = unsafe context.pointer
        try unsafe OpenSSLStatus.check(EVP_PKEY_verify_init(made), "EVP_PKEY_verify_init")
        switch scheme {
        case .rsaPKCS1:
            try unsafe OpenSSLStatus.check(EVP_PKEY_CTX_set_rsa_padding(made, RSA_PKCS1_PADDING), "set_rsa_padding")
        case .rsaPSS(_, let mask, let saltLength):
            guard (0...1024).contains(saltLength) else {
                throw CryptoPrimitivesError(.invalidParameter, "salt of \(saltLength) bytes")
            }
            guard let maskDigest = unsafe mask.fetched else {
                throw CryptoPrimitivesError(.unsupportedAlgorithm, "\(mask.displayName) is not available")
            }
            try unsafe OpenSSLStatus.check(
                EVP_PKEY_CTX_set_rsa_padding(made, RSA_PKCS1_PSS_PADDING), "set_rsa_padding")
            try unsafe OpenSSLStatus.check(EVP_PKEY_CTX_set_rsa_mgf1_md(made, maskDigest), "set_rsa_mgf1_md")
            try unsafe OpenSSLStatus.check(
                EVP_PKEY_CTX_set_rsa_pss_saltlen(made, Int32(saltLength)), "set_rsa_pss_saltlen")
        case .ecdsa, .ed25519, .ed448: break
        }
        guard let fetched = unsafe algorithm.fetched else {
            throw CryptoPrimitivesError(.unsupportedAlgorithm, "\(algorithm.displayName) is not available")
        }
        try unsafe OpenSSLStatus.check(EVP_PKEY_CTX_set_signature_md(made, fetched), "set_signature_md")
        return context
    }

    private func isValidPureSignature(
        _ signature: [UInt8], over message: [UInt8], scheme: SignatureScheme
    ) throws(CryptoPrimitivesError) -> Bool {
        try check(scheme)
        let context = EVPDigestContext()
        try unsafe OpenSSLStatus.check(
            EVP_DigestVerifyInit(context.pointer, nil, nil, nil, pointer), "EVP_DigestVerifyInit")
        return unsafe OpenSSLStatus.isValid(
            EVP_DigestVerify(context.pointer, signature, signature.count, message, message.count))
    }

    private func check(_ scheme: SignatureScheme) throws(CryptoPrimitivesError) {
        switch (scheme, kind) {
        case (.rsaPKCS1, .rsa) where use == .any: return
        case (.rsaPSS(let digest, let mask, let salt), .rsa):
            guard case .exactly(let ownDigest, let ownMask, let least) = use else { return }
            guard digest == ownDigest, mask == ownMask, salt >= least else {
                throw CryptoPrimitivesError(.invalidParameter, "RSASSA-PSS with other parameters than the key is for")
            }
        case (.ecdsa, .elliptic), (.ed25519, .ed25519), (.ed448, .ed448): return
        default: throw CryptoPrimitivesError(.invalidParameter, "a signature scheme that does not fit the key")
        }
    }
}

/// One `EVP_PKEY_CTX`. One that others may see is only copied from.
@safe private final class EVPKeyContext: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    /// A context for a key, which must be made ready before it is used.
    convenience init(_ key: OpaquePointer) throws(CryptoPrimitivesError) {
        guard let made = unsafe EVP_PKEY_CTX_new(key, nil) else { throw OpenSSLStatus.failure("EVP_PKEY_CTX_new") }
        unsafe self.init(owning: made)
    }

    deinit { unsafe EVP_PKEY_CTX_free(pointer) }

    func copied() throws(CryptoPrimitivesError) -> EVPKeyContext {
        guard let copy = unsafe EVP_PKEY_CTX_dup(pointer) else { throw OpenSSLStatus.failure("EVP_PKEY_CTX_dup") }
        return unsafe EVPKeyContext(owning: copy)
    }

    func isValid(_ signature: [UInt8], _ digest: [UInt8]) -> Bool {
        unsafe OpenSSLStatus.isValid(EVP_PKEY_verify(pointer, signature, signature.count, digest, digest.count))
    }
}

extension PublicKey.Kind {
    /// As measured with OpenSSL; only how they compare matters.
    fileprivate func verificationCost(exponentBits: Int) -> Int {
        switch self {
        case .rsa(let bits): 10 + bits * bits / 1_000 * exponentBits / 2_400
        case .elliptic(.p256): 60
        case .elliptic(.p521): 500
        case .elliptic(let curve): curve.bits * curve.bits / 250
        case .ed25519: 100
        case .ed448: 250
        }
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
