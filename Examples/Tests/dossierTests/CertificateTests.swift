// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

@Suite struct `dossier certificate` {
    private let citizen = Bench.shared("pki/citizen.crt")

    private func judge(_ options: String...) throws -> DossierTool.Outcome {
        try DossierTool.run(["certificate", "--json"] + Bench.trust() + options + [citizen])
    }

    @Test func `a required policy that the path does not have fails, and any policy passes`() throws {
        let refused = try judge("--explicit-policy")
        #expect(refused.status == 1)
        #expect(refused.json["indication"] as? String == "FAILED")
        #expect(refused.json["rule"] as? String == "policy")
        #expect((refused.json["clause"] as? String)?.hasPrefix("RFC 5280") == true)
        #expect(refused.json["certificateIndex"] is Int)
        let passed = try judge("--initial-policy", "1.2.3.4", "--inhibit-mapping", "--inhibit-any")
        #expect(passed.status == 0)
        #expect((passed.json["policies"] as? [String]) == [])
        #expect((passed.json["userNotices"] as? [String]) == [])
        #expect(passed.json["pathsTried"] as? Int == 1)
        #expect(try judge("--initial-policy", "nonsense").status == 64)
    }

    @Test func `a list gives one object for each line, and a line that cannot be judged its own error`() throws {
        let bench = try Bench()
        let trust = Bench.trust().map { "'\($0)'" }.joined(separator: " ")
        let lines = [
            "\(trust) \(citizen)", "\(trust) --explicit-policy \"\(citizen)\"", "", "\(trust) /no/such/file",
            "--revocation off \(citizen)", "--purpose nothing \(citizen)",
        ]
        let list = try bench.write(Array(lines.joined(separator: "\n").utf8), "list")
        let outcome = try DossierTool.run(["certificate", "--list", list])
        let objects = try outcome.output.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["indication"] as? String } == ["PASSED", "FAILED", nil, "INDETERMINATE", nil])
        #expect(objects.map { $0["error"] != nil } == [false, false, true, false, true])
        #expect(outcome.status == 66)
        let judged = try bench.write(Array(lines.prefix(2).joined(separator: "\n").utf8), "judged")
        #expect(try DossierTool.run(["certificate", "--list", judged]).status == 1)
        #expect(try DossierTool.run(["certificate", "--list", list, citizen]).status == 64)
        #expect(try DossierTool.run(["certificate"]).status == 64)
    }

    @Test func `a long list keeps its order, reads trust once and is one JSON object per line`() throws {
        let bench = try Bench()
        // A file that cannot be read is said once for each time that its folder is read.
        let anchors = bench.path("anchors")
        try bench.write(Array("nonsense".utf8), "anchors/odd.crt")
        try FileManager.default.copyItem(
            atPath: Bench.shared("pki/trust/public/root.crt"), toPath: anchors + "/root.crt")
        let names = ["citizen", "company", "tsa"]
        let lines = (0..<300).map { index in
            "--trust \(anchors) --material \(Bench.shared("pki/material")) \(Bench.shared("pki/\(names[index % 3]).crt"))"
        }
        let list = try bench.write(Array(lines.joined(separator: "\n").utf8), "list")
        let outcome = try DossierTool.run(["certificate", "--list", list])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let digests = try names.map { name -> String in
            let single = try DossierTool.run(
                ["certificate", "--json"] + Bench.trust() + [Bench.shared("pki/\(name).crt")])
            return try #require((single.json["chain"] as? [[String: Any]])?.first?["sha256"] as? String)
        }
        let found = try outcome.output.split(separator: "\n").map { line -> String? in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object?["chain"] as? [[String: Any]])?.first?["sha256"] as? String
        }
        #expect(found == (0..<300).map { digests[$0 % 3] })
        #expect(outcome.messages.filter { $0.contains("odd.crt") }.count == 1)
    }

    @Test func `bad input of every kind has its own code`() throws {
        let bench = try Bench()
        #expect(try DossierTool.run(["certificate", bench.path("none.crt")]).status == 66)
        #expect(try DossierTool.run(["certificate", bench.folder.path()]).status == 65)
        #expect(try DossierTool.run(["certificate", "--list", bench.path("none")]).status == 66)
        let garbage = try bench.write(Array("-----BEGIN CERTIFICATE-----\nAAAA\n".utf8), "garbage.pem")
        #expect(try DossierTool.run(["certificate", garbage]).status == 65)
        for option in ["--trust", "--material"] {
            #expect(try judge(option, bench.path("none")).status == 66, "\(option)")
            #expect(try judge(option, garbage).status == 65, "\(option)")
        }
        #expect(try DossierTool.run(["certificate", "--trust", bench.folder.path(), citizen]).status == 78)
        for options in [["--at", "yesterday"], ["--revocation", "maybe"], ["--purpose", ""], ["--no-such"]] {
            #expect(try DossierTool.run(["certificate"] + options + [citizen]).status == 64, "\(options)")
        }
        let list = try bench.write([], "empty-list")
        let empty = try DossierTool.run(["certificate", "--list", list])
        #expect(empty.status == 0 && empty.output.isEmpty)
    }

    @Test func `a revoked certificate names date, reason, source and invalidity date`() throws {
        let bench = try Bench()
        guard try bench.revoke(citizen, into: "revoked.crl") else { return }
        let outcome = try judge("--material", bench.path("revoked.crl"))
        #expect(outcome.status == 1)
        #expect(outcome.json["rule"] as? String == "revoked")
        let link = try #require((outcome.json["chain"] as? [[String: Any]])?.first)
        #expect(link["invalidityDate"] as? String == "2026-01-02T03:04:05Z")
        #expect(link["revokedSince"] as? String == "2026-01-02T03:04:05Z", "the earlier of the two counts")
        #expect(link["revocationSource"] as? String == "crl" && link["revocationReason"] as? String == "keyCompromise")
        let twin = try #require((try judge().json["chain"] as? [[String: Any]])?.first)
        #expect(twin["revocation"] as? String == "good" && twin["invalidityDate"] is NSNull)
    }
}
