// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// One Attribute of a SignerInfo (RFC 5652 §5.3), as received.
public struct CMSAttribute: Sendable {
    /// The attribute's type.
    public let type: ObjectIdentifier
    /// The values, each one DER element as received.
    public let values: [DERElement]
    /// The whole Attribute as received.
    public let bytes: [UInt8]

    init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        type = try reader.objectIdentifier()
        let set = try reader.next(.set)
        values = try set.elements()
        try reader.end()
        bytes = element.bytes
    }

    /// The DER of a new attribute with one value.
    public static func encode(_ type: ObjectIdentifier, value: [UInt8]) -> [UInt8] {
        DERWriter.bytes { writer in
            writer.sequence {
                $0.objectIdentifier(type)
                $0.setOf([value])
            }
        }
    }
}

extension ObjectIdentifier {
    /// id-data.
    public static let cmsData: ObjectIdentifier = "1.2.840.113549.1.7.1"
    /// id-signedData.
    public static let cmsSignedData: ObjectIdentifier = "1.2.840.113549.1.7.2"
    /// contentType attribute.
    public static let contentType: ObjectIdentifier = "1.2.840.113549.1.9.3"
    /// messageDigest attribute.
    public static let messageDigest: ObjectIdentifier = "1.2.840.113549.1.9.4"
    /// signingTime attribute.
    public static let signingTime: ObjectIdentifier = "1.2.840.113549.1.9.5"
    /// CMSAlgorithmProtection (RFC 6211).
    public static let algorithmProtection: ObjectIdentifier = "1.2.840.113549.1.9.52"
    /// ESS signingCertificate (RFC 2634), SHA-1.
    public static let signingCertificate: ObjectIdentifier = "1.2.840.113549.1.9.16.2.12"
    /// ESS signingCertificateV2 (RFC 5035).
    public static let signingCertificateV2: ObjectIdentifier = "1.2.840.113549.1.9.16.2.47"
    /// signature-time-stamp (EN 319 122-1 §5.3).
    public static let signatureTimeStamp: ObjectIdentifier = "1.2.840.113549.1.9.16.2.14"
}
