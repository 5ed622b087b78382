// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import Foundation
import OnceOnly
import TestSupport
import Testing

/// Expected plans come from `Tests/Python/plans`: by hand for ten citizens, from an evaluator written apart for all.
@Suite("Reuse plan — eleven procedures for forty citizens, against an independent evaluator")
struct PlanPeerTests {
    struct Citizen: Decodable {
        struct Person: Decodable {
            struct Acting: Decodable {
                let person: String
                let ground: RepresentationGround
                let from, until: CalendarDate?
            }

            let id: String
            let related: [String: [String]]
            let representations: [Acting]
        }

        let id: String
        let on, decisionBy: CalendarDate
        let answers: [String: [String: String]]
        let evidence: [Evidence]
        let applicant: Person

        var person: Applicant {
            var related: [SubjectRole: [String]] = [:]
            for (role, ids) in applicant.related { related[SubjectRole(rawValue: role) ?? .host] = ids }
            return Applicant(
                id: applicant.id, related: related,
                representations: applicant.representations.map {
                    Representation(person: $0.person, ground: $0.ground, from: $0.from, until: $0.until)
                })
        }
    }

    let catalogues: Catalogues

    init() throws { catalogues = try Catalogues() }

    func run(_ part: String) throws -> Data? {
        guard
            let outcome = try PythonPeer.run(
                "Tests/Python/plan_peer.py", [part], cases: "440 plans of the independent evaluator")
        else { return nil }
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }

    func plans(_ citizen: Citizen) throws -> [ReusePlan] {
        catalogues.procedures.plans(
            using: try EvidenceSet(citizen.evidence, types: catalogues.types), for: citizen.person,
            answers: citizen.answers, on: citizen.on, decisionBy: citizen.decisionBy)
    }

    /// The plan without its sentences, as the evaluator writes it.
    func members(_ plan: ReusePlan) throws -> NSDictionary {
        let value = try JSONSerialization.jsonObject(with: Data(try plan.json()))
        var object = try #require(value as? [String: Any])
        let requirements = try #require(object["requirements"] as? [[String: Any]])
        #expect(requirements.allSatisfy { $0["explanation"] is [String: Any] })
        object["requirements"] = requirements.map { $0.filter { $0.key != "explanation" } }
        return NSDictionary(dictionary: object)
    }

    @Test func `every plan of every citizen is what the independent evaluator says, member by member`() throws {
        guard let people = try run("citizens"), let expected = try run("plans") else { return }
        let citizens = try JSONDecoder().decode([Citizen].self, from: people)
        let plansByCitizen = try #require(try JSONSerialization.jsonObject(with: expected) as? [String: NSDictionary])
        var compared = 0
        for citizen in citizens {
            for plan in try plans(citizen) {
                let code = plan.procedure.code
                let wanted = try #require(plansByCitizen[citizen.id]?[code] as? NSDictionary)
                let found = try members(plan)
                for key in wanted.allKeys.compactMap({ $0 as? String }) {
                    let pair = (found[key] as? NSObject, wanted[key] as? NSObject)
                    #expect(pair.0 == pair.1, "\(citizen.id) \(code) \(key)")
                }
                #expect(found.count == wanted.count)
                compared += 1
            }
        }
        #expect(compared == 440)
    }

    static let short: [RequirementStatus: String] = [
        .satisfied: "s", .satisfiedByAlternative: "a", .expiresBeforeDecision: "x", .toBeCompleted: "f",
        .notRequired: "n", .missing: "m", .stale: "st", .expired: "ex", .revoked: "rv", .superseded: "sp",
        .wrongIssuer: "wi", .wrongSubject: "ws", .wrongForm: "wf", .signatureInvalid: "si", .unverified: "uv",
    ]

    @Test func `the plans of ten citizens are those written by hand`() throws {
        guard let people = try run("citizens") else { return }
        let citizens = try JSONDecoder().decode([Citizen].self, from: people)
        let file = Corpora.packageRoot.appending(path: "Tests/Python/plans/by-hand.txt")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(rows.count == 110)
        for row in rows {
            let words = row.split(separator: " ").map(String.init)
            let citizen = try #require(citizens.first { $0.id == words[0] })
            let plan = try #require(try plans(citizen).first { $0.procedure.code == words[1] })
            let found = plan.requirements.map { requirement in
                let chosen = requirement.items.compactMap { $0.choice?.evidence.id }
                return (Self.short[requirement.status] ?? "")
                    + (chosen.isEmpty ? "" : "(\(chosen.joined(separator: "+")))")
                    + (requirement.applies == .depends ? "?" : "")
            }
            #expect(found == ["f"] + words.dropFirst(2), "\(row)")
        }
    }

    @Test func `plans follow their schema, and one with a foreign member or word does not`() throws {
        guard let people = try run("citizens") else { return }
        let citizens = try JSONDecoder().decode([Citizen].self, from: people)
        var texts: [String] = []
        for citizen in citizens.suffix(12) {
            for plan in try plans(citizen) {
                texts.append(String(decoding: try plan.json(), as: UTF8.self))
                texts.append(String(decoding: try plan.forSubmission().json(), as: UTF8.self))
                #expect(try ReusePlan(json: plan.json()) == plan)
            }
        }
        let good = texts.count
        let text = try #require(texts.last)
        texts.append(text.replacing(#"{"answers":"#, with: #"{"x":1,"answers":"#))
        texts.append(text.replacing("\"applies\":\"", with: "\"applies\":\"perhaps-"))
        guard
            let outcome = try PythonPeer.run(
                "Tests/Python/schema_peer.py",
                [Corpora.packageRoot.appending(path: "docs/schemas/plan-v1.schema.json").path()],
                input: Data("[\(texts.joined(separator: ","))]".utf8), cases: "\(good) plans against their schema")
        else { return }
        let faults = try JSONDecoder().decode([[String]].self, from: outcome.output)
        #expect(faults.count == texts.count)
        #expect(faults.prefix(good).filter { !$0.isEmpty } == [])
        #expect(faults.suffix(2).filter(\.isEmpty) == [])
    }
}
