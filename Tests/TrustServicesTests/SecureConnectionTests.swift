// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import TestSupport
import Testing
import TrustServices

@Suite("HTTPS — RFC 8446, RFC 9110 §4.3.4", .timeLimit(.minutes(20)))
struct SecureConnectionTests {
    private let place: TemporaryFolder
    private var certificate: String { place.path("certificate.pem") }

    init() throws {
        place = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost", "-keyout", place.path("key.pem"), "-out", place.path("certificate.pem"),
        ]
        process.standardError = Pipe()
        try process.run()
        process.waitUntilExit()
    }

    private func server(_ version: String? = nil) throws -> LoopbackServer {
        try LoopbackServer(tls: (certificate, place.path("key.pem"), version))
    }

    private func get(
        _ server: LoopbackServer, _ path: String = "/plain", host: String = "localhost", trusting authorities: String?
    ) async throws -> HTTPResponse {
        try await CURLFetcher(proxy: .none, authorities: authorities).response(
            to: HTTPRequest(.get, server.address(path, host: host, scheme: "https"), from: .user))
    }

    @Test func `a server is believed under an authority that is trusted and its own name`() async throws {
        let server = try server()
        #expect(try await get(server, trusting: certificate).body == Array("plain".utf8))
        await #expect(throws: TrustServicesError(.insecureConnection, "")) { try await get(server, trusting: nil) }
        await #expect(throws: TrustServicesError(.insecureConnection, "")) {
            try await get(server, host: "127.0.0.1", trusting: certificate)
        }
    }

    @Test(arguments: [("TLSv1_1", false), ("TLSv1_2", true), ("TLSv1_3", true)])
    func `TLS is version 1.2 or newer`(version: String, isTaken: Bool) async throws {
        let server = try server(version)
        if isTaken {
            #expect(try await get(server, trusting: certificate).status == 200)
        } else {
            await #expect(throws: TrustServicesError(.insecureConnection, "")) {
                try await get(server, trusting: certificate)
            }
        }
    }

    @Test func `a redirect from https to http is refused, to https followed`() async throws {
        let server = try server()
        let open = try LoopbackServer()
        await #expect(throws: TrustServicesError(.redirectRefused, "")) {
            try await get(server, "/redirect?\(open.text("/plain", host: "localhost"))", trusting: certificate)
        }
        #expect(try await get(server, "/chain?2", trusting: certificate).body == Array("plain".utf8))
    }
}
