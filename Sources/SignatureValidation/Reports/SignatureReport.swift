// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// The verdict on one signature, with everything that explains it.
public struct SignatureReport: Sendable {
    /// An identifier of the signer, its number masked.
    public struct MaskedIdentifier: Sendable, Hashable, Encodable {
        /// What the number is.
        public let kind: SubjectIdentifier.Kind
        /// The number with its middle hidden.
        public let value: String
    }
    /// Whether what was signed is unchanged: reference digests and signature value only.
    public enum Integrity: String, Sendable, Hashable, Encodable {
        /// Unchanged.
        case intact
        /// Changed, or the signature value is not the key's.
        case broken
        /// Could not be checked.
        case unknown
    }
    /// An answer that may be open.
    public enum Answer: String, Sendable, Hashable, Encodable {
        /// Yes.
        case yes
        /// No.
        case no
        /// Cannot be said.
        case unknown
    }

    /// How the signer compares with the person who was expected.
    public enum SignerMatch: String, Sendable, Hashable, Encodable {
        /// The certificate bears the expected number.
        case match
        /// It bears another number of that kind.
        case mismatch
        /// It bears no number of that kind.
        case absent
    }

    /// The facts that were judged.
    public let facts: SignatureFacts
    /// The reason, unless passed.
    public let subIndication: SubIndication?
    /// The path that the verdict rests on; `nil` without a signing certificate.
    public let path: PathResult?
    /// The path at ``bestSignatureTime``, by all that is known now.
    public let pathAtBestTime: PathResult?
    /// How revocation was asked about.
    public let revocationMode: RevocationMode
    /// Earliest instant at which the signature is proved to have existed; never the claim.
    public let bestSignatureTime: Instant
    /// What proves it.
    public let bestSignatureTimeSource: BestSignatureTimeSource
    /// The source that a caller named, or the identifier of the time-stamp.
    public let proofSource: String?
    /// Whether the certificate was valid at ``bestSignatureTime``.
    public let validAtSigningTime: Answer
    /// Whether it was at the claimed time; shown, never relied on. The path at that time is looked for when this is asked.
    public var validAtClaimedTime: Answer {
        Self.answer(facts.claimedSigningTime.flatMap { signer?.path(at: $0, revocation: revocationMode) })
    }
    /// The paths of the signing certificate.
    let signer: (any CertificatePaths)?
    /// The time-stamps in the file's order.
    public let timeStamps: [TimeStampReport]
    /// How the signer compares with the expected person; `nil` when nobody was named.
    public let signerMatch: SignerMatch?
    /// Deviations from the list of algorithms.
    public let conformityFindings: [Finding]
    /// All remarks.
    public let findings: [Finding]
    /// Until when the signature should get a newer time-stamp over it, while its proofs can still be checked.
    public let renewBefore: Instant?

    /// The main indication.
    public var indication: Indication { subIndication?.indication ?? .totalPassed }
    /// What can be done about the reason.
    public var remedy: Phrase? { subIndication?.remedy }
    /// The unit that manages the certificate, as its issuer names it; `nil` when not stated.
    public var managingUnit: String? {
        let issuer = facts.signingCertificate?.issuer
        return issuer?.values(.organizationalUnit).first ?? issuer?.values(.organization).first
    }

    /// Whether what was signed is unchanged.
    public var integrity: Integrity {
        switch (facts.reference, facts.value) {
        case (.broken, _), (_, .invalid): .broken
        case (.intact, .valid): .intact
        default: .unknown
        }
    }

    /// The signer's identifiers, masked.
    public var signerIdentifiers: [MaskedIdentifier] {
        (facts.signingCertificate?.subject.subjectIdentifiers ?? []).map {
            MaskedIdentifier(kind: $0.kind, value: $0.masked)
        }
    }

    /// The verdict and its first reason in one sentence.
    public func explanation(in language: Language) -> String {
        guard let subIndication else { return indication.phrase[language] }
        let reason = findings.first { $0.severity == .failure }?.phrase ?? subIndication.phrase
        return "\(indication.phrase[language]) – \(subIndication.phrase[language])"
            + (reason == subIndication.phrase ? "" : ": \(reason[language])")
    }
}
