// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierCore
public import PKIX
public import SignatureValidation

/// What must hold of a signer before its key is called (Circular 15/2025/TT-BKHCN, Article 5; Decree 23/2025, Article 15).
public struct SignerCheck: Sendable {
    private let domains: [TrustDomain]
    private let material: ValidationMaterial
    private let policy: ValidationPolicy
    private let revocation: RevocationMode
    private let clock: Instant?

    /// Makes a check with the trust, material and policy that a verifier would use.
    ///
    /// - Parameter clock: What the caller's clock says, as for ``SignatureValidation/SignatureValidator``.
    public init(
        trusting domains: [TrustDomain], material: ValidationMaterial, policy: ValidationPolicy,
        revocation: RevocationMode = .required, clock: Instant? = nil
    ) {
        self.clock = clock
        self.domains = domains
        self.material = material
        self.policy = policy
        self.revocation = revocation
    }

    /// Makes the check that a validator would hold the signature to.
    public init(_ validator: SignatureValidator) {
        self.init(
            trusting: validator.domains, material: validator.material, policy: validator.policy,
            revocation: validator.revocation, clock: validator.clock)
    }

    /// How long a verdict is good for, in seconds, unless something in it ends sooner.
    public static let window: Int64 = 3_600

    /// Judges a signer's certificate, its path, its revocation status and the algorithms of all of them at an instant.
    ///
    /// - Parameters:
    ///   - time: Now.
    ///   - seconds: How long the verdict is to be good for.
    ///   - reason: Why somebody takes it upon himself to sign although the question cannot be answered; kept in the verdict.
    ///     It does not help a signer that is not valid, or an algorithm that is not accepted. An empty one is none.
    public func standing(
        of signer: some Signer, at time: Instant, freshFor seconds: Int64 = Self.window,
        overriding reason: String? = nil
    ) -> SignerStanding {
        // As a validator would judge now: a domain that may only time-stamp, and an anchor no longer trusted, do not count.
        let trusted = domains.filter { $0.usages.contains(.signing) }.compactMap { $0.trusted(at: time) }
        let path = CertificateGraph(
            of: signer.certificate, trusting: trusted,
            material: material.merging(ValidationMaterial(certificates: signer.chain)),
            issuedBy: clock.map { max($0, time).adding(seconds: policy.clockTolerance) }
        ).evaluate(at: time, purpose: .signing, revocation: revocation)
        let verdict: SignerStanding.Verdict
        if let refusal = refusal(of: signer, path, at: time) {
            let isOpen = refusal.code == .signerIndeterminate
            let stated = reason.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
            verdict = isOpen ? stated.map { .overridden(refusal, reason: $0) } ?? .refused(refusal) : .refused(refusal)
        } else {
            verdict = .valid
        }
        return SignerStanding(signer, path: path, checkedAt: time, window: seconds, verdict: verdict)
    }

    /// Judges a signer at an instant, for one signature.
    ///
    /// - Returns: The path that holds, for the caller to keep as evidence.
    /// - Throws: ``AdESError``: `signerNotValid`, `signerIndeterminate`, `algorithmNotAllowed`, each with the reason.
    @discardableResult
    public func check(_ signer: some Signer, at time: Instant) throws(AdESError) -> PathResult {
        let standing = standing(of: signer, at: time)
        try standing.require(signer, at: time)
        return standing.path
    }

    /// What speaks against a signer: what is certain comes before what is open.
    private func refusal(of signer: some Signer, _ path: PathResult, at time: Instant) -> AdESError? {
        let fault = path.faults.first.map { fault in
            let name = path.chain[fault.certificateIndex].certificate.subject.commonName ?? ""
            let phrase = fault.rule.phrase
            return Phrase(
                vi: "\(name): \(phrase.vi) (\(fault.rule.clause))", en: "\(name): \(phrase.en) (\(fault.rule.clause))")
        }
        if let fault, path.outcome == .failed { return AdESError(.signerNotValid, fault) }
        let kind = try? signer.certificate.publicKey().kind
        if let fault = policy.algorithms.fault(of: signer.scheme, key: kind, at: time) {
            return AdESError(
                .algorithmNotAllowed,
                Phrase(
                    vi: "chính sách \(policy.id): \(fault.phrase.vi)", en: "policy \(policy.id): \(fault.phrase.en)"))
        }
        if let weak = path.algorithmFaults(under: policy.algorithms, at: time).first {
            let name = path.chain[weak.certificateIndex].certificate.subject.commonName ?? ""
            return AdESError(
                .algorithmNotAllowed,
                Phrase(
                    vi: "chính sách \(policy.id): \(name): \(weak.fault.phrase.vi)",
                    en: "policy \(policy.id): \(name), \(weak.place): \(weak.fault.phrase.en)"))
        }
        if let fault { return AdESError(.signerIndeterminate, fault) }
        if path.hasUncheckedRevocation, !policy.allowsUncheckedRevocation {
            return AdESError(
                .signerIndeterminate,
                Phrase(
                    vi: "chưa kiểm tra thu hồi, điều mà chính sách \(policy.id) yêu cầu",
                    en: "revocation was not checked, which policy \(policy.id) asks for"))
        }
        return nil
    }
}
