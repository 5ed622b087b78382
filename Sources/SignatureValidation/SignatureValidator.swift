// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import Logging
public import PKIX

/// Judges signed documents. Trust, policy and material are three arguments; time is an argument of the call.
public struct SignatureValidator: Sendable {
    /// The trust domains. A domain that declares usages counts for these only: a time-stamp proves nothing when its path
    /// ends in a domain that may not time-stamp.
    public let domains: [TrustDomain]
    /// The policy.
    public let policy: ValidationPolicy
    /// Certificates and lists from elsewhere; what a document brings along is used as well.
    public let material: ValidationMaterial
    /// What missing revocation information means.
    public let revocation: RevocationMode
    /// Told of every verdict by identifiers and indications only: no names, numbers, digests or content.
    public let logger: Logger?
    /// What the clock of whoever judges says; `nil` when it is not asked.
    public let clock: Instant?
    /// What was verified before; `nil` when every call begins anew.
    public private(set) var verified: VerifiedSignatures?
    /// What the signatures of one document may spend together; `nil` when each is judged by itself.
    private var allowance: VerificationAllowance?

    /// Makes a validator.
    ///
    /// - Parameters:
    ///   - domains: The trust domains.
    ///   - policy: What is demanded.
    ///   - material: Untrusted certificates, lists and responses from elsewhere.
    ///   - revocation: What missing revocation information means.
    ///   - logger: `nil` for no log.
    ///   - clock: What the caller's clock says. Revocation information that is dated later than this and later than the
    ///     instant of judgement, the policy's tolerance added, is unreliable (RFC 6960 §4.2.2.1) and says good of nothing.
    ///     `nil` when no clock is asked: no information is then too new, as it must be for whoever looks at the past
    ///     without knowing the present.
    public init(
        trusting domains: [TrustDomain], policy: ValidationPolicy, material: ValidationMaterial = ValidationMaterial(),
        revocation: RevocationMode = .required, logger: Logger? = nil, clock: Instant? = nil
    ) {
        self.logger = logger
        self.clock = clock
        self.domains = domains
        self.policy = policy
        self.material = material
        self.revocation = revocation
    }

    /// The same validator with a memory of the certificates, lists and responses that it verified, for many files that have
    /// them in common. No verdict depends on it.
    ///
    /// - Parameter verified: Shared with others; `nil` keeps the one that is there, else makes a new one.
    public func remembering(_ verified: VerifiedSignatures? = nil) -> SignatureValidator {
        var validator = self
        validator.verified = verified ?? self.verified ?? VerifiedSignatures()
        return validator
    }

    /// Judges every signature of a document at an instant.
    ///
    /// - Parameters:
    ///   - document: The document.
    ///   - time: The instant of judgement.
    ///   - proofs: What the caller vouches for; those about other files and signatures are left out.
    ///   - expected: The person who was to sign; compared with each signer, never a reason against a signature.
    ///   - fileDigest: SHA-256 of the file, for `proofs`, where the format does not know it.
    /// - Throws: Only what `document` throws: it cannot be read at all. A bad signature is a verdict.
    public func validate(
        _ document: some SignedDocument, at time: Instant, existence proofs: [ExistenceProof] = [],
        expecting expected: ExpectedSigner? = nil, fileDigest: [UInt8]? = nil
    ) throws -> DocumentReport {
        // All signatures of one document share what was verified, and what verifying may cost.
        var remembering = remembering()
        remembering.allowance = VerificationAllowance()
        let validator = remembering
        let all = try document.signatureFacts(with: material)
        guard !all.isEmpty else {
            let assertions = try document.timeAssertions(with: material)
            return DocumentReport(
                policy: policy, validationTime: time, signatures: [],
                timeStamps: assertions.map { TimeStampReport(validator.process($0.stamp, at: time)) },
                findings: try document.remarks() + validator.findings(on: assertions, at: time))
        }
        // Digesting a large file is most of the work on it, and only proofs need this one.
        let digest = try proofs.isEmpty || all.isEmpty ? nil : fileDigest ?? document.fileDigest()
        let signatures = all.map { facts in
            var facts = facts
            if facts.fileDigest == nil { facts.fileDigest = digest }
            return validator.validate(facts, at: time, existence: proofs, expecting: expected)
        }
        return DocumentReport(policy: policy, validationTime: time, signatures: signatures)
    }

    /// Judges one signature from its facts.
    public func validate(
        _ facts: SignatureFacts, at time: Instant, existence proofs: [ExistenceProof] = [],
        expecting expected: ExpectedSigner? = nil
    ) -> SignatureReport {
        let report = gathered(facts, at: time, existence: proofs).report(expecting: expected)
        logger?.debug(
            "signature judged",
            metadata: [
                "signature": "\(facts.id)", "format": "\(facts.format.rawValue)", "policy": "\(policy.id)",
                "indication": "\(report.indication.rawValue)",
                "subIndication": "\(report.subIndication?.rawValue ?? "-")",
                "timeStamps": "\(report.timeStamps.count)", "timeSource": "\(report.bestSignatureTimeSource.rawValue)",
            ])
        return report
    }

    /// Collects what bears on a signature and does all the cryptography; what is left is to judge it.
    public func gathered(
        _ facts: SignatureFacts, at time: Instant, existence proofs: [ExistenceProof] = []
    ) -> GatheredSignature {
        GatheredSignature(input: gather(facts, at: time, proofs))
    }

    /// Everything that bears on a signature, all signatures of certificates, lists and responses checked once.
    private func gather(_ facts: SignatureFacts, at time: Instant, _ proofs: [ExistenceProof]) -> ValidationCase {
        let verified = verified ?? VerifiedSignatures()
        let allowance = allowance ?? VerificationAllowance()
        let stamps = facts.timeStamps.prefix(Self.mostTimeStamps)
        let inFile = stamps.reduce(facts.material.merging(facts.longTermMaterial)) { $0.merging($1.ownMaterial) }
        let all = inFile.merging(material)
        let signing = domains.filter { $0.usages.contains(.signing) }
        let signer = facts.signingCertificate.map {
            GraphPaths(
                of: $0, trusting: signing, material: all, purpose: .signing, at: time, knowing: verified,
                issuedBy: horizon(at: time), within: allowance)
        }
        var authorities: [Certificate: (paths: GraphPaths, forbidden: String?)] = [:]
        let cases = stamps.map { stamp in
            let authority = stamp.facts?.signingCertificate
            if let authority, authorities[authority] == nil {
                authorities[authority] = paths(ofAuthority: authority, all, at: time, verified, allowance)
            }
            return TimeStampCase(stamp, paths: authority.flatMap { authorities[$0] })
        }
        let own = [facts.fileDigest, facts.signatureObject?.digest].compactMap { $0 }
        var input = ValidationCase(
            facts: facts, signer: signer, timeStamps: cases, proofs: proofs.filter { own.contains($0.digest) },
            policy: policy, revocation: revocation, time: time)
        let reached = facts.reachedLevel(trusting: domains, at: time, verified: verified, within: allowance) {
            certificate, purpose, instant in
            let paths = purpose == .signing ? signer : authorities[certificate]?.paths
            return paths?.path(at: instant, revocation: .required)
        }
        input.facts.level = reached.level
        input.facts.findings += reached.findings
        if let ahead = all.dated(after: horizon(at: time)) { input.facts.findings.append(ahead) }
        if facts.timeStamps.count > Self.mostTimeStamps {
            input.facts.findings.append(
                Finding(
                    .warning, code: "too-many-time-stamps",
                    Phrase(
                        vi: "chỉ \(Self.mostTimeStamps) dấu thời gian đầu tiên được xét",
                        en: "only the first \(Self.mostTimeStamps) time-stamps are judged")))
        }
        return input
    }

    /// The latest date that revocation information can bear; `nil` when no clock is asked.
    private func horizon(at time: Instant) -> Instant? {
        clock.map { max($0, time).adding(seconds: policy.clockTolerance) }
    }

    /// Judges a time-stamp that stands over no signature, by itself (EN 319 102-1 §5.4).
    func process(_ stamp: AttachedTimeStamp, at time: Instant) -> TimeStampProcess {
        let authority = stamp.facts?.signingCertificate.map {
            paths(
                ofAuthority: $0, stamp.ownMaterial.merging(material), at: time, verified ?? VerifiedSignatures(),
                allowance ?? VerificationAllowance())
        }
        return TimeStampProcess(
            TimeStampCase(stamp, paths: authority), policy: policy, revocation: revocation, at: time)
    }

    private func paths(
        ofAuthority certificate: Certificate, _ material: ValidationMaterial, at time: Instant,
        _ verified: VerifiedSignatures, _ allowance: VerificationAllowance
    ) -> (paths: GraphPaths, forbidden: String?) {
        func paths(_ domains: [TrustDomain]) -> GraphPaths {
            GraphPaths(
                of: certificate, trusting: domains, material: material, purpose: .timeStamping, at: time,
                knowing: verified, issuedBy: horizon(at: time), within: allowance)
        }
        let allowed = paths(domains.filter { $0.usages.contains(.timeStamping) })
        let others = domains.filter { !$0.usages.contains(.timeStamping) }
        guard !others.isEmpty, allowed.path(at: time, revocation: .off).trustDomain == nil else {
            return (allowed, nil)
        }
        return (allowed, paths(others).path(at: time, revocation: .off).trustDomain)
    }

    /// More than any archive needs; each costs a path.
    private static let mostTimeStamps = 64
}

extension AttachedTimeStamp {
    /// What the token brought along, inside it and as the format found it.
    fileprivate var ownMaterial: ValidationMaterial {
        guard let signedData = token?.signedData else { return material }
        return material.merging(
            ValidationMaterial(
                certificates: signedData.certificates, revocationLists: signedData.revocationLists,
                ocspResponses: signedData.ocspResponses))
    }
}

extension TimeStampCase {
    fileprivate init(_ stamp: AttachedTimeStamp, paths: (paths: GraphPaths, forbidden: String?)?) {
        self.init(
            id: stamp.id, kind: stamp.kind, time: stamp.facts?.time, bounds: stamp.facts?.information.bounds,
            object: stamp.token.map { ValidationObject($0) }, covers: stamp.covers, formatFaults: stamp.formatFaults,
            faults: stamp.facts?.faults ?? [], authority: stamp.facts?.signingCertificate, scheme: stamp.facts?.scheme,
            imprint: stamp.facts?.information.imprint.digest, paths: paths?.paths, forbiddenDomain: paths?.forbidden)
        referenceDigests = stamp.referenceDigests
    }
}
