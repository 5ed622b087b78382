// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax
import Testing

@testable import PKIX

@Suite struct `Valid policies (RFC 5280 6.1, RFC 9618)` {
    private func policy(_ number: Int) -> ObjectIdentifier {
        ObjectIdentifier(dotted: "1.3.6.1.4.1.55555.\(number)") ?? .anyPolicy
    }

    @Test func `certificates that map every policy to every other cost no more than their size`() {
        let all = (0..<100).map(policy)
        let policies = all.map { PathConstraints.Policy(identifier: $0, notices: []) }
        let mappings = Dictionary(uniqueKeysWithValues: all.map { ($0, Set(all)) })
        var graph = ValidPolicyGraph()
        var work = 1_000_000
        for _ in 0..<30 {
            graph.append(policies, allowsAnyPolicy: true, work: &work)
            graph.map(mappings, isAllowed: true, work: &work)
        }
        #expect(work > 0)
        #expect(graph.constrained(to: [.anyPolicy]).policies == Set(all))
        #expect(graph.constrained(to: [policy(7)]).policies == [policy(7)])
    }

    @Test func `a spent budget leaves no policy`() {
        var graph = ValidPolicyGraph()
        var work = 1
        graph.append([.init(identifier: policy(1), notices: [])], allowsAnyPolicy: true, work: &work)
        #expect(work <= 0 && graph.isEmpty)
        var other = ValidPolicyGraph()
        work = 100
        other.append([.init(identifier: policy(1), notices: [])], allowsAnyPolicy: true, work: &work)
        #expect(work > 0 && !other.isEmpty)
    }

    @Test func `the notice is the nearest to the certificate`() {
        for (own, expected) in [(["near"], ["near"]), ([], ["far"])] {
            var graph = ValidPolicyGraph()
            var work = 100
            graph.append([.init(identifier: policy(1), notices: ["far"])], allowsAnyPolicy: true, work: &work)
            graph.append([.init(identifier: policy(1), notices: own)], allowsAnyPolicy: true, work: &work)
            #expect(graph.constrained(to: [.anyPolicy]).notices == expected)
        }
    }
}
