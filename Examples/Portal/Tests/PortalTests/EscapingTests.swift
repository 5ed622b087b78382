// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation
import Testing

@testable import Portal

@Suite struct `Portal, what comes from people and files` {
    @Test func `text becomes markup nowhere`() {
        let hostile = "<img src=x onerror=alert(1)>\"'&\u{202e}fdp.exe\u{0}"
        let page: HTML = "<a title=\"\(value: hostile)\">\(hostile)\(foreign: hostile)</a>"
        #expect(!page.markup.contains("<img"))
        #expect(page.markup.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"))
        #expect(page.markup.components(separatedBy: "\"").count == 3)
        let inner: HTML = "\(foreign: hostile)"
        #expect(!inner.markup.unicodeScalars.contains("\u{202e}"))
        #expect(inner.markup.hasPrefix("<bdi>"))
    }

    @Test(arguments: [
        "<script>alert(1)</script>.pdf", "a%22 onmouseover=%22alert(1).pdf", "&lt;b&gt;.pdf",
        "x\u{202e}fdp.exe",
        "../../etc/passwd", "C:\\fakepath\\a.pdf", "%0D%0ASet-Cookie: a=b.pdf",
    ])
    func `a hostile file name is shown as text, on every page that shows it`(_ name: String)
        async throws
    {
        let portal = try await TestPortal()
        defer { portal.remove() }
        let browser = portal.browser()
        try await browser.makeVault()
        let bytes = Array("just some text".utf8)
        let location = try #require(
            try await browser.upload("/vault/documents", name: name, bytes: bytes).location)
        for path in [location, "/vault", location + "/erase"] {
            let page = try await browser.get(path)
            #expect(page.status == 200)
            #expect(!page.text.contains("<script"))
            #expect(!page.text.contains("\" onmouseover"))
            #expect(!page.text.unicodeScalars.contains("\u{202e}"))
        }
        let content = try await browser.get(location + "/content")
        #expect(content.bytes == bytes)
        let disposition = try #require(content.header("Content-Disposition"))
        #expect(disposition.hasPrefix("attachment; filename*=UTF-8''"))
        #expect(disposition.utf8.allSatisfy { $0 > 0x20 || $0 == 0x20 })
        #expect(!disposition.contains("/") || !disposition.contains("\""))
        #expect(content.header("Set-Cookie") == nil)
        _ = try await browser.get("/verify")
        let verdict = try await browser.upload("/verify", name: name, bytes: bytes)
        #expect(verdict.status == 200)
        // The page's own script stands on it, and no other.
        #expect(verdict.text.components(separatedBy: "<script").count == 2)
        #expect(verdict.text.contains("<script src=\"/upload.js\" defer></script>"))
    }

    @Test func `attributes stand in double quotes wherever the source puts a value into one`() throws {
        let folder = URL(filePath: #filePath).appendingPathComponent("../../../Sources/Portal")
            .standardized
        let files = try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var seen = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            seen += 1
            // `name=\(` would be an attribute without quotes.
            let bare = text.matches(of: #/<[a-z]+[^<>]*\s[a-z\-]+=\\\(/#)
            #expect(bare.isEmpty, "\(file.lastPathComponent)")
        }
        #expect(seen > 20)
    }

    @Test func `an upload is cut off at its limit and the same file under it is taken`() async throws {
        var settings = PortalSettings()
        settings.largestUpload = 100_000
        let portal = try await TestPortal(settings: settings)
        defer { portal.remove() }
        let browser = portal.browser()
        _ = try await browser.get("/verify")
        #expect(
            try await browser.upload("/verify", name: "a", bytes: Array(repeating: 13, count: 100_001))
                .status == 413)
        _ = try await browser.get("/verify")
        #expect(
            try await browser.upload("/verify", name: "a", bytes: Array(repeating: 13, count: 100_000))
                .status == 200)
    }
}
