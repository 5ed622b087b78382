// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import PKIX
import SignatureValidation
import SoftwareKeys
import TestPKI
import Testing

/// Certificates with the periods of validity that the tables need. Only their contents are read; nothing is verified.
struct CraftedPKI: Sendable {
    static let shared = Result { try CraftedPKI() }
    /// 2026-11-21T00:00:00Z, the time of judgement of the tables.
    static let now = Instant(seconds: 1_795_219_200)

    let root: CertificateAuthority
    let authority: CertificateAuthority
    /// Valid from 365 days ago for two years.
    let leaf: Certificate
    /// Ended 20 days ago.
    let endedLeaf: Certificate
    /// An authority of time-stamps, valid for long.
    let stamper: Certificate
    /// One whose certificate ended ten days ago.
    let endedStamper: Certificate
    /// A responder whose certificate ended yesterday.
    let endedResponder: Certificate
    /// Signed with SHA-1 by the issuing authority.
    let weakLeaf: Certificate

    static func day(_ days: Int64) -> Instant { now.adding(seconds: days * 86_400) }

    private init() throws {
        func template(_ name: String, _ from: Int64, _ until: Int64, isAuthority: Bool = false) -> CertificateTemplate {
            CertificateTemplate(
                subject: .vietnam(commonName: name, identifiers: isAuthority ? [] : ["CCCD:001099000001"]),
                notBefore: Self.day(from), notAfter: Self.day(until),
                basicConstraints: isAuthority ? BasicConstraints(isAuthority: true) : nil,
                keyUsage: isAuthority ? [.keyCertSign, .crlSign] : [.digitalSignature, .nonRepudiation])
        }
        let key = try SoftwareKey.generate(.elliptic(.p256))
        root = try CertificateAuthority.root(
            template("TEST Root", -4000, 4000, isAuthority: true), key: .generate(.elliptic(.p256)),
            random: SystemRandom())
        let authority = try root.subordinate(
            template("TEST CA", -3000, 3000, isAuthority: true), key: .generate(.elliptic(.p256)))
        func issue(_ name: String, _ from: Int64, _ until: Int64) throws -> Certificate {
            try authority.issue(template(name, from, until), for: key.subjectPublicKeyInfo)
        }
        self.authority = authority
        leaf = try issue("TEST Signer", -365, 365)
        endedLeaf = try issue("TEST Signer (ended)", -365, -20)
        stamper = try issue("TEST TSA", -700, 1100)
        endedStamper = try issue("TEST TSA (ended)", -700, -10)
        endedResponder = try issue("TEST OCSP (ended)", -700, -1)
        weakLeaf = try CertificateAuthority(
            key: authority.key, certificate: authority.certificate, scheme: .ecdsa(.sha1)
        ).issue(template("TEST Signer (weak)", -365, 365), for: key.subjectPublicKeyInfo)
    }

    /// A list of one authority, so that the information is an object that proofs can speak of.
    func information(
        of issuer: CertificateAuthority? = nil, issued: Int64, next: Int64,
        revoked: (day: Int64, RevocationReason?)? = nil,
        by signer: Certificate? = nil, answers: Bool = true
    ) throws -> RevocationEvidence {
        let (thisUpdate, nextUpdate) = (Self.day(issued), Self.day(next))
        return RevocationEvidence(
            list: try (issuer ?? authority).revocationList(
                [], number: thisUpdate.seconds, thisUpdate: thisUpdate, nextUpdate: nextUpdate),
            thisUpdate: thisUpdate, nextUpdate: nextUpdate,
            revocation: revoked.map { RevocationEvidence.Revocation(since: Self.day($0.day), reason: $0.1) },
            answers: answers, issuer: signer)
    }
}

/// Paths that somebody states: the answers follow from the stated information by the rules of RFC 5280, without any
/// signature.
struct CraftedPaths: CertificatePaths {
    var chain: [Certificate]
    var domain: String? = "test"
    /// Rules that are broken at every time.
    var faults: [PathResult.Fault] = []
    /// What is known of each certificate below the anchor.
    var information: [[RevocationEvidence]]
    var trustedUntil: Instant?

    func sunset(of path: PathResult) -> Instant? { trustedUntil }

    func revocationEvidence(for path: PathResult) -> [[RevocationEvidence]] { information }

    func path(at time: Instant, revocation: RevocationMode) -> PathResult {
        guard domain != nil else {
            return PathResult(
                outcome: .indeterminate, chain: [PathResult.Link(certificate: chain[0], revocation: .notAsked)],
                trustDomain: nil, faults: [PathResult.Fault(rule: .noPath, certificateIndex: 0)],
                revocationMode: revocation, time: time, pathsTried: 0)
        }
        var grave = faults
        var late: [PathResult.Fault] = []
        var unclear: [PathResult.Fault] = []
        var links: [PathResult.Link] = []
        for (index, certificate) in chain.enumerated() {
            guard index < chain.count - 1 else {
                links.append(PathResult.Link(certificate: certificate, revocation: .notAsked))
                continue
            }
            func fault(_ rule: PathRule) -> PathResult.Fault { PathResult.Fault(rule: rule, certificateIndex: index) }
            if time < certificate.notBefore { late.append(fault(.notYetValid)) }
            if time > certificate.notAfter { late.append(fault(.expired)) }
            let (status, piece) = revocation == .off ? (.notAsked, nil) : status(information[index], at: time)
            links.append(
                PathResult.Link(
                    certificate: certificate, revocation: status, revocationList: piece?.list,
                    revocationNextUpdate: piece?.nextUpdate, revocationIssuer: piece?.issuer))
            switch status {
            case .revoked(_, .certificateHold): grave.append(fault(.onHold))
            case .revoked: grave.append(fault(.revoked))
            case .unknown where revocation == .required: unclear.append(fault(.revocationUnknown))
            case .stale where revocation == .required: unclear.append(fault(.revocationStale))
            default: break
            }
        }
        let all = grave + late + unclear
        return PathResult(
            outcome: all.isEmpty ? .passed : all[0].rule.isIndeterminate ? .indeterminate : .failed, chain: links,
            trustDomain: domain, faults: all, revocationMode: revocation, time: time, pathsTried: 1)
    }

    private func status(
        _ pieces: [RevocationEvidence], at time: Instant
    ) -> (RevocationStatus, RevocationEvidence?) {
        let sorted = pieces.sorted { $0.thisUpdate > $1.thisUpdate }
        for piece in sorted {
            if let revocation = piece.revocation, revocation.since <= time {
                return (.revoked(since: revocation.since, reason: revocation.reason), piece)
            }
        }
        if let fresh = sorted.first(where: { $0.answers && ($0.nextUpdate ?? $0.thisUpdate) >= time }) {
            return (.good(thisUpdate: fresh.thisUpdate), fresh)
        }
        if let old = sorted.first(where: \.answers) { return (.stale(nextUpdate: old.nextUpdate), old) }
        return (.unknown, nil)
    }
}

/// A case to bend: a signature whose chain, revocation information and value are in order, judged now.
struct CraftedCase {
    let pki: CraftedPKI
    var input: ValidationCase
    var paths: CraftedPaths

    static let signature = ValidationObject(.signature, digest: [1])
    static let file: [UInt8] = [9, 9]

    init(policy: ValidationPolicy = .vietnam2026) throws {
        pki = try CraftedPKI.shared.get()
        var facts = SignatureFacts(
            id: "S-1", format: .cades, level: .b, packaging: .detached, reference: .intact, value: .valid,
            coverage: .entireFile, material: ValidationMaterial())
        facts.signingCertificate = pki.leaf
        facts.bindsSigningCertificate = true
        facts.scheme = .ecdsa(.sha256)
        facts.digest = .sha256
        facts.signatureObject = Self.signature
        facts.fileDigest = Self.file
        paths = CraftedPaths(
            chain: [pki.leaf, pki.authority.certificate, pki.root.certificate],
            information: [
                [try pki.information(issued: -1, next: 6)], [try pki.information(of: pki.root, issued: -1, next: 6)],
            ])
        input = ValidationCase(facts: facts, signer: nil, policy: policy, time: CraftedPKI.now)
    }

    /// The same signature by another certificate.
    mutating func sign(with certificate: Certificate) {
        input.facts.signingCertificate = certificate
        paths.chain[0] = certificate
    }

    /// What is known of the signer's own certificate.
    mutating func know(_ pieces: RevocationEvidence...) { paths.information[0] = pieces }

    /// Adds a time-stamp that is in order but for what the caller bends.
    mutating func stamp(
        _ kind: TimeStampKind, _ day: Int64, covers: [ValidationObject]? = nil, by authority: Certificate? = nil,
        _ bend: (inout TimeStampCase, inout CraftedPaths) -> Void = { _, _ in }
    ) throws {
        let authority = authority ?? pki.stamper
        var paths = CraftedPaths(
            chain: [authority, pki.authority.certificate, pki.root.certificate],
            information: [
                [try pki.information(issued: -1, next: 6)], [try pki.information(of: pki.root, issued: -1, next: 6)],
            ])
        let id = "T-\(input.timeStamps.count + 1)"
        var stamp = TimeStampCase(
            id: id, kind: kind, time: CraftedPKI.day(day), object: ValidationObject(.timeStamp, digest: Array(id.utf8)),
            covers: covers ?? (kind == .content ? [] : [Self.signature]), authority: authority, scheme: .ecdsa(.sha256),
            imprint: .sha256, paths: nil)
        bend(&stamp, &paths)
        stamp.paths = paths
        input.timeStamps.append(stamp)
    }

    /// Every object of the case: what an archive time-stamp over everything covers.
    var everything: [ValidationObject] {
        let certificates = paths.chain + input.timeStamps.compactMap(\.authority)
        let lists = paths.information.joined().compactMap(\.list)
        let stamped = input.timeStamps.compactMap { ($0.paths as? CraftedPaths)?.information }.joined().joined()
            .compactMap(\.list)
        return [Self.signature] + input.timeStamps.compactMap(\.object) + certificates.map { ValidationObject($0) }
            + (lists + stamped).map { ValidationObject($0) }
    }

    mutating func prove(_ day: Int64, digest: [UInt8] = CraftedCase.file) {
        input.proofs.append(ExistenceProof(digest: digest, time: CraftedPKI.day(day), source: "receipt 1"))
    }

    var verdict: SignatureVerdict {
        var input = input
        if input.facts.signingCertificate != nil { input.signer = input.signer ?? paths }
        return SignatureVerdict(input)
    }

    var report: SignatureReport {
        var input = input
        if input.facts.signingCertificate != nil { input.signer = input.signer ?? paths }
        return SignatureReport(SignatureVerdict(input), of: input)
    }
}

/// One row of a table: a case, what is bent, and the reason that follows; `nil` for passed.
struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let policy: ValidationPolicy
    let expected: SubIndication?
    let bend: @Sendable (inout CraftedCase) throws -> Void

    init(
        _ name: String, _ expected: SubIndication?, policy: ValidationPolicy = .vietnam2026,
        _ bend: @escaping @Sendable (inout CraftedCase) throws -> Void
    ) {
        self.name = name
        self.expected = expected
        self.policy = policy
        self.bend = bend
    }

    var testDescription: String { name }

    func verdict() throws -> SignatureVerdict {
        var crafted = try CraftedCase(policy: policy)
        try bend(&crafted)
        return crafted.verdict
    }
}
