// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing

@testable import Portal

@Suite struct `Portal, who may do what` {
    @Test
    func `a form with the browser's own token is taken and one with another's or none is refused`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let (browser, other) = (portal.browser(), portal.browser())
        _ = try await browser.get("/sign-in")
        _ = try await other.get("/sign-in")
        #expect(
            try await browser.post("/sign-in", ["person": "citizen-1"], token: other.token).status == 403)
        #expect(try await browser.post("/sign-in", ["person": "citizen-1"], token: "").status == 403)
        let page = try await browser.post("/sign-in", ["person": "citizen-1"])
        #expect(page.status == 303)
        #expect(page.location == "/vault")
        // The token from before the sign-in belongs to the old id.
        #expect(try await browser.post("/sign-out").status == 403)
        _ = try await browser.get("/vault")
        #expect(try await browser.post("/sign-out").status == 303)
    }

    @Test func `a form of another site is refused by what the browser says of its origin`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        _ = try await browser.get("/sign-in")
        let form = ["person": "citizen-1"]
        for headers in [
            ["Sec-Fetch-Site": "cross-site"], ["Origin": "https://evil.example"], ["Origin": "null"],
        ] {
            #expect(try await browser.post("/sign-in", form, headers: headers).status == 403)
        }
        let own = ["Sec-Fetch-Site": "same-origin", "Origin": "http://portal.example"]
        #expect(try await browser.post("/sign-in", form, headers: own).status == 303)
    }

    @Test func `an upload with a forged token is refused before its file is kept`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        _ = try await browser.get("/verify")
        let token = browser.token
        #expect(
            try await browser.upload("/verify", name: "a.pdf", bytes: [1, 2, 3], token: "00").status
                == 403)
        #expect(
            try await browser.upload("/verify", name: "a.pdf", bytes: [1, 2, 3], token: token).status
                == 200)
    }

    @Test func `signing in gives a new id, so that a planted one has no part in the session`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        _ = try await browser.get("/sign-in")
        let planted = browser.cookies
        try await browser.signIn("citizen-1")
        #expect(browser.cookies["portal"] != planted["portal"])
        let thief = portal.browser()
        thief.cookies = planted
        #expect(try await thief.get("/vault").location == "/sign-in")
        #expect(try await browser.get("/vault").status == 200)
    }

    @Test func `roles are kept apart and nobody signed in sees nothing`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let (citizen, official, nobody) = (portal.browser(), portal.browser(), portal.browser())
        try await citizen.signIn("citizen-1")
        try await official.signIn("official-1")
        #expect(try await citizen.get("/office").status == 403)
        #expect(try await official.get("/vault").status == 403)
        #expect(try await official.get("/office").status == 200)
        #expect(try await citizen.get("/vault").status == 200)
        for path in ["/vault", "/office", "/procedures", "/dossiers", "/vault/export"] {
            #expect(try await nobody.get(path).location == "/sign-in")
        }
    }

    @Test func `a session ends after its idle time and its vault is let go`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        weak let vault = portal.site.sessions.session(
            browser.cookies["portal"] ?? "", at: portal.clock.now)?.vault
        #expect(vault != nil)
        portal.clock.pass(seconds: 14 * 60)
        #expect(try await browser.get("/vault/add").status == 200)
        portal.clock.pass(seconds: 15 * 60)
        portal.site.sweep()
        #expect(
            vault == nil,
            "the actor that holds the keys is freed, and guarded memory is wiped as it is freed")
        #expect(portal.site.sessions.count == 0)
        #expect(try await browser.get("/vault").location == "/sign-in")
    }

    @Test func `a session ends after its whole time even when it is used`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.signIn("citizen-1")
        for _ in 0..<47 {
            portal.clock.pass(seconds: 600)
            #expect(try await browser.get("/vault").status == 200)
        }
        portal.clock.pass(seconds: 600)
        #expect(try await browser.get("/vault").location == "/sign-in")
    }

    @Test func `signing out and locking let the vault go`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        weak let vault = portal.site.sessions.session(
            browser.cookies["portal"] ?? "", at: portal.clock.now)?.vault
        #expect(vault != nil)
        _ = try await browser.post("/vault/lock")
        #expect(vault == nil)
        #expect(try await browser.get("/vault/add").location == "/vault")
        _ = try await browser.get("/vault")
        #expect(
            try await browser.post("/vault/unlock", ["passphrase": "another passphrase"]).status == 403)
        #expect(
            try await browser.post("/vault/unlock", ["passphrase": TestBrowser.passphrase]).status == 303)
        #expect(try await browser.get("/vault/add").status == 200)
    }

    @Test func `another person's documents do not exist and their passphrase opens nothing`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let (owner, other) = (portal.browser(), portal.browser())
        try await owner.makeVault("citizen-1")
        let stored = try await owner.post("/vault/samples/citizen-card-scan.pdf")
        let path = try #require(stored.location)
        #expect(try await owner.get(path).status == 200)
        #expect(try await owner.get(path + "/content").status == 200)
        try await other.makeVault("citizen-2")
        for page in ["", "/content", "/erase"] {
            #expect(try await other.get(path + page).status == 404)
        }
        #expect(
            try await other.post(path + "/erase", ["passphrase": TestBrowser.passphrase]).status == 404)
        #expect(try await owner.get(path).status == 200)
    }

    @Test func `too many tries of a passphrase are answered 429 and told when to come again`()
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        _ = try await browser.post("/vault/lock")
        _ = try await browser.get("/vault")
        var statuses: [Int] = []
        var last: TestPage?
        for _ in 0..<10 {
            last = try await browser.post("/vault/unlock", ["code": "no code"])
            statuses.append(last?.status ?? 0)
        }
        #expect(statuses.first == 403)
        #expect(statuses.last == 429)
        #expect(last?.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
        portal.clock.pass(seconds: 60)
        #expect(
            try await browser.post("/vault/unlock", ["passphrase": TestBrowser.passphrase]).status == 303)
    }

    @Test func `a flood of pages from one address is slowed and others are served`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let (flood, calm) = (portal.browser(peer: "192.0.2.66"), portal.browser(peer: "192.0.2.7"))
        var refused = 0
        for _ in 0..<260 { refused += try await flood.get("/").status == 429 ? 1 : 0 }
        #expect(refused == 260 - RateRule.page.burst)
        #expect(try await calm.get("/").status == 200)
    }

    @Test func `derivations of keys beyond the bound are refused at once`() async throws {
        let gate = UnlockGate(most: 1)
        try await gate.run {
            _ = await #expect(throws: PortalError.self) { try await gate.run {} }
        }
        try await gate.run {}
    }

    @Test func `a new recovery code asks for the passphrase again, and the old code ends`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.signIn("citizen-1")
        _ = try await browser.get("/vault")
        let passphrase = TestBrowser.passphrase
        _ = try await browser.post("/vault/create", ["passphrase": passphrase, "again": passphrase])
        let old = TestBrowser.code(in: try await browser.get("/vault/recovery").text).joined(separator: "-")
        #expect(try await browser.get("/vault/recovery/new").status == 200)
        #expect(try await browser.post("/vault/recovery/new").status == 403)
        #expect(try await browser.post("/vault/recovery/new", ["passphrase": "another passphrase"]).status == 403)
        #expect(try await browser.post("/vault/recovery/new", ["passphrase": passphrase]).status == 303)
        let groups = TestBrowser.code(in: try await browser.get("/vault/recovery").text)
        #expect(groups.count == 14)
        #expect(
            try await browser.post("/vault/recovery", ["first": groups[2], "second": groups[10]]).status == 303)
        for (code, status) in [(old, 403), (groups.joined(separator: "-"), 303)] {
            _ = try await browser.get("/vault")
            _ = try await browser.post("/vault/lock")
            _ = try await browser.get("/vault")
            #expect(try await browser.post("/vault/unlock", ["code": code]).status == status)
        }
    }

    @Test func `a form with a passphrase has its connection ended, others have not`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        #expect(try await browser.post("/vault/lock").header("Connection") == nil)
        _ = try await browser.get("/vault")
        let answer = try await browser.post("/vault/unlock", ["passphrase": TestBrowser.passphrase])
        #expect(answer.status == 303)
        #expect(answer.header("Connection") == "close")
    }

    @Test func `exporting and erasing ask for the passphrase again`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        let path = try #require(try await browser.post("/vault/samples/host-consent.pdf").location)
        #expect(
            try await browser.post("/vault/export", ["passphrase": "wrong passphrase"]).status == 403)
        let export = try await browser.post("/vault/export", ["passphrase": TestBrowser.passphrase])
        #expect(export.status == 200)
        #expect(export.bytes.starts(with: Array("PK".utf8)))
        #expect(try await browser.post(path + "/erase", ["passphrase": ""]).status == 403)
        #expect(try await browser.get(path).status == 200)
        #expect(
            try await browser.post(path + "/erase", ["passphrase": TestBrowser.passphrase]).status == 200)
        #expect(try await browser.get(path).status == 404)
    }
}
