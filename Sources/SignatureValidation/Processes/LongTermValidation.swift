// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// The process for signatures with time-stamps and long-term material, EN 319 102-1 §5.5.
struct LongTermValidation: Sendable {
    /// What basic validation may leave open for this process to answer.
    static let continues: Set<SubIndication> = [
        .cryptoConstraintsFailureNoPOE, .revokedNoPOE, .revokedCANoPOE, .tryLater, .outOfBoundsNoPOE,
        .outOfBoundsNotRevoked,
    ]

    private(set) var subIndication: SubIndication?
    /// Remarks on the chain, the algorithms and the time-stamps.
    private(set) var findings: [Finding] = []
    /// The chain that the conclusion rests on: now, or at the best signature time.
    private(set) var path: PathResult?

    init(
        _ input: ValidationCase, _ basic: BasicValidation, best proof: ProofsOfExistence.Proof,
        timeStamps: [TimeStampProcess]
    ) {
        let best = proof.time
        subIndication = basic.subIndication
        path = basic.chain.path
        findings = basic.chainFindings + basic.algorithmFindings
        guard let open = basic.subIndication else {
            finish(input, basic, best, timeStamps)
            return
        }
        guard Self.continues.contains(open), let leaf = basic.chain.path?.chain.first else { return }
        let certificate = leaf.certificate
        let isWithin = certificate.isValid(at: best)
        switch open {
        // c)
        case .revokedNoPOE, .revokedCANoPOE:
            guard isWithin, let since = basic.chain.doubt?.since, since > best else { return }
        // d), e)
        case .outOfBoundsNoPOE, .outOfBoundsNotRevoked:
            guard best >= certificate.notBefore else {
                // That somebody judges as of an earlier instant proves nothing.
                guard proof.source != .judgement else { return }
                fail(
                    .notYetValid,
                    .signedBeforeValidity(
                        NamedSubject(certificate, role: .signer), begins: certificate.notBefore, signed: best))
                return
            }
            // Information that is too old by now may have been fresh then; its absence leaves the question open.
            guard isWithin, open == .outOfBoundsNotRevoked || leaf.isStale else { return }
        // f) The chain and its revocation information are not proved to be older: their algorithms are judged now.
        case .cryptoConstraintsFailureNoPOE:
            let own = AlgorithmUse.ofSignature(input.facts)
            guard input.facts.value == .valid, own.faults(by: input.policy, at: { _ in best }).isEmpty,
                AlgorithmUse.ofChain(basic.chain.path?.chain ?? []).faults(by: input.policy, at: { _ in input.time })
                    .isEmpty
            else { return }
            findings = basic.chainFindings
            finish(input, basic, best, timeStamps)
            return
        // i)
        case .tryLater:
            if basic.chain.doubt?.rule == .onHold {
                guard let since = basic.chain.doubt?.since, since > best else { return }
            }
        default: return
        }
        judge(at: best, input, basic, timeStamps)
    }

    /// The chain at the best signature time, by all that is known now.
    private mutating func judge(
        at best: Instant, _ input: ValidationCase, _ basic: BasicValidation, _ timeStamps: [TimeStampProcess]
    ) {
        let then = X509CertificateValidation(
            input.signer, role: .signer, policy: input.policy, revocation: input.revocation, at: best, now: input.time)
        if let open = then.block.subIndication {
            // What was said of now says more than what is missing of then.
            guard best < input.time, open != .noCertificateChainFound else { return }
            subIndication = open
            findings = then.block.findings + basic.algorithmFindings
            path = then.path
            return
        }
        let uses = AlgorithmUse.ofSignature(input.facts)
        let algorithms = AlgorithmObsolescenceValidation.block(
            uses + AlgorithmUse.ofChain(then.path?.chain ?? []), by: input.policy,
            at: { uses.contains($0) ? best : input.time })
        path = then.path
        subIndication = algorithms.subIndication
        findings = [Message.judgedInThePast(best).finding(.information)] + then.block.findings + algorithms.findings
        guard subIndication == nil else { return }
        finish(input, basic, best, timeStamps)
    }

    /// g), h) and what basic validation found beside the chain.
    private mutating func finish(
        _ input: ValidationCase, _ basic: BasicValidation, _ best: Instant, _ timeStamps: [TimeStampProcess]
    ) {
        // A proof that sets aside the chain or an algorithm sets aside nothing else.
        subIndication = basic.acceptance.subIndication
        guard subIndication == nil else { return }
        if let certificate = input.facts.signingCertificate, best < certificate.notBefore {
            fail(
                .notYetValid,
                .signedBeforeValidity(
                    NamedSubject(certificate, role: .signer), begins: certificate.notBefore, signed: best))
            return
        }
        let order = TimeStampCoherence.order(timeStamps.filter(\.hasPassed).map(\.stamp), input.policy)
        let delay = TimeStampCoherence.delay(input, best)
        for block in [order, delay] {
            findings += block.findings
            subIndication = subIndication ?? block.subIndication
        }
    }

    private mutating func fail(_ reason: SubIndication, _ message: Message) {
        subIndication = reason
        findings.append(message.finding(.failure))
    }
}

/// Whether time-stamps agree with each other and with the claimed time.
enum TimeStampCoherence {
    /// Every content time-stamp is older than the signature, and whatever covers a time-stamp is not older than it. A later
    /// signature time-stamp need not be older than an archive time-stamp that does not cover it.
    static func order(_ stamps: [TimeStampCase], _ policy: ValidationPolicy) -> BuildingBlock {
        var block = BuildingBlock()
        let byObject = Dictionary(grouping: stamps.filter { $0.object != nil }, by: \.object)
        let content = stamps.filter { $0.kind == .content }
        for later in stamps {
            var earlier = later.covers.flatMap { byObject[$0] ?? [] }.filter { $0.id != later.id }
            if later.standsOverSignature { earlier += content }
            for first in earlier {
                guard let early = first.bounds, let late = later.bounds, let time = first.time, let other = later.time
                else { continue }
                block.add(
                    Check(
                        early.lowerBound <= late.upperBound, policy.level(of: .timeStampOrder),
                        else: .timestampOrderFailure,
                        .timeStampsOutOfOrder(earlier: first.id, time, later: later.id, other)))
            }
        }
        return block
    }

    /// How long after the claimed time the signature is proved.
    static func delay(_ input: ValidationCase, _ best: Instant) -> BuildingBlock {
        guard let claimed = input.facts.claimedSigningTime, best < input.time else { return BuildingBlock() }
        let limit = input.policy.timeStampDelay
        return BuildingBlock([
            Check(
                best <= claimed.adding(seconds: limit), input.policy.level(of: .timeStampDelay),
                else: .sigConstraintsFailure, .timeStampTooLate(claimed: claimed, proved: best, limit: limit))
        ])
    }
}
