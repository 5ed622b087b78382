// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Testing
import TrustServices

@Suite("HTTP addresses — RFC 3986")
struct AddressTests {
    @Test(arguments: [
        ("http://a.example", "a.example", 80), ("HTTPS://A.Example./x?y#z", "a.example", 443),
        ("http://a.example:8080/", "a.example", 8080), ("http://[2001:DB8::1]:81/", "2001:db8::1", 81),
        ("http://a.example:/x", "a.example", 80), ("http://127.0.0.1?x", "127.0.0.1", 80),
    ])
    func `host and port are read`(text: String, host: String, port: Int) throws {
        let address = try HTTPAddress(text)
        #expect(address.host == host && address.port == port && !address.text.contains("#"))
    }

    @Test(arguments: [
        "", "a.example", "ftp://a.example/", "file:///etc/passwd", "http://", "http:///x", "http://user@a.example/",
        "http://a.example@b.example/", "http://a.example:0/", "http://a.example:65536/", "http://a.example:8x/",
        "http://a.example\\@b.example/", "http://a.example/ x", "http://a.example/\u{0}", "http://a.example/\r\nX: y",
        "http://bücher.example/", "http://a%2eexample/", "http://[::1", "http://[::1]x/", "http://[::1%25lo]/",
        "http://a.example:80:80/", "ldap://a.example/", "http:a.example",
        "http://a.example/" + String(repeating: "x", count: 2_048),
    ])
    func `what two readers could take differently is refused`(text: String) {
        #expect(throws: TrustServicesError(.invalidAddress, "")) { try HTTPAddress(text) }
    }

    @Test func `a rule sends addresses below its prefix elsewhere and no others`() throws {
        var rules = URLRemapping()
        try rules.add("http://pki.dossier.test/=http://127.0.0.1:9000/x/")
        try rules.add("http://ocsp.ca.ptc=https://ocsp.example:444")
        func target(_ text: String) throws -> String? { try rules.target(of: HTTPAddress(text))?.text }
        #expect(try target("http://pki.dossier.test/crl/a.crl?b=c") == "http://127.0.0.1:9000/x/crl/a.crl?b=c")
        #expect(try target("http://ocsp.ca.ptc") == "https://ocsp.example:444")
        #expect(try target("http://ocsp.ca.ptc/a") == "https://ocsp.example:444/a")
        #expect(try target("http://ocsp.ca.ptc.evil.example/a") == nil)
        #expect(try target("http://ocsp.ca.ptc:81/a") == nil)
        #expect(try target("https://pki.dossier.test/a") == nil)
        #expect(try target("http://a.example/http://ocsp.ca.ptc/a") == nil)
    }

    @Test func `the longest prefix wins`() throws {
        var rules = URLRemapping()
        try rules.add("http://a.example/=http://b.example/")
        try rules.add("http://a.example/c/=http://d.example/")
        #expect(try rules.target(of: HTTPAddress("http://a.example/c/e"))?.text == "http://d.example/e")
        #expect(try rules.target(of: HTTPAddress("http://a.example/f"))?.text == "http://b.example/f")
    }

    @Test(arguments: [
        "", "http://a.example/", "http://a.example/=", "http://a.example/=ftp://b.example/", "=http://a/",
    ])
    func `a rule that is none is refused`(rule: String) {
        #expect(throws: TrustServicesError(.invalidAddress, "")) {
            var rules = URLRemapping()
            try rules.add(rule)
        }
    }
}
