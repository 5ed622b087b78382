// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How one requirement stands, and why.
public struct RequirementPlan: Sendable, Hashable, Codable {
    /// Whether the requirement applies.
    public enum Applicability: String, Sendable, Hashable, Codable {
        /// It applies.
        case yes
        /// It does not apply.
        case no
        /// It depends on a question that has no answer yet; the status says how it would stand.
        case depends
    }

    /// A document that was chosen.
    public struct Choice: Sendable, Hashable, Codable {
        /// The document.
        public let evidence: EvidenceReference
        /// Why it won.
        public let reason: SelectionReason
        /// Its last day of validity, if it has one.
        public let lastDay: CalendarDate?
        /// Documents that would also have done, next best first.
        public let runnersUp: [EvidenceReference]
    }

    /// One document of the list by which the requirement is met, or that comes nearest to meeting it.
    public struct Item: Sendable, Hashable, Codable {
        /// Code of the document type.
        public let documentType: String
        /// Name of the document type.
        public let name: Phrase
        /// It is made within the dossier.
        public let madeInDossier: Bool
        /// The chosen document.
        public let choice: Choice?
    }

    /// A document of a type in question that is not offered.
    public struct Rejection: Sendable, Hashable, Codable {
        /// The document.
        public let evidence: EvidenceReference
        /// All reasons, gravest first.
        public let reasons: [RejectionReason]
        /// The last day on which it could have been used, where a day decided.
        public let lastDay: CalendarDate?
    }

    /// Identifier of the requirement.
    public let id: String
    /// Its name.
    public let name: Phrase
    /// Whether it applies.
    public let applies: Applicability
    /// How it stands.
    public let status: RequirementStatus
    /// Index of the list that ``items`` follows, from 0.
    public let list: Int
    /// The documents of that list.
    public let items: [Item]
    /// Documents of all lists that are not offered, in the order of the lists and then of decision.
    public let rejected: [Rejection]
}
