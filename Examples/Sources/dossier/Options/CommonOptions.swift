// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import DossierCore
import Foundation

/// Options of every command.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print machine-readable results only.")
    var json = false

    @Option(help: "Language of messages: vi or en.")
    var language: String?

    func validate() throws {
        guard let language else { return }
        guard let known = Language(rawValue: language) else { throw ValidationError("--language takes vi or en") }
        Console.language = known
    }
}

/// The instant that a command works at.
struct TimeOption: ParsableArguments {
    @Option(help: "Instant in ISO 8601, for example 2026-11-21T02:30:22Z; default now.")
    var at: String?

    /// The instant asked for, else the clock's.
    func instant() throws -> Instant {
        guard let at else { return Self.now() }
        guard let instant = Self.instant(at) else {
            throw ValidationError("--at takes an ISO 8601 time with zone, not \(at)")
        }
        return instant
    }

    /// A time with zone; `nil` also where its zone takes it out of the years 1 to 9999 in UTC.
    static func instant(_ text: String) -> Instant? {
        Instant(text).flatMap { (-62_135_596_800...253_402_300_799).contains($0.seconds) ? $0 : nil }
    }

    static func now() -> Instant {
        let time = Date().timeIntervalSince1970
        return Instant(seconds: Int64(time.rounded(.down)))
    }
}
