// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DERSyntax
public import DossierCore

/// What a time-stamp token says and whether its digests and value hold. Trust is not judged; see ``TimeStampValidation``.
public struct TimeStampFacts: Sendable {
    /// What the authority states.
    public let information: TimeStampInformation
    /// The certificate that the signature binds; `nil` when it was not found.
    public private(set) var signingCertificate: Certificate?
    /// What is wrong, in the order of checking; empty when everything holds.
    public private(set) var faults: [TimeStampFault] = []
    /// The signature scheme, for the algorithm policy; `nil` for one that is not known.
    public let scheme: SignatureScheme?

    /// The stated time.
    public var time: Instant { information.time }

    fileprivate init(
        _ token: TimeStampToken, candidates: [Certificate], digest: (DigestAlgorithm) throws -> [UInt8]?
    ) rethrows {
        information = token.information
        scheme = token.signer.scheme
        if let algorithm = information.imprint.digest, let expected = try digest(algorithm) {
            if expected != information.imprint.value { faults.append(.imprintMismatch) }
        } else {
            faults.append(.imprintUnknown)
        }
        if information.extensions.contains(where: \.isCritical) { faults.append(.criticalExtension) }
        checkAttributes(token)
        findCertificate(token, candidates)
        checkValue(token)
        checkCertificate()
    }

    private mutating func checkAttributes(_ token: TimeStampToken) {
        let signer = token.signer
        guard signer.signedAttributes != nil, signer.hasWellFormedSignedAttributes,
            (try? signer.signedValue(.contentType)?.objectIdentifier()) == .timeStampInformation,
            let signed = try? signer.signedValue(.messageDigest)?.octetString()
        else {
            faults.append(.attributes)
            return
        }
        guard let content = token.signedData.content, let digest = signer.digest else {
            faults.append(.algorithmUnknown)
            return
        }
        if (try? digest.digest(of: content)) != signed { faults.append(.digestMismatch) }
        if let protection = signer.signedValue(.algorithmProtection), !Self.protects(protection, signer) {
            faults.append(.attributes)
        }
    }

    /// CMSAlgorithmProtection (RFC 6211 §2); NULL and absent parameters mean the same for digests.
    private static func protects(_ value: DERElement, _ signer: SignerInfo) -> Bool {
        guard var reader = try? value.reader(.sequence), let digest = try? AlgorithmIdentifier(reader.next()),
            let signature = try? reader.optional(.context(1)),
            let algorithm = try? AlgorithmIdentifier(signature, tag: .context(1))
        else { return false }
        return digest.algorithm == signer.digestAlgorithm.algorithm && algorithm == signer.signatureAlgorithm
    }

    /// The reference decides, not whichever key happens to verify (RFC 3161 §2.4.2, RFC 5816 §2.2.1).
    private mutating func findCertificate(_ token: TimeStampToken, _ candidates: [Certificate]) {
        var references: [SigningCertificateReference] = []
        for (type, isVersion2) in [(ObjectIdentifier.signingCertificateV2, true), (.signingCertificate, false)] {
            for attribute in token.signer.signedAttributes ?? [] where attribute.type == type {
                for value in attribute.values {
                    guard let reference = try? SigningCertificateReference(value, isVersion2: isVersion2) else {
                        faults.append(.attributes)
                        return
                    }
                    references.append(reference)
                }
            }
        }
        let named = (token.signedData.certificates + candidates).filter(token.signer.names)
        guard !references.isEmpty else {
            faults.append(.certificateNotBound)
            signingCertificate = named.first
            return
        }
        signingCertificate = named.first { candidate in references.allSatisfy { $0.matches(candidate) } }
        if signingCertificate == nil { faults.append(named.isEmpty ? .certificateMissing : .certificateNotBound) }
    }

    private mutating func checkValue(_ token: TimeStampToken) {
        guard let signingCertificate, let signed = token.signer.signedAttributesBytes else { return }
        guard let scheme, let key = try? signingCertificate.subjectPublicKeyInfo.publicKey() else {
            faults.append(.algorithmUnknown)
            return
        }
        func isValid(_ bytes: [UInt8]) -> Bool {
            (try? key.isValidSignature(token.signer.signature, over: bytes, scheme: scheme)) ?? false
        }
        if isValid(signed) { return }
        // RFC 5652 §5.4 has the signature made over DER; some producers sign DER but write another order.
        if !token.signer.signedAttributesAreSorted, let elements = try? DERElement(parsing: signed).elements(),
            isValid(DERWriter.bytes { $0.setOf(elements.map(\.bytes)) })
        {
            return
        }
        faults.append(.signature)
    }

    private mutating func checkCertificate() {
        guard let signingCertificate else { return }
        let usage = signingCertificate.extensions.first { $0.identifier == .extendedKeyUsage }
        if signingCertificate.extendedKeyUsage != [.timeStampingPurpose] || usage?.isCritical != true {
            faults.append(.extendedKeyUsage)
        }
        if !signingCertificate.isValid(at: information.time) { faults.append(.outsideValidity) }
        if let name = information.authorityName, !Self.bears(name, information.authority, signingCertificate) {
            faults.append(.authorityMismatch)
        }
    }

    /// Whether a name is the certificate's subject or one of its alternative names.
    private static func bears(_ name: [UInt8], _ directory: DistinguishedName?, _ certificate: Certificate) -> Bool {
        if let directory, directory == certificate.subject { return true }
        guard let item = certificate.extensions.first(where: { $0.identifier == .subjectAlternativeName }),
            let names = try? DERElement(parsing: item.value).elements()
        else { return false }
        return names.contains { $0.bytes == name }
    }
}

extension TimeStampToken {
    /// Checks the token against what it should stamp: imprint, signed attributes, value, the certificate's purpose.
    ///
    /// - Parameters:
    ///   - digest: The digest of the time-stamped bytes with the algorithm that the token names; `nil` when they are not at
    ///     hand.
    ///   - candidates: Certificates from elsewhere among which the authority's may be.
    /// - Returns: The facts; the path and the revocation of the authority's certificate are not judged.
    public func verify(
        imprint digest: (DigestAlgorithm) throws -> [UInt8]?, candidates: [Certificate] = []
    ) rethrows -> TimeStampFacts {
        try TimeStampFacts(self, candidates: candidates, digest: digest)
    }

    /// Checks the token against the bytes that it should stamp.
    public func verify(stamping bytes: [UInt8], candidates: [Certificate] = []) -> TimeStampFacts {
        verify(imprint: { try? $0.digest(of: bytes) }, candidates: candidates)
    }
}
