// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import FoundationNetworking
import Hummingbird
import Testing

@testable import PortalGuide

/// Plays the tutorial's portal; every listing of the tutorial is one of the files that are tested here.
@Suite struct `The developer's guide` {
    private static let time = Instant(seconds: 1_795_262_400)
    private static let package = URL(filePath: #filePath).appendingPathComponent("../../..").standardized

    private struct Answer {
        let status: Int
        let json: [String: Any]
    }

    /// The portal on a port of its own while a closure runs.
    private func serving(_ guide: Guide, _ body: (String) async throws -> Void) async throws {
        let (ports, source) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: guide.router(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: { source.yield($0.localAddress?.port ?? 0) })
        let server = Task { try await application.run() }
        defer { server.cancel() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        try await body("http://127.0.0.1:\(port)")
    }

    private func send(
        _ portal: String, _ method: String, _ path: String, session: String = "", body: [UInt8] = []
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: portal + path)))
        request.httpMethod = method
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if !session.isEmpty { request.setValue(session, forHTTPHeaderField: "Authorization") }
        if method == "POST" { request.httpBody = Data(body) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, json: json ?? [:])
    }

    @Test func `from an empty vault to papers that are read by consent, and no longer after withdrawal`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guide-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let guide = try await Guide(folder: folder) { Self.time }
        try await serving(guide) { try await play(guide, $0) }
    }

    private func play(_ guide: Guide, _ portal: String) async throws {
        let secret = Array(#"{"passphrase": "một câu mật khẩu thử nghiệm"}"#.utf8)
        let made = try await send(portal, "POST", "/vaults", body: secret)
        let vault = try #require(made.json["vault"] as? String)
        // Locked and opened again; with another passphrase it does not open.
        let first = try #require(made.json["session"] as? String)
        #expect(try await send(portal, "POST", "/lock", session: first).status == 204)
        #expect(try await send(portal, "GET", "/log", session: first).status == 401)
        let wrong = Array(#"{"passphrase": "another"}"#.utf8)
        #expect(try await send(portal, "POST", "/vaults/\(vault)/unlock", body: wrong).status == 403)
        let opened = try await send(portal, "POST", "/vaults/\(vault)/unlock", body: secret)
        let session = try #require(opened.json["session"] as? String)

        let plan = "/procedures/1.004222?home=rented-or-lent&movesWithSpouse=no&movesWithChild=no"
        let empty = try await send(portal, "GET", plan, session: session)
        #expect(empty.json["isCovered"] as? Bool == false)
        #expect(!(empty.json["missing"] as? [String] ?? []).isEmpty)
        let consentPath = "/procedures/1.004222/consent?home=rented-or-lent&movesWithSpouse=no&movesWithChild=no"
        #expect(try await send(portal, "GET", consentPath, session: session).status == 409)

        let samples = Self.package.appendingPathComponent("../../testvectors/pdfs").standardized
        for (type, file) in [
            ("lawful-home-proof", "lawful-home-proof"), ("host-consent", "host-consent"),
            ("citizen-card", "citizen-card-scan"),
        ] {
            let bytes = [UInt8](try Data(contentsOf: samples.appendingPathComponent("\(file).pdf")))
            let kept = try await send(
                portal, "POST", "/documents/\(type)?issuedOn=2026-11-02", session: session, body: bytes)
            #expect(kept.status == 200, "\(type)")
            #expect(kept.json["assurance"] as? String == "self-declared")
        }
        let covered = try await send(portal, "GET", plan, session: session)
        #expect(covered.json["isCovered"] as? Bool == true, "\(covered.json)")

        let question = try #require(
            try await send(portal, "GET", consentPath, session: session).json["text"] as? String)
        func answer(_ text: String, _ agrees: Bool) throws -> [UInt8] {
            [UInt8](try JSONSerialization.data(withJSONObject: ["text": text, "agrees": agrees]))
        }
        // Silence, or other words than were shown, is no consent.
        #expect(
            try await send(portal, "POST", consentPath, session: session, body: answer(question, false)).status != 200)
        #expect(
            try await send(portal, "POST", consentPath, session: session, body: answer(question + " ", true)).status
                != 200)
        let granted = try await send(portal, "POST", consentPath, session: session, body: answer(question, true))
        let dossier = try #require(granted.json["dossier"] as? String)
        let read = try await send(portal, "POST", "/office/\(dossier)/read")
        let papers = try #require(read.json["papers"] as? [[String: Any]])
        #expect(!papers.isEmpty)
        #expect(papers.allSatisfy { (($0["copy"] as? [String: Any])?["dossier"] as? String) == dossier })

        #expect(try await send(portal, "POST", "/withdraw", session: session).status == 204)
        #expect(try await send(portal, "POST", "/office/\(dossier)/read").status == 403)
        let log = try await send(portal, "GET", "/log", session: session)
        let kinds = (log.json["lines"] as? [[String: Any]] ?? []).map { $0["what"] as? String }
        #expect(kinds.reversed() == ["unlocked", "granted", "released", "revoked", "refused"])
        #expect(
            log.json["standing"] as? String == WitnessStanding.witnessed([guide.agency.witness.verification]).phrase.vi)
    }

    @Test func `every listing of the tutorial is a file that is built here, or the manifest`() throws {
        let catalog = Self.package.appendingPathComponent("Sources/PortalGuide/PortalGuide.docc")
        let text = try String(contentsOf: catalog.appendingPathComponent("Building-a-portal.tutorial"), encoding: .utf8)
        let listings = text.matches(of: /file: "([^"]+)"/).map { String($0.1) }
        #expect(listings.count == 10)
        for listing in listings where listing != "Package.swift" {
            let resource = catalog.appendingPathComponent("Resources/\(listing)").resolvingSymlinksInPath().standardized
            let folders = ["PortalGuide", "guide"].map {
                Self.package.appendingPathComponent("Sources/\($0)/\(listing)").path
            }
            #expect(folders.contains(resource.path), "\(listing) is \(resource.path)")
        }
        // The tutorial's manifest names what this package's own does.
        let manifest = try String(
            contentsOf: catalog.appendingPathComponent("Resources/Package.swift"), encoding: .utf8)
        let own = try String(contentsOf: Self.package.appendingPathComponent("Package.swift"), encoding: .utf8)
        for line in manifest.split(separator: "\n") where line.contains(".product(") {
            #expect(own.contains(line.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: [",", "]", ")"])))
        }
    }
}
