// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Whom a document must concern, seen from the person for whom the procedure is carried out.
public enum SubjectRole: String, Sendable, Hashable, CaseIterable, Codable {
    /// The applicant.
    case applicant
    /// The applicant's spouse, or the other party of a marriage.
    case spouse
    /// A child of the applicant.
    case child
    /// A parent of the applicant.
    case parent
    /// The owner or head of the household that takes the applicant in.
    case host
    /// The person who acts for the applicant.
    case representative

    /// The role in words.
    public var name: Phrase {
        switch self {
        case .applicant: Phrase(vi: "người yêu cầu", en: "the applicant")
        case .spouse: Phrase(vi: "vợ hoặc chồng", en: "the spouse")
        case .child: Phrase(vi: "con", en: "the child")
        case .parent: Phrase(vi: "cha hoặc mẹ", en: "a parent")
        case .host: Phrase(vi: "chủ hộ, chủ sở hữu chỗ ở", en: "the host")
        case .representative: Phrase(vi: "người đại diện", en: "the representative")
        }
    }
}
