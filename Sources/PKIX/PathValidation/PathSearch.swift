// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import DossierCore

/// One evaluation of a graph: every candidate path in order, within one budget.
///
/// Certificates that no path may hold — expired, no authority, a critical extension that is not processed — are tried only
/// when there is no path without them, so that a valid path is found before the budget is spent on bad ones.
struct PathSearch {
    let graph: CertificateGraph
    let time: Instant
    let parameters: PathParameters
    private(set) var pathsTried = 0
    private(set) var isOverBudget = false
    /// Paths of signers of lists, which count against the same budget.
    private var signerPathsTried = 0
    private var steps = 0
    private var work: Int
    /// Nodes whose own path is being judged, because they signed a list; none of them may answer for itself.
    var pending: Set<Int> = []
    /// How often ``pending`` changed an answer, which then holds only there and is not kept.
    var cuts = 0
    var findings: [RevocationQuestion: RevocationEvaluation.Finding] = [:]
    var standings: [SignerQuestion: (standing: ListSignerStanding, chain: [PathResult.Link])] = [:]

    init(_ graph: CertificateGraph, at time: Instant, _ parameters: PathParameters) {
        self.graph = graph
        self.time = time
        self.parameters = parameters
        work = graph.limits.comparisons
    }

    /// The best path from a node to an anchor; `nil` when there is none.
    ///
    /// - Parameter anchor: The only anchor that counts; `nil` for any.
    mutating func best(
        from start: Int, _ purpose: CertificatePurpose, _ mode: RevocationMode, endingIn anchor: Int? = nil
    ) -> PathResult? {
        let sound = graph.nodes.indices.map { index in
            index == start || rulesBroken(byAuthority: graph.nodes[index], purpose).isEmpty
        }
        // Where no certificate is a bad one, the ways through sound ones are all there are.
        if sound.contains(false),
            let found = best(
                from: start, purpose, mode, anchor, through: graph.leadingToAnchor { sound[$0] })
        {
            return found
        }
        return best(from: start, purpose, mode, anchor, through: graph.nodes.map(\.leadsToAnchor))
    }

    private mutating func best(
        from start: Int, _ purpose: CertificatePurpose, _ mode: RevocationMode, _ anchor: Int?, through open: [Bool]
    ) -> PathResult? {
        var best: PathResult?
        var stack = [[start]]
        while let path = stack.popLast() {
            guard pathsTried + signerPathsTried < graph.limits.paths, steps < graph.limits.steps, work > 0 else {
                isOverBudget = true
                break
            }
            steps += 1
            let top = graph.nodes[path[path.count - 1]]
            if let domain = top.anchorOf {
                guard anchor == nil || anchor == path[path.count - 1] else { continue }
                if pending.isEmpty { pathsTried += 1 } else { signerPathsTried += 1 }
                let result = judge(path, domain, purpose, mode)
                if best.map({ Self.rank(result) < Self.rank($0) }) ?? true { best = result }
                if result.outcome == .passed || result.faults.contains(where: Self.holdsOnEveryPath) { break }
            } else if path.count < graph.limits.pathLength {
                let issuers = top.issuers.filter { open[$0] && !repeats($0, in: path) }
                // Last in, first out: anchors, then the order of the graph.
                stack += issuers.reversed().filter { graph.nodes[$0].anchorOf == nil }.map { path + [$0] }
                stack += issuers.reversed().filter { graph.nodes[$0].anchorOf != nil }.map { path + [$0] }
            }
        }
        return best
    }

    /// Whether a certificate stands in the path already, or another one of its name and key: leaving the loop out would
    /// give the shorter path that is tried as well.
    private func repeats(_ index: Int, in path: [Int]) -> Bool {
        let candidate = graph.nodes[index].certificate
        return path.contains { member in
            let certificate = graph.nodes[member].certificate
            return member == index
                || certificate.subject == candidate.subject
                    && certificate.subjectPublicKeyInfo == candidate.subjectPublicKeyInfo
        }
    }

    private static func rank(_ result: PathResult) -> Int {
        switch result.outcome {
        case .passed: 0
        case .indeterminate: 1
        case .failed: 2
        }
    }

    /// Whether a fault lies in the certificate itself, so that no other path can be without it.
    private static func holdsOnEveryPath(_ fault: PathResult.Fault) -> Bool {
        guard fault.certificateIndex == 0 else { return false }
        switch fault.rule {
        case .expired, .notYetValid, .criticalExtension, .malformedExtension, .keyUsage, .extendedKeyUsage: return true
        default: return false
        }
    }

    /// The rules that a certificate breaks in the place of an issuer, whatever the rest of the path.
    private func rulesBroken(byAuthority node: CertificateGraph.Node, _ purpose: CertificatePurpose) -> [PathRule] {
        guard node.anchorOf == nil else { return [] }
        let certificate = node.certificate
        var broken = node.rulesBroken
        if certificate.basicConstraints?.isAuthority != true || certificate.version < 3 {
            broken.append(.notAnAuthority)
        }
        if let usage = certificate.keyUsage, !usage.contains(.keyCertSign) { broken.append(.keyCertSign) }
        broken += purpose.rulesBroken(inPathBy: certificate)
        if time < certificate.notBefore { broken.append(.notYetValid) }
        if time > certificate.notAfter { broken.append(.expired) }
        return broken
    }

    private mutating func judge(
        _ path: [Int], _ domain: String, _ purpose: CertificatePurpose, _ mode: RevocationMode
    ) -> PathResult {
        var faults: [PathResult.Fault] = []
        var late: [PathResult.Fault] = []
        func fault(_ rule: PathRule, _ index: Int) {
            let found = PathResult.Fault(rule: rule, certificateIndex: index)
            if rule == .expired || rule == .notYetValid { late.append(found) } else { faults.append(found) }
        }
        let chain = path.map { graph.nodes[$0] }
        for (index, node) in chain.dropLast().enumerated() {
            let certificate = node.certificate
            if !certificate.names(issuer: chain[index + 1].certificate) { fault(.nameChaining, index) }
            guard index > 0 else {
                for rule in purpose.rulesBroken(by: certificate) + node.rulesBroken { fault(rule, 0) }
                if time < certificate.notBefore { fault(.notYetValid, 0) }
                if time > certificate.notAfter { fault(.expired, 0) }
                continue
            }
            for rule in rulesBroken(byAuthority: node, purpose) { fault(rule, index) }
            let intermediatesBelow = chain[1..<index].filter { !$0.certificate.isSelfIssued }.count
            if let limit = certificate.basicConstraints?.pathLength, intermediatesBelow > limit {
                fault(.pathLength, index)
            }
        }
        // No rule of a path holds for an anchor (RFC 5280 §6.1). One that signs documents itself is the signer's certificate
        // all the same, whose use and validity are looked at before any path (EN 319 102-1 §5.2.6.4).
        if let signer = chain.first?.certificate, chain.count == 1, purpose == .signing {
            for rule in purpose.rulesBroken(by: signer) { fault(rule, 0) }
            if time < signer.notBefore { fault(.notYetValid, 0) }
            if time > signer.notAfter { fault(.expired, 0) }
        }
        let processing = PathProcessing(chain, parameters, work: &work)
        faults += processing.faults.filter { !$0.rule.isIndeterminate }
        var links: [PathResult.Link] = []
        var unclear = processing.faults.filter(\.rule.isIndeterminate)
        for (index, node) in chain.enumerated() {
            let isUnchecked = index == 0 && purpose == .ocspSigning && node.certificate.hasNoRevocationCheck
            guard index < chain.count - 1, mode != .off, !isUnchecked else {
                links.append(PathResult.Link(certificate: node.certificate, revocation: .notAsked))
                continue
            }
            let (status, statement) = revocationFinding(of: index, in: path)
            links.append(
                PathResult.Link(node.certificate, status, statement))
            switch status {
            case .notAsked, .good: break
            case .revoked(_, .certificateHold): fault(.onHold, index)
            case .revoked: fault(.revoked, index)
            case .unknown where mode == .required:
                unclear.append(PathResult.Fault(rule: .revocationUnknown, certificateIndex: index))
            case .stale where mode == .required:
                unclear.append(PathResult.Fault(rule: .revocationStale, certificateIndex: index))
            case .unknown, .stale: break
            }
        }
        faults += late + unclear
        return PathResult(
            outcome: faults.isEmpty ? .passed : faults[0].rule.isIndeterminate ? .indeterminate : .failed, chain: links,
            trustDomain: domain, faults: faults, revocationMode: mode, time: time, pathsTried: pathsTried,
            validPolicies: faults.isEmpty ? processing.policies.sorted { $0.description < $1.description } : [],
            userNotices: faults.isEmpty ? processing.notices : [])
    }
}

extension Certificate {
    /// Whether the issuer's name is the other certificate's subject (RFC 5280 §6.1.3 (a)(4)).
    func names(issuer: Certificate) -> Bool { self.issuer == issuer.subject }
}
