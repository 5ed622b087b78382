// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// Which time a goal is about.
enum BenchClock: String, Codable {
    /// What passes for whoever waits.
    case wall
    /// What the process used of its cores, user and system together: other work on the machine does not count.
    case processor

    var other: BenchClock { self == .wall ? .processor : .wall }
}

/// A span of time by both clocks, in microseconds.
struct Timing {
    var wall: Double
    var processor: Double

    func of(_ clock: BenchClock) -> Double { clock == .wall ? wall : processor }

    /// Both clocks now; only differences mean something.
    static var now: Timing { Timing(wall: read(CLOCK_MONOTONIC), processor: read(CLOCK_PROCESS_CPUTIME_ID)) }

    /// What children that have ended used, in all.
    static var ofChildren: Timing {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        func microseconds(_ time: timeval) -> Double { Double(time.tv_sec) * 1e6 + Double(time.tv_usec) }
        return Timing(
            wall: read(CLOCK_MONOTONIC), processor: microseconds(usage.ru_utime) + microseconds(usage.ru_stime))
    }

    func since(_ start: Timing) -> Timing { Timing(wall: wall - start.wall, processor: processor - start.processor) }

    static func / (time: Timing, count: Double) -> Timing {
        Timing(wall: time.wall / count, processor: time.processor / count)
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
