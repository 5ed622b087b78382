// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

/// Days counted by hand on the calendar of 2026; 21 November 2026 is a Saturday.
@Suite("Deadlines — Decree 356/2025/NĐ-CP, Article 5, working days with holidays of the caller")
struct DeadlineTests {
    static let calendar = WorkingCalendar(
        holidays: [Family.day("2026-11-24"), Family.day("2026-12-25")], workingWeekendDays: [Family.day("2026-11-28")])

    @Test func `weekends and holidays are no working days, a weekend that is made up for is one`() {
        let days = (20...29).map { Family.day("2026-11-\($0)") }
        #expect(
            days.map(Self.calendar.isWorkingDay) == [true, false, false, true, false, true, true, true, true, false])
        #expect(WorkingCalendar().isWorkingDay(Family.day("2026-11-24")))
        #expect(!WorkingCalendar().isWorkingDay(Family.day("2026-11-28")))
    }

    @Test(arguments: [
        ("2026-11-20", 0, "2026-11-20"), ("2026-11-20", 1, "2026-11-23"), ("2026-11-20", 2, "2026-11-25"),
        ("2026-11-21", 2, "2026-11-25"), ("2026-11-25", 3, "2026-11-28"), ("2026-11-25", 4, "2026-11-30"),
        ("2026-11-20", 7, "2026-12-01"),
    ])
    func `working days are counted from the day after`(from: String, count: Int, to: String) {
        #expect(Self.calendar.adding(workingDays: count, to: Family.day(from)) == Family.day(to))
    }

    @Test func `a period that ends on a day off can be moved to the next working day`() {
        #expect(Self.calendar.workingDay(onOrAfter: Family.day("2026-11-24")) == Family.day("2026-11-25"))
        #expect(Self.calendar.workingDay(onOrAfter: Family.day("2026-11-28")) == Family.day("2026-11-28"))
        #expect(Self.calendar.workingDay(onOrAfter: Family.day("2026-12-05")) == Family.day("2026-12-07"))
    }

    @Test func `a calendar without any working day ends`() {
        let days = Set((0...2_000).map { Family.today.adding(days: $0) })
        #expect(WorkingCalendar(holidays: days).adding(workingDays: 1, to: Family.today) == Family.today)
    }

    /// The table of the decree: request, days, days with a third party, extension.
    static let table: [(DataSubjectRequest, String, String, String)] = [
        (.withdrawConsent, "2026-12-05", "2026-12-10", "2026-12-20"),
        (.restrict, "2026-12-05", "2026-12-10", "2026-12-20"),
        (.object, "2026-12-05", "2026-12-10", "2026-12-20"), (.access, "2026-11-30", "2026-12-05", "2026-12-10"),
        (.correct, "2026-11-30", "2026-12-05", "2026-12-10"), (.provideCopy, "2026-11-30", "2026-12-05", "2026-12-10"),
        (.erase, "2026-12-10", "2026-12-20", "2026-12-30"), (.protect, "2026-12-05", "2026-12-05", "2026-12-20"),
    ]

    @Test(arguments: table.indices) func `a request received on 20 November 2026 is due`(row: Int) {
        let (request, done, withThirdParty, extended) = Self.table[row]
        let received = Family.day("2026-11-20")
        let deadlines = request.deadlines(receivedOn: received, calendar: Self.calendar)
        #expect(deadlines.answerBy == Family.day("2026-11-25"))
        #expect(deadlines.doneBy == Family.day(done))
        #expect(deadlines.doneByIfExtended == Family.day(extended))
        let wider = request.deadlines(receivedOn: received, needsThirdParty: true, calendar: Self.calendar)
        #expect(wider.doneBy == Family.day(withThirdParty))
        #expect(Self.table.count == DataSubjectRequest.allCases.count)
    }

    @Test func `a breach is notified within 72 hours, a serious incident within 24, nights and weekends included`()
        throws
    {
        let found = try #require(Instant("2026-11-20T15:30:00Z"))
        #expect(IncidentNotice.dataBreach.due(discovered: found) == Instant("2026-11-23T15:30:00Z"))
        #expect(IncidentNotice.seriousIncident.due(discovered: found) == Instant("2026-11-21T15:30:00Z"))
        #expect(IncidentNotice.incidentReport.due(discovered: found) == Instant("2026-11-23T15:30:00Z"))
    }

    @Test func `the day of decision follows from the working days of the procedure`() throws {
        let catalogue = try Catalogues().procedures
        let filed = Family.day("2026-11-20")
        let residence = try #require(catalogue.procedure("1.004222", on: filed))
        #expect(residence.decisionDay(filedOn: filed, calendar: Self.calendar) == Family.day("2026-12-01"))
        #expect(
            try #require(catalogue.procedure("1.013225", on: filed)).decisionDay(
                filedOn: filed, calendar: Self.calendar) == nil)
    }
}
