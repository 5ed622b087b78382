// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing

@testable import Portal

@Suite struct `Portal, bodies that are written as they are made` {
    /// What a browser took, and when it takes no more.
    private final class Browser: Sendable {
        struct Gone: Error {}
        private let state = Mutex((taken: [UInt8](), room: 0, hasAll: false))
        private let leavesAfter: Int

        init(room: Int, leavesAfter: Int = .max) {
            state.withLock { $0.room = room }
            self.leavesAfter = leavesAfter
        }

        var taken: [UInt8] { state.withLock { $0.taken } }
        /// Whether it was told that the file ends here.
        var hasAll: Bool { state.withLock { $0.hasAll } }
        func ends() { state.withLock { $0.hasAll = true } }
        func takesMore() { state.withLock { $0.room = .max } }

        func take(_ bytes: [UInt8]) async throws {
            while state.withLock({ $0.taken.count + bytes.count > $0.room }) {
                try await Task.sleep(for: .milliseconds(2))
            }
            guard state.withLock({ $0.taken.count }) < leavesAfter else { throw Gone() }
            state.withLock { $0.taken += bytes }
        }
    }

    private struct Writer: ResponseBodyWriter {
        let browser: Browser
        mutating func write(_ buffer: ByteBuffer) async throws {
            try await browser.take(Array(buffer.readableBytesView))
        }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws { browser.ends() }
    }

    private final class Made: Sendable {
        private let state = Mutex((count: 0, error: String?.none))
        var count: Int { state.withLock { $0.count } }
        var error: String? { state.withLock { $0.error } }

        func pieces(_ count: Int, _ write: @Sendable ([UInt8]) async throws -> Void) async throws {
            do {
                for number in 0..<count {
                    try await write([UInt8(truncatingIfNeeded: number)])
                    state.withLock { $0.count += 1 }
                }
            } catch {
                state.withLock { $0.error = "\(type(of: error))" }
                throw error
            }
        }
    }

    @Test func `no more is made than the browser takes, and in the end it has everything in order`() async throws {
        let (browser, made) = (Browser(room: 5), Made())
        async let written: Void = ResponseBody.made { try await made.pieces(500, $0) }.write(Writer(browser: browser))
        while browser.taken.count < 5 { try await Task.sleep(for: .milliseconds(2)) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(made.count <= 7, "one is being taken, one waits")
        browser.takesMore()
        try await written
        #expect(made.count == 500)
        #expect(browser.hasAll)
        #expect(browser.taken == (0..<500).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test func `when the browser is gone nothing more is made`() async throws {
        let (browser, made) = (Browser(room: .max, leavesAfter: 3), Made())
        await #expect(throws: Browser.Gone.self) {
            try await ResponseBody.made { try await made.pieces(1_000_000, $0) }.write(Writer(browser: browser))
        }
        for _ in 0..<1_000 where made.error == nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(made.error == "CancellationError")
        #expect(made.count <= 5)
    }

    @Test func `an error of who makes it is one of the answer, so that no half file looks whole`() async throws {
        struct Damaged: Error {}
        let browser = Browser(room: .max)
        await #expect(throws: Damaged.self) {
            try await ResponseBody.made { write in
                try await write([1])
                throw Damaged()
            }.write(Writer(browser: browser))
        }
        #expect(browser.taken == [1] && !browser.hasAll)
    }

    @Test func `an answer that is cancelled between two pieces does not look whole either`() async throws {
        let browser = Browser(room: .max)
        let written = Task {
            try await ResponseBody.made { write in
                try await write([1])
                try await Task.sleep(for: .seconds(600))
            }.write(Writer(browser: browser))
        }
        while browser.taken.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        written.cancel()
        await #expect(throws: CancellationError.self) { try await written.value }
        #expect(browser.taken == [1] && !browser.hasAll)
    }
}
