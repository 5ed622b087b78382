// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Dates of ISO 32000-2 §7.9.4: `D:YYYYMMDDHHmmSSOHH'mm'`.
public enum PDFDate {
    /// The instant that a date string names, or `nil`.
    ///
    /// Everything after the year may be missing and counts as the first month, day or zero. A date without a zone names no
    /// instant by itself; it is read as UTC, as §7.9.4 leaves its relation to UTC unknown.
    public static func decode(_ text: String) -> Instant? {
        var rest = Array(text.utf8)[...]
        if rest.starts(with: "D:".utf8) { rest = rest.dropFirst(2) }
        func number(_ digits: Int) -> Int? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy({ (48...57).contains($0) }) else { return nil }
            defer { rest = rest.dropFirst(digits) }
            return rest.prefix(digits).reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        guard let year = number(4) else { return nil }
        let month = number(2) ?? 1
        let day = number(2) ?? 1
        let hour = number(2) ?? 0
        let minute = number(2) ?? 0
        let second = number(2) ?? 0
        guard let date = CalendarDate(year: year, month: month, day: day),
            let local = Instant(date, hour: hour, minute: minute, second: second)
        else { return nil }
        guard let sign = rest.popFirst() else { return local }
        if sign == UInt8(ascii: "Z") {
            return rest.isEmpty || rest.elementsEqual("00'00'".utf8) || rest.elementsEqual("00'00".utf8) ? local : nil
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(2), hours <= 23 else {
            return nil
        }
        if rest.first == UInt8(ascii: "'") { rest = rest.dropFirst() }
        let minutes = rest.isEmpty ? 0 : number(2) ?? 60
        if rest.first == UInt8(ascii: "'") { rest = rest.dropFirst() }
        guard minutes <= 59, rest.isEmpty else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        return local.adding(seconds: sign == UInt8(ascii: "-") ? offset : -offset)
    }

    /// The date string of an instant at a fixed offset from UTC in seconds (Vietnam: 25,200), to the second.
    ///
    /// UTC is written `Z`. The offset is cut to whole minutes and to less than a day.
    public static func encode(_ instant: Instant, atOffset offset: Int64 = 0) -> String {
        let minutes = min(max(offset / 60, -1439), 1439)
        let local = instant.seconds + minutes * 60
        let day = instant.date(atOffset: minutes * 60)
        let ofDay = local - Int64(day.dayNumber) * 86_400
        let parts = day.parts
        var text = "D:" + padded(Int64(parts.year), 4) + padded(Int64(parts.month), 2) + padded(Int64(parts.day), 2)
        text += padded(ofDay / 3600, 2) + padded(ofDay / 60 % 60, 2) + padded(ofDay % 60, 2)
        guard minutes != 0 else { return text + "Z" }
        return text + (minutes < 0 ? "-" : "+") + padded(abs(minutes) / 60, 2) + "'" + padded(abs(minutes) % 60, 2)
            + "'"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
