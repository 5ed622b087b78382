// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

/// SignerInfo (RFC 5652 §5.3), as received.
public struct SignerInfo: Sendable {
    /// How the signer's certificate is named outside the signature; not protected by it.
    public enum Identifier: Sendable {
        /// Issuer and serial number.
        case issuerAndSerialNumber(DistinguishedName, [UInt8])
        /// Subject key identifier.
        case subjectKeyIdentifier([UInt8])
    }
    /// How the signer's certificate is named.
    public let identifier: Identifier
    /// The digest over the content.
    public let digestAlgorithm: AlgorithmIdentifier
    /// Signed attributes as received; `nil` when the signature is directly over the content.
    public let signedAttributes: [CMSAttribute]?
    /// The bytes that were signed when there are signed attributes: as received, under the tag of SET.
    public let signedAttributesBytes: [UInt8]?
    /// Whether the signed attributes stand in the order of DER.
    public let signedAttributesAreSorted: Bool
    /// The signature algorithm.
    public let signatureAlgorithm: AlgorithmIdentifier
    /// The signature value.
    public let signature: [UInt8]
    /// Unsigned attributes.
    public let unsignedAttributes: [CMSAttribute]
    /// The whole SignerInfo as received.
    public let bytes: [UInt8]

    init(_ element: DERElement) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        let version = try reader.next().integer()
        guard version == 1 || version == 3 else {
            throw DERSyntaxError(
                .invalidValue, at: element.range.lowerBound, clause: "RFC 5652 5.3", "version \(version)")
        }
        let named = try reader.next()
        if named.tag == .contextPrimitive(0) {
            identifier = .subjectKeyIdentifier(named.contentBytes)
        } else {
            var pair = try named.reader(.sequence)
            let issuer = try DistinguishedName(pair.next(.sequence))
            let serial = try pair.next().integerOctets()
            try pair.end()
            identifier = .issuerAndSerialNumber(issuer, serial)
        }
        digestAlgorithm = try AlgorithmIdentifier(reader.next())
        if let set = try reader.optional(.context(0)) {
            let elements = try set.elements()
            signedAttributes = try elements.map { item throws(DERSyntaxError) in try CMSAttribute(item) }
            signedAttributesBytes = set.bytes(retaggedAs: .set)
            signedAttributesAreSorted = zip(elements, elements.dropFirst()).allSatisfy {
                !$1.input[$1.range].lexicographicallyPrecedes($0.input[$0.range])
            }
        } else {
            signedAttributes = nil
            signedAttributesBytes = nil
            signedAttributesAreSorted = true
        }
        signatureAlgorithm = try AlgorithmIdentifier(reader.next())
        signature = try reader.next().octetString()
        if let set = try reader.optional(.context(1)) {
            unsignedAttributes = try set.elements().map { item throws(DERSyntaxError) in try CMSAttribute(item) }
        } else {
            unsignedAttributes = []
        }
        try reader.end()
        bytes = element.bytes
    }

    /// The digest over the content, or `nil` for one that is not known.
    public var digest: DigestAlgorithm? { DigestAlgorithm(digestAlgorithm) }
    /// The signature scheme, or `nil` for one that is not known.
    public var scheme: SignatureScheme? { SignatureScheme(signatureAlgorithm, digest: digest) }

    /// The single value of a signed attribute.
    ///
    /// - Returns: `nil` when the attribute is absent, occurs twice or has another number of values than one
    ///   (RFC 5652 §11); ``hasWellFormedSignedAttributes`` tells these apart.
    public func signedValue(_ type: ObjectIdentifier) -> DERElement? {
        guard let found = signedAttributes?.filter({ $0.type == type }), found.count == 1, found[0].values.count == 1
        else {
            return nil
        }
        return found[0].values[0]
    }

    /// Whether no signed attribute type occurs twice and each has at least one value, and those that bind content,
    /// certificate, time and algorithms exactly one (RFC 5652 §5.3 and §11, RFC 5035 §3, RFC 6211 §2).
    public var hasWellFormedSignedAttributes: Bool {
        guard let signedAttributes else { return true }
        return Set(signedAttributes.map(\.type)).count == signedAttributes.count
            && signedAttributes.allSatisfy {
                $0.values.count == 1 || !$0.values.isEmpty && !Self.singleValued.contains($0.type)
            }
    }

    /// Whether an attribute stands where a reader who does not look for it there would be told something that nobody signed:
    /// content-type, message-digest or signing-time among the unsigned ones, or a countersignature among the signed ones
    /// (RFC 5652 §11.1–11.4).
    public var hasMisplacedAttributes: Bool {
        unsignedAttributes.contains { [.contentType, .messageDigest, .signingTime].contains($0.type) }
            || signedAttributes?.contains { $0.type == .counterSignature } == true
    }

    private static let singleValued: Set<ObjectIdentifier> = [
        .contentType, .messageDigest, .signingTime, .signingCertificateV2, .signingCertificate, .algorithmProtection,
    ]

    /// Whether a certificate is the one that the identifier names.
    public func names(_ certificate: Certificate) -> Bool {
        switch identifier {
        case .issuerAndSerialNumber(let issuer, let serial):
            certificate.issuer == issuer && certificate.serialNumber == serial
        case .subjectKeyIdentifier(let identifier): certificate.subjectKeyIdentifier == identifier
        }
    }
}
