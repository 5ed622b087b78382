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
        /// How well its origin is proven; a requirement may accept a document that its holder merely declares.
        public let assurance: EvidenceAssurance
        /// In what form it is held.
        public let form: EvidenceForm
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

extension RequirementPlan {
    /// How the requirement stands and why, in sentences for each language.
    public var explanation: Phrase {
        Phrase(vi: explanation(in: .vietnamese), en: explanation(in: .english))
    }

    private func explanation(in language: Language) -> String {
        let isVietnamese = language == .vietnamese
        var sentences = ["\(name[language]): \(status.name[language])."]
        for choice in items.compactMap(\.choice) {
            var sentence =
                (isVietnamese ? "Chọn «\(choice.evidence.name)»: " : "Chosen “\(choice.evidence.name)”: ")
                + choice.reason.name[language]
            if let lastDay = choice.lastDay {
                sentence += isVietnamese ? "; có giá trị đến \(lastDay)" : "; valid until \(lastDay)"
            }
            if choice.assurance == .selfDeclared {
                sentence +=
                    isVietnamese
                    ? "; \(choice.form.name.vi) do người dân tự khai, cơ quan có thể yêu cầu xuất trình để đối chiếu"
                    : "; a \(choice.form.name.en) that its holder declares, the authority may ask to see the paper"
            }
            sentences.append(sentence + ".")
        }
        for rejection in rejected {
            let reasons = rejection.reasons.map { $0.name[language] }.joined(separator: "; ")
            let until = rejection.lastDay.map { " (\($0))" } ?? ""
            sentences.append(
                (isVietnamese ? "Không dùng" : "Not used") + " «\(rejection.evidence.name)»: \(reasons)\(until).")
        }
        return sentences.joined(separator: " ")
    }

    private enum WordKeys: String, CodingKey {
        case explanation
    }

    /// Writes the members and, for whoever reads the stored plan, the explanation; it is not read back.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(applies, forKey: .applies)
        try container.encode(status, forKey: .status)
        try container.encode(list, forKey: .list)
        try container.encode(items, forKey: .items)
        try container.encode(rejected, forKey: .rejected)
        var words = encoder.container(keyedBy: WordKeys.self)
        try words.encode(explanation, forKey: .explanation)
    }
}
