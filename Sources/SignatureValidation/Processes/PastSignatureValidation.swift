// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

/// PSV, EN 319 102-1 §5.6.2.4: whether proofs of existence answer what basic validation left open.
enum PastSignatureValidation {
    /// - Parameter current: What was left open.
    /// - Returns: `nil` as reason when past validation passed, with remarks.
    static func conclude(_ current: SubIndication, _ subject: PastSubject) -> (SubIndication?, [Finding]) {
        guard let leaf = subject.chain.path?.chain.first else { return (current, []) }
        let chain = subject.chain.path?.chain ?? []
        var remembered: SubIndication?
        // (1) Revocation information counts only by an issuer that is proved to have existed while it was valid.
        func keep(_ evidence: [RevocationEvidence]) -> [RevocationEvidence] {
            let kept = evidence.filter { piece in
                guard let issuer = piece.issuer ?? (chain.count > 1 ? chain[1].certificate : nil) else { return false }
                return issuer == chain.last?.certificate
                    || subject.proofs.time(of: ValidationObject(issuer)) <= issuer.notAfter
            }
            if kept.isEmpty, !evidence.isEmpty { remembered = .revocationOutOfBoundsNoPOE }
            return kept
        }
        let best = subject.proofs.time(of: subject.object)
        // (2)
        let control: Instant
        var leafEvidence: [RevocationEvidence] = []
        switch PastCertificateValidation.conclude(
            subject,
            evidence: {
                leafEvidence = keep($0)
                return leafEvidence
            })
        {
        case .control(let time, _): control = time
        case .failed(let reason, let findings): return (remembered ?? reason, findings)
        }
        let passed: (SubIndication?, [Finding]) = (nil, [Message.judgedInThePast(best).finding(.information)])
        // (3)
        if best <= control {
            switch current {
            case .noCertificateChainFoundNoPOE, .revokedNoPOE, .revocationOutOfBoundsNoPOE, .outOfBoundsNoPOE,
                .outOfBoundsNotRevoked:
                return range(best, leaf, subject) ?? passed
            case .tryLater where subject.chain.doubt?.rule == .onHold: return range(best, leaf, subject) ?? passed
            case .revokedCANoPOE:
                let isOlder = leafEvidence.contains { piece in
                    subject.chain.doubt?.since.map { subject.proofs.time(of: piece.object) <= $0 } ?? false
                }
                if isOlder { return range(best, leaf, subject) ?? passed }
            default: break
            }
        }
        switch current {
        // (4)
        case .cryptoConstraintsFailureNoPOE
        where subject.uses.faults(by: subject.policy, at: { subject.proofs.time(of: $0.object) }).isEmpty:
            return passed
        // (5)
        case .tryLater where subject.chain.doubt?.rule != .onHold:
            let then = X509CertificateValidation(
                subject.paths, role: subject.role, policy: subject.policy, revocation: subject.revocation, at: best,
                now: subject.judgedAt)
            if then.block.subIndication == nil { return passed }
        default: break
        }
        return (remembered ?? current, [])
    }

    /// Where the proved time lies in the certificate's validity; `nil` within it.
    private static func range(
        _ best: Instant, _ leaf: PathResult.Link, _ subject: PastSubject
    ) -> (SubIndication?, [Finding])? {
        if best < leaf.certificate.notBefore {
            let named = NamedSubject(leaf.certificate, role: subject.role)
            return (
                .notYetValid,
                [
                    Message.signedBeforeValidity(named, begins: leaf.certificate.notBefore, signed: best)
                        .finding(.failure)
                ]
            )
        }
        guard best > leaf.certificate.notAfter else { return nil }
        if case .good = leaf.revocation { return (.outOfBoundsNotRevoked, []) }
        return (.outOfBoundsNoPOE, [])
    }
}
