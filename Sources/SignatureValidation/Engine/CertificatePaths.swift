// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

package import DossierCore
package import PKIX
import Synchronization

/// What the engine asks about the paths of one certificate. The cryptography is done: every answer is pure.
package protocol CertificatePaths: Sendable {
    /// The best path at an instant.
    func path(at time: Instant, revocation: RevocationMode) -> PathResult
    /// What is known of the revocation of a path's certificates below the anchor, whenever it was issued.
    func revocationEvidence(for path: PathResult) -> [[RevocationEvidence]]
    /// The last instant at which the anchor of a path was trusted; `nil` when its trust has no end.
    func sunset(of path: PathResult) -> Instant?
}

/// The paths of a certificate in the trust domains, from its graphs.
struct GraphPaths: CertificatePaths {
    /// Anchors that are trusted at the time of judgement.
    let current: CertificateGraph
    /// All anchors, also those whose trust has ended; `nil` when that is none.
    let past: CertificateGraph?
    let sunsets: [Certificate: Instant]
    let purpose: CertificatePurpose
    private let known = KnownEvidence()

    init(
        of certificate: Certificate, trusting domains: [TrustDomain], material: ValidationMaterial,
        purpose: CertificatePurpose, at time: Instant, knowing verified: VerifiedSignatures,
        issuedBy horizon: Instant? = nil, within allowance: VerificationAllowance
    ) {
        let trusted = domains.compactMap { $0.trusted(at: time) }
        current = CertificateGraph(
            of: certificate, trusting: trusted, material: material, knowing: verified, issuedBy: horizon,
            within: allowance)
        self.purpose = purpose
        let hasEnded = domains.contains { $0.trustedUntil.contains { $0.value < time } }
        past =
            hasEnded
            ? CertificateGraph(
                of: certificate, trusting: domains, material: material, knowing: verified, issuedBy: horizon,
                within: allowance) : nil
        sunsets = hasEnded ? domains.reduce(into: [:]) { $0.merge($1.trustedUntil) { max($0, $1) } } : [:]
    }

    func path(at time: Instant, revocation: RevocationMode) -> PathResult {
        let result = current.evaluate(at: time, purpose: purpose, revocation: revocation)
        guard result.trustDomain == nil, let past else { return result }
        let earlier = past.evaluate(at: time, purpose: purpose, revocation: revocation)
        return earlier.trustDomain == nil ? result : earlier
    }

    func revocationEvidence(for path: PathResult) -> [[RevocationEvidence]] {
        known.evidence(for: path.chain.map(\.certificate)) {
            let found = current.revocationEvidence(for: path)
            return found.isEmpty ? past?.revocationEvidence(for: path) ?? [] : found
        }
    }

    func sunset(of path: PathResult) -> Instant? { path.chain.last.flatMap { sunsets[$0.certificate] } }
}

/// What was gathered about chains so far: an archive asks about the same authority once for every time-stamp.
private final class KnownEvidence: Sendable {
    private let known = Mutex<[[Certificate]: [[RevocationEvidence]]]>([:])

    func evidence(
        for chain: [Certificate], _ gather: () -> [[RevocationEvidence]]
    ) -> [[RevocationEvidence]] {
        if let found = known.withLock({ $0[chain] }) { return found }
        let found = gather()
        known.withLock { $0[chain] = found }
        return found
    }
}
