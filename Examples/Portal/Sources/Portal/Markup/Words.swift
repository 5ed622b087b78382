// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Words in the language of a visit.
struct Words: Sendable {
    let language: Language

    /// One of two texts.
    func callAsFunction(_ vi: String, _ en: String) -> String { language == .vietnamese ? vi : en }

    /// A phrase of the library.
    func callAsFunction(_ phrase: Phrase) -> String { phrase[language] }

    /// A phrase of the library as the beginning of a sentence.
    func sentence(_ phrase: Phrase) -> String {
        let text = phrase[language]
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    /// A size for people.
    func size(_ octets: Int64) -> String {
        if octets < 1024 { return "\(octets) B" }
        let kibibytes = (octets + 512) / 1024
        if kibibytes < 1024 { return "\(kibibytes) KB" }
        let tenths = (octets * 10) >> 20
        return "\(tenths / 10)\(self(",", "."))\(tenths % 10) MB"
    }

    /// An instant in Vietnamese time, to the minute: 21/11/2026 19:05.
    func time(_ instant: Instant) -> String {
        let local = instant.adding(seconds: vietnamOffset)
        let minutes = ((local.seconds % 86_400) + 86_400) % 86_400 / 60
        return "\(day(local.date)) \(two(Int(minutes / 60))):\(two(Int(minutes % 60)))"
    }

    /// A day: 21/11/2026.
    func day(_ date: CalendarDate) -> String {
        let parts = date.parts
        return "\(two(parts.day))/\(two(parts.month))/\(parts.year)"
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
