// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How a requirement stands.
public enum RequirementStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// Met by documents of the vault, in the preferred way.
    case satisfied
    /// Met by documents of the vault, in another accepted way.
    case satisfiedByAlternative
    /// Met today, but a document ends before the decision is due.
    case expiresBeforeDecision
    /// Met as soon as the form of the dossier is filled in and signed.
    case toBeCompleted
    /// Does not apply, by the answers given.
    case notRequired
    /// The only document is too old for this procedure.
    case stale
    /// The only document has expired.
    case expired
    /// The only document was withdrawn by its issuer.
    case revoked
    /// The only document has been replaced.
    case superseded
    /// The only document was issued or signed by another body.
    case wrongIssuer
    /// The only document concerns another person.
    case wrongSubject
    /// The only document is in a form that is not accepted.
    case wrongForm
    /// The signature of the only document does not hold.
    case signatureInvalid
    /// The origin of the only document is not proven well enough.
    case unverified
    /// There is no such document.
    case missing

    /// Whether documents of the vault meet the requirement today.
    public var isSatisfied: Bool {
        switch self {
        case .satisfied, .satisfiedByAlternative, .expiresBeforeDecision: true
        case .toBeCompleted, .notRequired, .stale, .expired, .revoked, .superseded, .wrongIssuer, .wrongSubject,
            .wrongForm, .signatureInvalid, .unverified, .missing:
            false
        }
    }

    /// The status in words.
    public var name: Phrase {
        switch self {
        case .satisfied: Phrase(vi: "Đã có trong kho", en: "In the vault")
        case .satisfiedByAlternative:
            Phrase(vi: "Đã có giấy tờ thay thế được chấp nhận", en: "Met by an accepted alternative")
        case .expiresBeforeDecision:
            Phrase(vi: "Hết hạn trước khi có kết quả", en: "Expires before the decision")
        case .toBeCompleted: Phrase(vi: "Cần điền và ký trong hồ sơ", en: "To be filled in and signed")
        case .notRequired: Phrase(vi: "Không yêu cầu trong trường hợp này", en: "Not required in this case")
        case .stale: Phrase(vi: "Giấy tờ cấp đã quá lâu", en: "The document is too old")
        case .expired: Phrase(vi: "Giấy tờ đã hết hạn", en: "The document has expired")
        case .revoked: Phrase(vi: "Giấy tờ đã bị thu hồi", en: "The document was withdrawn")
        case .superseded: Phrase(vi: "Giấy tờ đã được thay thế", en: "The document has been replaced")
        case .wrongIssuer:
            Phrase(vi: "Giấy tờ không do cơ quan có thẩm quyền cấp", en: "The document is not of a competent issuer")
        case .wrongSubject: Phrase(vi: "Giấy tờ của người khác", en: "The document concerns another person")
        case .wrongForm: Phrase(vi: "Hình thức giấy tờ không được chấp nhận", en: "The form is not accepted")
        case .signatureInvalid: Phrase(vi: "Chữ ký số không hợp lệ", en: "The signature is not valid")
        case .unverified: Phrase(vi: "Chưa xác minh được giấy tờ", en: "The document is not verified")
        case .missing: Phrase(vi: "Còn thiếu", en: "Missing")
        }
    }
}
