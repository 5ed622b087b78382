// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX
public import SoftwareKeys

/// A test certification authority: a key and a certificate, with functions that issue. It keeps no state.
public struct CertificateAuthority: Sendable {
    /// The authority's key.
    public let key: SoftwareKey
    /// The authority's certificate.
    public let certificate: Certificate
    /// The scheme it signs with.
    public let scheme: SignatureScheme
    private let random: any RandomSource

    /// Makes an authority from an existing key and certificate.
    public init(
        key: SoftwareKey, certificate: Certificate, scheme: SignatureScheme? = nil,
        random: any RandomSource = SystemRandom()
    ) throws {
        self.key = key
        self.certificate = certificate
        self.scheme = try scheme ?? key.defaultScheme()
        self.random = random
    }

    /// Makes a root authority: a self-signed certificate.
    public static func root(
        _ template: CertificateTemplate, key: SoftwareKey, scheme: SignatureScheme? = nil,
        random: any RandomSource = SystemRandom()
    ) throws -> CertificateAuthority {
        let used = try scheme ?? key.defaultScheme()
        let certificate = try sign(
            template, key: key.subjectPublicKeyInfo, issuer: template.subject.bytes,
            issuerKey: key.subjectPublicKeyInfo, with: key, used, random)
        return try CertificateAuthority(key: key, certificate: certificate, scheme: used, random: random)
    }

    /// Issues a certificate for a key.
    public func issue(_ template: CertificateTemplate, for key: SubjectPublicKeyInfo) throws -> Certificate {
        try Self.sign(
            template, key: key, issuer: certificate.subject.bytes, issuerKey: certificate.subjectPublicKeyInfo,
            with: self.key, scheme, random)
    }

    /// Issues a subordinate authority with a new key.
    public func subordinate(_ template: CertificateTemplate, key: SoftwareKey) throws -> CertificateAuthority {
        try CertificateAuthority(key: key, certificate: issue(template, for: key.subjectPublicKeyInfo), random: random)
    }

    /// Issues a complete revocation list (RFC 5280 §5).
    ///
    /// - Parameter entries: Serial numbers as in ``PKIX/Certificate/serialNumber``.
    public func revocationList(
        _ entries: [CertificateRevocationList.Entry] = [], number: Int64 = 1, thisUpdate: Instant, nextUpdate: Instant?
    ) throws -> CertificateRevocationList {
        let algorithm = try Self.identifier(scheme)
        let keyIdentifier = try KeyIdentifier.of(certificate.subjectPublicKeyInfo)
        let body = DERWriter.bytes { writer in
            writer.sequence { list in
                list.integer(1)
                list.raw(algorithm.bytes)
                list.raw(certificate.subject.bytes)
                list.time(thisUpdate)
                if let nextUpdate { list.time(nextUpdate) }
                if !entries.isEmpty {
                    list.sequence { for entry in entries { Self.write(entry, &$0) } }
                }
                list.explicit(0) { explicit in
                    explicit.sequence { extensions in
                        extensions.sequence { item in
                            item.objectIdentifier(.authorityKeyIdentifier)
                            item.octetString(
                                DERWriter.bytes { value in
                                    value.sequence { $0.octetString(keyIdentifier, tag: .contextPrimitive(0)) }
                                })
                        }
                        extensions.sequence { item in
                            item.objectIdentifier(.crlNumber)
                            item.octetString(DERWriter.bytes { $0.integer(number) })
                        }
                    }
                }
            }
        }
        return try CertificateRevocationList(parsing: Self.signed(body, algorithm, key, scheme))
    }

    private static func write(_ entry: CertificateRevocationList.Entry, _ list: inout DERWriter) {
        list.sequence { item in
            item.element(.integer, entry.serialNumber)
            item.time(entry.revocationDate)
            guard entry.reason != nil || entry.invalidityDate != nil else { return }
            item.sequence { extensions in
                if let reason = entry.reason {
                    extensions.sequence {
                        $0.objectIdentifier("2.5.29.21")
                        $0.octetString(DERWriter.bytes { $0.integer(reason.rawValue, tag: .enumerated) })
                    }
                }
                if let date = entry.invalidityDate {
                    extensions.sequence {
                        $0.objectIdentifier("2.5.29.24")
                        $0.octetString(DERWriter.bytes { $0.generalizedTime(date) })
                    }
                }
            }
        }
    }

    private static func sign(
        _ template: CertificateTemplate, key: SubjectPublicKeyInfo, issuer: [UInt8], issuerKey: SubjectPublicKeyInfo,
        with signingKey: SoftwareKey, _ scheme: SignatureScheme, _ random: any RandomSource
    ) throws -> Certificate {
        let algorithm = try identifier(scheme)
        // 16 random octets without the sign bit (RFC 5280 §4.1.2.2).
        var serial = random.bytes(16)
        serial[0] = serial[0] & 0x7f | 0x40
        let body = try template.signedBytes(
            serialNumber: serial, issuer: issuer, key: key, issuerKeyIdentifier: KeyIdentifier.of(issuerKey),
            algorithm: algorithm)
        return try Certificate(parsing: signed(body, algorithm, signingKey, scheme))
    }

    private static func signed(
        _ body: [UInt8], _ algorithm: AlgorithmIdentifier, _ key: SoftwareKey, _ scheme: SignatureScheme
    ) throws -> [UInt8] {
        let signature = try key.signature(over: body, scheme: scheme)
        return DERWriter.bytes { writer in
            writer.sequence {
                $0.raw(body)
                $0.raw(algorithm.bytes)
                $0.bitString(signature)
            }
        }
    }

    private static func identifier(_ scheme: SignatureScheme) throws -> AlgorithmIdentifier {
        guard let identifier = scheme.identifier else {
            throw SoftwareKeysError(.unsupported, "\(scheme.displayName) has no identifier for new signatures")
        }
        return identifier
    }
}
