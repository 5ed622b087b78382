// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// The process for signatures with archival material, EN 319 102-1 §5.6: proofs of existence, then past validation.
struct ArchivalValidation: Sendable {
    /// What long-term validation may leave open for this process to answer.
    static let continues: Set<SubIndication> = [
        .revokedNoPOE, .revokedCANoPOE, .outOfBoundsNoPOE, .outOfBoundsNotRevoked, .cryptoConstraintsFailureNoPOE,
        .revocationOutOfBoundsNoPOE, .noCertificateChainFoundNoPOE, .sigConstraintsFailure, .tryLater,
    ]
    /// What may be left open of a time-stamp for past validation to answer.
    private static let continuesForTimeStamps = continues.subtracting([.sigConstraintsFailure])

    private(set) var subIndication: SubIndication?
    private(set) var findings: [Finding]
    private(set) var path: PathResult?
    private(set) var timeStamps: [TimeStampProcess]
    private(set) var proofs: ProofsOfExistence

    init(
        _ input: ValidationCase, _ basic: BasicValidation, _ longTerm: LongTermValidation,
        timeStamps stamps: [TimeStampProcess], proofs known: ProofsOfExistence
    ) {
        subIndication = longTerm.subIndication
        findings = longTerm.findings
        path = longTerm.path
        timeStamps = stamps
        proofs = known
        // 2)
        let hasMaterial =
            !input.proofs.isEmpty
            || input.timeStamps.contains { [.archive, .document, .references].contains($0.kind) }
        guard hasMaterial, longTerm.subIndication.map(Self.continues.contains) ?? true else { return }
        // 4)
        extractProofs(input)
        // 6)
        guard let open = longTerm.subIndication else { return }
        prove(open, input, basic)
    }

    /// Newest to oldest: a time-stamp that holds proves what it covers, so that older ones may hold by it.
    private mutating func extractProofs(_ input: ValidationCase) {
        let order = timeStamps.indices.sorted { first, second in
            let (left, right) = (timeStamps[first].stamp, timeStamps[second].stamp)
            guard let leftTime = left.time, let rightTime = right.time, leftTime != rightTime else {
                return (left.time == nil ? 1 : 0, second) < (right.time == nil ? 1 : 0, first)
            }
            return leftTime > rightTime
        }
        for index in order {
            let stamp = timeStamps[index].stamp
            if let open = timeStamps[index].subIndication {
                guard Self.continuesForTimeStamps.contains(open), let paths = stamp.paths else { continue }
                let chain = timeStamps[index].chain
                let uses = stamp.uses + AlgorithmUse.ofChain(chain.path?.chain ?? [])
                let subject = PastSubject(
                    paths: paths, chain: chain, role: .timeStampAuthority, object: stamp.object, uses: uses,
                    proofs: proofs, policy: input.policy, revocation: input.revocation, judgedAt: input.time)
                let (reason, remarks) = PastSignatureValidation.conclude(open, subject)
                let algorithms = AlgorithmObsolescenceValidation.block(
                    uses, by: input.policy, at: { proofs.time(of: $0.object) })
                timeStamps[index].revise(
                    reason ?? algorithms.subIndication, remarks + (reason == nil ? algorithms.findings : []))
            }
            guard timeStamps[index].hasPassed, let time = stamp.provedTime else { continue }
            // An imprint proves nothing once its digest, or one of the index behind it, can be met by other content.
            let isObsolete = stamp.coveringDigests.contains { digest in
                input.policy.algorithms.fault(of: digest, at: proofs.time(of: stamp.object)) != nil
            }
            if isObsolete { continue }
            proofs.add(stamp.covers, at: time, by: .timeStamp(stamp.kind, id: stamp.id))
        }
    }

    /// 7) to 10)
    private mutating func prove(_ open: SubIndication, _ input: ValidationCase, _ basic: BasicValidation) {
        guard let signer = input.signer else { return }
        let best = proofs.time(of: input.facts.signatureObject)
        let own = AlgorithmUse.ofSignature(input.facts)
        let uses = own + AlgorithmUse.ofChain(basic.chain.path?.chain ?? [])
        let subject = PastSubject(
            paths: signer, chain: basic.chain, role: .signer, object: input.facts.signatureObject, uses: uses,
            proofs: proofs, policy: input.policy, revocation: input.revocation, judgedAt: input.time)
        let (reason, remarks) = PastSignatureValidation.conclude(open, subject)
        guard reason == nil else {
            subIndication = reason
            findings += remarks
            return
        }
        let algorithms = AlgorithmObsolescenceValidation.block(
            uses, by: input.policy, at: { proofs.time(of: $0.object) })
        let order = TimeStampCoherence.order(timeStamps.filter(\.hasPassed).map(\.stamp), input.policy)
        let delay = TimeStampCoherence.delay(input, best)
        let left = [basic.acceptance.subIndication, algorithms.subIndication, order.subIndication, delay.subIndication]
        subIndication = left.compactMap { $0 }.first
        findings = remarks + algorithms.findings + order.findings + delay.findings
        path = signer.path(at: best, revocation: input.revocation)
    }
}
