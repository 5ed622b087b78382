// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX

/// SAV, EN 319 102-1 §5.2.8: what the signature states about itself, by the policy. Algorithms are AOV's.
enum SignatureAcceptanceValidation {
    /// Vietnam's offset from UTC: some producers write local time and call it UTC.
    private static let localOffset: Int64 = 25_200

    /// - Parameters:
    ///   - reference: The best signature time; the time of judgement without a proof.
    ///   - isProved: Whether it is proved.
    static func block(
        _ input: ValidationCase, reference: Instant, isProved: Bool, hasTrustedTimeStamp: Bool
    ) -> BuildingBlock {
        let (facts, policy) = (input.facts, input.policy)
        var block = BuildingBlock()
        if let claimed = facts.claimedSigningTime {
            checkTime(claimed, facts, policy, reference, isProved, &block)
        }
        block.add(
            Check(
                hasTrustedTimeStamp, policy.level(of: .timeStampPresent), else: .sigConstraintsFailure,
                .timeStampMissing))
        block.add(
            Check(
                !facts.commitments.isEmpty, policy.level(of: .commitmentPresent), else: .sigConstraintsFailure,
                .commitmentMissing))
        block.add(
            Check(
                !facts.signerRoles.isEmpty, policy.level(of: .signerRolePresent), else: .sigConstraintsFailure,
                .signerRoleMissing))
        for counter in facts.counterSignatures {
            let name = counter.signingCertificate.map { NamedSubject($0, role: .signer).name } ?? "–"
            block.add(
                Check(
                    counter.reference == .intact && counter.value == .valid, policy.level(of: .counterSignatures),
                    else: .sigConstraintsFailure, .counterSignatureInvalid(name)))
        }
        return block
    }

    private static func checkTime(
        _ claimed: Instant, _ facts: SignatureFacts, _ policy: ValidationPolicy, _ reference: Instant, _ isProved: Bool,
        _ block: inout BuildingBlock
    ) {
        let level = policy.level(of: .claimedTime)
        let tolerance = policy.clockTolerance
        if claimed > reference.adding(seconds: tolerance) {
            let actual = claimed.adding(seconds: -localOffset)
            // Against a proof the offset must fit to the quarter of an hour; without one, signing may be hours ago.
            let isLocal =
                actual <= reference.adding(seconds: tolerance)
                && (!isProved || actual >= reference.adding(seconds: -900))
            block.add(
                Check(
                    false, level, else: .sigConstraintsFailure,
                    isLocal
                        ? .claimedTimeLocal(claimed, actually: actual) : .claimedTimeAhead(claimed, of: reference)))
        }
        if let certificate = facts.signingCertificate {
            block.add(
                Check(
                    certificate.isValid(at: claimed), level, else: .sigConstraintsFailure,
                    .claimedTimeOutsideValidity(claimed)))
        }
    }
}

/// AOV, EN 319 102-1 §5.2.9: algorithms and key sizes, each use at the instant that counts for it.
enum AlgorithmObsolescenceValidation {
    static func block(
        _ uses: [AlgorithmUse], by policy: ValidationPolicy, at time: (AlgorithmUse) -> Instant,
        else subIndication: SubIndication = .cryptoConstraintsFailureNoPOE
    ) -> BuildingBlock {
        let faults = uses.faults(by: policy, at: time)
        return BuildingBlock([
            Check(faults.isEmpty, else: subIndication, .algorithmNotAccepted(policy: policy.id, faults))
        ])
    }
}

/// Conformity to the national list of algorithms: a separate answer, never the verdict.
enum AlgorithmConformity {
    static func findings(_ facts: SignatureFacts, _ policy: ValidationPolicy) -> [Finding] {
        var findings: [Finding] = []
        if case .rsaPKCS1 = facts.scheme, !policy.pkcs1Conforms {
            findings.append(Message.legacyScheme.finding(.warning))
        }
        for digest in [facts.digest, facts.scheme?.digest].compactMap({ $0 })
        where !policy.conformantDigests.contains(digest) {
            findings.append(Message.digestNotListed(digest.displayName).finding(.warning))
            break
        }
        return findings
    }
}
