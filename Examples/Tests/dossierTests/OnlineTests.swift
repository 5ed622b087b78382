// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// `--online`, `--remap` and `--allow-private` against the services of the test infrastructure.
@Suite("dossier online")
struct OnlineTests {
    private let bench: Bench
    private let citizen = Bench.shared("pki/citizen.crt")
    /// Nothing at hand but the anchor.
    private let anchor = ["--trust", "public=" + Bench.shared("pki/trust/public")]

    init() throws { bench = try Bench() }

    private func judge(_ options: [String], _ file: String? = nil) throws -> DossierTool.Outcome {
        try DossierTool.run(["certificate", "--json"] + anchor + options + [file ?? citizen])
    }

    private func codes(_ outcome: DossierTool.Outcome) -> [String] {
        (outcome.json["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }

    private func sources(_ outcome: DossierTool.Outcome) -> [String?] {
        (outcome.json["chain"] as? [[String: Any]] ?? []).map { $0["revocationSource"] as? String }
    }

    @Test func `with only the anchor at hand, issuer and revocation are fetched, and nothing without the flag`() throws
    {
        let server = try #require(try TestServer())
        let online = try judge(server.remap())
        #expect(online.status == 0, "\(online.errors)")
        #expect(online.json["trustDomain"] as? String == "public")
        #expect(sources(online) == ["ocsp", "crl", nil])
        #expect(codes(online) == [] && online.errors.isEmpty)
        let offline = try judge([])
        #expect(offline.status == 2)
        #expect(offline.json["rule"] as? String == "no-path", "\(offline.json["rule"] ?? "")")
    }

    @Test func `no connection is made without the flag, whatever is remapped and whatever proxy is set`() throws {
        let counter = try #require(ConnectionCounter())
        defer { counter.end() }
        let address = "http://127.0.0.1:\(counter.port)/"
        let environment = ["LANG": "en_US.UTF-8", "http_proxy": address, "all_proxy": address]
        let remap = ["--remap", "http://pki.dossier.test/=\(address)", "--allow-private", "127.0.0.1"]
        let signed = try bench.sign(Bench.sample("pdfs/host-consent.pdf"), as: "signed.pdf")
        let sign = ["sign"] + Bench.trust() + Bench.key("citizen")
        let commands: [[String]] = [
            ["certificate"] + anchor + remap + [citizen], ["verify"] + anchor + remap + [signed],
            sign + remap + ["--output", bench.path("again.pdf"), signed],
        ]
        for command in commands {
            _ = try DossierTool.run(command, environment: environment)
            #expect(counter.connections == 0, "\(command[0])")
        }
        _ = try DossierTool.run(commands[0] + ["--online"], environment: environment)
        #expect(counter.connections > 0, "the counter counts")
    }

    @Test func `a responder that is dead leaves the list, and a list that is dead leaves the responder`() throws {
        let server = try #require(try TestServer())
        let withoutResponder = try judge(server.remap(dead: "ocsp/"))
        #expect(withoutResponder.status == 0, "\(withoutResponder.errors)")
        #expect(sources(withoutResponder) == ["crl", "crl", nil])
        #expect(codes(withoutResponder) == ["ocsp-response-not-fetched"])
        #expect(withoutResponder.errors.contains("dossier: warning: ") && withoutResponder.errors.contains("/ocsp/"))
        let withoutList = try judge(server.remap(dead: "crl/public-issuing.crl"))
        #expect(withoutList.status == 0)
        #expect(sources(withoutList) == ["ocsp", "crl", nil])
    }

    @Test func `when nobody answers the question stays open and the reason is said`() throws {
        let server = try #require(try TestServer())
        let noStatus = try judge(server.remap(dead: "ocsp/", "crl/"))
        #expect(noStatus.status == 2)
        #expect(noStatus.json["indication"] as? String == "INDETERMINATE")
        #expect(noStatus.json["rule"] as? String == "revocation-unknown")
        #expect(Set(codes(noStatus)).isSuperset(of: ["ocsp-response-not-fetched", "revocation-list-not-fetched"]))
        let nothing = try judge(server.remap(dead: "certificates/", "ocsp/", "crl/"))
        #expect(nothing.status == 2)
        #expect(nothing.json["rule"] as? String == "no-path")
        #expect(codes(nothing).contains("issuer-not-fetched"))
        let loose = try judge(server.remap(dead: "ocsp/", "crl/") + ["--revocation", "if-available"])
        #expect(loose.status == 0)
        #expect(codes(loose).contains("revocation-not-checked"))
    }

    @Test(
        arguments: [
            ("stale-list", 2, "revocation-stale"), ("wrong-responder", 2, "revocation-unknown"),
            ("hold", 1, "on-hold"), ("revoked-before", 1, "revoked"),
        ] as [(String, Int32, String)])
    func `a fault of the services is the verdict that it must be`(
        _ fault: String, _ status: Int32, _ rule: String
    ) throws {
        let server = try #require(try TestServer(["--fault", fault]))
        let outcome = try judge(server.remap())
        #expect(outcome.status == status, "\(outcome.output)")
        #expect(outcome.json["rule"] as? String == rule)
        if fault == "revoked-before" {
            let chain = try #require(outcome.json["chain"] as? [[String: Any]])
            #expect(chain[0]["revokedSince"] is String && chain[0]["revocationReason"] as? String == "keyCompromise")
        }
    }

    @Test func `an address on loopback in a certificate is refused and said, unless the operator vouches for it`()
        throws
    {
        let counter = try #require(ConnectionCounter())
        defer { counter.end() }
        let pki = bench.path("local-pki")
        let made = try DossierTool.run([
            "testpki", "init", "--base-url", "http://127.0.0.1:\(counter.port)/", pki,
        ])
        #expect(made.status == 0, "\(made.errors)")
        let command = ["certificate", "--json", "--online", "--trust", pki + "/trust/public", pki + "/citizen.crt"]
        let refused = try DossierTool.run(command)
        #expect(refused.status == 2)
        #expect(counter.connections == 0)
        #expect(refused.errors.contains("not public"), "\(refused.errors)")
        let vouched = try DossierTool.run(command + ["--allow-private", "127.0.0.1"])
        #expect(vouched.status == 2)
        #expect(counter.connections > 0)
        #expect(!vouched.errors.contains("not public"))
        let remapped = try #require(try TestServer())
        let outcome = try DossierTool.run(
            command + ["--remap", "http://127.0.0.1:\(counter.port)/=\(remapped.address)/"])
        #expect(!outcome.errors.contains("not public"), "a remapped address is the operator's own")
    }

    @Test func `verify and sign fetch as well, and say what they could not`() throws {
        let server = try #require(try TestServer())
        let form = Bench.sample("pdfs/host-consent.pdf")
        let key = Bench.key("citizen")
        let output = ["--output", bench.path("signed.pdf"), form]
        #expect(try DossierTool.run(["sign"] + anchor + key + output).status == 69)
        #expect(!bench.exists("signed.pdf"))
        let signed = try DossierTool.run(["sign"] + anchor + key + server.remap() + output)
        #expect(signed.status == 0, "\(signed.errors)")
        let verify = ["verify", "--json"] + anchor
        #expect(try DossierTool.run(verify + [bench.path("signed.pdf")]).status == 2)
        let good = try DossierTool.run(verify + server.remap() + [bench.path("signed.pdf")])
        #expect(good.status == 0, "\(good.output)")
        #expect((good.files.first?["findings"] as? [Any])?.isEmpty == true)
        let half = try DossierTool.run(verify + server.remap(dead: "ocsp/", "crl/") + [bench.path("signed.pdf")])
        #expect(half.status == 2)
        let findings = half.files.first?["findings"] as? [[String: String]] ?? []
        #expect(findings.contains { $0["code"] == "revocation-list-not-fetched" && $0["severity"] == "warning" })
    }

    @Test func `options that are none are wrong usage`() throws {
        for options in [
            ["--remap", "nonsense"], ["--remap", "ftp://a/=http://b/"], ["--remap", "http://a/=file:///etc/passwd"],
            ["--allow-private", "http://host/"], ["--allow-private", ""], ["--allow-private", "a b"],
        ] {
            #expect(try judge(options).status == 64, "\(options)")
        }
        #expect(try judge(["--allow-private", "pki.internal", "--allow-private", "::1"]).status == 2)
    }
}
