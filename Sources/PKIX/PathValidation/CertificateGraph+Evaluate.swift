// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
public import DossierCore

extension CertificateGraph {
    /// Judges the certificate at an instant. Pure: the same arguments give the same result.
    ///
    /// - Parameters:
    ///   - time: The instant; every certificate of the path must be valid then (shell model).
    ///   - purpose: What the certificate is to be used for.
    ///   - revocation: What missing revocation information means.
    /// - Returns: The best path: one that passes, else one that leaves the question open, else one that fails.
    public func evaluate(at time: Instant, purpose: CertificatePurpose, revocation: RevocationMode) -> PathResult {
        var best: PathResult?
        var tried = 0
        var steps = 0
        var stack: [[Int]] = [[0]]
        while tried < limits.paths, steps < limits.steps, let path = stack.popLast() {
            steps += 1
            let top = nodes[path[path.count - 1]]
            if let domain = top.anchorOf {
                tried += 1
                let result = judge(path, domain, time, purpose, revocation, tried)
                if best.map({ rank(result) < rank($0) }) ?? true { best = result }
                if result.outcome == .passed { break }
            } else if path.count < limits.pathLength {
                for issuer in top.issuers.reversed() where nodes[issuer].leadsToAnchor && !path.contains(issuer) {
                    stack.append(path + [issuer])
                }
            }
        }
        if let best { return best }
        let rule: PathRule =
            isOverBudget || !stack.isEmpty
            ? .overBudget : nodes[0].hasBadSignature && nodes[0].issuers.isEmpty ? .signature : .noPath
        return PathResult(
            outcome: rule.isIndeterminate ? .indeterminate : .failed,
            chain: [PathResult.Link(certificate: certificate, revocation: .notAsked)], trustDomain: nil,
            faults: [PathResult.Fault(rule: rule, certificateIndex: 0)], revocationMode: revocation, time: time,
            pathsTried: tried)
    }

    private func rank(_ result: PathResult) -> Int {
        switch result.outcome {
        case .passed: 0
        case .indeterminate: 1
        case .failed: 2
        }
    }

    private func judge(
        _ path: [Int], _ domain: String, _ time: Instant, _ purpose: CertificatePurpose, _ revocation: RevocationMode,
        _ tried: Int
    ) -> PathResult {
        var faults: [PathResult.Fault] = []
        func fault(_ rule: PathRule, _ index: Int) {
            faults.append(PathResult.Fault(rule: rule, certificateIndex: index))
        }
        let certificates = path.map { nodes[$0].certificate }
        if path.count > 1 { for rule in purpose.rulesBroken(by: certificate) { fault(rule, 0) } }
        for (index, certificate) in certificates.dropLast().enumerated() {
            if Self.hasUnprocessed(certificate) { fault(.criticalExtension, index) }
            guard index > 0 else { continue }
            if certificate.basicConstraints?.isAuthority != true { fault(.notAnAuthority, index) }
            if let usage = certificate.keyUsage, !usage.contains(.keyCertSign) { fault(.keyCertSign, index) }
            let intermediatesBelow = certificates[1..<index].filter { !$0.isSelfIssued }.count
            if let limit = certificate.basicConstraints?.pathLength, intermediatesBelow > limit {
                fault(.pathLength, index)
            }
        }
        var links: [PathResult.Link] = []
        var unclear: [PathResult.Fault] = []
        for (index, certificate) in certificates.enumerated() {
            let isUnchecked = index == 0 && purpose == .ocspSigning && certificate.hasNoRevocationCheck
            guard index < certificates.count - 1, revocation != .off, !isUnchecked else {
                links.append(PathResult.Link(certificate: certificate, revocation: .notAsked))
                continue
            }
            let (status, statement) = revocationFinding(
                of: certificate, issuer: path[index + 1], above: path[(index + 2)...], at: time)
            links.append(
                PathResult.Link(
                    certificate: certificate, revocation: status, revocationList: statement?.list,
                    ocspResponse: statement?.response))
            switch status {
            case .notAsked, .good: break
            case .revoked(_, .certificateHold): fault(.onHold, index)
            case .revoked: fault(.revoked, index)
            case .unknown where revocation == .required:
                unclear.append(PathResult.Fault(rule: .revocationUnknown, certificateIndex: index))
            case .stale where revocation == .required:
                unclear.append(PathResult.Fault(rule: .revocationStale, certificateIndex: index))
            case .unknown, .stale: break
            }
        }
        for (index, certificate) in certificates.dropLast().enumerated() {
            if time < certificate.notBefore { fault(.notYetValid, index) }
            if time > certificate.notAfter { fault(.expired, index) }
        }
        faults += unclear
        return PathResult(
            outcome: faults.isEmpty ? .passed : faults[0].rule.isIndeterminate ? .indeterminate : .failed, chain: links,
            trustDomain: domain, faults: faults, revocationMode: revocation, time: time, pathsTried: tried)
    }

    /// Whether a certificate has an extension that this library does not process but must (RFC 5280 §4.2).
    static func hasUnprocessed(_ certificate: Certificate) -> Bool {
        certificate.extensions.contains {
            $0.isCritical && !processed.contains($0.identifier) || constraining.contains($0.identifier)
        }
    }

    /// Extensions that are processed, or whose absence from a check can only be stricter.
    private static let processed: Set<ObjectIdentifier> = [
        .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .crlDistributionPoints,
        .certificatePolicies,
    ]

    /// nameConstraints, policyConstraints and inhibitAnyPolicy narrow what an authority may issue and are not processed:
    /// refused whether critical or not, because reading past them would accept what the authority may not issue.
    private static let constraining: Set<ObjectIdentifier> = ["2.5.29.30", "2.5.29.36", "2.5.29.54"]
}

extension CertificatePurpose {
    /// Whether a certificate is for time-stamps and OCSP responses only; RFC 3161 §2.3 and RFC 6960 §4.2.2.2 give these
    /// purposes a meaning of their own, which a signature over a document must not borrow.
    private func servesOthersOnly(_ certificate: Certificate) -> Bool {
        guard let purposes = certificate.extendedKeyUsage, !purposes.isEmpty else { return false }
        return purposes.allSatisfy { $0 == "1.3.6.1.5.5.7.3.8" || $0 == "1.3.6.1.5.5.7.3.9" }
    }

    /// The rules that a certificate breaks for this purpose.
    func rulesBroken(by certificate: Certificate) -> [PathRule] {
        let signs = certificate.keyUsage.map { !$0.isDisjoint(with: [.digitalSignature, .nonRepudiation]) } ?? true
        switch self {
        case .any: return []
        case .signing: return (signs ? [] : [.keyUsage]) + (servesOthersOnly(certificate) ? [.extendedKeyUsage] : [])
        case .timeStamping: return certificate.extendedKeyUsage == ["1.3.6.1.5.5.7.3.8"] ? [] : [.extendedKeyUsage]
        case .ocspSigning:
            return certificate.extendedKeyUsage?.contains("1.3.6.1.5.5.7.3.9") == true ? [] : [.extendedKeyUsage]
        case .serverAuthentication:
            return certificate.extendedKeyUsage?.contains("1.3.6.1.5.5.7.3.1") == true ? [] : [.extendedKeyUsage]
        }
    }
}
