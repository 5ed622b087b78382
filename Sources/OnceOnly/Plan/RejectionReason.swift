// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why a document is not offered for a requirement, gravest first.
public enum RejectionReason: String, Sendable, Hashable, CaseIterable, Codable {
    /// It concerns another person, or its record names nobody.
    case wrongSubject
    /// A later version or document replaced it.
    case superseded
    /// Its issuer withdrew it.
    case revoked
    /// Its validity is over.
    case expired
    /// Its signature does not hold.
    case signatureInvalid
    /// Its day of issue is in the future.
    case notYetIssued
    /// A field lacks the value that the requirement names.
    case wrongContent
    /// It was issued or signed by a body that may not issue it.
    case wrongIssuer
    /// Its origin is not proven as well as the requirement asks.
    case unverified
    /// The authority does not accept this form.
    case wrongForm
    /// Its day of issue is not known, so its age cannot be judged.
    case issueDateUnknown
    /// It is older than the requirement allows.
    case stale

    /// The reason in words.
    public var name: Phrase {
        switch self {
        case .wrongSubject:
            Phrase(vi: "Giấy tờ không phải của người này", en: "The document concerns another person")
        case .superseded: Phrase(vi: "Đã có bản mới thay thế", en: "A newer version replaced it")
        case .revoked: Phrase(vi: "Đã bị cơ quan cấp thu hồi", en: "Its issuer withdrew it")
        case .expired: Phrase(vi: "Đã hết hạn", en: "It has expired")
        case .signatureInvalid: Phrase(vi: "Chữ ký số không hợp lệ", en: "Its signature is not valid")
        case .notYetIssued: Phrase(vi: "Ngày cấp ở tương lai", en: "Its day of issue is in the future")
        case .wrongContent:
            Phrase(vi: "Nội dung không đúng yêu cầu", en: "Its content is not what the requirement asks")
        case .wrongForm: Phrase(vi: "Hình thức giấy tờ không được chấp nhận", en: "Its form is not accepted")
        case .wrongIssuer:
            Phrase(
                vi: "Không do cơ quan có thẩm quyền cấp hoặc ký",
                en: "It was not issued or signed by a competent body")
        case .unverified:
            Phrase(vi: "Chưa xác minh được nguồn gốc giấy tờ", en: "Its origin is not proven well enough")
        case .issueDateUnknown:
            Phrase(vi: "Không rõ ngày cấp nên chưa xét được thời hạn", en: "Its day of issue is not known")
        case .stale: Phrase(vi: "Cấp đã quá lâu so với yêu cầu", en: "It is older than the requirement allows")
        }
    }

    /// The status of a requirement for which the nearest document has this reason.
    var status: RequirementStatus {
        switch self {
        case .wrongSubject: .wrongSubject
        case .superseded: .superseded
        case .revoked: .revoked
        case .expired: .expired
        case .signatureInvalid: .signatureInvalid
        case .wrongContent: .missing
        case .wrongForm: .wrongForm
        case .wrongIssuer: .wrongIssuer
        case .notYetIssued, .unverified, .issueDateUnknown: .unverified
        case .stale: .stale
        }
    }
}
