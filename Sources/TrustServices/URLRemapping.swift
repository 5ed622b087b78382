// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Addresses of documents that the operator sends elsewhere: a private network's host, a test infrastructure on loopback.
public struct URLRemapping: Sendable, Hashable {
    private var rules: [(prefix: HTTPAddress, replacement: HTTPAddress)] = []

    /// A table without rules.
    public init() {}

    /// Adds a rule: an address that begins with the prefix continues at the replacement instead.
    ///
    /// A prefix ends at a boundary: it ends in a slash, or a slash, question mark or nothing follows it in the address.
    /// - Throws: ``TrustServicesError`` `invalidAddress` when either is no address.
    public mutating func add(_ prefix: String, _ replacement: String) throws(TrustServicesError) {
        rules.append((try HTTPAddress(prefix), try HTTPAddress(replacement)))
    }

    /// Reads `PREFIX=URL`. The first `=` after which an address follows separates the two.
    public mutating func add(_ rule: String) throws(TrustServicesError) {
        for scheme in ["=http://", "=https://"] {
            guard let found = rule.firstRange(ofText: scheme) else { continue }
            try add(String(rule[..<found]), String(rule[rule.index(after: found)...]))
            return
        }
        throw TrustServicesError(.invalidAddress, "expected PREFIX=URL")
    }

    /// Where to ask instead, or `nil` when no rule fits. The longest prefix wins.
    ///
    /// - Throws: ``TrustServicesError`` `invalidAddress` when what results is no address of the replacement's host.
    public func target(of address: HTTPAddress) throws(TrustServicesError) -> HTTPAddress? {
        let fitting = rules.filter { rule in
            guard address.hasSameOrigin(as: rule.prefix), address.text.hasPrefix(rule.prefix.text) else { return false }
            let rest = address.text.dropFirst(rule.prefix.text.count)
            return rest.isEmpty || rule.prefix.text.hasSuffix("/") || rest.hasPrefix("/") || rest.hasPrefix("?")
        }
        guard let rule = fitting.max(by: { $0.prefix.text.utf8.count < $1.prefix.text.utf8.count }) else { return nil }
        let target = try HTTPAddress(rule.replacement.text + address.text.dropFirst(rule.prefix.text.count))
        guard target.hasSameOrigin(as: rule.replacement) else {
            throw TrustServicesError(.invalidAddress, "a rule that leads to another host than it names")
        }
        return target
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.rules.elementsEqual(right.rules) { $0.prefix == $1.prefix && $0.replacement == $1.replacement }
    }

    public func hash(into hasher: inout Hasher) {
        for rule in rules {
            hasher.combine(rule.prefix)
            hasher.combine(rule.replacement)
        }
    }
}

extension String {
    /// Where a text first occurs.
    fileprivate func firstRange(ofText text: String) -> String.Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}
