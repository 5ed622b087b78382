// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// NameConstraints (RFC 5280 §4.2.1.10): the names that certificates below an authority may and must not bear.
struct NameConstraints: Sendable {
    let permitted: [GeneralName]
    let excluded: [GeneralName]

    /// Reads the extension's value; at most 4,096 subtrees of each kind. A subtree with a minimum or maximum is refused,
    /// because RFC 5280 gives those no meaning.
    init(parsing value: [UInt8]) throws(DERSyntaxError) {
        var reader = try DERElement(parsing: value).reader(.sequence)
        permitted = try Self.subtrees(reader.optional(.context(0)))
        excluded = try Self.subtrees(reader.optional(.context(1)))
        try reader.end()
    }

    private static func subtrees(_ element: DERElement?) throws(DERSyntaxError) -> [GeneralName] {
        guard let items = try element?.elements() else { return [] }
        guard items.count <= 4_096 else {
            throw DERSyntaxError(.limitExceeded, at: 0, clause: "RFC 5280 4.2.1.10", "more than 4,096 subtrees")
        }
        return try items.map { item throws(DERSyntaxError) in
            var reader = try item.reader(.sequence)
            let base = try GeneralName(reader.next())
            if let minimum = try reader.optional(.contextPrimitive(0)),
                try minimum.integer(.contextPrimitive(0)) != 0
            {
                throw DERSyntaxError(
                    .invalidValue, at: item.range.lowerBound, clause: "RFC 5280 4.2.1.10", "a minimum other than 0")
            }
            try reader.end()
            if case .address(let octets) = base, octets.count != 8, octets.count != 32 {
                throw DERSyntaxError(
                    .invalidValue, at: item.range.lowerBound, clause: "RFC 5280 4.2.1.10",
                    "an address without its mask")
            }
            return base
        }
    }

    /// Whether these constraints let a name through.
    ///
    /// A name of a form that is constrained but not compared here is refused, as RFC 5280 §4.2.1.10 asks.
    /// - Parameter work: Comparisons that are still allowed; counted down.
    func allow(_ name: GeneralName, work: inout Int) -> Bool {
        let mayOnly = permitted.filter { $0.form == name.form }
        let mustNot = excluded.filter { $0.form == name.form }
        work -= permitted.count + excluded.count + 1
        guard !mayOnly.isEmpty || !mustNot.isEmpty else { return true }
        if case .other = name { return false }
        guard !mustNot.contains(where: { name.falls(under: $0, overlapping: true) != false }) else { return false }
        return mayOnly.isEmpty || mayOnly.contains { name.falls(under: $0, overlapping: false) == true }
    }
}

extension GeneralName {
    /// Whether the name lies in a subtree; `nil` when the name cannot be compared (RFC 5280 §4.2.1.10).
    ///
    /// - Parameter overlapping: Whether a wildcard counts that stands for some name in the subtree.
    func falls(under base: GeneralName, overlapping: Bool) -> Bool? {
        switch (self, base) {
        case (.directory(let name), .directory(let base)): return name.isWithin(base)
        case (.dns(let name), .dns(let base)): return Self.dns(name, under: base, overlapping)
        case (.mail(let name), .mail(let base)): return Self.mail(name, under: base)
        case (.uri(let name), .uri(let base)): return Self.host(ofURI: name).map { Self.host($0, under: base) }
        case (.address(let name), .address(let base)):
            guard name.count == 4 || name.count == 16 else { return nil }
            guard base.count == name.count * 2 else { return false }
            return zip(name, zip(base, base.dropFirst(name.count))).allSatisfy { octet, pair in
                octet & pair.1 == pair.0 & pair.1
            }
        default: return nil
        }
    }

    private static func dns(_ name: String, under base: String, _ overlapping: Bool) -> Bool {
        var name = name.lowercased()
        var base = base.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if base.hasSuffix(".") { base.removeLast() }
        if base.isEmpty || name == base { return true }
        if base.hasPrefix(".") { return name.hasSuffix(base) }
        if name.hasSuffix("." + base) { return true }
        return overlapping && name.hasPrefix("*.") && base.hasSuffix(name.dropFirst(1))
    }

    private static func mail(_ name: String, under base: String) -> Bool? {
        guard let at = name.lastIndex(of: "@"), at != name.startIndex else { return nil }
        let host = String(name[name.index(after: at)...])
        guard let baseAt = base.lastIndex(of: "@") else { return Self.host(host, under: base) }
        return name[..<at] == base[..<baseAt]
            && host.lowercased() == base[base.index(after: baseAt)...].lowercased()
    }

    /// A host, or with a leading period everything below it.
    private static func host(_ host: String, under base: String) -> Bool {
        let host = host.lowercased()
        let base = base.lowercased()
        return base.hasPrefix(".") ? host.hasSuffix(base) : host == base
    }

    /// The host of a URI; `nil` without one and for an address, which RFC 5280 §4.2.1.10 tells to refuse.
    private static func host(ofURI uri: String) -> String? {
        guard let colon = uri.firstIndex(of: ":") else { return nil }
        let rest = uri[uri.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        var authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if let port = authority.lastIndex(of: ":") { authority = authority[..<port] }
        guard !authority.isEmpty, !authority.hasPrefix("["), authority.contains(where: \.isLetter) else { return nil }
        return String(authority)
    }
}
