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
        var stack: [[Int]] = [[0]]
        while let path = stack.popLast(), tried < limits.paths {
            let top = nodes[path[path.count - 1]]
            if let domain = top.anchorOf {
                tried += 1
                let result = judge(path, domain, time, purpose, revocation, tried)
                if best.map({ rank(result) < rank($0) }) ?? true { best = result }
                if result.outcome == .passed { break }
            } else if path.count < limits.pathLength {
                for issuer in top.issuers.reversed() where !path.contains(issuer) { stack.append(path + [issuer]) }
            }
        }
        if let best { return best }
        let rule: PathRule =
            isOverBudget || tried >= limits.paths
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
            for item in certificate.extensions where item.isCritical && !Self.processed.contains(item.identifier) {
                fault(.criticalExtension, index)
                break
            }
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
            guard index < certificates.count - 1, revocation != .off else {
                links.append(PathResult.Link(certificate: certificate, revocation: .notAsked))
                continue
            }
            let status = revocationStatus(of: certificate, issuer: nodes[path[index + 1]], at: time)
            links.append(PathResult.Link(certificate: certificate, revocation: status))
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

    /// Extensions that this library processes, or whose absence from a check can only be stricter (RFC 5280 §4.2).
    ///
    /// Name constraints, policy mappings and policy constraints are not among them: a certificate that makes them critical
    /// is refused.
    private static let processed: Set<ObjectIdentifier> = [
        .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .crlDistributionPoints,
        .certificatePolicies,
    ]

    /// RFC 5280 §6.3.3 for lists signed with the issuer's own key; acceptance and freshness by EN 319 102-1 §5.2.5.
    private func revocationStatus(of certificate: Certificate, issuer: Node, at time: Instant) -> RevocationStatus {
        if let usage = issuer.certificate.keyUsage, !usage.contains(.crlSign) { return .unknown }
        var best = RevocationStatus.unknown
        for list in issuer.lists where list.scope.covers(certificate) {
            let entry: CertificateRevocationList.Entry?
            do { entry = try list.entry(for: certificate.serialNumber) } catch { continue }
            if let entry, entry.revocationDate <= time {
                return .revoked(since: entry.revocationDate, reason: entry.reason)
            }
            // A list issued before the certificate, or after its end, need not know it.
            guard list.thisUpdate >= certificate.notBefore, list.thisUpdate <= certificate.notAfter else { continue }
            guard let nextUpdate = list.nextUpdate, nextUpdate >= time else {
                if case .unknown = best { best = .stale(nextUpdate: list.nextUpdate) }
                continue
            }
            if case .good = best { continue }
            best = .good(thisUpdate: list.thisUpdate)
        }
        return best
    }
}

extension CertificatePurpose {
    /// The rules that a certificate breaks for this purpose.
    func rulesBroken(by certificate: Certificate) -> [PathRule] {
        let signs = certificate.keyUsage.map { !$0.isDisjoint(with: [.digitalSignature, .nonRepudiation]) } ?? true
        switch self {
        case .any: return []
        case .signing: return signs ? [] : [.keyUsage]
        case .timeStamping: return certificate.extendedKeyUsage == ["1.3.6.1.5.5.7.3.8"] ? [] : [.extendedKeyUsage]
        case .ocspSigning:
            return certificate.extendedKeyUsage?.contains("1.3.6.1.5.5.7.3.9") == true ? [] : [.extendedKeyUsage]
        case .serverAuthentication:
            return certificate.extendedKeyUsage?.contains("1.3.6.1.5.5.7.3.1") == true ? [] : [.extendedKeyUsage]
        }
    }
}
