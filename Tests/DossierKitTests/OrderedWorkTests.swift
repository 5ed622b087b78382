// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Synchronization
import Testing

@Suite struct `Work on many items in their order` {
    private final class Gauge: Sendable {
        private let state = Mutex((now: 0, most: 0))
        func enter() { state.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { state.withLock { $0.now -= 1 } }
        var most: Int { state.withLock { $0.most } }
    }
    private struct Fault: Error {}

    @Test(arguments: [1, 2, 3, 8]) func `results come in order and no more are in work than asked`(_ width: Int)
        async throws
    {
        let gauge = Gauge()
        var delivered: [Int] = []
        try await OrderedWork.run(Array(0..<200), width: width) { item in
            gauge.enter()
            defer { gauge.leave() }
            // Early items take longest, so that later ones are done before them.
            try await Task.sleep(for: .microseconds((200 - item) % 7 * 300))
            return item * item
        } deliver: { index, result in
            #expect(result == index * index)
            delivered.append(index)
        }
        #expect(delivered == Array(0..<200))
        #expect(gauge.most <= width)
    }

    @Test func `one slow item holds up only a bounded number of results`() async throws {
        let started = Mutex(0)
        try await OrderedWork.run(Array(0..<100), width: 2) { item in
            started.withLock { $0 += 1 }
            if item == 0 { try await Task.sleep(for: .milliseconds(200)) }
            return started.withLock { $0 }
        } deliver: { index, startedBy in
            // When the first is done, at most four times the width were begun.
            if index == 0 { #expect(startedBy <= 8) }
        }
    }

    @Test func `an error ends the work, of the work and of the delivery`() async throws {
        for failsInWork in [true, false] {
            let count = Mutex(0)
            await #expect(throws: Fault.self) {
                try await OrderedWork.run(Array(0..<1_000), width: 2) { item in
                    count.withLock { $0 += 1 }
                    if failsInWork, item == 10 { throw Fault() }
                } deliver: { index, _ in
                    if !failsInWork, index == 10 { throw Fault() }
                }
            }
            #expect(count.withLock { $0 } < 100)
        }
    }

    @Test func `nothing to do is done at once`() async throws {
        try await OrderedWork.run([Int]()) {
            $0
        } deliver: { _, _ in
            Issue.record("nothing was asked")
        }
        #expect(OrderedWork.cores >= 1)
    }
}
