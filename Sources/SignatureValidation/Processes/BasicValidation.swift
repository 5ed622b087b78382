// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// The process for basic signatures, EN 319 102-1 §5.3.
///
/// The chain is judged even when the cryptography fails, so that a report shows both; a failure of format or cryptography
/// decides.
struct BasicValidation: Sendable {
    private(set) var subIndication: SubIndication?
    /// FC, ISC, VCI and CV: what no later proof changes.
    let fixed: [BuildingBlock]
    private(set) var chain: X509CertificateValidation
    private(set) var chainFindings: [Finding]
    let acceptance: BuildingBlock
    private(set) var algorithmFindings: [Finding]

    /// - Parameters:
    ///   - best: The best signature time so far, for what is held against it.
    ///   - timeStamps: As the process for time-stamps concluded.
    init(_ input: ValidationCase, best: ProofsOfExistence.Proof, timeStamps: [TimeStampProcess]) {
        let (facts, policy) = (input.facts, input.policy)
        let reference = policy.freshness.rule == .afterSignature ? best.time : nil
        fixed = [
            FormatChecking.block(facts, policy), SigningCertificateIdentification.block(facts, policy),
            ValidationContextInitialisation.block(facts, policy), CryptographicVerification.block(facts),
        ]
        chain = X509CertificateValidation(
            input.signer, role: .signer, policy: policy, revocation: input.revocation, at: input.time,
            freshness: reference, now: input.time)
        let isProved = best.source != .judgement
        acceptance = SignatureAcceptanceValidation.block(
            input, reference: best.time, isProved: isProved,
            hasTrustedTimeStamp: timeStamps.contains { $0.hasPassed && $0.stamp.standsOverSignature })
        let uses = AlgorithmUse.ofSignature(facts) + AlgorithmUse.ofChain(chain.path?.chain ?? [])
        let algorithms = AlgorithmObsolescenceValidation.block(uses, by: policy, at: { _ in input.time })
        chainFindings = chain.block.findings
        algorithmFindings = algorithms.findings
        // §5.3.4: a failure outweighs an open question, whatever their order.
        let content = timeStamps.filter { $0.hasPassed && $0.stamp.kind == .content }.compactMap(\.stamp.time).max()
        var chainSub = chain.block.subIndication
        var algorithmSub = algorithms.subIndication
        if let content { harden(&chainSub, &algorithmSub, content, input, uses) }
        let concluded = (fixed.map(\.subIndication) + [chainSub, acceptance.subIndication, algorithmSub]).compactMap {
            $0
        }
        subIndication = concluded.first { $0.indication == .totalFailed } ?? concluded.first
    }

    /// A content time-stamp proves that the signature is newer than it (§5.3.4 steps 5 and 8).
    private mutating func harden(
        _ chainSub: inout SubIndication?, _ algorithmSub: inout SubIndication?, _ content: Instant,
        _ input: ValidationCase, _ uses: [AlgorithmUse]
    ) {
        if let leaf = chain.path?.chain.first, let doubt = chain.doubt, doubt.index == 0 {
            let subject = NamedSubject(leaf.certificate, role: .signer)
            if chainSub == .revokedNoPOE, let since = doubt.since, content > since {
                chainSub = .revoked
                chainFindings.append(
                    Message.revokedBeforeSigning(subject, since: since, content: content).finding(.failure))
            } else if chainSub == .outOfBoundsNoPOE || chainSub == .outOfBoundsNotRevoked,
                content > leaf.certificate.notAfter
            {
                chainSub = .expired
                chainFindings.append(
                    Message.expiredBeforeSigning(subject, at: leaf.certificate.notAfter, content: content)
                        .finding(.failure))
            }
        }
        let own = AlgorithmUse.ofSignature(input.facts)
        if algorithmSub == .cryptoConstraintsFailureNoPOE,
            own.hadEnded(before: content, by: input.policy, now: input.time)
        {
            algorithmSub = .cryptoConstraintsFailure
        }
    }

    /// All remarks but those of the chain and of the algorithms, which a later proof may set aside.
    var fixedFindings: [Finding] { fixed.flatMap(\.findings) }
}
