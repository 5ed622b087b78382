// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// When a chosen document stops serving.
public struct ExpiryForecast: Sendable, Hashable, Codable {
    /// What ends.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// The validity of the document.
        case validity
        /// The age up to which the requirement accepts it; a dossier filed by then is not touched.
        case freshness

        /// What ends, in words.
        public var name: Phrase {
            switch self {
            case .validity: Phrase(vi: "Hết thời hạn giá trị", en: "End of validity")
            case .freshness: Phrase(vi: "Hết thời hạn được chấp nhận khi nộp", en: "Too old to be filed after")
            }
        }
    }

    /// The document.
    public let evidence: EvidenceReference
    /// Identifier of the requirement.
    public let requirement: String
    /// What ends.
    public let kind: Kind
    /// The last day on which it serves.
    public let lastDay: CalendarDate
    /// It ends before the decision is due.
    public let beforeDecision: Bool
}
