// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

/// The documents of one vault, ordered once so that many procedures can be planned against them.
///
/// Decision order: origin proven by signature or agency, before certified copies, before uploads; then the longest
/// validity; then identifier; then the latest version. The order of the input does not matter.
public struct EvidenceSet: Sendable {
    /// A document with what follows from its type.
    struct Entry: Sendable {
        let evidence: Evidence
        let type: DocumentType
        let strength: Strength
        /// The assurance that the record supports; see ``DocumentType/trustDomains``.
        let assurance: EvidenceAssurance
        /// Last day of validity, stated or by the rule of the type; `nil`: none.
        let lastDay: CalendarDate?
        /// ``Evidence/valuesByField``, worked out once.
        let values: [String: [String]]
        /// There is a higher version of the same document.
        let isOutdated: Bool
    }

    /// How strong a document is in the decision order.
    enum Strength: Int, Sendable, Comparable {
        case issuerProven
        case certifiedCopy
        case upload

        static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
    }

    /// The document types by which the set was ordered.
    public let types: DocumentTypeCatalogue

    private let entriesByType: [String: [Entry]]

    /// Orders documents.
    ///
    /// Documents of a type that the catalogue lacks are left out: nothing can ask for them.
    ///
    /// - Throws: ``OnceOnlyError`` with code `duplicateEvidence` when a version of a document occurs twice.
    public init(_ evidence: [Evidence], types: DocumentTypeCatalogue) throws(OnceOnlyError) {
        self.types = types
        var latest: [String: Int] = [:]
        var seen: Set<VersionKey> = []
        for item in evidence {
            guard seen.insert(VersionKey(id: item.id, version: item.version)).inserted else {
                throw OnceOnlyError(.duplicateEvidence, detail: "\(item.id) version \(item.version)")
            }
            latest[item.id] = max(item.version, latest[item.id] ?? .min)
        }
        let entries = evidence.compactMap { item in
            types[item.documentType].map { type in
                Entry(item, type: type, isOutdated: latest[item.id].map { item.version < $0 } ?? false)
            }
        }
        entriesByType = Dictionary(grouping: entries.sorted(by: Entry.precedes), by: \.evidence.documentType)
    }

    /// The documents of a type in decision order.
    func entries(of type: String) -> [Entry] { entriesByType[type] ?? [] }

    private struct VersionKey: Hashable {
        let id: String
        let version: Int
    }
}

extension EvidenceSet.Entry {
    fileprivate init(_ evidence: Evidence, type: DocumentType, isOutdated: Bool) {
        self.evidence = evidence
        self.type = type
        self.isOutdated = isOutdated
        values = evidence.valuesByField
        lastDay = evidence.validUntil ?? evidence.issuedOn.flatMap { type.validity.lastDay(issuedOn: $0) }
        let signedByIssuer =
            evidence.signature.verdict == .passed
            && evidence.signature.trustDomain.map(type.trustDomains.contains) ?? false
        assurance =
            evidence.assurance == .signatureVerified && !signedByIssuer ? .selfDeclared : evidence.assurance
        strength =
            assurance >= .signatureVerified
            ? .issuerProven : (evidence.form == .certifiedCopy ? .certifiedCopy : .upload)
    }

    fileprivate static func precedes(_ left: Self, _ right: Self) -> Bool {
        if left.strength != right.strength { return left.strength < right.strength }
        let validity = (left.lastDay?.dayNumber ?? .max, right.lastDay?.dayNumber ?? .max)
        if validity.0 != validity.1 { return validity.0 > validity.1 }
        if left.evidence.id != right.evidence.id { return left.evidence.id < right.evidence.id }
        return left.evidence.version > right.evidence.version
    }
}
