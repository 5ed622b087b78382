// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// DistributionPoint (RFC 5280 §4.2.1.13) of a certificate: which lists answer for it.
struct DistributionPoint: Sendable {
    /// Where the list is found; `nil` when only the issuer of the list is named.
    let name: DistributionPointName?
    /// The reasons that lists found there are about.
    let reasons: RevocationReasons
    /// cRLIssuer, when another than the certificate's issuer signs the lists.
    let listIssuer: DistributionPointName?

    /// The point assumed for lists that no distribution point names: the certificate's issuer, all reasons (RFC 5280 §6.3.3).
    init(ofIssuer issuer: DistinguishedName) {
        name = DistributionPointName(issuer)
        reasons = .all
        listIssuer = nil
    }

    private init(_ element: DERElement, of certificate: Certificate) throws(DERSyntaxError) {
        var reader = try element.reader(.sequence)
        let nameElement = try reader.optional(.context(0))
        reasons =
            try reader.optional(.contextPrimitive(1)).map { item throws(DERSyntaxError) in
                try RevocationReasons(item, tag: .contextPrimitive(1))
            } ?? .all
        listIssuer = try reader.optional(.context(2)).map { item throws(DERSyntaxError) in
            DistributionPointName(try GeneralName.all(item))
        }
        try reader.end()
        // A relative name is relative to cRLIssuer when there is one (RFC 5280 §4.2.1.13).
        let base = listIssuer?.directoryNames.first ?? certificate.issuer
        name = try nameElement.map { item throws(DERSyntaxError) in try DistributionPointName(item, relativeTo: base) }
    }

    /// Reads CRLDistributionPoints; at most 64 points.
    static func all(_ element: DERElement, of certificate: Certificate) throws(DERSyntaxError) -> [DistributionPoint] {
        let items = try element.elements()
        guard items.count <= 64 else {
            throw DERSyntaxError(.limitExceeded, at: 0, clause: "RFC 5280 4.2.1.13", "more than 64 distribution points")
        }
        return try items.map { item throws(DERSyntaxError) in try DistributionPoint(item, of: certificate) }
    }

    /// The reasons for which a list found by this point would name the certificate; none when the list is another one
    /// (RFC 5280 §6.3.3 (b)(1), (b)(2)(i) and (d)).
    func reasons(of list: CertificateRevocationList, for certificate: Certificate) -> RevocationReasons {
        let point = list.issuingDistributionPoint
        if let listIssuer {
            guard point?.isIndirect == true, listIssuer.directoryNames.contains(list.issuer) else { return [] }
        } else {
            guard list.issuer == certificate.issuer else { return [] }
        }
        if let wanted = point?.name {
            guard (name ?? listIssuer)?.overlaps(wanted) == true else { return [] }
        }
        return reasons.intersection(point?.reasons ?? .all)
    }
}
