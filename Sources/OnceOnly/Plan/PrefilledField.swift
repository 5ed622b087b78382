// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What is known for one field of the form.
public struct PrefilledField: Sendable, Hashable, Codable {
    /// How the field stands.
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// Filled from a document.
        case filled
        /// Documents say different things; a person has to choose.
        case conflicting
        /// To be typed by the applicant.
        case typed

        /// The state in words.
        public var name: Phrase {
            switch self {
            case .filled: Phrase(vi: "Điền sẵn từ giấy tờ", en: "Filled from a document")
            case .conflicting:
                Phrase(vi: "Các giấy tờ ghi khác nhau, cần người khai chọn", en: "Documents differ; please choose")
            case .typed: Phrase(vi: "Người khai tự điền", en: "To be typed")
            }
        }
    }

    /// Identifier of the field.
    public let id: String
    /// Its name.
    public let name: Phrase
    /// The form is incomplete without it.
    public let isRequired: Bool
    /// Whether the field is asked.
    public let applies: RequirementPlan.Applicability
    /// How it stands.
    public let state: State
    /// The value, when all sources agree.
    ///
    /// Values agree when they differ in letter case or spacing only. Other differences, a missing accent included, are
    /// for a person to judge.
    public let value: String?
    /// All values found, best first.
    public let candidates: [Candidate]
}

extension PrefilledField {
    /// How the values differ from the first, each value once; worked out when asked for.
    public var findings: [FieldFinding] {
        guard let first = candidates.first, candidates.count > 1 else { return [] }
        let areAddresses = candidates.contains { $0.provenance.kind == .address }
        var seen: Set<[UInt8]> = [Array(first.value.utf8)]
        var findings: [FieldFinding] = []
        for candidate in candidates where seen.insert(Array(candidate.value.utf8)).inserted {
            let kind = TextReading.difference(first.value, candidate.value, areAddresses: areAddresses)
            let isSecondary = candidate.isFallback && !first.isFallback
            findings.append(
                FieldFinding(
                    kind: kind, value: first.value, other: candidate.value,
                    needsDecision: !isSecondary && !kind.isSameReading))
        }
        return findings
    }

    private enum WordKeys: String, CodingKey {
        case findings
    }

    /// Writes the members and the findings; these are not read back, because they follow from the candidates.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(isRequired, forKey: .isRequired)
        try container.encode(applies, forKey: .applies)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(value, forKey: .value)
        try container.encode(candidates, forKey: .candidates)
        var words = encoder.container(keyedBy: WordKeys.self)
        try words.encode(findings, forKey: .findings)
    }
}
