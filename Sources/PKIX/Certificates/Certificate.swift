// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax
public import DossierCore
import Synchronization

/// A certificate (RFC 5280 §4), read but not judged.
///
/// Received bytes are kept. Nothing about a certificate is trusted because it could be read; see ``CertificateGraph``.
public final class Certificate: Sendable, Hashable {
    /// The whole certificate as received, DER.
    public let bytes: [UInt8]
    /// The bytes that the issuer signed (tbsCertificate).
    public let signedBytes: [UInt8]
    /// Version: 1, 2 or 3.
    public let version: Int
    /// Serial number, big-endian two's complement as received.
    public let serialNumber: [UInt8]
    /// The issuer.
    public let issuer: DistinguishedName
    /// The subject.
    public let subject: DistinguishedName
    /// First instant of validity.
    public let notBefore: Instant
    /// Last instant of validity.
    public let notAfter: Instant
    /// The subject's key.
    public let subjectPublicKeyInfo: SubjectPublicKeyInfo
    /// All extensions in order.
    public let extensions: [CertificateExtension]
    /// The algorithm that the issuer signed with.
    public let signatureAlgorithm: AlgorithmIdentifier
    /// The issuer's signature value.
    public let signature: [UInt8]
    private let hasWholeSignature: Bool
    /// SHA-256 of ``bytes``; the certificate's identity everywhere in this library.
    public let fingerprint: [UInt8]
    /// KeyUsage, when present.
    public let keyUsage: KeyUsage?
    /// BasicConstraints, when present.
    public let basicConstraints: BasicConstraints?
    /// ExtendedKeyUsage purposes, when present.
    public let extendedKeyUsage: [ObjectIdentifier]?
    /// Octets of SubjectKeyIdentifier, when present.
    public let subjectKeyIdentifier: [UInt8]?
    /// Octets of the keyIdentifier of AuthorityKeyIdentifier, when present.
    public let authorityKeyIdentifier: [UInt8]?
    /// Kind and size of the subject's key, as ``SubjectPublicKeyInfo/kind``; engines ask for it again and again.
    package let keyKind: PublicKey.Kind?
    /// Imported when it is first asked for: that costs a good part of a verification.
    private let importedKey = AtomicLazyReference<PublicKey>()

    /// Reads a certificate of at most 1 MiB.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError`` for anything that is not a certificate, with offset and clause. Extensions
    ///   that this library uses must be readable too.
    public convenience init(parsing bytes: [UInt8]) throws(DERSyntaxError) {
        try self.init(DERElement(parsing: bytes, limit: 1 << 20))
    }

    /// Reads a certificate that stands inside another structure.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        var outer = try element.reader(.sequence)
        let body = try outer.next(.sequence)
        signatureAlgorithm = try AlgorithmIdentifier(outer.next())
        let signatureBits = try outer.next().bitString()
        signature = signatureBits.octets
        hasWholeSignature = signatureBits.unusedBits == 0
        try outer.end()
        bytes = element.bytes
        signedBytes = body.bytes

        var reader = try body.reader()
        if let version = try reader.optional(.context(0)) {
            let number = try version.explicitContent().integer()
            guard (0...2).contains(number) else {
                throw DERSyntaxError(
                    .invalidValue, at: version.range.lowerBound, clause: "RFC 5280 4.1.2.1", "version \(number)")
            }
            self.version = Int(number) + 1
        } else {
            version = 1
        }
        serialNumber = try reader.next().integerOctets()
        let inner = try reader.next()
        guard try AlgorithmIdentifier(inner) == signatureAlgorithm else {
            throw DERSyntaxError(
                .invalidValue, at: inner.range.lowerBound, clause: "RFC 5280 4.1.1.2",
                "two different signature algorithms")
        }
        issuer = try DistinguishedName(reader.next(.sequence))
        var validity = try reader.sequence()
        notBefore = try validity.next().time()
        notAfter = try validity.next().time()
        try validity.end()
        subject = try DistinguishedName(reader.next(.sequence))
        subjectPublicKeyInfo = try SubjectPublicKeyInfo(reader.next())
        keyKind = subjectPublicKeyInfo.kind
        _ = try reader.optional(.contextPrimitive(1))
        _ = try reader.optional(.contextPrimitive(2))
        var extensions: [CertificateExtension] = []
        if let list = try reader.optional(.context(3)) {
            extensions = try CertificateExtension.readAll(list.explicitContent())
        }
        try reader.end()
        self.extensions = extensions

        func value(_ identifier: ObjectIdentifier) -> [UInt8]? {
            extensions.first { $0.identifier == identifier }?.value
        }
        keyUsage = try value(.keyUsage).map { bytes throws(DERSyntaxError) in try KeyUsage(parsing: bytes) }
        basicConstraints = try value(.basicConstraints).map { bytes throws(DERSyntaxError) in
            try BasicConstraints(parsing: bytes)
        }
        extendedKeyUsage = try value(.extendedKeyUsage).map { bytes throws(DERSyntaxError) in
            try DERElement(parsing: bytes).elements().map { item throws(DERSyntaxError) in try item.objectIdentifier() }
        }
        subjectKeyIdentifier = try value(.subjectKeyIdentifier).map { bytes throws(DERSyntaxError) in
            try DERElement(parsing: bytes).octetString()
        }
        authorityKeyIdentifier = try value(.authorityKeyIdentifier).flatMap { bytes throws(DERSyntaxError) in
            var identifier = try DERElement(parsing: bytes).reader(.sequence)
            return try identifier.optional(.contextPrimitive(0))?.contentBytes
        }
        do {
            fingerprint = try DigestAlgorithm.sha256.digest(of: bytes)
        } catch {
            throw DERSyntaxError(.invalidValue, at: 0, "SHA-256 is not available")
        }
    }

    /// The subject's key, ready for verification; imported once for the life of the certificate.
    ///
    /// - Throws: as ``SubjectPublicKeyInfo/publicKey()``.
    public func publicKey() throws(PKIXError) -> PublicKey {
        if let known = importedKey.load() { return known }
        return importedKey.storeIfNil(try subjectPublicKeyInfo.publicKey())
    }

    /// The scheme of the issuer's signature; `nil` for one that is not known.
    var scheme: SignatureScheme? { SignatureScheme(signatureAlgorithm) }
    /// Whether issuer and subject are the same name.
    public var isSelfIssued: Bool { issuer == subject }
    /// Whether an instant lies in the period of validity, both ends included.
    public func isValid(at instant: Instant) -> Bool { notBefore <= instant && instant <= notAfter }

    public static func == (left: Certificate, right: Certificate) -> Bool { left.fingerprint == right.fingerprint }
    public func hash(into hasher: inout Hasher) { hasher.combine(OctetString(fingerprint)) }
}

extension Certificate {
    /// Whether this certificate's signature was made with the key of another.
    ///
    /// - Throws: ``PKIXError`` when key or algorithm cannot be used.
    public func isSigned(by issuer: PublicKey) throws(PKIXError) -> Bool {
        // A signature value of every algorithm known here is a string of whole octets.
        guard hasWholeSignature else { return false }
        return try PKIXSignature.isValid(signature, over: signedBytes, algorithm: signatureAlgorithm, key: issuer)
    }
}

/// Verification of the SIGNED structures of PKIX: certificates, lists, responses.
enum PKIXSignature {
    static func isValid(
        _ signature: [UInt8], over bytes: [UInt8], algorithm: AlgorithmIdentifier, key: PublicKey
    ) throws(PKIXError) -> Bool {
        guard let scheme = SignatureScheme(algorithm) else {
            throw PKIXError(.unsupportedSignatureAlgorithm, clause: "RFC 5280 4.1.1.2", "\(algorithm.algorithm)")
        }
        do {
            return try key.isValidSignature(signature, over: bytes, scheme: scheme)
        } catch {
            // A scheme that does not fit the issuer's key cannot have been made with it.
            if error.code == .invalidParameter { return false }
            throw PKIXError(.unsupportedSignatureAlgorithm, clause: "RFC 5280 4.1.1.2", "\(error)")
        }
    }
}
