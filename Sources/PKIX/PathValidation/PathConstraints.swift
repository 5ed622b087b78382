// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DERSyntax

/// The extensions of a certificate that path validation uses, read once.
struct PathConstraints: Sendable {
    /// One PolicyInformation (RFC 5280 §4.2.1.4): the policy and the texts of its user notices.
    struct Policy: Sendable {
        let identifier: ObjectIdentifier
        let notices: [String]
    }

    /// certificatePolicies; `nil` when absent or, being not critical, unreadable: without policies is the stricter reading.
    private(set) var policies: [Policy]?
    /// policyMappings: subject policies by issuer policy.
    private(set) var mappings: [ObjectIdentifier: Set<ObjectIdentifier>] = [:]
    /// requireExplicitPolicy.
    private(set) var explicitPolicyAfter: Int?
    /// inhibitPolicyMapping.
    private(set) var mappingInhibitedAfter: Int?
    /// inhibitAnyPolicy.
    private(set) var anyPolicyInhibitedAfter: Int?
    /// nameConstraints.
    private(set) var names: NameConstraints?
    /// subjectAltName; `nil` when absent.
    private(set) var alternativeNames: [GeneralName]?
    /// Whether subjectAltName cannot be read, so that no constraint on names can be said to hold.
    private(set) var hasUnreadableNames = false
    /// cRLDistributionPoints.
    private(set) var distributionPoints: [DistributionPoint] = []
    /// Whether an extension cannot be read that has to be.
    private(set) var isMalformed = false
    /// Whether there is a critical extension that is not processed (RFC 5280 §4.2).
    let hasUnprocessed: Bool

    private static let processed: Set<ObjectIdentifier> = [
        .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .crlDistributionPoints,
        .certificatePolicies, .policyMappings, .policyConstraints, .inhibitAnyPolicy, .nameConstraints,
    ]

    /// Extensions without which the judgement is the same or stricter.
    private static let mayBeLeftOut: Set<ObjectIdentifier> = [
        .certificatePolicies, .crlDistributionPoints, .subjectAlternativeName,
    ]

    init(_ certificate: Certificate) {
        hasUnprocessed = certificate.extensions.contains { $0.isCritical && !Self.processed.contains($0.identifier) }
        for item in certificate.extensions {
            do {
                try read(item, of: certificate)
            } catch {
                if item.identifier == .subjectAlternativeName { hasUnreadableNames = true }
                if item.isCritical || !Self.mayBeLeftOut.contains(item.identifier) { isMalformed = true }
            }
        }
    }

    private mutating func read(_ item: CertificateExtension, of certificate: Certificate) throws(DERSyntaxError) {
        switch item.identifier {
        case .certificatePolicies: policies = try Self.policies(item.value)
        case .policyMappings:
            for pair in try DERElement(parsing: item.value).elements() {
                var reader = try pair.reader(.sequence)
                let issuer = try reader.objectIdentifier()
                try mappings[issuer, default: []].insert(reader.objectIdentifier())
                try reader.end()
            }
        case .policyConstraints:
            var reader = try DERElement(parsing: item.value).reader(.sequence)
            explicitPolicyAfter = try Self.count(reader.optional(.contextPrimitive(0)), .contextPrimitive(0))
            mappingInhibitedAfter = try Self.count(reader.optional(.contextPrimitive(1)), .contextPrimitive(1))
            try reader.end()
        case .inhibitAnyPolicy: anyPolicyInhibitedAfter = try Self.count(DERElement(parsing: item.value), .integer)
        case .nameConstraints: names = try NameConstraints(parsing: item.value)
        case .subjectAlternativeName: alternativeNames = try GeneralName.all(DERElement(parsing: item.value))
        case .crlDistributionPoints:
            distributionPoints = try DistributionPoint.all(DERElement(parsing: item.value), of: certificate)
        default: break
        }
    }

    private static func count(_ element: DERElement?, _ tag: DERTag) throws(DERSyntaxError) -> Int? {
        guard let element else { return nil }
        let number = try element.integer(tag)
        guard number >= 0 else {
            throw DERSyntaxError(
                .invalidValue, at: element.range.lowerBound, clause: "RFC 5280 4.2.1.11", "a negative count")
        }
        return Int(clamping: number)
    }

    private static func policies(_ value: [UInt8]) throws(DERSyntaxError) -> [Policy] {
        try DERElement(parsing: value).elements().map { item throws(DERSyntaxError) in
            var reader = try item.reader(.sequence)
            let identifier = try reader.objectIdentifier()
            let qualifiers = try reader.optional(.sequence)?.elements() ?? []
            try reader.end()
            return Policy(identifier: identifier, notices: qualifiers.compactMap { try? notice($0) })
        }
    }

    /// The explicit text of a UserNotice; `nil` for another qualifier. Its length is not limited to 200 characters, which
    /// RFC 5280 §4.2.1.4 asks readers to tolerate.
    private static func notice(_ qualifier: DERElement) throws(DERSyntaxError) -> String? {
        var reader = try qualifier.reader(.sequence)
        guard try reader.objectIdentifier() == "1.3.6.1.5.5.7.2.2" else { return nil }
        var notice = try reader.next().reader(.sequence)
        _ = try notice.optional(.sequence)
        return notice.isAtEnd ? nil : try notice.next().text
    }
}

extension PathConstraints {
    /// The names of the subject that name constraints apply to (RFC 5280 §6.1.3 (b)): the subject, every subjectAltName,
    /// and addresses in the subject when there is no subjectAltName.
    func constrainedNames(of certificate: Certificate) -> [GeneralName] {
        var names: [GeneralName] = certificate.subject.isEmpty ? [] : [.directory(certificate.subject)]
        if let alternativeNames {
            names += alternativeNames
        } else {
            names += certificate.subject.values("1.2.840.113549.1.9.1").map { .mail($0) }
        }
        return names
    }
}

extension ObjectIdentifier {
    /// nameConstraints.
    public static let nameConstraints: ObjectIdentifier = "2.5.29.30"
    /// policyMappings.
    public static let policyMappings: ObjectIdentifier = "2.5.29.33"
    /// policyConstraints.
    public static let policyConstraints: ObjectIdentifier = "2.5.29.36"
    /// inhibitAnyPolicy.
    public static let inhibitAnyPolicy: ObjectIdentifier = "2.5.29.54"
    /// anyPolicy.
    public static let anyPolicy: ObjectIdentifier = "2.5.29.32.0"
}
