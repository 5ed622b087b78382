// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import Testing
import TrustServices

@Suite("HTTP by libcurl — RFC 9110", .timeLimit(.minutes(20)))
struct FetchingTests {
    private let server: LoopbackServer
    private let fetcher = CURLFetcher(proxy: .none)

    init() throws { server = try LoopbackServer() }

    private func get(_ path: String, _ limits: HTTPRequest.Limits = .init()) async throws -> HTTPResponse {
        try await fetcher.response(to: HTTPRequest(.get, server.address(path), from: .user, limits: limits))
    }

    private func refused(
        _ code: TrustServicesError.Code, _ path: String, _ limits: HTTPRequest.Limits = .init(),
        location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: TrustServicesError(code, ""), sourceLocation: location) { try await get(path, limits) }
    }

    @Test func `an answer comes with status, type and body`() async throws {
        let response = try await get("/plain")
        #expect(response.status == 200 && response.contentType == "text/plain" && response.body == Array("plain".utf8))
    }

    @Test func `a posted body and its media type arrive as they are, also an empty one`() async throws {
        for body in [Array(0...255), [], [UInt8](repeating: 0, count: 100_000)] as [[UInt8]] {
            let response = try await fetcher.response(
                to: HTTPRequest(
                    .post(body, contentType: "application/ocsp-request"), server.address("/echo"), from: .user))
            #expect(response.body == body && response.contentType == "application/ocsp-request")
        }
    }

    @Test func `an answer of exactly the size allowed is taken, one byte more is refused`() async throws {
        #expect(try await get("/bytes?1000", .init(bytes: 1000)).body.count == 1000)
        await refused(.tooLarge, "/bytes?1001", .init(bytes: 1000))
    }

    @Test func `an answer without an end is cut off at the limit`() async {
        await refused(.tooLarge, "/endless", .init(bytes: 100_000))
    }

    @Test func `an answer that is cut is refused`() async { await refused(.truncated, "/cut") }

    @Test func `a slow answer within the time is taken, one past it is refused`() async throws {
        #expect(try await get("/slow?0.1", .init(milliseconds: 5_000)).body == Array("late".utf8))
        await refused(.timeout, "/slow?5", .init(milliseconds: 300))
        await refused(.timeout, "/drip", .init(milliseconds: 300))
    }

    @Test func `redirects are followed up to the limit`() async throws {
        #expect(try await get("/chain?3", .init(redirects: 3)).body == Array("plain".utf8))
        await refused(.tooManyRedirects, "/chain?4", .init(redirects: 3))
        await refused(.tooManyRedirects, "/chain?1", .init(redirects: 0))
    }

    @Test func `redirects share the time of the call`() async throws {
        #expect(try await get("/slow-redirect?0.4", .init(milliseconds: 20_000)).body == Array("late".utf8))
        await refused(.timeout, "/slow-redirect?0.4", .init(milliseconds: 600))
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://user@127.0.0.1/"])
    func `a redirect to another protocol is refused`(target: String) async {
        await refused(.redirectRefused, "/redirect?\(target)")
    }

    @Test func `a posted question follows 307 and 308 and no other redirect`() async throws {
        func post(_ path: String) async throws -> HTTPResponse {
            try await fetcher.response(
                to: HTTPRequest(.post([1, 2], contentType: "a/b"), server.address(path), from: .user))
        }
        for status in [307, 308] { #expect(try await post("/moved\(status)").body == [1, 2]) }
        for status in [301, 302, 303] {
            await #expect(throws: TrustServicesError(.redirectRefused, "")) { try await post("/moved\(status)") }
        }
    }

    @Test func `a status other than 200 is an answer; errors of the server may pass`() async throws {
        for status in [404, 500, 503] { #expect(try await get("/status?\(status)").status == status) }
        let access = ServiceAccess(fetcher, retry: .once)
        for (status, isTransient) in [(500, true), (503, true), (429, true), (404, false), (403, false)] {
            do {
                _ = try await access.body(of: HTTPRequest(.get, server.address("/status?\(status)"), from: .user))
                Issue.record("status \(status) is taken for an answer")
            } catch let error as TrustServicesError {
                #expect(error.code == .unexpectedStatus && error.status == status && error.isTransient == isTransient)
            }
        }
    }

    @Test func `nobody there is said`() async throws {
        // Bound and not listening: nobody else can take the port meanwhile.
        let place = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(place) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(place, $0, length) == 0 && getsockname(place, $0, &length) == 0
            }
        }
        try #require(isBound)
        let closed = try HTTPAddress("http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/")
        await #expect(throws: TrustServicesError(.notReachable, "")) {
            try await fetcher.response(to: HTTPRequest(.get, closed, from: .user))
        }
    }

    @Test func `at most four calls run at once, and all are answered`() async throws {
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 {
                group.addTask { try await Int(String(decoding: get("/concurrent").body, as: UTF8.self)) ?? 0 }
            }
            return try await group.reduce(0, max)
        }
        #expect((2...4).contains(most))
    }

    @Test func `a cancelled call ends without its answer, waiting or running`() async throws {
        let calls = (0..<6).map { _ in Task { try await get("/slow?30") } }
        try await Task.sleep(for: .milliseconds(200))
        for call in calls { call.cancel() }
        for call in calls {
            await #expect(throws: TrustServicesError(.cancelled, "")) { try await call.value }
        }
        #expect(try await get("/plain").status == 200)
    }
}
