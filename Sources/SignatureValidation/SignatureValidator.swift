// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// Judges signed documents. Trust, policy and material are three arguments; time is an argument of the call.
public struct SignatureValidator: Sendable {
    /// The trust domains.
    public let domains: [TrustDomain]
    /// The policy.
    public let policy: ValidationPolicy
    /// Certificates and lists from elsewhere; what a document brings along is used as well.
    public let material: ValidationMaterial
    /// What missing revocation information means.
    public let revocation: RevocationMode

    /// Makes a validator.
    public init(
        trusting domains: [TrustDomain], policy: ValidationPolicy, material: ValidationMaterial = ValidationMaterial(),
        revocation: RevocationMode = .required
    ) {
        self.domains = domains
        self.policy = policy
        self.material = material
        self.revocation = revocation
    }

    /// Judges every signature of a document at an instant.
    ///
    /// - Throws: Only what `document` throws: it cannot be read at all. A bad signature is a verdict.
    public func validate(_ document: some SignedDocument, at time: Instant) throws -> DocumentReport {
        let signatures = try document.signatureFacts(with: material).map { validate($0, at: time) }
        return DocumentReport(policy: policy, validationTime: time, signatures: signatures)
    }

    /// Judges one signature from its facts.
    public func validate(_ facts: SignatureFacts, at time: Instant) -> SignatureReport {
        let graph = facts.signingCertificate.map {
            CertificateGraph(of: $0, trusting: domains, material: facts.material.merging(material))
        }
        let conclusion = BasicSignatureValidation(
            facts: facts, graph: graph, policy: policy, revocation: revocation, time: time
        ).conclude()
        let conformity = AlgorithmConformity(facts, policy: policy)
        return SignatureReport(
            facts: facts, indication: conclusion.subIndication?.indication ?? .totalPassed,
            subIndication: conclusion.subIndication, path: conclusion.path, revocationMode: revocation,
            // Nothing proves an earlier existence yet: a basic signature is judged now.
            bestSignatureTime: time, validAtSigningTime: answer(conclusion.path),
            validAtClaimedTime: answer(
                facts.claimedSigningTime.flatMap { graph?.evaluate(at: $0, purpose: .signing, revocation: revocation) }),
            conformityFindings: conformity.findings, findings: conclusion.findings + conformity.findings)
    }

    private func answer(_ path: PathResult?) -> SignatureReport.Answer {
        guard let path else { return .unknown }
        switch path.outcome {
        case .passed: return path.hasUncheckedRevocation ? .unknown : .yes
        case .failed: return .no
        case .indeterminate: return .unknown
        }
    }
}
