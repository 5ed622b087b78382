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
    /// - Throws: ``AdESError`` `algorithmNotAllowed` for MD5, SHA-1 and schemes without identifier.
    public init(
        contentDigest: [UInt8], certificate: Certificate, chain: [Certificate], scheme: SignatureScheme,
        signingTime: Instant?
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
            reference = try SigningCertificateReference.encode(certificate, digest: digest == .sha1 ? .sha256 : digest)
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
                        $0.raw(AlgorithmIdentifier(digest.objectIdentifier).bytes)
                        $0.element(.context(1), Self.content(of: algorithm.bytes))
                    }
                }),
        ]
        if let signingTime {
            attributes.append(CMSAttribute.encode(.signingTime, value: DERWriter.bytes { $0.time(signingTime) }))
        }
        dataToBeSigned = DERWriter.bytes { $0.setOf(attributes) }
        self.digest = digest
        self.scheme = scheme
        certificates = [certificate] + chain.filter { $0 != certificate }
    }

    /// The digest over the content that belongs to a scheme: its own; SHA-512 for Ed25519 (RFC 8419 §3).
    public static func digest(for scheme: SignatureScheme) -> DigestAlgorithm { scheme.digest ?? .sha512 }

    /// Finishes the signature.
    ///
    /// - Parameters:
    ///   - value: The signature value over ``dataToBeSigned``.
    ///   - content: The content for an enveloping signature, `nil` for a detached one.
    /// - Returns: DER of a ContentInfo.
    /// - Throws: ``AdESError`` `signatureValueMismatch` when the certificate does not verify the value.
    public func completed(with value: [UInt8], enclosing content: [UInt8]? = nil) throws(AdESError) -> [UInt8] {
        let isValid: Bool
        do {
            isValid = try certificates[0].subjectPublicKeyInfo.publicKey()
                .isValidSignature(value, over: dataToBeSigned, scheme: scheme)
        } catch {
            throw AdESError(.signatureValueMismatch, "\(error)")
        }
        guard isValid, let algorithm = scheme.identifier else {
            throw AdESError(
                .signatureValueMismatch, "the signer's certificate does not verify the value that was returned")
        }
        let digestAlgorithm = AlgorithmIdentifier(digest.objectIdentifier)
        let signer = DERWriter.bytes { writer in
            writer.sequence { info in
                info.integer(1)
                info.sequence {
                    $0.raw(certificates[0].issuer.bytes)
                    $0.element(.integer, certificates[0].serialNumber)
                }
                info.raw(digestAlgorithm.bytes)
                info.element(.context(0), Self.content(of: dataToBeSigned))
                info.raw(algorithm.bytes)
                info.octetString(value)
            }
        }
        return SignedData.encode(
            digestAlgorithms: [digestAlgorithm], content: content, certificates: certificates, signers: [signer])
    }

    /// The content octets of one DER element that this module wrote itself.
    private static func content(of element: [UInt8]) -> [UInt8] {
        (try? DERElement(parsing: element))?.contentBytes ?? []
    }
}
