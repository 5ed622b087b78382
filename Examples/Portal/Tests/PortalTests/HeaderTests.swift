// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing

@testable import Portal

@Suite struct `Portal, headers and pages` {
    @Test(arguments: ["/", "/verify", "/style.css", "/nothing-here", "/vault"])
    func `every answer carries the security headers`(_ path: String) async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let page = try await portal.browser().get(path)
        let policy = try #require(page.header("Content-Security-Policy"))
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(policy.contains("form-action 'self'"))
        #expect(!policy.contains("unsafe"))
        #expect(page.header("X-Content-Type-Options") == "nosniff")
        #expect(page.header("X-Frame-Options") == "DENY")
        #expect(page.header("Referrer-Policy") == "same-origin")
        #expect(page.header("Cache-Control") == (path == "/style.css" ? "max-age=3600" : "no-store"))
    }

    @Test
    func
        `cookies are out of reach of scripts and of other sites, and of plain HTTP where it is secure`()
        async throws
    {
        let plain = try await TestPortal()
        defer { plain.remove() }
        let cookie = try #require(try await plain.browser().get("/").header("Set-Cookie"))
        #expect(cookie.contains("HttpOnly"))
        #expect(cookie.contains("SameSite=Strict"))
        #expect(!cookie.contains("Secure"))
        var settings = PortalSettings()
        settings.isSecure = true
        let secure = try await TestPortal(settings: settings)
        defer { secure.remove() }
        let page = try await secure.browser().get("/")
        let prefixed = try #require(page.header("Set-Cookie"))
        #expect(prefixed.hasPrefix("__Host-portal="))
        #expect(prefixed.contains("; Secure"))
        #expect(page.header("Strict-Transport-Security")?.contains("max-age=") == true)
    }

    @Test func `a page with an upload may run the portal's own script and no other page any`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        for (path, hasUpload) in [
            ("/verify", true), ("/vault/add", true), ("/", false), ("/vault", false), ("/vault/samples", false),
            ("/procedures", false), ("/vault/recovery/new", false),
        ] {
            let page = try await browser.get(path)
            let policy = try #require(page.header("Content-Security-Policy"))
            #expect(policy.contains("script-src 'self'") == hasUpload, "\(path)")
            #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"))
            #expect(!policy.contains("unsafe") && !policy.contains("http"))
            let scripts = page.text.components(separatedBy: "<script").count - 1
            #expect(scripts == (hasUpload ? 1 : 0), "\(path)")
            #expect(page.text.contains("<script src=\"/upload.js\" defer></script>") == hasUpload, "\(path)")
        }
        let script = try await browser.get("/upload.js")
        #expect(script.header("Content-Type") == "text/javascript; charset=utf-8")
        // Nothing that a text of somebody could become code by.
        for forbidden in ["eval", "innerHTML", "Function(", "import", "http:", "https:", "document.write"] {
            #expect(!script.text.contains(forbidden), "\(forbidden)")
        }
    }

    @Test func `pages have no script of their own, no inline style and nothing from elsewhere`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        let document = try #require(
            try await browser.post("/vault/samples/birth-certificate.pdf").location)
        for path in [
            "/", "/verify", "/vault", "/vault/add", "/vault/samples", "/procedures", document,
        ] {
            let text = try await browser.get(path).text
            for forbidden in [
                "<script>", "style=\"", "<style", "javascript:", "onclick", "onload", "src=\"http",
                "href=\"http",
            ] {
                #expect(!text.contains(forbidden), "\(path) has \(forbidden)")
            }
            #expect(text.contains("<html lang=\"vi\">"))
            #expect(text.contains("class=\"skip\""))
            #expect(text.components(separatedBy: "<h1>").count == 2)
        }
        #expect(try await browser.get("/vault?lang=en").text.contains("<html lang=\"en\">"))
        #expect(try await browser.get("/vault").text.contains("My vault"))
    }

    @Test func `the recovery code is shown once and the mode of unlocking is said`() async throws {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.signIn("citizen-1")
        #expect(try await browser.get("/vault").text.contains("session"))
        _ = try await browser.post(
            "/vault/create", ["passphrase": TestBrowser.passphrase, "again": TestBrowser.passphrase])
        let groups = TestBrowser.code(in: try await browser.get("/vault/recovery").text)
        #expect(groups.count == 14)
        #expect(TestBrowser.code(in: try await browser.get("/vault/recovery").text).isEmpty)
        #expect(
            try await browser.post("/vault/recovery", ["first": "AAAA", "second": "BBBB"]).status == 400)
        #expect(try await browser.get("/vault").location == "/vault/recovery")
        #expect(
            try await browser.post("/vault/recovery", ["first": groups[2], "second": groups[10]]).status
                == 303)
        _ = try await browser.get("/vault")
        _ = try await browser.post("/vault/lock")
        _ = try await browser.get("/vault")
        #expect(
            try await browser.post("/vault/unlock", ["code": groups.joined(separator: " ")]).location
                == "/vault")
    }
}
