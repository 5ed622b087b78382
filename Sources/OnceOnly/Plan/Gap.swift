// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What is still to be done for a requirement.
public struct Gap: Sendable, Hashable, Codable {
    /// A document that is needed.
    public struct Need: Sendable, Hashable, Codable {
        /// Code of the document type.
        public let documentType: String
        /// Name of the document type.
        public let name: Phrase
        /// Whom it must concern: any of these.
        public let subjects: [SubjectRole]
        /// Who issues it.
        public let issuers: [IssuerKind]
        /// Where the authority may look the fact up itself instead.
        public let registers: [Register]
        /// Why the nearest document of the vault will not do; `nil`: there is none.
        public let reason: RejectionReason?
        /// It is made within the dossier.
        public let madeInDossier: Bool
    }

    /// Identifier of the requirement.
    public let requirement: String
    /// Its name.
    public let name: Phrase
    /// How it stands.
    public let reason: RequirementStatus
    /// Whether the dossier cannot be filed as it is: false where the requirement is met today, or may not apply.
    public let isBlocking: Bool
    /// The ways to close the gap: all documents of one list, of any one list.
    public let ways: [[Need]]

    /// The gap in one sentence for each language.
    public var explanation: Phrase {
        let vi = ways.map { $0.map { Self.sentence($0, .vietnamese) }.joined(separator: " và ") }
        let en = ways.map { $0.map { Self.sentence($0, .english) }.joined(separator: " and ") }
        return Phrase(
            vi: "\(name.vi): \(reason.name.vi). Cần: \(vi.joined(separator: "; hoặc ")).",
            en: "\(name.en): \(reason.name.en). Needed: \(en.joined(separator: "; or ")).")
    }

    private static func sentence(_ need: Need, _ language: Language) -> String {
        if need.madeInDossier { return need.name[language] }
        let issuers = need.issuers.map { $0.name[language] }.joined(separator: ", ")
        switch language {
        case .vietnamese: return "\(need.name.vi) (nơi cấp: \(issuers))"
        case .english: return "\(need.name.en) (issued by: \(issuers))"
        }
    }
}
