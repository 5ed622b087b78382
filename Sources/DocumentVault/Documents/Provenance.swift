// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Where a document comes from and who vouches for it, said of exactly one sequence of bytes.
///
/// The vault refuses to store other bytes than those of ``sha256``. Uploading never gives more than
/// ``Assurance/selfDeclared``: the higher ones need the report of a validation or the statement of an agency.
public struct Provenance: Sendable, Hashable {
    /// How the document reached the vault.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// An agency's result of a procedure.
        case agencyResult = "agency-result"
        /// A certified electronic copy.
        case certifiedCopy = "certified-copy"
        /// An extract of data from a register.
        case dataExtract = "data-extract"
        /// The person uploaded it.
        case selfUpload = "self-upload"
        /// Digitised at a counter.
        case digitisedAtCounter = "digitised-at-counter"
    }

    /// The outcome of a validation or an agency's statement, as far as the vault keeps it.
    public struct Verification: Sendable, Hashable {
        /// SHA-256 of the report or statement.
        public let report: Digest32
        /// Policy id and version under which it was made, or an empty text.
        public let policy: String
        /// When it was made.
        public let verifiedAt: Instant
        /// Name of the signer as the validation found it, or an empty text.
        public let signer: String
        /// Trust domain in which the signer's certificate was found valid, or an empty text.
        public let trustDomain: String
        /// The best proved time of the signature.
        public let signedAt: Instant?

        /// Makes a verification.
        public init(
            report: Digest32, policy: String, verifiedAt: Instant, signer: String, trustDomain: String = "",
            signedAt: Instant?
        ) {
            self.report = report
            self.policy = policy
            self.verifiedAt = verifiedAt
            self.signer = signer
            self.trustDomain = trustDomain
            self.signedAt = signedAt
        }
    }

    /// SHA-256 of the bytes it speaks of.
    public let sha256: Digest32
    /// How the document reached the vault.
    public let source: Source
    /// On whose word it is what it says.
    public let assurance: Assurance
    /// What the assurance rests on; `nil` when self-declared.
    public let verification: Verification?

    private init(_ sha256: Digest32, _ source: Source, _ assurance: Assurance, _ verification: Verification?) {
        self.sha256 = sha256
        self.source = source
        self.assurance = assurance
        self.verification = verification
    }

    /// A document on the word of the person who gave it.
    public static func selfDeclared(_ sha256: Digest32, source: Source = .selfUpload) -> Provenance {
        Provenance(sha256, source, .selfDeclared, nil)
    }

    /// A document with a signature that was validated with a positive outcome.
    ///
    /// - Security: the vault keeps the outcome and cannot judge it; `DossierKit` makes this from a validation report.
    public static func signatureVerified(
        _ sha256: Digest32, source: Source, by verification: Verification
    ) -> Provenance {
        Provenance(sha256, source, .signatureVerified, verification)
    }

    /// A document that an agency vouches for in a statement of its own.
    ///
    /// - Security: the vault keeps the statement's digest and cannot judge it.
    public static func agencyVerified(_ sha256: Digest32, source: Source, by verification: Verification) -> Provenance {
        Provenance(sha256, source, .agencyVerified, verification)
    }

    /// The same about other bytes.
    func of(_ sha256: Digest32) -> Provenance { Provenance(sha256, source, assurance, verification) }

    var members: Members {
        var members = Members()
        members["source"] = source.rawValue
        members["assurance"] = assurance.rawValue
        guard let verification else { return members }
        members["report"] = verification.report.description
        members["verifiedAt"] = verification.verifiedAt.description
        if !verification.policy.isEmpty { members["policy"] = verification.policy.normalizedNFC }
        if !verification.signer.isEmpty { members["signer"] = verification.signer.normalizedNFC }
        if !verification.trustDomain.isEmpty { members["trustDomain"] = verification.trustDomain.normalizedNFC }
        if let signedAt = verification.signedAt { members["signedAt"] = signedAt.description }
        return members
    }

    init(_ members: Members, sha256: Digest32, object: String) throws(VaultError) {
        func damaged(_ detail: String) -> VaultError { VaultError(.damaged, object: object, "provenance: \(detail)") }
        guard let source = members["source"].flatMap(Source.init(rawValue:)),
            let assurance = members["assurance"].flatMap(Assurance.init(rawValue:))
        else { throw damaged("source or assurance") }
        self.init(sha256, source, assurance, try Self.verification(members, damaged))
        guard (assurance == .selfDeclared) == (verification == nil) else {
            throw damaged("assurance \(assurance.rawValue) \(verification == nil ? "without" : "with") a report")
        }
    }

    private static func verification(
        _ members: Members, _ damaged: (String) -> VaultError
    ) throws(VaultError) -> Verification? {
        guard let report = members["report"] else { return nil }
        guard let digest = Digest32(report), let verifiedAt = members["verifiedAt"].flatMap({ Instant($0) }) else {
            throw damaged("report or time")
        }
        var signedAt: Instant?
        if let text = members["signedAt"] {
            guard let instant = Instant(text) else { throw damaged("signedAt") }
            signedAt = instant
        }
        return Verification(
            report: digest, policy: members["policy"] ?? "", verifiedAt: verifiedAt, signer: members["signer"] ?? "",
            trustDomain: members["trustDomain"] ?? "", signedAt: signedAt)
    }
}
