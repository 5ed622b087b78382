// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What a person asks of the holder of the person's data, with the times of Decree 356/2025/NĐ-CP, Article 5.
///
/// The figures are from secondary texts of the decree; the gazette was not read.
public enum DataSubjectRequest: String, Sendable, Hashable, CaseIterable, Codable {
    /// Withdraw a consent.
    case withdrawConsent = "withdraw-consent"
    /// Restrict processing.
    case restrict
    /// Object to processing.
    case object
    /// See the data.
    case access
    /// Correct the data.
    case correct
    /// Be given a copy.
    case provideCopy = "provide-copy"
    /// Erase the data.
    case erase
    /// Take protective measures.
    case protect

    /// Working days for the first answer.
    public var answerWorkingDays: Int { 2 }

    /// Days to carry it out.
    public var days: Int {
        switch self {
        case .withdrawConsent, .restrict, .object, .protect: 15
        case .access, .correct, .provideCopy: 10
        case .erase: 20
        }
    }

    /// Days where a processor or a third party must act, or `nil` where the decree names none.
    public var daysWithThirdParty: Int? {
        switch self {
        case .withdrawConsent, .restrict, .object: 20
        case .access, .correct, .provideCopy: 15
        case .erase: 30
        case .protect: nil
        }
    }

    /// Days by which the time may be extended once, with a reason given to the person.
    public var extensionDays: Int {
        switch self {
        case .withdrawConsent, .restrict, .object, .protect: 15
        case .access, .correct, .provideCopy: 10
        case .erase: 20
        }
    }

    /// The request in words.
    public var name: Phrase {
        switch self {
        case .withdrawConsent: Phrase(vi: "Rút lại sự đồng ý", en: "Withdraw a consent")
        case .restrict: Phrase(vi: "Hạn chế xử lý dữ liệu", en: "Restrict processing")
        case .object: Phrase(vi: "Phản đối xử lý dữ liệu", en: "Object to processing")
        case .access: Phrase(vi: "Xem dữ liệu", en: "See the data")
        case .correct: Phrase(vi: "Chỉnh sửa dữ liệu", en: "Correct the data")
        case .provideCopy: Phrase(vi: "Cung cấp bản sao dữ liệu", en: "Be given a copy of the data")
        case .erase: Phrase(vi: "Xóa dữ liệu", en: "Erase the data")
        case .protect: Phrase(vi: "Thực hiện biện pháp bảo vệ dữ liệu", en: "Take protective measures")
        }
    }

    /// The days by which a request must be answered and carried out.
    ///
    /// - Parameters:
    ///   - date: The day on which it was received; it does not count itself.
    ///   - needsThirdParty: Whether a processor or a third party must act.
    ///   - calendar: The working days.
    public func deadlines(
        receivedOn date: CalendarDate, needsThirdParty: Bool = false, calendar: WorkingCalendar
    ) -> RequestDeadlines {
        let days = needsThirdParty ? daysWithThirdParty ?? days : days
        let done = date.adding(days: days)
        return RequestDeadlines(
            request: self, receivedOn: date, answerBy: calendar.adding(workingDays: answerWorkingDays, to: date),
            doneBy: done, doneByIfExtended: done.adding(days: extensionDays))
    }
}
