// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

@testable import Portal

/// A clock that a test turns on.
final class TestClock: Sendable {
    private let state: Mutex<Instant>

    init() { state = Mutex(Instant(seconds: 1_795_262_400)) }

    var now: Instant { state.withLock { $0 } }
    func pass(seconds: Int64) { state.withLock { $0 = $0.adding(seconds: seconds) } }
    var clock: PortalClock { PortalClock { self.now } }
}

/// A portal of its own for one test, with a fresh world.
struct TestPortal {
    let site: PortalSite
    let responder: RouterResponder<PortalContext>
    let clock: TestClock
    private let folder: String

    init(settings: PortalSettings = PortalSettings()) async throws {
        clock = TestClock()
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "portal-test-\(UUID().uuidString)"
            ).path
        let world = try await DemoWorld(
            in: PortalStorage(folder: folder), of: DemoParties(at: clock.now), samples: ServedPortal.samples,
            at: clock.now)
        site = PortalSite(world, settings: settings, clock: clock.clock)
        responder = site.router().buildResponder()
    }

    func browser(peer: String = "192.0.2.1") -> TestBrowser { TestBrowser(self, peer: peer) }
    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

/// An answer as a browser gets it.
struct TestPage {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var location: String? { headers[.location] }
    /// The token of the first form.
    var token: String? { hidden("csrf") }
    /// The value of the first hidden field of a name.
    func hidden(_ name: String) -> String? {
        guard let start = text.firstRange(of: "name=\"\(name)\" value=\"") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

/// A browser that keeps cookies, and the token and the dossier of the newest page's forms.
final class TestBrowser {
    private let portal: TestPortal
    private let peer: String
    var cookies: [String: String] = [:]
    var token = ""
    /// What the form of a consent says which question it answers.
    var dossier: String?

    init(_ portal: TestPortal, peer: String) {
        self.portal = portal
        self.peer = peer
    }

    private struct Source: RequestContextSource {
        let logger = Logger(label: "test")
    }

    private struct Collector: ResponseBodyWriter {
        let collected: Collected
        mutating func write(_ buffer: ByteBuffer) async throws { collected.add(buffer) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private final class Collected: Sendable {
        private let state = Mutex<[UInt8]>([])
        var bytes: [UInt8] { state.withLock { $0 } }
        func add(_ buffer: ByteBuffer) { state.withLock { $0 += buffer.readableBytesView } }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: [String: String] = [:],
        body: [UInt8] = []
    ) async throws -> TestPage {
        try await send(method, path, headers: headers, body: RequestBody(buffer: ByteBuffer(bytes: body)))
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: [String: String] = [:], body: RequestBody
    ) async throws -> TestPage {
        var fields = HTTPFields()
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        if !cookies.isEmpty {
            fields[.cookie] = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(
                separator: "; ")
        }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "portal.example", path: path,
                headerFields: fields),
            body: body)
        let response = try await portal.responder.respond(
            to: request, context: PortalContext(testing: Source(), peer: peer))
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        for value in response.headers[values: .setCookie] {
            let pair = value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
        }
        let page = TestPage(
            status: response.status.code, headers: response.headers, bytes: collected.bytes)
        if let found = page.token { token = found }
        if let found = page.hidden("dossier") { dossier = found }
        return page
    }

    func get(_ path: String) async throws -> TestPage { try await send(.get, path) }

    func post(
        _ path: String, _ fields: [String: String] = [:], token: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> TestPage {
        var all = fields
        all["csrf"] = token ?? self.token
        if path.hasSuffix("/submit"), all["dossier"] == nil { all["dossier"] = dossier }
        let body = all.map { "\(Self.encode($0.key))=\(Self.encode($0.value))" }.joined(separator: "&")
        return try await send(
            .post, path,
            headers: headers.merging(["Content-Type": "application/x-www-form-urlencoded"]) { a, _ in a },
            body: Array(body.utf8))
    }

    func upload(
        _ path: String, name: String, bytes: [UInt8], fields: [String: String] = [:],
        token: String? = nil
    ) async throws -> TestPage {
        var body: [UInt8] = []
        for (key, value) in [("csrf", token ?? self.token)] + fields.map({ ($0.key, $0.value) }) {
            body += Array(
                "--XyZ\r\nContent-Disposition: form-data; name=\"\(key)\"\r\n\r\n\(value)\r\n".utf8)
        }
        body += Array(
            "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\nContent-Type: x/y\r\n\r\n"
                .utf8)
        body += bytes
        body += Array("\r\n--XyZ--\r\n".utf8)
        return try await send(
            .post, path, headers: ["Content-Type": "multipart/form-data; boundary=XyZ"], body: body)
    }

    /// Signs in as one of the demonstration's persons.
    func signIn(_ person: String) async throws {
        _ = try await get("/sign-in")
        _ = try await post("/sign-in", ["person": person])
    }

    static let passphrase = "một câu mật khẩu thử nghiệm"

    /// Makes a vault and confirms its code.
    func makeVault(_ person: String = "citizen-1") async throws {
        try await signIn(person)
        _ = try await get("/vault")
        _ = try await post("/vault/create", ["passphrase": Self.passphrase, "again": Self.passphrase])
        let page = try await get("/vault/recovery")
        let groups = Self.code(in: page.text)
        guard groups.count == 14 else { return }
        _ = try await post("/vault/recovery", ["first": groups[2], "second": groups[10]])
        _ = try await get("/vault")
    }

    /// The groups of the recovery code on a page.
    static func code(in text: String) -> [String] {
        guard let start = text.firstRange(of: "translate=\"no\">") else { return [] }
        return text[start.upperBound...].prefix { $0 != "<" }.split(separator: "-").map(String.init)
    }

    private static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
