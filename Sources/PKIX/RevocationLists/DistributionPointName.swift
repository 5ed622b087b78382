// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DERSyntax

/// DistributionPointName (RFC 5280 §4.2.1.13): where a list is found, and thereby which of its issuer's lists it is.
struct DistributionPointName: Sendable {
    private let names: [DERElement]

    /// Reads the content of the `[0]` that holds a DistributionPointName.
    ///
    /// - Parameter issuer: Completes a name relative to the list's issuer.
    init(_ element: DERElement, issuer: DistinguishedName) throws(DERSyntaxError) {
        let choice = try element.explicitContent()
        if choice.tag == .context(1) {
            let whole = DERWriter.bytes { writer in
                writer.constructed(.context(4)) { writer in
                    writer.sequence { name in
                        name.raw(issuer.bytes.dropFirst(issuer.headerCount))
                        name.element(.set, choice.contentBytes)
                    }
                }
            }
            names = [try DERElement(parsing: whole)]
        } else {
            try choice.expect(.context(0))
            names = try choice.elements()
        }
    }

    /// GeneralNames on their own, as cRLIssuer has them.
    init(generalNames: [DERElement]) { names = generalNames }

    /// A single directory name.
    init(_ name: DistinguishedName) throws(DERSyntaxError) {
        names = [try DERElement(parsing: DERWriter.bytes { $0.element(.context(4), name.bytes) })]
    }

    /// Whether some name stands in both; directory names match by RFC 5280 §7.1, others by their octets.
    func overlaps(_ other: DistributionPointName) -> Bool {
        names.contains { name in other.names.contains { Self.match(name, $0) } }
    }

    private static func match(_ left: DERElement, _ right: DERElement) -> Bool {
        guard left.tag == right.tag else { return false }
        guard left.tag == .context(4) else { return left.bytes == right.bytes }
        guard let first = try? DistinguishedName(left.explicitContent()),
            let second = try? DistinguishedName(right.explicitContent())
        else { return false }
        return first == second
    }
}

extension DistinguishedName {
    /// Octets of tag and length in front of the content.
    fileprivate var headerCount: Int { (try? DERElement(parsing: bytes))?.content.lowerBound ?? 0 }
}

extension Certificate {
    /// Whether a list that names a distribution point is one that this certificate names too (RFC 5280 §6.3.3 (b)(2)(i)).
    func names(_ listPoint: DistributionPointName) -> Bool {
        guard let item = extensions.first(where: { $0.identifier == .crlDistributionPoints }) else {
            return (try? DistributionPointName(issuer))?.overlaps(listPoint) ?? false
        }
        guard let points = try? DERElement(parsing: item.value).elements(), points.count <= 64 else { return false }
        return points.contains { (try? distributionPoint($0))??.overlaps(listPoint) ?? false }
    }

    /// The name of one DistributionPoint; `nil` when only some reasons or another issuer's list are to be found there.
    private func distributionPoint(_ element: DERElement) throws(DERSyntaxError) -> DistributionPointName? {
        var reader = try element.reader(.sequence)
        let name = try reader.optional(.context(0))
        guard try reader.optional(.contextPrimitive(1)) == nil else { return nil }
        let listIssuer = try reader.optional(.context(2)).map { item throws(DERSyntaxError) in
            DistributionPointName(generalNames: try item.elements())
        }
        if let listIssuer, try !listIssuer.overlaps(DistributionPointName(issuer)) { return nil }
        return try name.map { item throws(DERSyntaxError) in try DistributionPointName(item, issuer: issuer) }
            ?? listIssuer
    }
}
