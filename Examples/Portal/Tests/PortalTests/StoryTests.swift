// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing

@testable import Portal

@Suite struct `Portal, a dossier from plan to result` {
    /// What goes with a copy, as somebody else reads it.
    private struct Copy: Decodable {
        let authenticationCode, archive, recipient, original, number, type, title, dossier: String
        let purpose: Phrase
        let issuedAt, validUntil: Instant
        let copy, copies: Int
    }

    private static let answers = [
        "q.home": "rented-or-lent", "q.movesWithSpouse": "wife", "q.movesWithChild": "no",
    ]

    /// A citizen with everything that the procedure asks for.
    private func applicant(_ portal: TestPortal) async throws -> TestBrowser {
        let citizen = portal.browser()
        try await citizen.makeVault()
        for file in ["citizen-card-scan", "marriage-certificate", "lawful-home-proof", "host-consent"] {
            #expect(try await citizen.post("/vault/samples/\(file).pdf").status == 303)
        }
        return citizen
    }

    private func submit(_ citizen: TestBrowser) async throws -> String {
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        let agreed = Self.answers.merging(["agree": "yes", "v.declarant.fullName": "Nguyễn Văn Thử"]) {
            first, _ in first
        }
        let answer = try await citizen.post("/procedures/1.004222/submit", agreed)
        #expect(answer.status == 303)
        return try #require(answer.location?.split(separator: "/").last.map(String.init))
    }

    @Test
    func `nothing is sent without a tick, and with it the agency reads until consent is withdrawn`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        #expect(try await citizen.post("/procedures/1.004222/submit", Self.answers).status == 400)
        #expect(try await portal.site.world.desk.all().isEmpty)
        let code = try await submit(citizen)
        let official = portal.browser()
        try await official.signIn("official-1")
        let dossier = try await official.get("/office/\(code)")
        #expect(dossier.text.contains(Indication.totalPassed.phrase.vi))
        #expect(try await official.get("/office/\(code)/papers/0").status == 404)
        #expect(try await official.post("/office/\(code)/open").status == 303)
        #expect(try await official.get("/office/\(code)/papers/0").status == 200)
        // The eleven particulars go with the copy: K4 of the requirements.
        let copy = try JSONDecoder().decode(
            Copy.self, from: Data(try await official.get("/office/\(code)/papers/0/copy").bytes))
        let vault = try #require(
            portal.site.sessions.session(citizen.cookies["portal"] ?? "", at: portal.clock.now)?.vault)
        let (_, entries) = try await portal.site.world.release.service.log.history(
            of: vault.id, at: portal.clock.now)
        let entry = try #require(entries.first { $0.record?.kind == .released })
        #expect(copy.authenticationCode == entry.leafHash.description)
        #expect(copy.archive == vault.id.description)
        #expect(copy.recipient.contains("Lê Thị Kiểm") && copy.recipient.contains("T01.01"))
        let original = try #require(try await vault.list().first { copy.original.hasPrefix("\($0.id)/") })
        #expect(copy.original == "\(original.id)/\(original.current.id) sha256:\(original.current.sha256)")
        #expect(copy.number == original.current.metadata.number ?? "")
        #expect(copy.type == original.current.metadata.type)
        #expect(copy.title == original.current.metadata.name)
        #expect(!copy.purpose.vi.isEmpty)
        #expect(copy.issuedAt == portal.clock.now)
        #expect(copy.validUntil == portal.clock.now.adding(seconds: 30 * 86_400))
        #expect(copy.copy == 1 && copy.copies == 3)
        #expect(copy.dossier == code)
        _ = try await official.get("/office/\(code)")
        let log = try await citizen.get("/log")
        #expect(log.text.contains(AccessRecord.Kind.released.name.vi.dropFirst()))
        #expect(log.text.contains("Lê Thị Kiểm"))
        let witnessed = WitnessStanding.witnessed([portal.site.world.witness.verification]).phrase.vi
        #expect(log.text.contains(witnessed))
        let start = try #require(log.text.firstRange(of: "action=\"/grants/"))
        let id = log.text[start.upperBound...].prefix { $0 != "/" }
        #expect(try await citizen.post("/grants/\(id)/revoke").status == 303)
        #expect(try await official.post("/office/\(code)/open").status == 403)
        // What was read is not handed out once more either.
        for path in ["/office/\(code)/papers/0", "/office/\(code)/papers/0/copy"] {
            #expect(try await [403, 404].contains(official.get(path).status), "\(path)")
        }
        #expect(
            try await citizen.get("/log").text.contains(GrantRecord.Standing.revoked.name.vi.dropFirst()))
    }

    @Test func `the agency reads no oftener than was agreed`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let code = try await submit(try await applicant(portal))
        let official = portal.browser()
        try await official.signIn("official-1")
        _ = try await official.get("/office/\(code)")
        for _ in 0..<3 { #expect(try await official.post("/office/\(code)/open").status == 303) }
        #expect(try await official.post("/office/\(code)/open").status == 403)
    }

    @Test func `a withdrawal that only reached the vault is told to the release service with the next look`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        let code = try await submit(citizen)
        let official = portal.browser()
        try await official.signIn("official-1")
        _ = try await official.get("/office/\(code)")
        #expect(try await official.post("/office/\(code)/open").status == 303)
        let vault = try #require(
            portal.site.sessions.session(citizen.cookies["portal"] ?? "", at: portal.clock.now)?.vault)
        let grant = try #require(try await vault.grants().first)
        _ = try await vault.revoke(grant.id, at: portal.clock.now)
        // Nobody has told the service.
        #expect(try await official.post("/office/\(code)/open").status == 303)
        for _ in 0..<2 {
            let log = try await citizen.get("/log").text
            #expect(log.ranges(of: AccessRecord.Kind.revoked.name.vi.dropFirst()).count == 1)
            #expect(try await official.post("/office/\(code)/open").status == 403)
        }
    }

    @Test func `a consent whose documents have changed is asked for again`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        let other = Self.answers.merging(["q.movesWithSpouse": "no", "agree": "yes"]) { $1 }
        let page = try await citizen.post("/procedures/1.004222/submit", other)
        #expect(page.status == 400)
        #expect(try await portal.site.world.desk.all().isEmpty)
        #expect(try await citizen.post("/procedures/1.004222/submit", other).status == 303)
    }

    @Test func `a result comes back into the vault and counts as verified by its signature`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        let code = try await submit(citizen)
        let official = portal.browser()
        try await official.signIn("official-1")
        _ = try await official.get("/office/\(code)")
        let result = try #require(
            portal.site.world.papers.first { $0.file == "residence-confirmation.pdf" })
        let text = Array("no PDF".utf8)
        #expect(
            try await official.upload("/office/\(code)/result", name: "a.txt", bytes: text).status == 400)
        _ = try await official.get("/office/\(code)")
        let answer = try await official.upload(
            "/office/\(code)/result", name: "kết quả.pdf", bytes: result.bytes,
            fields: ["type": "residence-confirmation"])
        #expect(answer.status == 303)
        let vault = try await citizen.get("/vault")
        #expect(vault.text.contains("kết quả.pdf"))
        let open = try #require(
            portal.site.sessions.session(citizen.cookies["portal"] ?? "", at: portal.clock.now)?.vault)
        let record = try #require(
            try await open.list().first { $0.current.metadata.name == "kết quả.pdf" })
        #expect(record.current.provenance.assurance == .signatureVerified)
        #expect(record.current.metadata.dossier == code)
        // Another citizen does not see the dossier.
        let other = portal.browser()
        try await other.signIn("citizen-2")
        #expect(try await other.get("/dossiers/\(code)").status == 404)
        #expect(try await citizen.get("/dossiers/\(code)").status == 200)
    }
}
