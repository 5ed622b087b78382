// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How well it is proven that a document comes from its issuer; ordered from weak to strong.
///
/// An upload alone never raises it: only a stored verification or a statement of an agency does.
public enum EvidenceAssurance: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
    /// The holder says so.
    case selfDeclared = "self-declared"
    /// The issuer's signature was verified.
    case signatureVerified = "signature-verified"
    /// An agency checked the document or delivered it itself.
    case agencyVerified = "agency-verified"

    /// The degree in words.
    public var name: Phrase {
        switch self {
        case .selfDeclared: Phrase(vi: "người dân tự khai, tự tải lên", en: "stated by the holder")
        case .signatureVerified: Phrase(vi: "đã kiểm tra chữ ký số của cơ quan cấp", en: "issuer's signature verified")
        case .agencyVerified: Phrase(vi: "đã được cơ quan nhà nước xác nhận", en: "confirmed by an agency")
        }
    }

    public static func < (left: EvidenceAssurance, right: EvidenceAssurance) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .selfDeclared: 0
        case .signatureVerified: 1
        case .agencyVerified: 2
        }
    }
}
