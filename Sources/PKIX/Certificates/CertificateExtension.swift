// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// One Extension (RFC 5280 §4.1.2.9), as received.
public struct CertificateExtension: Sendable {
    /// The extension's type.
    public let identifier: ObjectIdentifier
    /// Whether a verifier that does not process it must refuse the certificate.
    public let isCritical: Bool
    /// The content of the OCTET STRING.
    public let value: [UInt8]

    /// Reads an Extension. An explicit `FALSE` for critical is tolerated, because real certificates carry it.
    public init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        identifier = try reader.objectIdentifier()
        isCritical = try reader.optional(.boolean)?.boolean() ?? false
        value = try reader.next().octetString()
        try reader.end()
    }

    /// Reads an Extensions SEQUENCE; a type that occurs twice is refused (RFC 5280 §4.2).
    static func readAll(_ element: DERElement) throws(DERSyntaxError) -> [CertificateExtension] {
        var extensions: [CertificateExtension] = []
        // A few are compared with each other; many, which only a hostile certificate has, by a set.
        var seen: Set<ObjectIdentifier> = []
        var reader = try element.reader(.sequence)
        while !reader.isAtEnd {
            let item = try reader.next()
            let read = try CertificateExtension(item)
            if extensions.count == 32 { seen = Set(extensions.map(\.identifier)) }
            let isRepeated =
                extensions.count < 32
                ? extensions.contains { $0.identifier == read.identifier } : !seen.insert(read.identifier).inserted
            guard !isRepeated else {
                throw DERSyntaxError(
                    .invalidValue, at: item.range.lowerBound, clause: "RFC 5280 4.2",
                    "extension \(read.identifier) twice")
            }
            extensions.append(read)
        }
        return extensions
    }
}

extension ObjectIdentifier {
    /// subjectKeyIdentifier.
    public static let subjectKeyIdentifier: ObjectIdentifier = "2.5.29.14"
    /// keyUsage.
    public static let keyUsage: ObjectIdentifier = "2.5.29.15"
    /// subjectAltName.
    public static let subjectAlternativeName: ObjectIdentifier = "2.5.29.17"
    /// basicConstraints.
    public static let basicConstraints: ObjectIdentifier = "2.5.29.19"
    /// cRLNumber.
    public static let crlNumber: ObjectIdentifier = "2.5.29.20"
    /// issuingDistributionPoint.
    public static let issuingDistributionPoint: ObjectIdentifier = "2.5.29.28"
    /// cRLDistributionPoints.
    public static let crlDistributionPoints: ObjectIdentifier = "2.5.29.31"
    /// certificatePolicies.
    public static let certificatePolicies: ObjectIdentifier = "2.5.29.32"
    /// authorityKeyIdentifier.
    public static let authorityKeyIdentifier: ObjectIdentifier = "2.5.29.35"
    /// extKeyUsage.
    public static let extendedKeyUsage: ObjectIdentifier = "2.5.29.37"
    /// authorityInfoAccess.
    public static let authorityInformationAccess: ObjectIdentifier = "1.3.6.1.5.5.7.1.1"
    /// id-kp-timeStamping.
    public static let timeStampingPurpose: ObjectIdentifier = "1.3.6.1.5.5.7.3.8"
    /// id-kp-OCSPSigning.
    static let ocspSigning: ObjectIdentifier = "1.3.6.1.5.5.7.3.9"
}
