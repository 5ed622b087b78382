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

    /// The facts that were judged.
    public let facts: SignatureFacts
    /// The main indication.
    public let indication: Indication
    /// The reason, unless passed.
    public let subIndication: SubIndication?
    /// The path that was judged; `nil` without a signing certificate.
    public let path: PathResult?
    /// How revocation was asked about.
    public let revocationMode: RevocationMode
    /// Earliest instant at which the signature is proved to have existed; never the claim.
    public let bestSignatureTime: Instant
    /// Whether the certificate was valid at ``bestSignatureTime``.
    public let validAtSigningTime: Answer
    /// Whether it was at the claimed time; shown, never relied on.
    public let validAtClaimedTime: Answer
    /// Deviations from the list of algorithms.
    public let conformityFindings: [Finding]
    /// All remarks.
    public let findings: [Finding]

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
