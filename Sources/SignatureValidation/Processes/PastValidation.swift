// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX

/// The chain of one signature or time-stamp with what is proved about it, for the blocks of past validation.
struct PastSubject: Sendable {
    let paths: any CertificatePaths
    /// The chain as it was judged now.
    let chain: X509CertificateValidation
    let role: NamedSubject.Role
    /// The signature or token.
    let object: ValidationObject?
    /// What it and its chain use.
    let uses: [AlgorithmUse]
    let proofs: ProofsOfExistence
    let policy: ValidationPolicy
    let revocation: RevocationMode
    let judgedAt: Instant
}

extension RevocationEvidence {
    var object: ValidationObject? { list.map { ValidationObject($0) } ?? response.map { ValidationObject($0) } }
}

extension AlgorithmPolicy.End {
    /// The last instant at which a use could be relied on; `nil` when there is no end.
    var lastInstant: Instant? {
        switch self {
        case .never: nil
        case .day(let day): Instant(day, hour: 0, minute: 0, second: 0)?.adding(seconds: -1)
        // Before every proof.
        case .always: .distantPast
        }
    }
}

/// VTS, EN 319 102-1 §5.6.2.2: slides the time of validation down a chain, from its anchor to the certificate, back to where
/// everything above is proved to have been in order.
enum ValidationTimeSliding {
    enum Outcome: Sendable {
        case control(Instant)
        case noProof(NamedSubject, before: Instant)
    }

    static func slide(
        _ subject: PastSubject, along chain: [PathResult.Link], evidence: [[RevocationEvidence]], from start: Instant
    ) -> Outcome {
        var control = start
        let policy = subject.policy
        for index in chain.indices.dropLast().reversed() {
            let certificate = chain[index].certificate
            let named = NamedSubject(certificate, role: index == 0 ? subject.role : .authority)
            let issuerKey = chain[index + 1].certificate.keyKind
            var ends = [
                AlgorithmUse(
                    object: nil, scheme: SignatureScheme(certificate.signatureAlgorithm), key: issuerKey
                ).end(by: policy)
            ]
            if needsRevocation(certificate, subject) {
                guard subject.proofs.time(of: ValidationObject(certificate)) <= control else {
                    return .noProof(named, before: control)
                }
                let found = evidence.indices.contains(index) ? evidence[index] : []
                let usable = found.filter { piece in
                    piece.thisUpdate <= control && (piece.answers || piece.revocation != nil)
                        && subject.proofs.time(of: piece.object) <= control
                }
                if let newest = usable.max(by: { $0.thisUpdate < $1.thisUpdate }) {
                    slide(&control, over: newest, policy)
                    ends += Self.ends(of: newest, chain[index + 1].certificate, policy)
                } else if subject.revocation == .required {
                    return .noProof(named, before: control)
                }
                // Whoever learnt of a revocation later knows it all the same: nothing is proved to be in order after it.
                if let since = knownRevocation(of: certificate, found, subject) { control = min(control, since) }
            }
            for end in ends { if let last = end.lastInstant { control = min(control, last) } }
        }
        return .control(control)
    }

    /// Since when a certificate is known to be revoked, by any information of any time; a hold that newer information no
    /// longer has is over.
    private static func knownRevocation(
        of certificate: Certificate, _ found: [RevocationEvidence], _ subject: PastSubject
    ) -> Instant? {
        let released = found.filter { $0.answers && $0.revocation == nil }.map(\.thisUpdate).max()
        var stated = found.filter { piece in
            piece.revocation?.reason != .certificateHold || released.map { $0 <= piece.thisUpdate } ?? true
        }.compactMap(\.revocation?.since)
        let judged = subject.chain.path?.chain.first { $0.certificate == certificate }
        if let judged, case .revoked(let since, _) = judged.revocation { stated.append(since) }
        return stated.min()
    }

    private static func needsRevocation(_ certificate: Certificate, _ subject: PastSubject) -> Bool {
        guard subject.revocation != .off else { return false }
        let judged = subject.chain.path?.chain.first { $0.certificate == certificate }
        // Judged now, it was not asked about: its issuer says that there will never be an answer (RFC 9608).
        if let judged, case .notAsked = judged.revocation { return false }
        return true
    }

    private static func slide(_ control: inout Instant, over piece: RevocationEvidence, _ policy: ValidationPolicy) {
        if let revocation = piece.revocation {
            control = min(control, revocation.since)
            return
        }
        let freshness =
            policy.freshness.rule == .afterSignature
            ? RevocationFreshness(rule: .nextUpdate, tolerance: policy.freshness.tolerance) : policy.freshness
        guard !freshness.isFresh(thisUpdate: piece.thisUpdate, nextUpdate: piece.nextUpdate, at: control) else {
            return
        }
        switch policy.sliding {
        case .thisUpdate: control = min(control, piece.thisUpdate)
        case .lastUsableInstant: control = min(control, max(piece.thisUpdate, piece.nextUpdate ?? piece.thisUpdate))
        }
    }

    private static func ends(
        of piece: RevocationEvidence, _ issuer: Certificate, _ policy: ValidationPolicy
    ) -> [AlgorithmPolicy.End] {
        var uses = AlgorithmUse.ofChain(piece.issuerChain)
        if let list = piece.list {
            uses.append(AlgorithmUse(object: nil, scheme: list.scheme, key: (piece.issuer ?? issuer).keyKind))
        }
        if let basic = piece.response?.basic {
            uses += AlgorithmUse.ofResponse(nil, basic, by: piece.issuer, issuer)
        }
        return uses.map { $0.end(by: policy) }
    }
}

/// PCV, EN 319 102-1 §5.6.2.1: a chain that held at some time, and until when that is proved.
enum PastCertificateValidation {
    enum Outcome: Sendable {
        case control(Instant, chain: [PathResult.Link])
        case failed(SubIndication, [Finding])
    }

    static func conclude(_ subject: PastSubject, evidence keep: ([RevocationEvidence]) -> [RevocationEvidence])
        -> Outcome
    {
        guard let judged = subject.chain.path, judged.trustDomain != nil else {
            return .failed(.noCertificateChainFound, [])
        }
        let links = judged.chain.dropLast()
        guard let from = links.map(\.certificate.notBefore).max(), let until = links.map(\.certificate.notAfter).min(),
            from <= until
        else { return .failed(.certificateChainGeneralFailure, []) }
        let date = min(max(subject.judgedAt, from), until)
        let past = subject.paths.path(at: date, revocation: .off)
        if let fault = past.faults.first {
            return .failed(X509CertificateValidation.subIndication(of: fault, in: past), [])
        }
        let start = subject.paths.sunset(of: past).map { min($0, subject.judgedAt) } ?? subject.judgedAt
        var evidence = subject.paths.revocationEvidence(for: past)
        if !evidence.isEmpty { evidence[0] = keep(evidence[0]) }
        switch ValidationTimeSliding.slide(subject, along: past.chain, evidence: evidence, from: start) {
        case .control(let control): return .control(control, chain: past.chain)
        case .noProof(let named, let before):
            return .failed(.noPOE, [Message.noProofOfExistence(named, before: before).finding(.failure)])
        }
    }
}
