// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// The valid policy tree of RFC 5280 §6.1.2 (a), in the form of RFC 9618: nodes of one depth with the same policy are one
/// node, so that it grows with the certificates' size and not exponentially. Both forms give the same policies.
struct ValidPolicyGraph: Sendable {
    private struct Node {
        var parents: Set<ObjectIdentifier>
        var expected: Set<ObjectIdentifier>
        let notices: [String]
    }

    private var levels: [[ObjectIdentifier: Node]] = [
        [.anyPolicy: Node(parents: [], expected: [.anyPolicy], notices: [])]
    ]

    /// Whether no policy is left.
    var isEmpty: Bool { levels[levels.count - 1].isEmpty }

    /// RFC 5280 §6.1.3 (d) and (e).
    ///
    /// - Parameters:
    ///   - policies: certificatePolicies of the next certificate.
    ///   - allowsAnyPolicy: Whether anyPolicy in it counts.
    ///   - work: Nodes that may still be made; counted down.
    mutating func append(_ policies: [PathConstraints.Policy]?, allowsAnyPolicy: Bool, work: inout Int) {
        let above = levels[levels.count - 1]
        var level: [ObjectIdentifier: Node] = [:]
        defer { levels.append(level) }
        guard let policies, !above.isEmpty else { return }
        var parents: [ObjectIdentifier: Set<ObjectIdentifier>] = [:]
        for (policy, node) in above {
            for expected in node.expected { parents[expected, default: []].insert(policy) }
            work -= node.expected.count
        }
        work -= policies.count
        guard work > 0 else { return }
        for policy in policies where policy.identifier != .anyPolicy && level[policy.identifier] == nil {
            guard let found = parents[policy.identifier] ?? (above[.anyPolicy] == nil ? nil : [.anyPolicy]) else {
                continue
            }
            level[policy.identifier] = Node(parents: found, expected: [policy.identifier], notices: policy.notices)
        }
        guard allowsAnyPolicy, let any = policies.first(where: { $0.identifier == .anyPolicy }) else { return }
        for (expected, found) in parents where level[expected] == nil {
            level[expected] = Node(parents: found, expected: [expected], notices: any.notices)
        }
    }

    /// RFC 5280 §6.1.4 (b).
    mutating func map(_ mappings: [ObjectIdentifier: Set<ObjectIdentifier>], isAllowed: Bool, work: inout Int) {
        let last = levels.count - 1
        work -= mappings.count
        for (issuer, subjects) in mappings {
            work -= subjects.count
            guard work > 0 else { return levels[last] = [:] }
            if !isAllowed {
                levels[last][issuer] = nil
            } else if levels[last][issuer] != nil {
                levels[last][issuer]?.expected = subjects
            } else if let any = levels[last][.anyPolicy] {
                levels[last][issuer] = Node(parents: [.anyPolicy], expected: subjects, notices: any.notices)
            }
        }
    }

    /// RFC 5280 §6.1.5 (g): the user-constrained policy set, with its user notices.
    func constrained(
        to initial: Set<ObjectIdentifier>
    ) -> (policies: Set<ObjectIdentifier>, notices: [String]) {
        let last = levels.count - 1
        guard last > 0, !levels[last].isEmpty else { return ([], []) }
        // Only what still leads to the last certificate counts.
        var alive = levels.map { _ in Set<ObjectIdentifier>() }
        alive[last] = Set(levels[last].keys)
        for depth in stride(from: last, to: 0, by: -1) {
            for policy in alive[depth] { alive[depth - 1].formUnion(levels[depth][policy]?.parents ?? []) }
        }
        let takesAll = initial.contains(.anyPolicy)
        var domain: Set<ObjectIdentifier> = []
        var kept: [Set<ObjectIdentifier>] = [[]]
        for depth in 1...last {
            var next: Set<ObjectIdentifier> = []
            for policy in alive[depth] where policy != .anyPolicy {
                guard let node = levels[depth][policy] else { continue }
                if node.parents.contains(.anyPolicy) {
                    domain.insert(policy)
                    if takesAll || initial.contains(policy) { next.insert(policy) }
                } else if !node.parents.isDisjoint(with: kept[depth - 1]) {
                    next.insert(policy)
                }
            }
            kept.append(next)
        }
        var policies = takesAll ? domain : domain.intersection(initial)
        if levels[last][.anyPolicy] != nil {
            let further: Set<ObjectIdentifier> = takesAll ? [.anyPolicy] : initial.subtracting(domain)
            policies.formUnion(further)
            if !further.isEmpty { kept[last].insert(.anyPolicy) }
        }
        return (policies, notices(under: kept))
    }

    /// The user notices of the policies in effect: those of the last certificate or, where it has none for a policy, of
    /// the nearest authority above that gave the policy.
    private func notices(under kept: [Set<ObjectIdentifier>]) -> [String] {
        var found: [String] = []
        var asked = kept[kept.count - 1]
        for depth in stride(from: kept.count - 1, to: 0, by: -1) {
            var above: Set<ObjectIdentifier> = []
            for policy in asked.sorted(by: { $0.description < $1.description }) {
                guard let node = levels[depth][policy] else { continue }
                found += node.notices
                guard node.notices.isEmpty else { continue }
                above.formUnion(node.parents.filter { $0 == .anyPolicy || kept[depth - 1].contains($0) })
            }
            asked = above
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }
}
