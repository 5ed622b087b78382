// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import HTTPTypes
import Testing

@testable import Portal

/// Forms that are sent twice, pages that are opened twice, and what is shown of what somebody else did.
@Suite struct `Portal, everything once` {
    private static let answers = [
        "q.home": "rented-or-lent", "q.movesWithSpouse": "wife", "q.movesWithChild": "no",
    ]
    private static let agreed = answers.merging(["agree": "yes"]) { $1 }

    private func applicant(_ portal: TestPortal) async throws -> TestBrowser {
        let citizen = portal.browser()
        try await citizen.makeVault()
        for file in ["citizen-card-scan", "marriage-certificate", "lawful-home-proof", "host-consent"] {
            #expect(try await citizen.post("/vault/samples/\(file).pdf").status == 303)
        }
        return citizen
    }

    /// Another connection of the same browser.
    private func twin(_ browser: TestBrowser, _ portal: TestPortal) -> TestBrowser {
        let twin = portal.browser()
        (twin.cookies, twin.token, twin.dossier) = (browser.cookies, browser.token, browser.dossier)
        return twin
    }

    private func grants(_ citizen: TestBrowser, _ portal: TestPortal) async throws -> [GrantRecord] {
        let session = portal.site.sessions.session(citizen.cookies["portal"] ?? "", at: portal.clock.now)
        return try await #require(session?.vault).grants()
    }

    private func submit(_ citizen: TestBrowser) async throws -> String {
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        let answer = try await citizen.post("/procedures/1.004222/submit", Self.agreed)
        #expect(answer.status == 303)
        return try #require(answer.location?.split(separator: "/").last.map(String.init))
    }

    @Test
    func `a submission that is sent three times at once, and again by going back, is one consent and one dossier`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        let form = citizen.dossier ?? ""
        nonisolated(unsafe) let browsers = (0..<3).map { _ in twin(citizen, portal) }
        async let first = browsers[0].post("/procedures/1.004222/submit", Self.agreed)
        async let second = browsers[1].post("/procedures/1.004222/submit", Self.agreed)
        async let third = browsers[2].post("/procedures/1.004222/submit", Self.agreed)
        let places = try await [first.location, second.location, third.location]
        #expect(places == Array(repeating: "/dossiers/\(form)", count: 3))
        let again = try await citizen.post(
            "/procedures/1.004222/submit", Self.agreed.merging(["dossier": form]) { $1 })
        #expect(again.location == "/dossiers/\(form)")
        #expect(try await portal.site.world.desk.all().count == 1)
        #expect(try await grants(citizen, portal).count == 1)
        // Another dossier of the same kind is another consent.
        _ = try await submit(citizen)
        #expect(try await portal.site.world.desk.all().count == 2)
        #expect(try await grants(citizen, portal).count == 2)
    }

    @Test func `of two pages with a question the older one signs nothing, and is shown the newer question`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        let older = try #require(citizen.dossier)
        _ = try await citizen.post("/procedures/1.004222/consent", Self.answers)
        let newer = try #require(citizen.dossier)
        #expect(older != newer)
        for dossier in [older, "", "T01.01-000000-0000"] {
            let page = try await citizen.post(
                "/procedures/1.004222/submit", Self.agreed.merging(["dossier": dossier]) { $1 })
            #expect(page.status == 400 && page.text.contains(newer))
        }
        #expect(try await grants(citizen, portal).isEmpty)
        let sent = try await citizen.post(
            "/procedures/1.004222/submit", Self.agreed.merging(["dossier": newer]) { $1 })
        #expect(sent.location == "/dossiers/\(newer)")
        let grant = try #require(try await grants(citizen, portal).first)
        #expect(grant.dossier == newer)
    }

    @Test func `what one official read is shown to nobody else, and to nobody after the end or the withdrawal`()
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
        let paper = "/office/\(code)/papers/0"
        #expect(try await official.get(paper).status == 200)
        // Another session has to read by itself, which is logged.
        let other = portal.browser()
        try await other.signIn("official-1")
        #expect(try await other.get(paper).status == 404)
        _ = try await other.get("/office/\(code)")
        #expect(try await other.post("/office/\(code)/open").status == 303)
        #expect(try await other.get(paper).status == 200)
        #expect(try await citizen.get("/log").text.contains(AccessRecord.Kind.released.name.vi.dropFirst()))
        let grant = try #require(try await grants(citizen, portal).first)
        #expect(try await citizen.post("/grants/\(grant.id)/revoke").status == 303)
        for browser in [official, other] {
            #expect(try await browser.get(paper).text.contains(ReleaseRefusal.Reason.revoked.phrase.vi.dropFirst()))
            #expect(try await browser.get(paper).status == 404)
            #expect(try await browser.get("/office/\(code)").status == 200)
        }
        // And the end by time.
        let second = try await submit(citizen)
        _ = try await official.get("/office/\(second)")
        #expect(try await official.post("/office/\(second)/open").status == 303)
        #expect(try await official.get("/office/\(second)/papers/0").status == 200)
        portal.clock.pass(seconds: 31 * 86_400)
        try await official.signIn("official-1")
        #expect(try await official.get("/office/\(second)/papers/0").status == 404)
    }

    @Test func `a paper and a result that are sent twice at once are kept once`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        let code = try await submit(citizen)
        _ = try await citizen.get("/vault/add")
        let pdf = try #require(portal.site.world.papers.first { $0.file.hasPrefix("birth") }).bytes
        nonisolated(unsafe) let citizens = (0..<2).map { _ in twin(citizen, portal) }
        async let first = citizens[0].upload("/vault/documents", name: "a.pdf", bytes: pdf, fields: ["type": "other"])
        async let second = citizens[1].upload("/vault/documents", name: "a.pdf", bytes: pdf, fields: ["type": "other"])
        #expect(try await first.location == second.location)
        let session = portal.site.sessions.session(citizen.cookies["portal"] ?? "", at: portal.clock.now)
        #expect(try await #require(session?.vault).list().count == 5)

        let official = portal.browser()
        try await official.signIn("official-1")
        _ = try await official.get("/office/\(code)")
        nonisolated(unsafe) let officials = (0..<2).map { _ in twin(official, portal) }
        async let one = officials[0].upload("/office/\(code)/result", name: "kq.pdf", bytes: pdf)
        async let two = officials[1].upload("/office/\(code)/result", name: "kq.pdf", bytes: pdf)
        #expect(try await [one.status, two.status] == [303, 303])
        #expect(try await official.upload("/office/\(code)/result", name: "kq.pdf", bytes: pdf).status == 303)
        #expect(try await portal.site.world.desk.dossier(code)?.results.count == 1)
    }

    @Test func `every form's address leads to its page, in the other language too`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = try await applicant(portal)
        for (address, page) in [
            ("/vault/create", "/vault"), ("/vault/unlock", "/vault"), ("/vault/lock", "/vault"),
            ("/vault/documents", "/vault/add"), ("/procedures/1.004222/consent", "/procedures/1.004222"),
            ("/procedures/1.004222/submit", "/procedures/1.004222"), ("/grants/00/revoke", "/log"), ("/sign-out", "/"),
            ("/office/T01/open", "/office/T01"), ("/office/T01/result", "/office/T01"),
        ] {
            let answer = try await citizen.get(address + "?lang=en")
            #expect(answer.status == 303 && answer.location == page, "\(address)")
        }
        #expect(try await citizen.get("/vault").text.contains("lang=\"en\""))
        // The answers to a procedure's questions stay with the page.
        let plan = try await citizen.get("/procedures/1.004222?q.home=own&lang=en&x=%22%3E").text
        #expect(plan.contains("href=\"/procedures/1.004222?q.home=own&amp;x=%22%3E&amp;lang=vi\""))
        // Nothing leads to another host.
        for path in ["/\\evil.example", "//evil.example"] {
            #expect(try await citizen.get(path).text.contains("href=\"/?lang=vi\""), "\(path)")
        }
        let head = try await citizen.send(.head, "/vault")
        #expect(head.status == 200 && head.bytes.isEmpty)
    }

    @Test func `an older anchor never takes the place of a newer one`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let citizen = portal.browser()
        try await citizen.makeVault()
        let session = portal.site.sessions.session(citizen.cookies["portal"] ?? "", at: portal.clock.now)
        let vault = try #require(session?.vault)
        let accounts = portal.site.world.accounts
        let older = try #require(await vault.anchor)
        #expect(try await citizen.post("/vault/samples/birth-certificate.pdf").status == 303)
        let newer = try #require(await vault.anchor)
        #expect(try await accounts.anchor(of: vault.id) == newer && newer != older)
        try await accounts.keep(older)
        try await accounts.keep(nil)
        #expect(try await accounts.anchor(of: vault.id) == newer)
    }
}
