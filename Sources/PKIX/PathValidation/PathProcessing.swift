// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// Policies and names along one path (RFC 5280 §6.1.2 to §6.1.5), from the anchor down.
struct PathProcessing {
    private(set) var faults: [PathResult.Fault] = []
    private(set) var policies: Set<ObjectIdentifier> = []
    private(set) var notices: [String] = []
    private var graph = ValidPolicyGraph()
    private var constraints: [NameConstraints] = []
    private var explicitPolicy: Int
    private var anyPolicyInhibition: Int
    private var mappingInhibition: Int

    /// Processes a path.
    ///
    /// - Parameters:
    ///   - path: The certificate first, the anchor, which is not processed, last.
    ///   - work: Comparisons and policy nodes that are still allowed; counted down. At 0 the path is over budget.
    init(_ path: [CertificateGraph.Node], _ parameters: PathParameters, work: inout Int) {
        let count = path.count - 1
        explicitPolicy = parameters.requiresExplicitPolicy ? 0 : count + 1
        anyPolicyInhibition = parameters.inhibitsAnyPolicy ? 0 : count + 1
        mappingInhibition = parameters.inhibitsPolicyMapping ? 0 : count + 1
        for index in stride(from: count - 1, through: 0, by: -1) {
            process(path[index], index, work: &work)
            guard work > 0 else {
                fault(.overBudget, index)
                return
            }
            if index > 0 { prepareNext(path[index], index, work: &work) }
        }
        if count > 0 { wrapUp(path[0], parameters) }
    }

    private mutating func fault(_ rule: PathRule, _ index: Int) {
        faults.append(PathResult.Fault(rule: rule, certificateIndex: index))
    }

    /// §6.1.3 (b) to (f).
    private mutating func process(_ node: CertificateGraph.Node, _ index: Int, work: inout Int) {
        let isSelfIssued = node.certificate.isSelfIssued
        if !constraints.isEmpty, !isSelfIssued || index == 0 {
            if node.constraints.hasUnreadableNames { fault(.malformedExtension, index) }
            let names = node.constraints.constrainedNames(of: node.certificate)
            // Written out, because the closure of a search may not count down.
            search: for constraint in constraints {
                for name in names where work > 0 && !constraint.allow(name, work: &work) {
                    fault(.nameConstraints, index)
                    break search
                }
            }
        }
        graph.append(
            node.constraints.policies, allowsAnyPolicy: anyPolicyInhibition > 0 || isSelfIssued && index > 0,
            work: &work)
        if explicitPolicy == 0, graph.isEmpty, !faults.contains(where: { $0.rule == .policy }) {
            fault(.policy, index)
        }
    }

    /// §6.1.4 (a) to (j).
    private mutating func prepareNext(_ node: CertificateGraph.Node, _ index: Int, work: inout Int) {
        let read = node.constraints
        if read.mappings[.anyPolicy] != nil || read.mappings.values.contains(where: { $0.contains(.anyPolicy) }) {
            fault(.policyMapping, index)
        } else {
            graph.map(read.mappings, isAllowed: mappingInhibition > 0, work: &work)
        }
        if let names = read.names { constraints.append(names) }
        if !node.certificate.isSelfIssued {
            explicitPolicy = max(explicitPolicy - 1, 0)
            mappingInhibition = max(mappingInhibition - 1, 0)
            anyPolicyInhibition = max(anyPolicyInhibition - 1, 0)
        }
        explicitPolicy = min(explicitPolicy, read.explicitPolicyAfter ?? .max)
        mappingInhibition = min(mappingInhibition, read.mappingInhibitedAfter ?? .max)
        anyPolicyInhibition = min(anyPolicyInhibition, read.anyPolicyInhibitedAfter ?? .max)
    }

    /// §6.1.5 (a), (b) and (g).
    private mutating func wrapUp(_ node: CertificateGraph.Node, _ parameters: PathParameters) {
        explicitPolicy = max(explicitPolicy - 1, 0)
        if node.constraints.explicitPolicyAfter == 0 { explicitPolicy = 0 }
        (policies, notices) = graph.constrained(to: parameters.initialPolicies)
        if explicitPolicy == 0, policies.isEmpty, !faults.contains(where: { $0.rule == .policy }) { fault(.policy, 0) }
    }
}
