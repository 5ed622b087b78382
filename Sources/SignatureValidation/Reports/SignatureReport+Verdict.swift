// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX

extension SignatureReport {
    /// The report on a verdict.
    package init(_ verdict: SignatureVerdict, of input: ValidationCase, expecting expected: ExpectedSigner? = nil) {
        let (facts, policy) = (input.facts, input.policy)
        self.facts = facts
        subIndication = verdict.subIndication
        path = verdict.path
        pathAtBestTime = verdict.pathAtBestTime
        revocationMode = input.revocation
        bestSignatureTime = verdict.best.time
        bestSignatureTimeSource = BestSignatureTimeSource(verdict.best.source)
        switch verdict.best.source {
        case .judgement: proofSource = nil
        case .timeStamp(_, let id): proofSource = id
        case .caller(let source): proofSource = source
        }
        validAtSigningTime = Self.answer(verdict.pathAtBestTime)
        signer = input.signer
        timeStamps = verdict.timeStamps
        conformityFindings = AlgorithmConformity.findings(facts, policy)
        var findings = verdict.findings + conformityFindings
        signerMatch = expected.flatMap { expected in
            facts.signingCertificate.map { expected.match($0.subject.subjectIdentifiers) }
        }
        switch signerMatch {
        case .mismatch: findings.append(Message.signerMismatch.finding(.warning))
        case .absent: findings.append(Message.signerNotIdentified.finding(.warning))
        case .match, nil: break
        }
        self.findings = findings
        renewBefore = Self.renewal(verdict, facts, policy)
    }

    static func answer(_ path: PathResult?) -> Answer {
        guard let path else { return .unknown }
        switch path.outcome {
        case .passed: return path.hasUncheckedRevocation ? .unknown : .yes
        case .failed: return .no
        case .indeterminate: return .unknown
        }
    }

    /// The newest time-stamp protects everything under it, one over references at most the references; without one the chain itself must last.
    private static func renewal(
        _ verdict: SignatureVerdict, _ facts: SignatureFacts, _ policy: ValidationPolicy
    ) -> Instant? {
        let newest = verdict.timeStamps.filter {
            $0.indication == .passed && $0.kind != .content && $0.kind != .references
        }
        .max { ($0.time ?? $0.chainEnd ?? .distantPast) < ($1.time ?? $1.chainEnd ?? .distantPast) }
        if let newest { return newest.chainEnd }
        guard let chain = verdict.path?.chain else { return nil }
        let ends = (AlgorithmUse.ofSignature(facts) + AlgorithmUse.ofChain(chain)).compactMap { use -> Instant? in
            guard case .day = use.end(by: policy) else { return nil }
            return use.end(by: policy).lastInstant
        }
        return (chain.dropLast().map(\.certificate.notAfter) + ends).min()
    }
}

extension Instant {
    /// Before every time that is written with four digits of a year.
    static let distantPast = Instant(seconds: -62_135_596_800)
}
