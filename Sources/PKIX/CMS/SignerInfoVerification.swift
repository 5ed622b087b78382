// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax

/// Whether one SignerInfo holds together: its attributes, the certificate it binds, its digest and its value
/// (RFC 5652 §5.3–5.6 and §11, RFC 5035, RFC 6211).
///
/// The one place where this is checked, for time-stamp tokens and for signatures over documents. Trust is not judged, and no
/// profile beyond those standards; whoever asks adds the rules of its own format.
public struct SignerInfoVerification: Sendable {
    /// A rule about signed attributes that is broken.
    public enum Fault: Sendable, Hashable, CaseIterable {
        /// There are none although the content is not id-data (RFC 5652 §5.3).
        case signedAttributesMissing
        /// One occurs twice, or has another number of values than it must (RFC 5652 §5.3 and §11).
        case attributeRepeated
        /// content-type, message-digest or signing-time is unsigned, or a countersignature is signed (RFC 5652 §11.1–11.4).
        case attributeMisplaced
        /// content-type is missing or is not the type of the content (RFC 5652 §11.1).
        case contentTypeMismatch
        /// message-digest is missing or no OCTET STRING (RFC 5652 §11.2).
        case messageDigestMissing
        /// The algorithms are not those that CMSAlgorithmProtection protects (RFC 6211 §2).
        case algorithmProtectionMismatch
        /// A signing-certificate attribute that cannot be read (RFC 5035); no certificate is then taken.
        case referenceUnreadable
    }

    /// What came of one check.
    public enum Outcome: Sendable, Hashable {
        /// It holds.
        case holds
        /// It does not.
        case broken
        /// It could not be made: no content, no certificate, an algorithm that is not known.
        case notChecked
    }

    /// Broken rules about signed attributes, in the order of ``Fault``; empty when none.
    public private(set) var faults: [Fault] = []
    /// Whether ESS signing-certificate or signing-certificate-v2 is present, readable or not.
    public private(set) var bindsCertificate = false
    /// The signer's certificate: the one that every reference matches and the identifier names; without a reference the
    /// first that the identifier names. A certificate whose key merely happens to verify is not enough (EN 319 102-1
    /// §5.2.3.4).
    public private(set) var signingCertificate: Certificate?
    /// The references to the signer's certificate that can be read.
    public private(set) var references: [SigningCertificateReference] = []
    /// Whether the identifier names any of the certificates at hand.
    public private(set) var namesCertificateAtHand = false
    /// The content's digest against the signed one; without signed attributes the same as ``value``.
    public private(set) var digest = Outcome.notChecked
    /// The signature value under the key of ``signingCertificate``.
    public private(set) var value = Outcome.notChecked
    /// Whether the value holds only over the signed attributes in DER order, while they are written in another
    /// (RFC 5652 §5.4).
    public private(set) var needsReordering = false

    /// Checks a signer.
    ///
    /// - Parameters:
    ///   - contentType: eContentType of the signed data.
    ///   - certificates: Certificates among which the signer's may be, the enclosed ones first.
    ///   - contentDigest: The digest of the content; `nil` when there is no content. Asked at most once.
    public init(
        _ signer: SignerInfo, contentType: ObjectIdentifier, certificates: [Certificate],
        contentDigest: (DigestAlgorithm) throws -> [UInt8]?
    ) rethrows {
        findCertificate(signer, certificates)
        checkAttributes(signer, contentType)
        let actual = try signer.digest.flatMap(contentDigest)
        let key = try? signingCertificate?.publicKey()
        guard let signed = signer.signedAttributesBytes else {
            // Without signed attributes the value itself covers the content.
            guard let key, let scheme = signer.scheme, let actual, scheme.digest == signer.digest else { return }
            // A scheme that does not fit the key cannot have been made with it.
            let isValid = try? key.isValidSignature(signer.signature, overDigest: actual, scheme: scheme)
            value = isValid == true ? .holds : .broken
            digest = value
            return
        }
        if let actual, let expected = try? signer.signedValue(.messageDigest)?.octetString() {
            digest = expected == actual ? .holds : .broken
        }
        guard let key, let scheme = signer.scheme, Self.mayStand(scheme, with: signer.digest) else { return }
        func isValid(_ bytes: [UInt8]) -> Bool {
            (try? key.isValidSignature(signer.signature, over: bytes, scheme: scheme)) ?? false
        }
        value = isValid(signed) ? .holds : .broken
        // RFC 5652 §5.4 has the signature made over DER; some producers sign DER but write another order.
        if value == .broken, !signer.signedAttributesAreSorted,
            let elements = try? DERElement(parsing: signed).elements(),
            isValid(DERWriter.bytes { $0.setOf(elements.map(\.bytes)) })
        {
            value = .holds
            needsReordering = true
        }
        // RFC 8933 §3: one digest for the content and for the signed attributes. A value that holds over another one is not
        // what the signer says it is; one that does not hold is broken whatever is named.
        if value == .holds, let named = scheme.digest, named != signer.digest {
            value = .notChecked
            needsReordering = false
        }
    }

    /// RFC 8419 §3.1: with signed attributes Ed25519 goes with SHA-512 and Ed448 with SHAKE256.
    private static func mayStand(_ scheme: SignatureScheme, with digest: DigestAlgorithm?) -> Bool {
        switch scheme {
        case .ed25519: digest == .sha512
        case .ed448: digest == .shake256
        default: true
        }
    }

    private mutating func findCertificate(_ signer: SignerInfo, _ certificates: [Certificate]) {
        for (type, isVersion2) in [(ObjectIdentifier.signingCertificateV2, true), (.signingCertificate, false)] {
            for attribute in signer.signedAttributes ?? [] where attribute.type == type {
                for value in attribute.values {
                    bindsCertificate = true
                    if let reference = try? SigningCertificateReference(value, isVersion2: isVersion2) {
                        references.append(reference)
                    } else if !faults.contains(.referenceUnreadable) {
                        faults.append(.referenceUnreadable)
                    }
                }
            }
        }
        let named = certificates.filter(signer.names)
        namesCertificateAtHand = !named.isEmpty
        guard faults.isEmpty else { return }
        signingCertificate = named.first { candidate in references.allSatisfy { $0.matches(candidate) } }
    }

    private mutating func checkAttributes(_ signer: SignerInfo, _ contentType: ObjectIdentifier) {
        var found: [Fault] = []
        if signer.signedAttributes == nil {
            if contentType != .cmsData { found.append(.signedAttributesMissing) }
            if signer.hasMisplacedAttributes { found.append(.attributeMisplaced) }
        } else {
            if !signer.hasWellFormedSignedAttributes { found.append(.attributeRepeated) }
            if signer.hasMisplacedAttributes { found.append(.attributeMisplaced) }
            if (try? signer.signedValue(.contentType)?.objectIdentifier()) != contentType {
                found.append(.contentTypeMismatch)
            }
            if (try? signer.signedValue(.messageDigest)?.octetString()) == nil { found.append(.messageDigestMissing) }
            if let protection = signer.signedValue(.algorithmProtection), !Self.protects(protection, signer) {
                found.append(.algorithmProtectionMismatch)
            }
        }
        faults = found + faults
    }

    /// CMSAlgorithmProtection (RFC 6211 §2); NULL and absent parameters mean the same for digests.
    private static func protects(_ value: DERElement, _ signer: SignerInfo) -> Bool {
        guard var reader = try? value.reader(.sequence), let digest = try? AlgorithmIdentifier(reader.next()),
            let signature = try? reader.optional(.context(1)),
            let algorithm = try? AlgorithmIdentifier(signature, tag: .context(1))
        else { return false }
        return digest.algorithm == signer.digestAlgorithm.algorithm && algorithm == signer.signatureAlgorithm
    }
}
