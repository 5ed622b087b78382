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

    /// Makes a check with the trust, material and policy that a verifier would use.
    public init(
        trusting domains: [TrustDomain], material: ValidationMaterial, policy: ValidationPolicy,
        revocation: RevocationMode = .required
    ) {
        self.domains = domains
        self.material = material
        self.policy = policy
        self.revocation = revocation
    }

    /// Makes the check that a validator would hold the signature to.
    public init(_ validator: SignatureValidator) {
        self.init(
            trusting: validator.domains, material: validator.material, policy: validator.policy,
            revocation: validator.revocation)
    }

    /// Judges a signer's certificate, its path and its algorithms at an instant.
    ///
    /// - Returns: The path that holds, for the caller to keep as evidence.
    /// - Throws: ``AdESError``: `signerNotValid`, `signerIndeterminate`, `algorithmNotAllowed`, each with the reason.
    @discardableResult
    public func check(_ signer: some Signer, at time: Instant) throws(AdESError) -> PathResult {
        // As a validator would judge now: a domain that may only time-stamp, and an anchor no longer trusted, do not count.
        let trusted = domains.filter { $0.usages.contains(.signing) }.compactMap { $0.trusted(at: time) }
        let path = CertificateGraph(
            of: signer.certificate, trusting: trusted,
            material: material.merging(ValidationMaterial(certificates: signer.chain))
        ).evaluate(at: time, purpose: .signing, revocation: revocation)
        if let fault = path.faults.first {
            let name = path.chain[fault.certificateIndex].certificate.subject.commonName ?? ""
            throw AdESError(
                path.outcome == .failed ? .signerNotValid : .signerIndeterminate,
                "\(name): \(fault.rule.phrase.en) (\(fault.rule.clause))")
        }
        if path.hasUncheckedRevocation, !policy.allowsUncheckedRevocation {
            throw AdESError(.signerIndeterminate, "revocation was not checked, which policy \(policy.id) asks for")
        }
        let kind = try? signer.certificate.subjectPublicKeyInfo.publicKey().kind
        if let fault = policy.algorithms.fault(of: signer.scheme, key: kind, at: time) {
            throw AdESError(.algorithmNotAllowed, "policy \(policy.id): \(fault.phrase.en)")
        }
        return path
    }
}
