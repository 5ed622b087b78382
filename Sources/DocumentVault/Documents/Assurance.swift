// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// On whose word a document is what it says it is; ordered, the strongest last.
public enum Assurance: String, Sendable, Hashable, CaseIterable, Comparable {
    /// On the word of the person who uploaded it.
    case selfDeclared = "self-declared"
    /// A signature on it was validated.
    case signatureVerified = "signature-verified"
    /// An agency said so.
    case agencyVerified = "agency-verified"

    private var rank: Int {
        switch self {
        case .selfDeclared: 0
        case .signatureVerified: 1
        case .agencyVerified: 2
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    /// What it means, for people.
    public var phrase: Phrase {
        switch self {
        case .selfDeclared: Phrase(vi: "người dùng tự khai", en: "self-declared")
        case .signatureVerified: Phrase(vi: "chữ ký số đã được kiểm tra", en: "signature verified")
        case .agencyVerified: Phrase(vi: "cơ quan đã xác nhận", en: "verified by an agency")
        }
    }
}
