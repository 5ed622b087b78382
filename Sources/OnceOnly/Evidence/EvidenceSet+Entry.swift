// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import DossierCore

extension EvidenceSet {
    /// How strong a document is in the decision order.
    enum Strength: Int, Sendable, Comparable {
        case issuerProven
        case certifiedCopy
        case upload

        static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
    }

    /// A document with what follows from its type, worked out once.
    final class Entry: Sendable {
        /// Place in ``EvidenceSet/entries``.
        let index: Int
        let evidence: Evidence
        let reference: EvidenceReference
        let type: DocumentType
        let strength: Strength
        /// The assurance that the record supports; see ``DocumentType/trustDomains``.
        let assurance: EvidenceAssurance
        /// Last day of validity, stated or by the rule of the type; `nil`: none.
        let lastDay: CalendarDate?
        /// ``Evidence/valuesByField``.
        let values: [String: [String]]
        /// The same values as places in ``EvidenceSet/texts``.
        let texts: [String: [Int]]
        /// There is a higher version of the same document.
        let isOutdated: Bool
        /// The type gives the document an end that counts from a day of issue that is not known.
        let isEndUnknown: Bool
        /// A passed signature in a trust domain of the type.
        let isSignedByIssuer: Bool
        let formBit: UInt8
        /// Nought when the kind of issuer is not known.
        let issuerBit: UInt32
        let levelBit: UInt8
        /// The kinds that may issue the type; nought: anybody.
        let typeIssuers: UInt32

        init(_ draft: Draft, index: Int, table: inout TextTable) {
            self.index = index
            evidence = draft.evidence
            reference = draft.evidence.reference
            type = draft.type
            strength = draft.strength
            assurance = draft.assurance
            lastDay = draft.lastDay
            values = draft.evidence.valuesByField
            var texts: [String: [Int]] = [:]
            for (field, values) in values.sorted(by: { $0.key < $1.key }) {
                texts[field] = values.map { table.place(of: $0) }
            }
            self.texts = texts
            isOutdated = draft.isOutdated
            if case .months = draft.type.validity { isEndUnknown = draft.lastDay == nil } else { isEndUnknown = false }
            isSignedByIssuer = draft.isSignedByIssuer
            formBit = draft.evidence.form.bit()
            issuerBit = draft.evidence.issuer.kind?.bit() ?? 0
            levelBit = draft.evidence.issuer.kind?.level.bit() ?? 0
            typeIssuers = draft.type.issuers.contains(.other) ? 0 : draft.type.issuers.mask()
        }
    }
}

extension EvidenceSet.Entry {
    /// What the decision order looks at.
    struct Draft {
        let evidence: Evidence
        let type: DocumentType
        let isOutdated: Bool
        let isSignedByIssuer: Bool
        let assurance: EvidenceAssurance
        let strength: EvidenceSet.Strength
        let lastDay: CalendarDate?

        init(_ evidence: Evidence, type: DocumentType, isOutdated: Bool) {
            self.evidence = evidence
            self.type = type
            self.isOutdated = isOutdated
            lastDay = evidence.validUntil ?? evidence.issuedOn.flatMap { type.validity.lastDay(issuedOn: $0) }
            isSignedByIssuer =
                evidence.signature.verdict == .passed
                && evidence.signature.trustDomain.map(type.trustDomains.contains) ?? false
            // A claim that a signature was verified counts only with that signature.
            assurance =
                evidence.assurance == .signatureVerified && !isSignedByIssuer ? .selfDeclared : evidence.assurance
            strength =
                assurance >= .signatureVerified
                ? .issuerProven : (evidence.form == .certifiedCopy ? .certifiedCopy : .upload)
        }

        static func precedes(_ left: Draft, _ right: Draft) -> Bool {
            if left.strength != right.strength { return left.strength < right.strength }
            let validity = (left.lastDay?.dayNumber ?? .max, right.lastDay?.dayNumber ?? .max)
            if validity.0 != validity.1 { return validity.0 > validity.1 }
            if left.evidence.id != right.evidence.id { return left.evidence.id < right.evidence.id }
            return left.evidence.version > right.evidence.version
        }
    }
}
