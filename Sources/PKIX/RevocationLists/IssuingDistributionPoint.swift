// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// IssuingDistributionPoint (RFC 5280 §5.2.5): which certificates and reasons a list speaks of.
public struct IssuingDistributionPoint: Sendable {
    /// Where the list is found; `nil` when it is for no distribution point in particular.
    let name: DistributionPointName?
    /// Only end-entity certificates.
    public let isForEndEntitiesOnly: Bool
    /// Only certificates of authorities.
    public let isForAuthoritiesOnly: Bool
    /// Only attribute certificates, so that it answers for none here.
    public let isForAttributeCertificatesOnly: Bool
    /// The reasons that the list is about.
    public let reasons: RevocationReasons
    /// Whether entries may be about certificates of other issuers.
    public let isIndirect: Bool

    init(parsing value: [UInt8], issuer: DistinguishedName) throws(DERSyntaxError) {
        var reader = try DERElement(parsing: value).reader(.sequence)
        func flag(_ number: UInt8, _ reader: inout DERReader) throws(DERSyntaxError) -> Bool {
            guard let item = try reader.optional(.contextPrimitive(number)) else { return false }
            // An explicit FALSE is tolerated, as in extensions; any other octet means yes, which is the narrower reading
            // everywhere but for indirect lists, whose entries are then searched by issuer.
            return item.contentBytes != [0]
        }
        name = try reader.optional(.context(0)).map { item throws(DERSyntaxError) in
            try DistributionPointName(item, relativeTo: issuer)
        }
        isForEndEntitiesOnly = try flag(1, &reader)
        isForAuthoritiesOnly = try flag(2, &reader)
        reasons =
            try reader.optional(.contextPrimitive(3)).map { item throws(DERSyntaxError) in
                try RevocationReasons(item, tag: .contextPrimitive(3))
            } ?? .all
        isIndirect = try flag(4, &reader)
        isForAttributeCertificatesOnly = try flag(5, &reader)
        try reader.end()
    }

    /// Whether the list speaks of certificates of this kind (RFC 5280 §6.3.3 (b)(2)(ii) to (iv)).
    func covers(authority isAuthority: Bool) -> Bool {
        !isForAttributeCertificatesOnly && !(isForEndEntitiesOnly && isAuthority)
            && !(isForAuthoritiesOnly && !isAuthority)
    }
}
