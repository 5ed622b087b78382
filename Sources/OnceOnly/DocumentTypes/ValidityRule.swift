// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// How long documents of a type hold when the document itself states no last day.
public enum ValidityRule: Sendable, Hashable {
    /// No end.
    case unlimited
    /// A number of months from the day of issue.
    case months(Int)
    /// Only what the document states.
    case stated
    /// Until the registered fact changes; the change supersedes or revokes the document.
    case untilChanged
    /// Until the event that the document reports has been registered.
    case untilRegistered
    /// For the one dossier it was made for.
    case dossier

    /// The last day on which a document issued on `date` holds by this rule alone, or `nil` when the rule sets none.
    public func lastDay(issuedOn date: CalendarDate) -> CalendarDate? {
        switch self {
        case .months(let months): date.adding(months: months)
        case .unlimited, .stated, .untilChanged, .untilRegistered, .dossier: nil
        }
    }

    /// The rule in words.
    public var name: Phrase {
        switch self {
        case .unlimited: Phrase(vi: "Không thời hạn", en: "Without end")
        case .months(let months):
            Phrase(vi: "\(months) tháng kể từ ngày cấp", en: "\(months) months from the day of issue")
        case .stated: Phrase(vi: "Theo thời hạn ghi trên giấy tờ", en: "As stated in the document")
        case .untilChanged: Phrase(vi: "Đến khi nội dung thay đổi", en: "Until the fact changes")
        case .untilRegistered: Phrase(vi: "Đến khi sự kiện được đăng ký", en: "Until the event is registered")
        case .dossier: Phrase(vi: "Chỉ dùng cho một hồ sơ", en: "For one dossier only")
        }
    }
}
