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

    /// A value with where it comes from.
    public struct Candidate: Sendable, Hashable, Codable {
        /// The value as the document states it.
        public let value: String
        /// Where it comes from.
        public let provenance: FieldProvenance
        /// It stands behind other sources; a differing value is no conflict.
        public let isFallback: Bool
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
    /// How they differ from the first.
    public let findings: [FieldFinding]
}
