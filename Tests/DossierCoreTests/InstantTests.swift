// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Testing

@Suite("Instant and calendar — ISO 8601")
struct InstantTests {
    // Seconds from `date -u -d TEXT +%s`.
    @Test(arguments: [
        ("2026-11-21T02:30:22Z", 1_795_228_222 as Int64),
        ("2026-11-21T09:30:22+07:00", 1_795_228_222),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29", 951_782_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("0001-01-01", -62_135_596_800),
    ])
    func `a time is read as GNU date reads it`(text: String, seconds: Int64) {
        #expect(Instant(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "2026-02-29", "2026-13-01", "2026-11-21T24:00:00Z", "2026-11-21T02:30:22", "2026-11-21T02:30:22+7:00",
        "2026-11-21T02:30:60Z", "２026-11-21", "2026-11-21T02:30:22.Z",
    ])
    func `a text that names no instant is refused`(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test func `writing gives back what was read, with fraction and offset`() {
        #expect(Instant("2026-11-21T02:30:22.053607Z")?.description == "2026-11-21T02:30:22.053607Z")
        #expect(Instant("1969-12-31T20:00:00Z")?.text(atOffset: 25_200) == "1970-01-01T03:00:00+07:00")
    }

    @Test func `every day of four centuries keeps its parts`() {
        for number in -100_000...146_097 {
            let date = CalendarDate(dayNumber: number)
            let (year, month, day) = date.parts
            #expect(CalendarDate(year: year, month: month, day: day) == date)
        }
    }

    @Test func `months are added within the calendar`() {
        #expect(CalendarDate("2026-01-31")?.adding(months: 1) == CalendarDate("2026-02-28"))
        #expect(CalendarDate("2026-11-21")?.adding(months: -12) == CalendarDate("2025-11-21"))
    }
}
