// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax
public import DossierCore

/// What was found out about a certificate at an instant.
public struct PathResult: Sendable {
    /// The answer.
    public enum Outcome: String, Sendable, Hashable {
        /// A path holds, and every certificate below its anchor is known not to be revoked as far as was asked.
        case passed = "PASSED"
        /// Every path breaks a rule.
        case failed = "FAILED"
        /// No path was found, or revocation could not be judged.
        case indeterminate = "INDETERMINATE"
    }

    /// One certificate of a path.
    public struct Link: Sendable {
        /// The certificate.
        public let certificate: Certificate
        /// What is known of its revocation; ``RevocationStatus/notAsked`` for an anchor.
        public let revocation: RevocationStatus
        /// The list that said so, when one did.
        public let revocationList: CertificateRevocationList?
        /// The OCSP response that said so, when one did.
        public let ocspResponse: OCSPResponse?
        /// When the key is said to have become unsafe, as stated with the revocation. It is part of the judgement only
        /// where it is earlier than the revocation.
        public let invalidityDate: Instant?
        /// Until when the revocation information is fresh by itself; `nil` when there is none.
        public let revocationNextUpdate: Instant?
        /// Who signed the revocation information, when that is another certificate than the issuer's in this path.
        public let revocationIssuer: Certificate?
        /// That certificate's own path, with what is known of its revocation: up to its anchor, or to the issuer from which
        /// on it is this path. Empty when the signer stands in this path.
        public let revocationIssuerChain: [Link]

        package init(
            certificate: Certificate, revocation: RevocationStatus, revocationList: CertificateRevocationList? = nil,
            ocspResponse: OCSPResponse? = nil, invalidityDate: Instant? = nil, revocationNextUpdate: Instant? = nil,
            revocationIssuer: Certificate? = nil, revocationIssuerChain: [Link] = []
        ) {
            self.revocationNextUpdate = revocationNextUpdate
            self.revocationIssuer = revocationIssuer
            self.revocationIssuerChain = revocationIssuerChain
            self.certificate = certificate
            self.revocation = revocation
            self.revocationList = revocationList
            self.ocspResponse = ocspResponse
            self.invalidityDate = invalidityDate
        }
    }

    /// One broken rule.
    public struct Fault: Sendable, Hashable {
        /// The rule.
        public let rule: PathRule
        /// Index into ``PathResult/chain`` of the certificate that breaks it; 0 is the certificate that was asked about.
        public let certificateIndex: Int

        package init(rule: PathRule, certificateIndex: Int) {
            self.rule = rule
            self.certificateIndex = certificateIndex
        }
    }

    /// The answer.
    public let outcome: Outcome
    /// The best path, the certificate first and the anchor last; only the certificate when there is no path.
    public let chain: [Link]
    /// The domain of the path's anchor; `nil` when there is no path.
    public let trustDomain: String?
    /// The broken rules, gravest first; empty when passed.
    public let faults: [Fault]
    /// How revocation was asked about.
    public let revocationMode: RevocationMode
    /// The instant of judgement.
    public let time: Instant
    /// Number of complete paths that were tried.
    public let pathsTried: Int
    /// The user-constrained policy set (RFC 5280 §6.1.5 (g)), sorted; anyPolicy in it stands for every policy.
    public let validPolicies: [ObjectIdentifier]
    /// The user notices of the certificate for ``validPolicies``, to be shown to the relying party.
    public let userNotices: [String]

    package init(
        outcome: Outcome, chain: [Link], trustDomain: String?, faults: [Fault], revocationMode: RevocationMode,
        time: Instant, pathsTried: Int, validPolicies: [ObjectIdentifier] = [], userNotices: [String] = []
    ) {
        self.outcome = outcome
        self.chain = chain
        self.trustDomain = trustDomain
        self.faults = faults
        self.revocationMode = revocationMode
        self.time = time
        self.pathsTried = pathsTried
        self.validPolicies = validPolicies
        self.userNotices = userNotices
    }

    /// Whether some certificate's revocation could not be checked although the path passed.
    public var hasUncheckedRevocation: Bool {
        chain.dropLast().contains { link in
            switch link.revocation {
            case .good: false
            default: true
            }
        }
    }
}

/// What is known of a certificate's revocation at an instant.
public enum RevocationStatus: Sendable, Hashable {
    /// Not asked: an anchor, checking is off, or the issuer says that it will never say anything (RFC 9608; for a
    /// responder RFC 6960 §4.2.2.2.1).
    case notAsked
    /// Not revoked by a list or response that was fresh enough.
    case good(thisUpdate: Instant)
    /// Revoked, or suspended (`certificateHold`), since an instant: the earlier of revocation and invalidity date.
    case revoked(since: Instant, reason: RevocationReason?)
    /// Nothing usable was found.
    case unknown
    /// The newest usable list was too old; it should have been replaced at the instant given, if one was stated.
    case stale(nextUpdate: Instant?)
}

/// What missing revocation information means; the caller's choice, written into the result.
public enum RevocationMode: String, Sendable, Hashable, Codable {
    /// Missing or stale information leaves the question open.
    case required
    /// Information that is found counts; missing information is reported.
    case ifAvailable = "if-available"
    /// Revocation is not looked at.
    case off
}

/// What a certificate is to be used for.
public enum CertificatePurpose: String, Sendable, Hashable, Codable {
    /// Nothing in particular.
    case any
    /// Signing documents: digitalSignature or nonRepudiation where KeyUsage is present; where extended key usage is, a
    /// purpose beside TLS servers, code, IPsec, time-stamps and OCSP responses.
    case signing
    /// Time-stamping: extended key usage timeStamping.
    case timeStamping = "time-stamping"
    /// Signing OCSP responses: extended key usage OCSPSigning.
    case ocspSigning = "ocsp-signing"
    /// TLS server: extended key usage serverAuth wherever extended key usage is present, also in the authorities of the
    /// path, and no signature with SHA-1 or MD5 (CA/Browser Forum Baseline Requirements 7.1.2, 7.1.3.2). The host name is
    /// not compared.
    case serverAuthentication = "server-auth"
}
