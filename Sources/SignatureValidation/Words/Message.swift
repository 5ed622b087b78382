// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
package import DossierCore
package import PKIX

/// Everything that the engine can say about a signature: the catalogue of words. The texts stand in `Message+Phrase`, where
/// a missing language does not compile.
package enum Message: Sendable, Hashable {
    /// More about a broken rule of a path.
    package enum PathDetail: Sendable, Hashable {
        case none
        case since(Instant)
        case newListDue(Instant)
        case ended(Instant)
        case begins(Instant)
        case issuer(String)
        case listNeeded(String)
    }

    // FC, ISC, VCI, CV
    case formatFault(FormatFault)
    case changedAfterSigning(revision: Int, objects: [String])
    case notFullyCovered
    case noSigningCertificate
    case signedAttributesMissing
    case obsoleteForm(String)
    case noCertificateReference
    case signaturePolicyNotAvailable(String)
    case signaturePolicyDiffers(String)
    case signaturePolicyUnreadable
    case digestMismatch
    case signedDataNotFound
    case signatureValueInvalid
    case signatureAlgorithmUnknown
    // XCV and RFC
    case pathRule(PathRule, NamedSubject, PathDetail)
    case revocationNotChecked(RevocationMode)
    case revocationNotFresh(NamedSubject, issued: Instant, wanted: Instant)
    case revocationIssuerOutOfBounds(NamedSubject, until: Instant)
    case anchorNoLongerTrusted(String, until: Instant)
    // SAV and AOV
    case algorithmNotAccepted(policy: String, [AlgorithmPolicy.Fault])
    case claimedTimeAhead(Instant, of: Instant)
    case claimedTimeLocal(Instant, actually: Instant)
    case claimedTimeOutsideValidity(Instant)
    case timeStampMissing
    case commitmentMissing
    case signerRoleMissing
    case counterSignatureInvalid(String)
    // Proofs of existence
    case revokedBeforeSigning(NamedSubject, since: Instant, content: Instant)
    case expiredBeforeSigning(NamedSubject, at: Instant, content: Instant)
    case signedBeforeValidity(NamedSubject, begins: Instant, signed: Instant)
    case proved(at: Instant, by: String)
    case proofNotUsed(at: Instant, by: String)
    case noProofOfExistence(NamedSubject, before: Instant)
    case judgedInThePast(Instant)
    // Time-stamps
    case timeStampUnreadable(String)
    case timeStampFault(TimeStampFault, NamedSubject)
    case timeStampNotCounted(String, NamedSubject, SubIndication)
    case timeStampDomain(String, domain: String)
    case timeStampAhead(String, Instant)
    case timeStampsOutOfOrder(earlier: String, Instant, later: String, Instant)
    case timeStampTooLate(claimed: Instant, proved: Instant, limit: Int64)
    // Conformity and expectation
    case legacyScheme
    case digestNotListed(String)
    case signerMismatch
    case signerNotIdentified

    /// The stable code, for machines.
    package var code: String {
        switch self {
        case .formatFault(let fault): fault.code
        case .changedAfterSigning: "changed-after-signing"
        case .notFullyCovered: "not-fully-covered"
        case .noSigningCertificate: "no-signing-certificate"
        case .signedAttributesMissing: "signed-attributes-missing"
        case .obsoleteForm: "subfilter-obsolete"
        case .noCertificateReference: "no-certificate-reference"
        case .signaturePolicyNotAvailable: "signature-policy-not-available"
        case .signaturePolicyDiffers: "signature-policy-differs"
        case .signaturePolicyUnreadable: "signature-policy-unreadable"
        case .digestMismatch: "digest-mismatch"
        case .signedDataNotFound: "signed-data-not-found"
        case .signatureValueInvalid: "signature-value-invalid"
        case .signatureAlgorithmUnknown: "signature-algorithm-unknown"
        case .pathRule(let rule, _, _): rule.rawValue
        case .revocationNotChecked: "revocation-not-checked"
        case .revocationNotFresh: "revocation-not-fresh"
        case .revocationIssuerOutOfBounds: "revocation-issuer-out-of-bounds"
        case .anchorNoLongerTrusted: "anchor-no-longer-trusted"
        case .algorithmNotAccepted: "algorithm-not-accepted"
        case .claimedTimeAhead: "signing-time-ahead"
        case .claimedTimeLocal: "signing-time-local-quirk"
        case .claimedTimeOutsideValidity: "signing-time-outside-validity"
        case .timeStampMissing: "time-stamp-missing"
        case .commitmentMissing: "commitment-missing"
        case .signerRoleMissing: "signer-role-missing"
        case .counterSignatureInvalid: "counter-signature-invalid"
        case .revokedBeforeSigning: "revoked-before-signing"
        case .expiredBeforeSigning: "expired-before-signing"
        case .signedBeforeValidity: "signed-before-validity"
        case .proved: "existence-proved"
        case .proofNotUsed: "existence-proof-not-used"
        case .noProofOfExistence: "no-proof-of-existence"
        case .judgedInThePast: "judged-in-the-past"
        case .timeStampUnreadable: "time-stamp-unreadable"
        case .timeStampFault(let fault, _): "time-stamp-" + fault.rawValue
        case .timeStampNotCounted: "time-stamp-not-counted"
        case .timeStampDomain: "time-stamp-domain"
        case .timeStampAhead: "time-stamp-ahead"
        case .timeStampsOutOfOrder: "time-stamps-out-of-order"
        case .timeStampTooLate: "time-stamp-too-late"
        case .legacyScheme: "legacy-scheme"
        case .digestNotListed: "digest-not-listed"
        case .signerMismatch: "signer-mismatch"
        case .signerNotIdentified: "signer-not-identified"
        }
    }

    /// The message as a remark of a report.
    package func finding(_ severity: Finding.Severity) -> Finding { Finding(severity, code: code, phrase) }
}

extension Finding.Severity {
    /// How grave a constraint is that is not met; `nil` when it is not looked at.
    init?(_ level: ConstraintLevel) {
        switch level {
        case .fail: self = .failure
        case .warn: self = .warning
        case .inform: self = .information
        case .ignore: return nil
        }
    }
}

extension Message {
    /// One of each kind, for the list of messages.
    package static let examples: [Message] = {
        let signer = NamedSubject(name: "…", role: .signer)
        let time = Instant(seconds: 1_795_219_200)
        return [
            .changedAfterSigning(revision: 2, objects: ["12 0"]), .notFullyCovered, .noSigningCertificate,
            .signedAttributesMissing, .obsoleteForm("…"), .noCertificateReference, .signaturePolicyNotAvailable("…"),
            .signaturePolicyDiffers("…"), .signaturePolicyUnreadable, .digestMismatch, .signedDataNotFound,
            .signatureValueInvalid, .signatureAlgorithmUnknown, .pathRule(.revoked, signer, .since(time)),
            .revocationNotChecked(.off), .revocationNotFresh(signer, issued: time, wanted: time),
            .revocationIssuerOutOfBounds(signer, until: time), .anchorNoLongerTrusted("…", until: time),
            .algorithmNotAccepted(policy: "…", [.digestNotListed(.sha1)]), .claimedTimeAhead(time, of: time),
            .claimedTimeLocal(time, actually: time), .claimedTimeOutsideValidity(time), .timeStampMissing,
            .commitmentMissing, .signerRoleMissing, .counterSignatureInvalid("…"),
            .revokedBeforeSigning(signer, since: time, content: time),
            .expiredBeforeSigning(signer, at: time, content: time),
            .signedBeforeValidity(signer, begins: time, signed: time), .proved(at: time, by: "…"),
            .proofNotUsed(at: time, by: "…"), .noProofOfExistence(signer, before: time), .judgedInThePast(time),
            .timeStampUnreadable("T-1"),
            .timeStampFault(.imprintMismatch, NamedSubject(name: "…", role: .timeStampAuthority)),
            .timeStampNotCounted("T-1", NamedSubject(name: "…", role: .timeStampAuthority), .noCertificateChainFound),
            .timeStampDomain("T-1", domain: "…"), .timeStampAhead("T-1", time),
            .timeStampsOutOfOrder(earlier: "T-1", time, later: "T-2", time),
            .timeStampTooLate(claimed: time, proved: time, limit: 86_400), .legacyScheme, .digestNotListed("SHA-1"),
            .signerMismatch, .signerNotIdentified,
        ]
    }()
}
