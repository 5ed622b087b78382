// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// On what ground one person acts for another before an authority.
public enum RepresentationGround: String, Sendable, Hashable, CaseIterable, Codable {
    /// A parent for a child under age.
    case parent
    /// A guardian for a ward.
    case guardian
    /// A written authorisation.
    case powerOfAttorney = "power-of-attorney"
    /// A decision of a court or an authority.
    case appointment
    /// The legal representative of an organisation.
    case legalRepresentative = "legal-representative"

    /// The ground in words.
    public var name: Phrase {
        switch self {
        case .parent: Phrase(vi: "cha, mẹ của con chưa thành niên", en: "parent of a child under age")
        case .guardian: Phrase(vi: "người giám hộ", en: "guardian")
        case .powerOfAttorney: Phrase(vi: "được ủy quyền bằng văn bản", en: "written authorisation")
        case .appointment:
            Phrase(vi: "được Tòa án hoặc cơ quan nhà nước chỉ định", en: "appointed by a court or authority")
        case .legalRepresentative:
            Phrase(vi: "đại diện theo pháp luật của tổ chức", en: "legal representative of an organisation")
        }
    }
}
