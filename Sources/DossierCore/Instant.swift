// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A moment of Coordinated Universal Time, to the nanosecond, without leap seconds.
///
/// The pure layers have no clock: every call that judges something takes its instant as an argument.
public struct Instant: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64
    /// Nanoseconds within the second, 0 to 999,999,999.
    public let nanoseconds: Int32

    /// Makes an instant from its count; `nanoseconds` is clamped to its range.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
    }

    /// Midnight UTC of a day, plus a time of day; `nil` when there is no such time.
    public init?(_ date: CalendarDate, hour: Int, minute: Int, second: Int, nanosecond: Int32 = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999_999_999).contains(nanosecond)
        else { return nil }
        self.init(
            seconds: Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second), nanoseconds: nanosecond
        )
    }

    /// Reads ISO 8601: `2026-11-21`, `2026-11-21T02:30:22Z`, `2026-11-21T09:30:22.5+07:00`; `nil` otherwise.
    ///
    /// A date alone is midnight UTC. A time without `Z` or offset is refused, because it names no instant.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, let date = CalendarDate(String(decoding: bytes[0..<10], as: UTF8.self)) else {
            return nil
        }
        if bytes.count == 10 {
            self.init(date, hour: 0, minute: 0, second: 0)
            return
        }
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19])
        else { return nil }
        var rest = bytes[19...]
        var nanosecond: Int32 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count), let value = Self.number(digits) else { return nil }
            nanosecond = Int32(value)
            for _ in digits.count..<9 { nanosecond *= 10 }
            rest = rest[digits.endIndex...]
        }
        guard let offset = Self.offset(rest),
            let local = Instant(date, hour: hour, minute: minute, second: second, nanosecond: nanosecond)
        else { return nil }
        self.init(seconds: local.seconds - offset, nanoseconds: nanosecond)
    }

    /// The day in UTC.
    public var date: CalendarDate { date(atOffset: 0) }

    /// The day at a fixed offset from UTC, in seconds (Vietnam: 25,200).
    public func date(atOffset offset: Int64) -> CalendarDate {
        let local = seconds + offset
        return CalendarDate(dayNumber: Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400))
    }

    /// The instant some seconds later.
    public func adding(seconds count: Int64) -> Instant {
        Instant(seconds: seconds &+ count, nanoseconds: nanoseconds)
    }

    /// `2026-11-21T02:30:22Z`; a fraction is written only when there is one.
    public var description: String { text(atOffset: 0) }

    /// The same instant at a fixed offset in seconds, for example `2026-11-21T09:30:22+07:00`.
    public func text(atOffset offset: Int64) -> String {
        let day = date(atOffset: offset)
        let ofDay = seconds + offset - Int64(day.dayNumber) * 86_400
        var text = "\(day)T\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2))"
        if nanoseconds != 0 {
            var fraction = padded(nanoseconds, 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += "." + fraction
        }
        guard offset != 0 else { return text + "Z" }
        let minutes = abs(offset) / 60
        return text + (offset < 0 ? "-" : "+") + "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Instant(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected an ISO 8601 time")
        }
        self = instant
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        let zone = Array(text)
        if zone == [UInt8(ascii: "Z")] { return 0 }
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"),
            zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            let hours = number(zone[1..<3]), let minutes = number(zone[4..<6]), hours <= 14, minutes <= 59
        else { return nil }
        return Int64(hours * 3600 + minutes * 60) * (zone[0] == UInt8(ascii: "-") ? -1 : 1)
    }
}
