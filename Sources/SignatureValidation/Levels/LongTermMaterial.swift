// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX

/// Whether there is everything that a signature needs to be validated later, and what of it (EN 319 122-1 §6.3, EN 319 142-1
/// §6.3, both for level LT).
///
/// For every certificate below the anchor of the signer, of the time-stamp authorities and of OCSP responders there must be
/// the issuer's certificate and revocation information that answers at the time that counts. The newest archive or document
/// time-stamp is left out when an older time-stamp is there: its own material comes with its renewal.
public struct LongTermMaterial: Sendable {
    /// What is needed, each once, anchors left out.
    public private(set) var material = ValidationMaterial()
    /// The anchors of the paths that were found. Whoever validates later has them; some want them in the file all the same.
    public private(set) var anchors: [Certificate] = []
    /// What is missing, each once; empty when the signature can have level B-LT.
    public private(set) var gaps: [MaterialGap] = []
    /// Paths of the signer and of the time-stamps that do not hold for another reason than missing material.
    public private(set) var faults: [PathResult] = []
    /// Whether the status of the signer's certificate is older than the signature (`revocation-before-signature`).
    public private(set) var revocationPrecedesSignature = false

    /// A path of a certificate for a purpose at an instant, with every revocation asked for; `nil` when none is known.
    typealias KnownPaths = (Certificate, CertificatePurpose, Instant) -> PathResult?

    private let verified: VerifiedSignatures
    private let allowance: VerificationAllowance
    private let domains: [TrustDomain]
    private let source: ValidationMaterial
    private let sourceObjects: Set<ValidationObject>
    private var seen: Set<ValidationObject> = []
    private var responders: Set<Certificate> = []

    /// Looks for what a signature needs.
    ///
    /// - Parameters:
    ///   - facts: The signature with its time-stamps.
    ///   - domains: What paths may end in.
    ///   - material: Where to look; `facts.longTermMaterial` to judge what a file has, more to extend it. What the facts and
    ///     their time-stamps bring along is not added.
    ///   - includesNewest: Whether the newest archive or document time-stamp needs material as well, as before its renewal.
    ///   - time: The time of judgement, for a signature without any time-stamp.
    public init(
        for facts: SignatureFacts, trusting domains: [TrustDomain], from material: ValidationMaterial,
        includingNewestTimeStamp includesNewest: Bool = false, at time: Instant
    ) {
        self.init(
            for: facts, trusting: domains, from: material, includingNewestTimeStamp: includesNewest, at: time,
            verified: VerifiedSignatures(), within: VerificationAllowance()
        ) { _, _, _ in nil }
    }

    /// - Parameter paths: Paths that were found with more material, of a certificate for a purpose at an instant. One that uses
    ///   nothing beyond `material` is taken, so that its signatures need not be verified again.
    init(
        for facts: SignatureFacts, trusting domains: [TrustDomain], from material: ValidationMaterial,
        includingNewestTimeStamp includesNewest: Bool = false, at time: Instant, verified: VerifiedSignatures,
        within allowance: VerificationAllowance, knowing paths: KnownPaths
    ) {
        self.verified = verified
        self.allowance = allowance
        self.domains = domains
        source = material
        // What stands inside a response only is a responder's, and no link of a path.
        var plain = material
        plain.ocspResponses = []
        sourceObjects = Set(plain.validationObjects).union(material.ocspResponses.map { ValidationObject($0) })
        let stamps = facts.timeStamps.filter(\.holds)
        let proofs = stamps.filter(\.standsOverSignature)
        let signingTime = proofs.compactMap { $0.facts?.time }.min() ?? time
        if let certificate = facts.signingCertificate {
            collect(
                certificate, .signing, at: signingTime, .signer, knowing: paths(certificate, .signing, signingTime))
        }
        for stamp in stamps {
            let isNewest = stamp.id == proofs.last?.id && (stamp.kind == .archive || stamp.kind == .document)
            guard includesNewest || !isNewest || proofs.count == 1, let facts = stamp.facts,
                let certificate = facts.signingCertificate
            else { continue }
            collect(
                certificate, .timeStamping, at: facts.time, .timeStamp(stamp.id),
                knowing: paths(certificate, .timeStamping, facts.time))
        }
    }

    /// Whether nothing is missing.
    public var isComplete: Bool { gaps.isEmpty }

    /// The remarks that belong to a signature with this material.
    public var findings: [Finding] {
        gaps.map(\.finding) + (revocationPrecedesSignature ? [Self.revocationBeforeSignature] : [])
    }

    private static let revocationBeforeSignature = Finding(
        .warning, code: "revocation-before-signature",
        Phrase(
            vi: "thông tin thu hồi của chứng thư chủ thể ký được cấp trước khi ký",
            en: "the revocation status of the signer's certificate was issued before the signature was made"))

    private mutating func collect(
        _ certificate: Certificate, _ purpose: CertificatePurpose, at time: Instant, _ path: MaterialGap.Path,
        knowing known: PathResult?
    ) {
        let result =
            known.flatMap { usesOnlySource($0) ? $0 : nil }
            ?? CertificateGraph(
                of: certificate, trusting: domains.serving(purpose), material: source, knowing: verified,
                within: allowance
            )
            .evaluate(at: time, purpose: purpose, revocation: .required)
        guard result.trustDomain != nil else {
            if result.faults.contains(where: { $0.rule == .noPath }) {
                gap(MaterialGap(topmost(above: certificate), .issuer, in: path))
            } else {
                faults.append(result)
            }
            return
        }
        if let anchor = result.chain.last?.certificate, !anchors.contains(anchor) { anchors.append(anchor) }
        let isMissing = { (rule: PathRule) in rule == .revocationUnknown || rule == .revocationStale }
        if result.faults.contains(where: { !isMissing($0.rule) }) { faults.append(result) }
        for (link, issuer) in zip(result.chain, result.chain.dropFirst()) {
            add(ValidationMaterial(certificates: [link.certificate]))
            switch link.revocation {
            case .unknown, .stale: gap(MaterialGap(link.certificate, .status, in: path))
            case .good(let thisUpdate):
                if path == .signer, link.certificate == certificate, thisUpdate < time {
                    revocationPrecedesSignature = true
                }
            case .notAsked, .revoked: break
            }
            if let list = link.revocationList {
                // With the certificate of its signer when that is not the issuer in this path.
                let signer = link.revocationIssuer.map { [$0] } ?? []
                add(ValidationMaterial(certificates: signer, revocationLists: [list]))
            }
            if let response = link.ocspResponse { addResponse(response, issuer: issuer.certificate) }
        }
    }

    /// Whether a path that holds is made of material at hand and an anchor only.
    private func usesOnlySource(_ path: PathResult) -> Bool {
        path.outcome == .passed
            && path.chain.dropLast().allSatisfy { link in
                sourceObjects.contains(ValidationObject(link.certificate))
                    && link.revocationList.map { sourceObjects.contains(ValidationObject($0)) } ?? true
                    && link.ocspResponse.map { sourceObjects.contains(ValidationObject($0)) } ?? true
                    && link.revocationIssuer.map { isAtHand($0, in: path) } ?? true
            }
    }

    private func isAtHand(_ certificate: Certificate, in path: PathResult) -> Bool {
        sourceObjects.contains(ValidationObject(certificate))
            || path.chain.contains { $0.certificate == certificate }
    }

    /// The response, its signer's certificate, and the signer's own status unless the issuer waives it.
    private mutating func addResponse(_ response: OCSPResponse, issuer: Certificate) {
        add(ValidationMaterial(ocspResponses: [response]))
        guard let basic = response.basic, !basic.names(issuer) else { return }
        let candidates = basic.certificates + source.certificates + domains.flatMap(\.responders)
        guard let responder = candidates.first(where: { basic.names($0) }) else { return }
        if !basic.certificates.contains(responder) { add(ValidationMaterial(certificates: [responder])) }
        guard !responder.hasNoRevocationCheck, !domains.contains(where: { $0.responders.contains(responder) }),
            responders.insert(responder).inserted
        else { return }
        collect(responder, .ocspSigning, at: basic.producedAt, .responder, knowing: nil)
    }

    /// The certificate at which the way up by names ends.
    private func topmost(above certificate: Certificate) -> Certificate {
        var current = certificate
        var passed: Set<Certificate> = [certificate]
        // No path is longer (``CertificateGraph/Limits``); names in a circle end sooner.
        while passed.count < 20,
            let next = source.certificates.first(where: { $0.subject == current.issuer && !passed.contains($0) })
        {
            passed.insert(next)
            current = next
        }
        return current
    }

    private mutating func gap(_ gap: MaterialGap) {
        if !gaps.contains(where: { $0.certificate == gap.certificate && $0.kind == gap.kind }) { gaps.append(gap) }
    }

    private mutating func add(_ new: ValidationMaterial) {
        let anchors = domains.flatMap(\.anchors)
        material.certificates += new.certificates.filter {
            !anchors.contains($0) && seen.insert(ValidationObject($0)).inserted
        }
        material.revocationLists += new.revocationLists.filter { seen.insert(ValidationObject($0)).inserted }
        material.ocspResponses += new.ocspResponses.filter { seen.insert(ValidationObject($0)).inserted }
    }
}

extension [TrustDomain] {
    /// The domains that paths for a purpose may end in.
    fileprivate func serving(_ purpose: CertificatePurpose) -> [TrustDomain] {
        switch purpose {
        case .signing: filter { $0.usages.contains(.signing) }
        case .timeStamping: filter { $0.usages.contains(.timeStamping) }
        default: self
        }
    }
}
