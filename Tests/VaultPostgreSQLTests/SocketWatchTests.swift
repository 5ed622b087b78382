// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

@testable import VaultPostgreSQL

@Suite struct `Waiting for sockets` {
    private final class Ends: Sendable {
        let near, far: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            (near, far) = (ends[0], ends[1])
        }

        func say(_ count: Int = 1) { #expect(write(far, [UInt8](repeating: 1, count: count), count) == count) }

        func hear() -> Int {
            var octets = [UInt8](repeating: 0, count: 16)
            return read(near, &octets, 16)
        }

        deinit {
            close(near)
            close(far)
        }
    }

    @Test func `what can be read is told at once, again and again on one socket`() async throws {
        let (ends, wake) = (try Ends(), try WakeSignal())
        for _ in 0..<100 {
            ends.say()
            let outcome = await wake.watch.wait(for: ends.near, writing: false, milliseconds: 60_000, wake: wake)
            #expect(outcome == .ready && ends.hear() == 1)
        }
        #expect(await wake.watch.wait(for: ends.near, writing: true, milliseconds: 60_000, wake: wake) == .ready)
    }

    @Test func `a limit ends a wait although a longer one was set before, and leaves that one alone`() async throws {
        let (patient, hasty) = (try Ends(), try Ends())
        let (first, second) = (try WakeSignal(), try WakeSignal())
        async let long = first.watch.wait(for: patient.near, writing: false, milliseconds: 600_000, wake: first)
        #expect(await second.watch.wait(for: hasty.near, writing: false, milliseconds: 20, wake: second) == .late)
        // The one that was too late is forgotten: what comes for it now ends the next wait.
        hasty.say()
        #expect(await second.watch.wait(for: hasty.near, writing: false, milliseconds: 60_000, wake: second) == .ready)
        patient.say()
        #expect(await long == .ready)
    }

    @Test func `a wait is interrupted while it lasts and before it begins, until that is taken back`()
        async throws
    {
        let (ends, wake) = (try Ends(), try WakeSignal())
        for round in 0..<200 {
            async let outcome = wake.watch.wait(for: ends.near, writing: false, milliseconds: 600_000, wake: wake)
            // Before the wait or within it, as it comes.
            if round % 2 == 0 { await Task.yield() }
            wake.raise()
            #expect(await outcome == .interrupted)
            wake.clear()
        }
        ends.say()
        #expect(await wake.watch.wait(for: ends.near, writing: false, milliseconds: 60_000, wake: wake) == .ready)
    }

    @Test func `a socket that was closed, and another under its number, are told apart`() async throws {
        let wake = try WakeSignal()
        for _ in 0..<50 {
            let ends = try Ends()
            ends.say()
            #expect(await wake.watch.wait(for: ends.near, writing: false, milliseconds: 60_000, wake: wake) == .ready)
        }
        #expect(await wake.watch.wait(for: -1, writing: false, milliseconds: 60_000, wake: wake) == .impossible)
        let ends = try Ends()
        shutdown(ends.far, Int32(SHUT_RDWR))
        #expect(await wake.watch.wait(for: ends.near, writing: false, milliseconds: 60_000, wake: wake) == .ready)
        #expect(ends.hear() == 0)
    }
}
