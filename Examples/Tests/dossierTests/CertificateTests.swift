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
}
