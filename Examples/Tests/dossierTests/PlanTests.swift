// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Testing

/// The story of the sample family: what the vault holds decides what a procedure still needs.
@Suite("Plans of the sample family with dossier")
struct PlanTests {
    private let bench: Bench
    private let store: [String]
    private static let citizen = "001099000001"

    init() throws {
        bench = try Bench()
        let common = [
            "--store", "sqlite:\(bench.path("store"))", "--passphrase-file", Bench.shared("vault-passphrase"),
        ]
        let outcome = try DossierTool.run(["vault", "create", "--json"] + common)
        guard let id = outcome.json["vault"] as? String else { throw Bench.Unexpected(outcome) }
        store = common + ["--vault", id]
    }

    @discardableResult
    private func add(_ type: String, _ name: String, signedBy signer: String? = nil) throws -> [String: Any] {
        var file = Bench.sample("pdfs/\(name).pdf")
        if let signer {
            try FileManager.default.createDirectory(atPath: bench.path("signed"), withIntermediateDirectories: true)
            file = try bench.sign(file, by: signer, as: "signed/\(name).pdf", ["--force"])
        }
        let outcome = try DossierTool.run(
            ["vault", "add", "--json"] + store + Bench.trust()
                + ["--type", type, "--description", Bench.sample("pdfs/fields.json"), file])
        guard outcome.status == 0 else { throw Bench.Unexpected(outcome) }
        return outcome.json
    }

    private func plan(
        _ procedure: String, answers: [String], trust: [String] = Bench.trust()
    ) throws -> (statuses: [String: String], json: [String: Any]) {
        let people = [
            "--applicant", Self.citizen, "--related", "spouse=001199000002", "--related", "parent=001173000005",
            "--related", "host=001070000004", "--related", "child=name:Nguyễn Thử Mai", "--on", "2026-11-21",
        ]
        let outcome = try DossierTool.run(
            ["plan", "--json", "--procedure", procedure] + store + trust + people
                + answers.flatMap { ["--answer", $0] })
        guard outcome.status == 0 else { throw Bench.Unexpected(outcome) }
        let requirements = outcome.json["requirements"] as? [[String: Any]] ?? []
        let pairs = requirements.compactMap { item -> (String, String)? in
            guard let id = item["id"] as? String, let status = item["status"] as? String else { return nil }
            return (id, status)
        }
        return (Dictionary(uniqueKeysWithValues: pairs), outcome.json)
    }

    @Test func `a citizen gives a document once`() throws {
        let residence = ["home=rented-or-lent", "movesWithSpouse=wife", "movesWithChild=no"]
        let empty = try plan("1.004222", answers: residence).statuses
        #expect(empty["identity"] == "missing")
        #expect(empty["lawful-home"] == "missing")

        try add("birth-certificate", "birth-certificate", signedBy: "commune")
        try add("marriage-certificate", "marriage-certificate", signedBy: "commune")
        try add("citizen-card", "citizen-card-scan")
        let first = try plan("1.004222", answers: residence)
        #expect(first.statuses["identity"] == "satisfied")
        #expect(first.statuses["kinship-spouse"] == "satisfied")
        #expect(first.statuses["kinship-child"] == "notRequired")
        #expect(first.statuses["declaration"] == "toBeCompleted")
        #expect(first.statuses["lawful-home"] == "missing")
        let gaps = try #require(first.json["gaps"] as? [[String: Any]])
        #expect(gaps.contains { ($0["requirement"] as? String) == "lawful-home" }, "\(gaps)")
        let form = try #require(first.json["form"] as? [[String: Any]])
        let values = form.compactMap { $0["value"] as? String }
        #expect(values.contains("Nguyễn Văn Thử") && values.contains(Self.citizen), "prefilled from the documents")

        try add("lawful-home-proof", "lawful-home-proof")
        try add("host-consent", "host-consent")
        let covered = try plan("1.004222", answers: residence).statuses
        #expect(covered["lawful-home"] == "satisfiedByAlternative", "the preferred land-use certificate is not there")
        #expect(!covered.values.contains("missing"))

        // The result lands in the vault; the second procedure uses it with what is there already.
        try add("residence-confirmation", "residence-confirmation", signedBy: "commune")
        try add("notice-of-birth", "notice-of-birth")
        let second = try plan("1.001193", answers: ["parentsMarried=yes", "declarantIs=father"])
        for requirement in ["birth-proof", "parents-marriage", "identity", "residence"] {
            #expect(second.statuses[requirement]?.hasPrefix("satisfied") == true, "\(requirement): \(second.statuses)")
        }
        #expect(second.statuses["authorisation"] == "notRequired")
    }

    @Test func `an unanswered question leaves its requirement open`() throws {
        let plan = try plan("1.004222", answers: [])
        #expect((plan.json["openQuestions"] as? [String])?.contains("movesWithSpouse") == true)
    }

    @Test func `a document of another person, or broken, is never offered`() throws {
        let signed = try bench.sign(Bench.sample("pdfs/marriage-certificate.pdf"), by: "commune", as: "signed.pdf")
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: signed)))
        let stream = try #require(bytes.offset(of: "stream"))
        bytes[stream + 100] ^= 1
        let broken = try bench.write(bytes, "broken/marriage-certificate.pdf")
        let added = try DossierTool.run(
            ["vault", "add", "--json"] + store + Bench.trust()
                + ["--type", "marriage-certificate", "--description", Bench.sample("pdfs/fields.json"), broken])
        #expect(added.status == 0)
        let residence = ["home=rented-or-lent", "movesWithSpouse=wife", "movesWithChild=no"]
        let status = try plan("1.004222", answers: residence).statuses["kinship-spouse"]
        #expect(status == "signatureInvalid", "\(status ?? "none")")
    }

    @Test func `a procedure that does not exist or is not in force is 66`() throws {
        #expect(try DossierTool.run(["plan", "--procedure", "9.999999"] + store).status == 66)
        #expect(try DossierTool.run(["plan", "--procedure", "1.004222", "--on", "1990-01-01"] + store).status == 66)
        #expect(try DossierTool.run(["plan", "--all"] + store).status == 0)
        #expect(try DossierTool.run(["procedures", "show", "9.999999"]).status == 66)
    }
}
