// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// By when a person's request about personal data must be answered and carried out.
///
/// The days to carry it out are calendar days and are not moved off a weekend or holiday, which is never too late;
/// ``WorkingCalendar/workingDay(onOrAfter:)`` moves them for those who hold that they may be.
public struct RequestDeadlines: Sendable, Hashable, Codable {
    /// What is asked.
    public let request: DataSubjectRequest
    /// The day on which it was received.
    public let receivedOn: CalendarDate
    /// Last day for the first answer.
    public let answerBy: CalendarDate
    /// Last day to carry it out.
    public let doneBy: CalendarDate
    /// Last day to carry it out after the one extension that is allowed, if its reason was given to the person.
    public let doneByIfExtended: CalendarDate
}
