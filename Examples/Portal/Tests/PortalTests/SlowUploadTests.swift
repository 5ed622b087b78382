// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Portal

@Suite struct `Portal, uploads that do not end` {
    private static func settings() -> PortalSettings {
        var settings = PortalSettings()
        settings.largestUpload = 100_000
        settings.uploadMemory = 400_000
        return settings
    }

    /// The beginning of an upload with so many octets of a file.
    private static func beginning(_ browser: TestBrowser, _ count: Int) -> [UInt8] {
        Array(
            "--XyZ\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n\(browser.token)\r\n--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
                .utf8) + [UInt8](repeating: 1, count: count)
    }

    /// Begins uploads that never end; each has arrived as far as it does when this returns.
    private static func begin(
        _ count: Int, octets: Int, on portal: TestPortal, peer: String
    ) async throws -> [(RequestBody.Source, Task<TestPage, any Error>)] {
        var begun: [(RequestBody.Source, Task<TestPage, any Error>)] = []
        for _ in 0..<count {
            let browser = portal.browser(peer: peer)
            _ = try await browser.get("/verify")
            let (body, source) = RequestBody.makeStream()
            let before = portal.site.guards.heldOctets
            let octets = beginning(browser, octets)
            nonisolated(unsafe) let sender = browser
            let task = Task {
                try await sender.send(
                    .post, "/verify", headers: ["Content-Type": "multipart/form-data; boundary=XyZ"], body: body)
            }
            await source.yield(ByteBuffer(bytes: octets))
            while portal.site.guards.heldOctets < before + octets.count { await Task.yield() }
            begun.append((source, task))
        }
        return begun
    }

    private static func upload(_ portal: TestPortal, peer: String) async throws -> Int {
        let browser = portal.browser(peer: peer)
        _ = try await browser.get("/verify")
        return try await browser.upload("/verify", name: "a", bytes: [UInt8](repeating: 2, count: 90_000)).status
    }

    private static func end(_ uploads: [(RequestBody.Source, Task<TestPage, any Error>)]) async {
        for (source, task) in uploads {
            source.finish()
            _ = try? await task.value
        }
    }

    @Test func `who begins many uploads and sends nothing keeps nobody from uploading`() async throws {
        let portal = try await TestPortal(settings: Self.settings())
        defer { portal.remove() }
        let idle = try await Self.begin(20, octets: 100, on: portal, peer: "192.0.2.9")
        #expect(try await Self.upload(portal, peer: "192.0.2.1") == 200)
        #expect(try await Self.upload(portal, peer: "192.0.2.9") == 200)
        await Self.end(idle)
        #expect(portal.site.guards.heldOctets == 0)
    }

    @Test func `one address holds half of the room at most, and all of them no more than there is`() async throws {
        let portal = try await TestPortal(settings: Self.settings())
        defer { portal.remove() }
        let first = try await Self.begin(2, octets: 90_000, on: portal, peer: "192.0.2.9")
        #expect(try await Self.upload(portal, peer: "192.0.2.9") == 429)
        #expect(try await Self.upload(portal, peer: "192.0.2.1") == 200)
        let second = try await Self.begin(2, octets: 90_000, on: portal, peer: "192.0.2.8")
        #expect(try await Self.upload(portal, peer: "192.0.2.1") == 429)
        await Self.end(first + second)
        #expect(portal.site.guards.heldOctets == 0)
        #expect(try await Self.upload(portal, peer: "192.0.2.1") == 200)
    }

    @Test func `an upload that is not there in time is ended, and one that is there is taken`() async throws {
        var settings = Self.settings()
        settings.uploadSeconds = 1
        let portal = try await TestPortal(settings: settings)
        defer { portal.remove() }
        let slow = try await Self.begin(1, octets: 100, on: portal, peer: "192.0.2.9")
        for (_, task) in slow { #expect(try await task.value.status == 408) }
        #expect(portal.site.guards.heldOctets == 0)
        #expect(try await Self.upload(portal, peer: "192.0.2.9") == 200)
    }
}
