// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore
public import PKIX

/// A CMS signature that lacks only its value: everything a signer must see, and everything needed to finish.
///
/// Preparing and completing are separate and keep no state, so that any server can finish what another began.
public struct PreparedSignature: Sendable {
    /// The bytes that the signer signs: DER of the signed attributes (RFC 5652 §5.4).
    public let dataToBeSigned: [UInt8]
    /// The digest over the content.
    public let digest: DigestAlgorithm
    /// The scheme of the signature value.
    public let scheme: SignatureScheme
    /// The signer's certificate, then its chain.
    public let certificates: [Certificate]

    /// Prepares a signature over content of which the digest is at hand.
    ///
    /// - Parameters:
    ///   - contentDigest: Digest of the content with ``digest(for:)``.
    ///   - certificate: The signer's certificate, bound by signing-certificate-v2 (EN 319 122-1 §5.2.2.3).
    ///   - signingTime: The claimed time; `nil` leaves the attribute out, as PAdES asks (EN 319 142-1 §6.3).
    ///   - properties: What the signer states besides; content time-stamps must be over the same content.
    /// - Throws: ``AdESError`` `algorithmNotAllowed` for MD5, SHA-1 and schemes without identifier.
    public init(
        contentDigest: [UInt8], certificate: Certificate, chain: [Certificate], scheme: SignatureScheme,
        signingTime: Instant?, properties: SignedProperties = SignedProperties()
    ) throws(AdESError) {
        let digest = Self.digest(for: scheme)
        guard digest != .sha1, digest != .md5, let algorithm = scheme.identifier else {
            throw AdESError(.algorithmNotAllowed, "\(scheme.displayName) is not used for new signatures")
        }
        guard contentDigest.count == digest.byteCount else {
            throw AdESError(
                .invalidPreparation, "a digest of \(contentDigest.count) bytes, expected \(digest.byteCount)")
        }
        let reference: [UInt8]
        do {
            reference = try SigningCertificateReference.encode(certificate, digest: scheme.digest ?? .sha512)
        } catch {
            throw AdESError(.algorithmNotAllowed, error.detail)
        }
        var attributes = [
            CMSAttribute.encode(.contentType, value: DERWriter.bytes { $0.objectIdentifier(.cmsData) }),
            CMSAttribute.encode(.messageDigest, value: DERWriter.bytes { $0.octetString(contentDigest) }),
            CMSAttribute.encode(.signingCertificateV2, value: reference),
            CMSAttribute.encode(
                .algorithmProtection,
                value: DERWriter.bytes { writer in
                    writer.sequence {
                        $0.raw(digest.cmsIdentifier.bytes)
                        $0.element(.context(1), Self.content(of: algorithm.bytes))
                    }
                }),
        ]
        if let signingTime {
            attributes.append(CMSAttribute.encode(.signingTime, value: DERWriter.bytes { $0.time(signingTime) }))
        }
        attributes += properties.attributes
        dataToBeSigned = DERWriter.bytes { $0.setOf(attributes) }
        self.digest = digest
        self.scheme = scheme
        certificates = [certificate] + chain.filter { $0 != certificate }
    }

    /// The digest over the content that belongs to a scheme: its own; SHA-512 for Ed25519, SHAKE256 for Ed448 (RFC 8419 §3.1).
    public static func digest(for scheme: SignatureScheme) -> DigestAlgorithm {
        scheme.digest ?? (scheme == .ed448 ? .shake256 : .sha512)
    }

    /// Finishes the signature at level B-B.
    ///
    /// - Parameters:
    ///   - value: The signature value over ``dataToBeSigned``.
    ///   - content: The content for an enveloping signature, `nil` for a detached one.
    /// - Returns: DER of a ContentInfo.
    /// - Throws: ``AdESError`` `signatureValueMismatch` when the certificate does not verify the value.
    public func completed(with value: [UInt8], enclosing content: [UInt8]? = nil) throws(AdESError) -> [UInt8] {
        try completed(with: SignatureValue(value), enclosing: content)
    }

    /// Finishes the signature at level B-T with a time-stamp that was had elsewhere (EN 319 122-1 §5.3).
    ///
    /// - Parameter timeStamp: Over the signature value; checked before it is embedded, apart from its authority's path.
    /// - Throws: ``AdESError``: `signatureValueMismatch`; `timeStampNotAccepted` for a token over another value, one that does
    ///   not hold, or one whose time lies outside the validity of the signer's certificate.
    public func completed(
        with value: [UInt8], timeStamp: TimeStampToken, enclosing content: [UInt8]? = nil
    ) throws(AdESError) -> [UInt8] {
        try check(SignatureValue(value))
        try timeStamp.check(stamping: value, by: certificates[0])
        return try assembled(value, timeStamp: timeStamp, enclosing: content)
    }

    /// Finishes the signature with a time-stamp that is asked for here; the authority is called once, after the value was
    /// checked.
    ///
    /// - Throws: as ``completed(with:timeStamp:enclosing:)``; errors of the authority unchanged.
    public func completed(
        with value: [UInt8], stampedBy authority: some TimeStamping, enclosing content: [UInt8]? = nil
    ) async throws -> [UInt8] {
        try await completed(with: SignatureValue(value), stampedBy: authority, enclosing: content)
    }

    /// Most bytes that the detached signature can have, for room to be reserved before the value exists.
    ///
    /// - Parameter tokenRoom: Room for a time-stamp; `nil` for level B-B.
    public func largestSize(tokenRoom: Int? = nil) -> Int {
        let value: Int =
            switch try? certificates[0].publicKey().kind {
            case .rsa(let bits): (bits + 7) / 8
            // Two integers with tags, lengths and sign octets.
            case .elliptic(let curve): 2 * ((curve.bits + 7) / 8 + 3) + 3
            case .ed25519, .ed448, nil: 128
            }
        let base = (try? assembled([UInt8](repeating: 0, count: value), timeStamp: nil, enclosing: nil).count) ?? 0
        // Attribute, SET and the four lengths around them that may grow by an octet each.
        return base + (tokenRoom.map { $0 + 64 } ?? 0)
    }

    /// - Throws: ``AdESError`` `signatureValueMismatch` when the certificate does not verify the value.
    func check(_ value: SignatureValue) throws(AdESError) {
        let certificate = certificates[0]
        guard !value.isKnownToHold(over: dataToBeSigned, scheme: scheme, under: certificate.subjectPublicKeyInfo) else {
            return
        }
        let isValid: Bool
        do {
            isValid = try certificate.publicKey()
                .isValidSignature(value.bytes, over: dataToBeSigned, scheme: scheme)
        } catch {
            throw AdESError(.signatureValueMismatch, "\(error)")
        }
        guard isValid else {
            throw AdESError(
                .signatureValueMismatch, "the signer's certificate does not verify the value that was returned")
        }
    }

    func assembled(
        _ value: [UInt8], timeStamp: TimeStampToken?, enclosing content: [UInt8]?
    ) throws(AdESError) -> [UInt8] {
        SignedData.encode(
            digestAlgorithms: [digest.cmsIdentifier], content: content,
            certificates: certificates, signers: [try signerInfo(value, timeStamp: timeStamp)])
    }

    /// DER of the SignerInfo.
    func signerInfo(_ value: [UInt8], timeStamp: TimeStampToken?) throws(AdESError) -> [UInt8] {
        guard let algorithm = scheme.identifier else {
            throw AdESError(.algorithmNotAllowed, "\(scheme.displayName) is not used for new signatures")
        }
        return DERWriter.bytes { writer in
            writer.sequence { info in
                info.integer(1)
                info.sequence {
                    $0.raw(certificates[0].issuer.bytes)
                    $0.element(.integer, certificates[0].serialNumber)
                }
                info.raw(digest.cmsIdentifier.bytes)
                info.element(.context(0), Self.content(of: dataToBeSigned))
                info.raw(algorithm.bytes)
                info.octetString(value)
                if let timeStamp {
                    info.setOf([CMSAttribute.encode(.signatureTimeStamp, value: timeStamp.bytes)], tag: .context(1))
                }
            }
        }
    }

    /// The content octets of one DER element that this module wrote itself.
    private static func content(of element: [UInt8]) -> [UInt8] {
        (try? DERElement(parsing: element))?.contentBytes ?? []
    }
}
