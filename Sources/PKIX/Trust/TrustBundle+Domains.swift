// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension TrustBundle {
    /// Every domain with its usages and the ends of its anchors' trust, as a validator needs them at any instant.
    ///
    /// Anchors whose trust has not begun at `time` are left out; those whose trust has ended stay, because a signature that
    /// is proved to be older still ends in them. A domain whose anchors serve different usages comes once for each set.
    public func domains(beginningBy time: Instant) -> [TrustDomain] {
        struct Group: Hashable {
            let name: String
            let usages: Set<Usage>
        }
        let begun = entries.filter { $0.role == .anchor && $0.trustedFrom.map { $0 <= time } ?? true }
        var order: [Group] = []
        var groups: [Group: [Entry]] = [:]
        for entry in begun {
            let group = Group(name: entry.domain, usages: entry.usages)
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(entry)
        }
        return order.map { group in
            let members = groups[group] ?? []
            var ends: [Certificate: Instant] = [:]
            for entry in members { ends[entry.certificate] = entry.trustedUntil }
            return TrustDomain(
                name: group.name, anchors: members.map(\.certificate), usages: group.usages, trustedUntil: ends)
        }
    }
}
