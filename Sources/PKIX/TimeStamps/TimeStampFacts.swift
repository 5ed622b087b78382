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
        let verification = SignerInfoVerification(
            token.signer, contentType: .timeStampInformation, certificates: token.signedData.certificates + candidates
        ) { algorithm in token.signedData.content.flatMap { try? algorithm.digest(of: $0) } }
        checkAttributes(verification)
        takeCertificate(verification)
        checkValue(verification)
        checkCertificate()
    }

    private mutating func checkAttributes(_ verification: SignerInfoVerification) {
        if verification.faults.contains(where: { $0 != .algorithmProtectionMismatch && $0 != .referenceUnreadable }) {
            faults.append(.attributes)
            return
        }
        switch verification.digest {
        case .holds: break
        case .broken: faults.append(.digestMismatch)
        case .notChecked: faults.append(.algorithmUnknown)
        }
        if verification.faults.contains(.algorithmProtectionMismatch) { faults.append(.attributes) }
    }

    /// The reference decides, not whichever key happens to verify (RFC 3161 §2.4.2, RFC 5816 §2.2.1).
    private mutating func takeCertificate(_ verification: SignerInfoVerification) {
        signingCertificate = verification.signingCertificate
        if verification.faults.contains(.referenceUnreadable) {
            faults.append(.attributes)
        } else if !verification.bindsCertificate {
            faults.append(.certificateNotBound)
        } else if signingCertificate == nil {
            faults.append(verification.namesCertificateAtHand ? .certificateNotBound : .certificateMissing)
        }
    }

    private mutating func checkValue(_ verification: SignerInfoVerification) {
        // Without signed attributes there is nothing of a token to check, which was said.
        guard signingCertificate != nil, !verification.faults.contains(.signedAttributesMissing) else { return }
        switch verification.value {
        case .holds: break
        case .broken: faults.append(.signature)
        case .notChecked: faults.append(.algorithmUnknown)
        }
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
