// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

/// CertID (RFC 6960 §4.1.1): which certificate a request asks about or a response speaks of.
public struct OCSPCertificateID: Sendable, Hashable {
    /// The digest of the two hashes, as received.
    public let digestAlgorithm: AlgorithmIdentifier
    /// Digest of the DER of the issuer's name.
    public let issuerNameHash: [UInt8]
    /// Digest of the content of the issuer's BIT STRING of the key.
    public let issuerKeyHash: [UInt8]
    /// Serial number as in ``Certificate/serialNumber``.
    public let serialNumber: [UInt8]
    /// The whole SEQUENCE as received.
    public let bytes: [UInt8]

    /// Reads a CertID.
    ///
    /// - Throws: ``DERSyntax/DERSyntaxError``.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        digestAlgorithm = try AlgorithmIdentifier(reader.next())
        issuerNameHash = try reader.next().octetString()
        issuerKeyHash = try reader.next().octetString()
        serialNumber = try reader.next().integerOctets()
        try reader.end()
        bytes = element.bytes
    }

    /// Names a certificate of an issuer.
    ///
    /// - Parameter digest: SHA-1 is what nearly every responder understands; it identifies and protects nothing.
    /// - Throws: ``CryptoPrimitives/CryptoPrimitivesError`` when the digest is not available.
    public init(
        of certificate: Certificate, issuer: Certificate, digest: DigestAlgorithm = .sha1
    ) throws(CryptoPrimitivesError) {
        digestAlgorithm = AlgorithmIdentifier(digest.objectIdentifier, parameters: AlgorithmIdentifier.null)
        issuerNameHash = try digest.digest(of: certificate.issuer.bytes)
        issuerKeyHash = try digest.digest(of: issuer.subjectPublicKeyInfo.keyBytes)
        serialNumber = certificate.serialNumber
        let (algorithm, name, key, serial) = (digestAlgorithm, issuerNameHash, issuerKeyHash, serialNumber)
        bytes = DERWriter.bytes { writer in
            writer.sequence {
                $0.raw(algorithm.bytes)
                $0.octetString(name)
                $0.octetString(key)
                $0.element(.integer, serial)
            }
        }
    }

    /// The digest, or `nil` for one that is not known.
    public var digest: DigestAlgorithm? { DigestAlgorithm(digestAlgorithm.algorithm) }

    /// Whether this names a certificate of an issuer; no for a digest that is not known.
    public func names(_ certificate: Certificate, issuer: Certificate) -> Bool {
        guard serialNumber == certificate.serialNumber, let digest,
            let expected = try? OCSPCertificateID(of: certificate, issuer: issuer, digest: digest)
        else { return false }
        return expected.issuerNameHash == issuerNameHash && expected.issuerKeyHash == issuerKeyHash
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.digestAlgorithm.algorithm == right.digestAlgorithm.algorithm
            && left.issuerNameHash == right.issuerNameHash && left.issuerKeyHash == right.issuerKeyHash
            && left.serialNumber == right.serialNumber
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(serialNumber)
        hasher.combine(issuerKeyHash)
    }
}
