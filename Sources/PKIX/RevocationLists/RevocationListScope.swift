// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DERSyntax

/// Which certificates a revocation list speaks of (RFC 5280 §5.2.4–5.2.5).
public enum RevocationListScope: Sendable, Hashable {
    /// All certificates of its issuer.
    case complete
    /// End-entity certificates of its issuer only.
    case endEntitiesOnly
    /// Authority certificates of its issuer only.
    case authoritiesOnly
    /// A list that cannot alone answer for a certificate of its issuer: delta, indirect, some reasons only, attribute
    /// certificates, or an unknown critical extension. The text names the cause.
    case unusable(String)

    init(_ extensions: [CertificateExtension]) throws(DERSyntaxError) {
        var scope = RevocationListScope.complete
        for item in extensions {
            switch item.identifier {
            case .issuingDistributionPoint:
                let point = try Self.issuingDistributionPoint(item.value)
                if case .unusable = scope, point != .unusable(Self.indirect) { continue }
                scope = point
            case "2.5.29.27":
                if case .unusable = scope { continue }
                scope = .unusable("delta list")
            case .crlNumber, .authorityKeyIdentifier: break
            default:
                guard item.isCritical, scope != .unusable(Self.indirect) else { continue }
                scope = .unusable("critical extension \(item.identifier)")
            }
        }
        self = scope
    }

    private static func issuingDistributionPoint(_ value: [UInt8]) throws(DERSyntaxError) -> RevocationListScope {
        var reader = try DERElement(parsing: value).reader(.sequence)
        _ = try reader.optional(.context(0))
        let usersOnly = try reader.optional(.contextPrimitive(1))?.contentBytes == [0xff]
        let authoritiesOnly = try reader.optional(.contextPrimitive(2))?.contentBytes == [0xff]
        let hasSomeReasons = try reader.optional(.contextPrimitive(3)) != nil
        if try reader.optional(.contextPrimitive(4))?.contentBytes == [0xff] { return .unusable(Self.indirect) }
        if hasSomeReasons { return .unusable("some reasons only") }
        if try reader.optional(.contextPrimitive(5))?.contentBytes == [0xff] {
            return .unusable("attribute certificates only")
        }
        try reader.end()
        switch (usersOnly, authoritiesOnly) {
        case (true, true): return .unusable("users only and authorities only at once")
        case (true, false): return .endEntitiesOnly
        case (false, true): return .authoritiesOnly
        case (false, false): return .complete
        }
    }

    /// Whether every entry is about a certificate of the list's own issuer, so that an entry revokes even where the list
    /// as a whole does not answer: only an indirect list speaks of other issuers.
    var entriesAreOfIssuer: Bool { self != .unusable(Self.indirect) }

    private static let indirect = "indirect list"

    /// Whether the list answers for a certificate.
    func covers(_ certificate: Certificate) -> Bool {
        let isAuthority = certificate.basicConstraints?.isAuthority ?? false
        switch self {
        case .complete: return true
        case .endEntitiesOnly: return !isAuthority
        case .authoritiesOnly: return isAuthority
        case .unusable: return false
        }
    }
}
