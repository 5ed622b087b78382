// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why a release service did not release its share, or did not take a grant. Two refusals are equal when their reasons are.
public struct ReleaseRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reason; its raw value stands in the access log.
    @nonexhaustive public enum Reason: String, Sendable, Hashable, CaseIterable, Codable {
        /// The service has no such grant.
        case unknownGrant = "unknown-grant"
        /// The grant names another release service.
        case otherService = "other-service"
        /// Not signed with the key of the card, or the card was not validated today or is not in force.
        case notAuthenticated = "not-authenticated"
        /// The grant is for another recipient.
        case otherRecipient = "other-recipient"
        /// The request is for another procedure or dossier than the grant.
        case otherDossier = "other-dossier"
        /// The request is for another purpose than the grant.
        case otherPurpose = "other-purpose"
        /// The request was made more than five minutes ago, or in the future.
        case stale
        /// The request was answered before.
        case replayed
        /// The grant's period has not begun.
        case notYetValid = "not-yet-valid"
        /// The grant's period has ended.
        case expired
        /// The grant was revoked.
        case revoked
        /// All uses are spent.
        case usedUp = "used-up"
        /// The mandate under which it was granted is not in force.
        case mandateEnded = "mandate-ended"
    }

    /// The reason.
    public let reason: Reason

    /// Makes a refusal.
    public init(_ reason: Reason) { self.reason = reason }

    public var description: String { "refused: \(reason.rawValue)" }

    /// What happened and what can be done, for people.
    public var phrase: Phrase { reason.phrase }
}

extension ReleaseRefusal.Reason {
    /// What happened and what can be done, for people.
    public var phrase: Phrase {
        switch self {
        case .unknownGrant:
            Phrase(vi: "dịch vụ cấp quyền không giữ sự đồng ý này", en: "the release service does not keep this grant")
        case .otherService:
            Phrase(vi: "sự đồng ý này chỉ định dịch vụ khác", en: "the grant names another release service")
        case .notAuthenticated:
            Phrase(
                vi: "yêu cầu không được ký bằng khóa của cơ quan nhận, hoặc thẻ khóa chưa được kiểm tra trong ngày",
                en: "the request is not signed with the recipient's key, or its card was not validated today")
        case .otherRecipient:
            Phrase(vi: "sự đồng ý dành cho cơ quan khác", en: "the grant is for another recipient")
        case .otherDossier:
            Phrase(
                vi: "sự đồng ý dành cho thủ tục hoặc hồ sơ khác", en: "the grant is for another procedure or dossier")
        case .otherPurpose: Phrase(vi: "sự đồng ý dành cho mục đích khác", en: "the grant is for another purpose")
        case .stale:
            Phrase(
                vi: "yêu cầu đã cũ hoặc đồng hồ lệch quá năm phút; hãy gửi yêu cầu mới",
                en: "the request is old or the clocks differ by more than five minutes; send a new one")
        case .replayed:
            Phrase(vi: "yêu cầu này đã được trả lời trước đó", en: "this request was answered before")
        case .notYetValid: Phrase(vi: "sự đồng ý chưa có hiệu lực", en: "the grant's period has not begun")
        case .expired:
            Phrase(vi: "sự đồng ý đã hết hạn; hãy xin đồng ý mới", en: "the grant has ended; ask for a new one")
        case .revoked: Phrase(vi: "người dân đã rút lại sự đồng ý", en: "the grant was revoked")
        case .usedUp:
            Phrase(
                vi: "đã dùng hết số lần được phép; hãy xin đồng ý mới", en: "all uses are spent; ask for a new grant")
        case .mandateEnded:
            Phrase(
                vi: "việc ủy quyền của người đồng ý thay đã hết hiệu lực",
                en: "the mandate under which it was granted is not in force")
        }
    }
}
