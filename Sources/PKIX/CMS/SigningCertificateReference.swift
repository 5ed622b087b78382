// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

/// ESS signing-certificate and signing-certificate-v2 (RFC 5035 §3 and §4): which certificate the signature binds.
public struct SigningCertificateReference: Sendable {
    /// Whether it is of signing-certificate-v2.
    public let isVersion2: Bool
    /// The digest of the reference; `nil` for one that is not known.
    public let digest: DigestAlgorithm?
    /// The digest of the certificate's DER.
    public let certificateDigest: [UInt8]
    /// Serial number of issuerSerial, when present.
    public let serialNumber: [UInt8]?
    /// Issuer's directory name of issuerSerial, when present.
    public let issuer: DistinguishedName?

    /// Reads the first reference of an attribute value; it names the signer's certificate.
    ///
    /// - Parameter isVersion2: `true` for signing-certificate-v2, whose digest defaults to SHA-256; version 1 is SHA-1.
    public init(_ value: DERElement, isVersion2: Bool) throws(DERSyntaxError) {
        self.isVersion2 = isVersion2
        var attribute = try value.reader(.sequence)
        var references = try attribute.next(.sequence).reader()
        var reference = try references.next().reader(.sequence)
        if isVersion2 {
            if let named = try reference.optional(.sequence) {
                digest = DigestAlgorithm(try AlgorithmIdentifier(named).algorithm)
            } else {
                digest = .sha256
            }
        } else {
            digest = .sha1
        }
        certificateDigest = try reference.next().octetString()
        guard let issuerSerial = try reference.optional(.sequence) else {
            serialNumber = nil
            issuer = nil
            return
        }
        var reader = try issuerSerial.reader()
        let names = try reader.next(.sequence).elements()
        issuer = try names.first { $0.tag == .context(4) }.map { name throws(DERSyntaxError) in
            try DistinguishedName(name.explicitContent())
        }
        serialNumber = try reader.next().integerOctets()
    }

    /// Whether a certificate is the one referred to: digest, and issuerSerial where present.
    public func matches(_ certificate: Certificate) -> Bool {
        guard let digest, let actual = try? certificate.digest(digest), actual == certificateDigest else {
            return false
        }
        if let serialNumber, serialNumber != certificate.serialNumber { return false }
        if let issuer, issuer != certificate.issuer { return false }
        return true
    }

    /// The value of a signing-certificate-v2 attribute for a certificate, with issuerSerial.
    ///
    /// SHA-256 is the DEFAULT and therefore left out (X.690 §11.5).
    public static func encode(_ certificate: Certificate, digest: DigestAlgorithm) throws(CryptoPrimitivesError)
        -> [UInt8]
    {
        let value = try certificate.digest(digest)
        return DERWriter.bytes { writer in
            writer.sequence { attribute in
                attribute.sequence { references in
                    references.sequence { reference in
                        if digest != .sha256 { reference.raw(AlgorithmIdentifier(digest.objectIdentifier).bytes) }
                        reference.octetString(value)
                        reference.sequence { issuerSerial in
                            issuerSerial.sequence { names in
                                names.explicit(4) { $0.raw(certificate.issuer.bytes) }
                            }
                            issuerSerial.element(.integer, certificate.serialNumber)
                        }
                    }
                }
            }
        }
    }
}

extension Certificate {
    /// The digest of the whole certificate; that with SHA-256 is at hand.
    fileprivate func digest(_ algorithm: DigestAlgorithm) throws(CryptoPrimitivesError) -> [UInt8] {
        algorithm == .sha256 ? fingerprint : try algorithm.digest(of: bytes)
    }
}
