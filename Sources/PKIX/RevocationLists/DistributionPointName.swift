// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// DistributionPointName (RFC 5280 §4.2.1.13): where a list is found, and thereby which of its issuer's lists it is.
struct DistributionPointName: Sendable {
    private let names: [GeneralName]

    /// Reads the content of the `[0]` that holds a DistributionPointName.
    ///
    /// - Parameter issuer: Completes a name relative to the list's issuer.
    init(_ element: DERElement, relativeTo issuer: DistinguishedName) throws(DERSyntaxError) {
        let choice = try element.explicitContent()
        if choice.tag == .context(1) {
            let whole = DERWriter.bytes { writer in
                writer.sequence { name in
                    name.raw(issuer.bytes.dropFirst(issuer.headerCount))
                    name.element(.set, choice.contentBytes)
                }
            }
            names = [.directory(try DistinguishedName(DERElement(parsing: whole)))]
        } else {
            try choice.expect(.context(0))
            names = try GeneralName.all(choice)
        }
    }

    /// GeneralNames on their own, as cRLIssuer has them.
    init(_ names: [GeneralName]) { self.names = names }

    /// A single directory name.
    init(_ name: DistinguishedName) { names = [.directory(name)] }

    /// The directory names among the names.
    var directoryNames: [DistinguishedName] {
        names.compactMap { if case .directory(let name) = $0 { name } else { nil } }
    }

    /// Whether some name stands in both; directory names match by RFC 5280 §7.1, others by their text.
    func overlaps(_ other: DistributionPointName) -> Bool {
        let comparable = Set(names.filter { if case .other = $0 { false } else { true } })
        return other.names.contains(where: comparable.contains)
    }
}

extension DistinguishedName {
    /// Octets of tag and length in front of the content.
    fileprivate var headerCount: Int { (try? DERElement(parsing: bytes))?.content.lowerBound ?? 0 }
}
