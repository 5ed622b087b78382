// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A time-stamp with everything that bears on it, all signatures checked once; judging it is pure.
public struct TimeStampValidation: Sendable {
    /// What was found out about a time-stamp.
    public struct Result: Sendable {
        /// FAILED for a fault that answers with no, INDETERMINATE for one that leaves the question open, else as the path.
        public let outcome: PathResult.Outcome
        /// The faults of the token itself.
        public let faults: [TimeStampFault]
        /// The path of the authority's certificate; `nil` when that was not found.
        public let path: PathResult?
        /// The time that is proven when the outcome is PASSED.
        public let time: Instant
    }

    /// The token's own facts.
    public let facts: TimeStampFacts
    private let graph: CertificateGraph?

    /// Collects what bears on a token.
    ///
    /// - Parameters:
    ///   - facts: As ``TimeStampToken/verify(imprint:candidates:)`` gave them.
    ///   - domains: The trust domains that time-stamp authorities are looked for in.
    ///   - material: Untrusted material; that of the token itself is added.
    public init(
        _ token: TimeStampToken, facts: TimeStampFacts, trusting domains: [TrustDomain], material: ValidationMaterial,
        limits: CertificateGraph.Limits = CertificateGraph.Limits()
    ) {
        self.facts = facts
        let own = ValidationMaterial(
            certificates: token.signedData.certificates, revocationLists: token.signedData.revocationLists)
        graph = facts.signingCertificate.map {
            CertificateGraph(of: $0, trusting: domains, material: material.merging(own), limits: limits)
        }
    }

    /// Judges the time-stamp at an instant (EN 319 102-1 §5.4): now, or an earlier one at which it is proven to have
    /// existed. Pure: the same arguments give the same result.
    ///
    /// That the certificate was valid at the stated time is among the facts.
    public func evaluate(at time: Instant, revocation: RevocationMode) -> Result {
        let path = graph?.evaluate(at: time, purpose: .timeStamping, revocation: revocation)
        let outcome: PathResult.Outcome
        if facts.faults.contains(where: { !$0.isIndeterminate }) {
            outcome = .failed
        } else if !facts.faults.isEmpty {
            outcome = .indeterminate
        } else {
            outcome = path?.outcome ?? .indeterminate
        }
        return Result(outcome: outcome, faults: facts.faults, path: path, time: facts.time)
    }
}
