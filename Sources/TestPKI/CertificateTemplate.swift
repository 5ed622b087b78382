// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DERSyntax
public import DossierCore
public import PKIX

/// What a test certificate says; every member can be bent to make a faulty one.
public struct CertificateTemplate: Sendable {
    /// The subject.
    public var subject: NameBuilder
    /// First instant of validity.
    public var notBefore: Instant
    /// Last instant of validity.
    public var notAfter: Instant
    /// BasicConstraints, critical; `nil` leaves the extension out.
    public var basicConstraints: BasicConstraints?
    /// KeyUsage, critical.
    public var keyUsage: KeyUsage
    /// ExtendedKeyUsage purposes.
    public var extendedKeyUsage: [ObjectIdentifier]
    /// Whether ExtendedKeyUsage is critical, as RFC 3161 §2.3 asks of a time-stamp authority.
    public var extendedKeyUsageIsCritical = false
    /// Addresses of revocation lists.
    public var revocationListURLs: [String] = []
    /// Addresses of OCSP responders.
    public var responderURLs: [String] = []
    /// Addresses of the issuer's certificate.
    public var issuerURLs: [String] = []
    /// Whether id-pkix-ocsp-nocheck is written (RFC 6960 §4.2.2.2.1).
    public var needsNoRevocationCheck = false
    /// Extensions beyond the usual ones.
    public var furtherExtensions: [(identifier: ObjectIdentifier, isCritical: Bool, value: [UInt8])] = []

    /// Makes a template.
    public init(
        subject: NameBuilder, notBefore: Instant, notAfter: Instant, basicConstraints: BasicConstraints? = nil,
        keyUsage: KeyUsage, extendedKeyUsage: [ObjectIdentifier] = []
    ) {
        self.subject = subject
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.basicConstraints = basicConstraints
        self.keyUsage = keyUsage
        self.extendedKeyUsage = extendedKeyUsage
    }

    /// The TBSCertificate (RFC 5280 §4.1).
    func signedBytes(
        serialNumber: [UInt8], issuer: [UInt8], key: SubjectPublicKeyInfo, issuerKeyIdentifier: [UInt8],
        algorithm: AlgorithmIdentifier
    ) throws(CryptoPrimitivesError) -> [UInt8] {
        let keyIdentifier = try KeyIdentifier.of(key)
        return DERWriter.bytes { writer in
            writer.sequence { body in
                body.explicit(0) { $0.integer(2) }
                body.unsignedInteger(serialNumber)
                body.raw(algorithm.bytes)
                body.raw(issuer)
                body.sequence {
                    $0.time(notBefore)
                    $0.time(notAfter)
                }
                body.raw(subject.bytes)
                body.raw(key.bytes)
                body.explicit(3) { explicit in
                    explicit.sequence { list in
                        write(.subjectKeyIdentifier, &list) { $0.octetString(keyIdentifier) }
                        write(.authorityKeyIdentifier, &list) { value in
                            value.sequence { $0.octetString(issuerKeyIdentifier, tag: .contextPrimitive(0)) }
                        }
                        writeConstraints(&list)
                        writeAddresses(&list)
                        for item in furtherExtensions {
                            write(item.identifier, critical: item.isCritical, &list) { $0.raw(item.value) }
                        }
                    }
                }
            }
        }
    }

    private func writeConstraints(_ list: inout DERWriter) {
        if let basicConstraints {
            write(.basicConstraints, critical: true, &list) { value in
                value.sequence {
                    if basicConstraints.isAuthority { $0.boolean(true) }
                    if let length = basicConstraints.pathLength { $0.integer(length) }
                }
            }
        }
        write(.keyUsage, critical: true, &list) { $0.namedBits(keyUsage.bitNumbers) }
        if !extendedKeyUsage.isEmpty {
            write(.extendedKeyUsage, critical: extendedKeyUsageIsCritical, &list) { value in
                value.sequence { for purpose in extendedKeyUsage { $0.objectIdentifier(purpose) } }
            }
        }
        if needsNoRevocationCheck { write("1.3.6.1.5.5.7.48.1.5", &list) { $0.null() } }
    }

    private func writeAddresses(_ list: inout DERWriter) {
        if !revocationListURLs.isEmpty {
            write(.crlDistributionPoints, &list) { value in
                value.sequence { points in
                    for url in revocationListURLs {
                        points.sequence { point in
                            point.explicit(0) { $0.explicit(0) { $0.ia5String(url, tag: .contextPrimitive(6)) } }
                        }
                    }
                }
            }
        }
        guard !responderURLs.isEmpty || !issuerURLs.isEmpty else { return }
        write(.authorityInformationAccess, &list) { value in
            value.sequence { descriptions in
                for (method, urls) in [(ObjectIdentifier.ocspAccess, responderURLs), (.caIssuersAccess, issuerURLs)] {
                    for url in urls {
                        descriptions.sequence {
                            $0.objectIdentifier(method)
                            $0.ia5String(url, tag: .contextPrimitive(6))
                        }
                    }
                }
            }
        }
    }

    private func write(
        _ identifier: ObjectIdentifier, critical: Bool = false, _ list: inout DERWriter,
        _ value: (inout DERWriter) -> Void
    ) {
        list.sequence { item in
            item.objectIdentifier(identifier)
            if critical { item.boolean(true) }
            item.octetString(DERWriter.bytes(value))
        }
    }
}

enum KeyIdentifier {
    /// SHA-1 of the key's BIT STRING (RFC 5280 §4.2.1.2 method 1); an identifier, not a protection.
    static func of(_ key: SubjectPublicKeyInfo) throws(CryptoPrimitivesError) -> [UInt8] {
        try DigestAlgorithm.sha1.digest(of: key.keyBytes)
    }
}

extension ObjectIdentifier {
    static let ocspAccess: ObjectIdentifier = "1.3.6.1.5.5.7.48.1"
    static let caIssuersAccess: ObjectIdentifier = "1.3.6.1.5.5.7.48.2"
}
