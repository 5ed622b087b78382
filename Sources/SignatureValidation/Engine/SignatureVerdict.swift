// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
package import PKIX

/// What the engine concludes about one signature: a pure function of its case.
package struct SignatureVerdict: Sendable {
    /// The reason; `nil` when everything passed.
    package private(set) var subIndication: SubIndication?
    /// All remarks in the order of the blocks.
    package private(set) var findings: [Finding]
    /// The chain at the time of judgement, or the past one that the verdict rests on.
    package private(set) var path: PathResult?
    /// The chain at the best signature time.
    package private(set) var pathAtBestTime: PathResult?
    /// The earliest proof of the signature.
    package private(set) var best: ProofsOfExistence.Proof
    /// Every time-stamp in the file's order.
    package private(set) var timeStamps: [TimeStampReport]

    /// Judges a case by the processes of EN 319 102-1 §5.3 to §5.6.
    package init(_ input: ValidationCase) {
        let (facts, policy) = (input.facts, input.policy)
        var proofs = ProofsOfExistence(at: input.time)
        let usable = input.proofs.filter { $0.time <= input.time }
        for proof in usable {
            let objects =
                proof.digest == facts.signatureObject?.digest
                ? facts.signatureObject.map { [$0] } ?? [] : input.objectsOfFile
            proofs.add(objects, at: proof.time, by: .caller(proof.source))
        }
        let stamps = input.timeStamps.map {
            TimeStampProcess($0, policy: policy, revocation: input.revocation, at: input.time)
        }
        // §5.5.4 b): a time-stamp that holds now proves the signature it covers.
        let direct: Set<TimeStampKind> = [.signature, .references, .document]
        for stamp in stamps where stamp.hasPassed && direct.contains(stamp.stamp.kind) {
            if let object = facts.signatureObject, let time = stamp.stamp.provedTime,
                stamp.stamp.covers.contains(object)
            {
                proofs.add([object], at: time, by: .timeStamp(stamp.stamp.kind, id: stamp.stamp.id))
            }
        }
        let proof = proofs.proof(of: facts.signatureObject)
        let basic = BasicValidation(input, best: proof, timeStamps: stamps)
        let longTerm = LongTermValidation(input, basic, best: proof, timeStamps: stamps)
        var reduced = input
        reduced.proofs = usable
        let archival = ArchivalValidation(reduced, basic, longTerm, timeStamps: stamps, proofs: proofs)

        subIndication = archival.subIndication
        best = archival.proofs.proof(of: facts.signatureObject)
        path = archival.path
        timeStamps = archival.timeStamps.map { TimeStampReport($0) }
        findings = basic.fixedFindings + archival.findings + basic.acceptance.findings + facts.findings
        for stamp in archival.timeStamps {
            guard let reason = stamp.subIndication else { continue }
            check(
                policy.level(of: .timeStampsPass), .timeStampNotCounted(stamp.stamp.id, stamp.stamp.subject, reason))
        }
        if let leaf = facts.signingCertificate, best.time < leaf.notBefore, best.source != .judgement,
            subIndication == nil
        {
            subIndication = .notYetValid
            findings.append(
                Message.signedBeforeValidity(
                    NamedSubject(leaf, role: .signer), begins: leaf.notBefore, signed: best.time
                ).finding(.failure))
        }
        if case .caller(let source) = best.source {
            findings.append(Message.proved(at: best.time, by: source).finding(.information))
        }
        for proof in input.proofs where proof.time > input.time {
            findings.append(Message.proofNotUsed(at: proof.time, by: proof.source).finding(.warning))
        }
        pathAtBestTime =
            best.source == .judgement
            ? basic.chain.path : input.signer?.path(at: best.time, revocation: input.revocation)
    }

    private mutating func check(_ level: ConstraintLevel, _ message: Message) {
        guard let severity = Finding.Severity(level) else { return }
        findings.append(message.finding(severity))
        if severity == .failure, subIndication == nil { subIndication = .sigConstraintsFailure }
    }
}
