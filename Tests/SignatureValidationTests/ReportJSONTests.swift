// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierCore
import Foundation
import PKIX
import SignatureValidation
import TestPKI
import TestSupport
import Testing

@Suite struct `Reports in JSON (docs/schemas/verify-report-v1)` {
    private let fixture: FactsFixture

    init() throws { fixture = try FactsFixture.shared.get() }

    private func encode(_ report: SignatureReport) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try encoder.encode(report)
    }

    private func reports() -> [SignatureReport] {
        [
            fixture.report(fixture.facts()),
            fixture.report(fixture.facts { $0.reference = .broken }, trust: []),
            fixture.report(
                fixture.facts {
                    $0.signingCertificate = nil; $0.scheme = nil; $0.digest = nil
                }),
            fixture.report(
                fixture.facts {
                    $0.level = nil
                    $0.format = .pdf
                    $0.packaging = .enveloped
                    $0.claimedSigningTime = nil
                    $0.coverage = SignatureCoverage(
                        scope: .partial, revision: 1, revisions: 2, uncovered: [.init(from: 10, to: 20)])
                    let reason = ChangeAfterSigning.Reason(
                        code: "annotation-changed", object: nil, phrase: Phrase(vi: "chú thích", en: "annotation"))
                    $0.changesAfterSigning = [
                        .init(revision: 2, kind: .annotation, allowed: false, objects: ["12 0"], reasons: [reason])
                    ]
                }),
            fixture.report(fixture.facts { $0.scheme = .rsaPKCS1(.sha256) }, revocation: .off),
        ] + ((try? crafted()) ?? [])
    }

    /// Reports with time-stamps that pass, fail and cannot be read, with a caller's proof and an expected signer.
    private func crafted() throws -> [SignatureReport] {
        var crafted = try CraftedCase()
        try crafted.stamp(.signature, -2)
        try crafted.stamp(.content, -3) { $1.domain = nil }
        try crafted.stamp(.document, -1) { stamp, _ in stamp.faults = [.imprintMismatch] }
        try crafted.stamp(.archive, -1) { stamp, _ in stamp.time = nil }
        crafted.input.facts.profile = "CAdES-C"
        var proved = crafted
        proved.prove(-10)
        return [crafted.report, proved.report]
    }

    @Test func `time-stamps stand in the report as the contract has them`() throws {
        let report = try #require(try crafted().first)
        let object = try #require(try JSONSerialization.jsonObject(with: encode(report)) as? [String: Any])
        let stamps = try #require(object["timestamps"] as? [[String: Any]])
        #expect(stamps.map { $0["kind"] as? String } == ["signature", "content", "document", "archive"])
        #expect(stamps.map { $0["indication"] as? String } == ["PASSED", "INDETERMINATE", "FAILED", "FAILED"])
        #expect(stamps[0]["time"] as? String == "2026-11-19T00:00:00Z" && stamps[3]["time"] is NSNull)
        #expect(stamps[0]["subIndication"] is NSNull && stamps[2]["subIndication"] as? String == "HASH_FAILURE")
        #expect(stamps[0]["trusted"] as? Bool == true && stamps[1]["trusted"] as? Bool == false)
        #expect(object["bestSignatureTimeSource"] as? String == "signature-time-stamp")
        #expect((object["criteria"] as? [[String: Any]])?.count == 10)
    }

    @Test func `every member that other tools rely on is there, also without a value`() throws {
        let expected: Set<String> = [
            "id", "format", "level", "packaging", "indication", "subIndication", "signer", "issuer", "managingUnit",
            "trustDomain", "certificateNotBefore", "certificateNotAfter", "claimedSigningTime", "bestSignatureTime",
            "bestSignatureTimeSource", "integrity", "validAtSigningTime", "validAtClaimedTime", "coverage",
            "changesAfterSigning", "conformity", "findings", "timestamps", "qualification", "revocationMode",
            "materialIds", "renewBefore", "profile", "criteria", "signerMatch", "existenceProof", "remedy", "fields",
        ]
        for report in reports() {
            let object = try JSONSerialization.jsonObject(with: encode(report)) as? [String: Any]
            #expect(Set(object?.keys.map { $0 } ?? []) == expected)
        }
    }

    @Test func `values are those of the contract`() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: encode(fixture.report(fixture.facts()))) as? [String: Any])
        #expect(object["indication"] as? String == "TOTAL-PASSED")
        #expect(object["subIndication"] is NSNull)
        #expect(object["level"] as? String == "B-B")
        #expect(object["trustDomain"] as? String == "public")
        #expect(object["bestSignatureTime"] as? String == "2026-11-21T00:00:00Z")
        #expect(object["bestSignatureTimeSource"] as? String == "validation-time")
        let signer = try #require(object["signer"] as? [String: Any])
        let identifiers = try #require(signer["identifiers"] as? [[String: String]])
        #expect(identifiers == [["kind": "citizen-id", "value": "0010******01"]])
        #expect((object["materialIds"] as? [String])?.count == 3)
        #expect(object["renewBefore"] as? String == object["certificateNotAfter"] as? String)
    }

    @Test func `no number of a person stands in a report`() throws {
        for report in reports() {
            let text = String(decoding: try encode(report), as: UTF8.self)
            #expect(!text.contains("001099000001"))
        }
        #expect(String(decoding: try encode(reports()[0]), as: UTF8.self).contains("0010******01"))
    }

    @Test func `the same report gives the same bytes`() throws {
        for (first, second) in zip(reports(), reports()) {
            #expect(try encode(first) == encode(second))
        }
    }

    private func faults(_ documents: [[String: Any]]) throws -> [[String]]? {
        guard
            let outcome = try PythonPeer.run(
                "Tests/Python/schema_peer.py",
                [Corpora.packageRoot.appending(path: "docs/schemas/verify-report-v1.schema.json").path()],
                input: JSONSerialization.data(withJSONObject: documents), cases: "reports against their JSON Schema")
        else { return nil }
        guard outcome.status != 3 else {
            print("skipped: reports against their JSON Schema: the Python peers lack jsonschema")
            return nil
        }
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode([[String]].self, from: outcome.output)
    }

    private func document(_ reports: [SignatureReport]) throws -> [String: Any] {
        let worst = reports.map(\.indication).max()?.rawValue
        let file: [String: Any] = [
            "path": "a.p7s", "format": "CAdES", "sha256": String(repeating: "0", count: 64),
            "indication": worst as Any? ?? NSNull(), "subIndication": NSNull(),
            "signatures": try reports.map { try JSONSerialization.jsonObject(with: encode($0)) },
            "findings": [Any](),
        ]
        return [
            "version": 1, "policy": ["id": "vietnam-2026", "version": ValidationPolicy.vietnam2026.version],
            "validationTime": "2026-11-21T00:00:00Z", "findings": [Any](),
            "files": [file, ["path": "b", "error": ["code": "unreadable", "message": "…"]]],
        ]
    }

    @Test func `reports conform to the schema, and a bent one does not`() throws {
        var documents = try reports().map { try document([$0]) }
        documents.append(try document(reports()))
        documents.append(try document([]))
        let good = documents.count
        let whole = try #require(
            try JSONSerialization.jsonObject(with: encode(fixture.report(fixture.facts()))) as? [String: Any])
        let bends: [(String, Any?)] = [
            ("integrity", "yes"), ("subIndication", "REVOKED"), ("bestSignatureTime", "21/11/2026"), ("level", nil),
            ("timestamps", ["x"]), ("criteria", [["id": "3.1", "result": "pass"]]), ("signerMatch", "maybe"),
            ("fields", [String: String]()), ("coverage", [String: Any]()), ("materialIds", ["abc"]),
        ]
        for (member, value) in bends {
            var bent = whole
            bent[member] = value
            var document = try document([])
            document["files"] = [
                [
                    "path": "a", "format": "CAdES", "sha256": String(repeating: "0", count: 64),
                    "indication": "TOTAL-PASSED", "subIndication": NSNull(), "signatures": [bent],
                    "findings": [Any](),
                ]
            ]
            documents.append(document)
        }
        guard let faults = try faults(documents) else { return }
        #expect(faults.count == documents.count)
        for found in faults.prefix(good) { #expect(found.isEmpty, "\(found)") }
        for (bend, found) in zip(bends, faults.dropFirst(good)) { #expect(!found.isEmpty, "\(bend.0)") }
    }
}
