// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Which days are working days; holidays are the caller's, because they are set anew every year.
public struct WorkingCalendar: Sendable, Hashable {
    /// Public holidays, days off in lieu included.
    public let holidays: Set<CalendarDate>
    /// Saturdays and Sundays on which agencies work to make up for a holiday.
    public let workingWeekendDays: Set<CalendarDate>

    /// Makes a calendar of the days from Monday to Friday that are no holidays.
    public init(holidays: Set<CalendarDate> = [], workingWeekendDays: Set<CalendarDate> = []) {
        self.holidays = holidays
        self.workingWeekendDays = workingWeekendDays
    }

    /// Whether agencies work on a day; a day that is both a holiday and made up for is no working day.
    public func isWorkingDay(_ date: CalendarDate) -> Bool {
        if holidays.contains(date) { return false }
        return !date.isWeekend || workingWeekendDays.contains(date)
    }

    /// The day some working days after another, which itself does not count (Civil Code 2015, Article 147.2).
    ///
    /// - Parameters:
    ///   - count: How many; nought or less gives the day itself.
    ///   - date: The day of the event.
    /// - Returns: The last day of the period, or the day itself when a year passes without a working day.
    public func adding(workingDays count: Int, to date: CalendarDate) -> CalendarDate {
        var day = date
        var left = count
        var idle = 0
        while left > 0 {
            day = day.adding(days: 1)
            if isWorkingDay(day) {
                left -= 1
                idle = 0
            } else {
                idle += 1
                // A caller's list that leaves no working day must not hang.
                if idle > 366 { return date }
            }
        }
        return day
    }

    /// The day itself if it is a working day, else the next that is: where a period in calendar days ends on a day off,
    /// it runs to the end of that day (Civil Code 2015, Article 148.5).
    public func workingDay(onOrAfter date: CalendarDate) -> CalendarDate {
        isWorkingDay(date) ? date : adding(workingDays: 1, to: date)
    }
}

extension CalendarDate {
    /// Saturday or Sunday.
    var isWeekend: Bool {
        // 1970-01-01 was a Thursday.
        let weekday = ((dayNumber % 7) + 7 + 3) % 7
        return weekday >= 5
    }
}

extension Procedure {
    /// The day by which the authority decides on a dossier accepted on a day, or `nil` where its time is not known.
    public func decisionDay(filedOn date: CalendarDate, calendar: WorkingCalendar) -> CalendarDate? {
        workingDays.map { calendar.adding(workingDays: $0, to: date) }
    }
}
