// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

/// A generator with a stated seed (SplitMix64), so that a failure can be played again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("Reuse plan — properties over generated vaults")
struct PropertyTests {
    static func vault(types: DocumentTypeCatalogue, _ generator: inout SeededGenerator) -> [Evidence] {
        let people = [Family.citizen, Family.spouse, Family.child, Family.father, Family.stranger]
        return (0..<Int.random(in: 0...40, using: &generator)).map { index in
            let type = types.types.randomElement(using: &generator)
            let day = { (range: ClosedRange<Int>, generator: inout SeededGenerator) in
                Family.today.adding(days: Int.random(in: range, using: &generator))
            }
            let subjects = people.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
            var fields: [EvidenceField] = []
            for field in (type?.fields ?? []).flatMap({ [$0, $0] }) where Bool.random(using: &generator) {
                let value = ["a", "b", "\u{1EBF}", "e\u{302}\u{301}", "marriage", "birth", " "].randomElement(
                    using: &generator)
                fields.append(EvidenceField(field.id, value ?? ""))
            }
            return Evidence(
                id: "E\(index / 2)", version: index % 2 + 1, documentType: type?.code ?? "", name: "\(index)",
                number: Bool.random(using: &generator) ? "N\(index)" : nil,
                issuedOn: Int.random(in: 0..<5, using: &generator) == 0 ? nil : day(-900...30, &generator),
                validUntil: Bool.random(using: &generator) ? day(-200...900, &generator) : nil,
                issuer: EvidenceIssuer(
                    name: "I",
                    kind: Bool.random(using: &generator)
                        ? type?.issuers.first : IssuerKind.allCases.randomElement(using: &generator)),
                assurance: EvidenceAssurance.allCases.randomElement(using: &generator) ?? .selfDeclared,
                form: EvidenceForm.allCases.randomElement(using: &generator) ?? .scan, subjects: subjects,
                status: Int.random(in: 0..<2, using: &generator) == 0
                    ? .active : EvidenceStatus.allCases.randomElement(using: &generator) ?? .active,
                signature: EvidenceSignature(
                    verdict: EvidenceSignature.Verdict.allCases.randomElement(using: &generator) ?? .none,
                    trustDomain: ["public", "public-duty", nil].randomElement(using: &generator) ?? nil),
                fields: fields, confidence: .mixed)
        }
    }

    static func answers(_ procedure: Procedure, _ generator: inout SeededGenerator) -> [String: String] {
        var answers: [String: String] = [:]
        for question in procedure.questions where Int.random(in: 0..<4, using: &generator) > 0 {
            answers[question.id] = question.options.randomElement(using: &generator)?.value
        }
        return answers
    }

    @Test func `no plan ever offers a superseded, expired, revoked, foreign or failed document`() throws {
        let catalogues = try Catalogues()
        var generator = SeededGenerator(state: 2026)
        var offered = 0
        for _ in 0..<400 {
            let vault = Self.vault(types: catalogues.types, &generator)
            let set = try EvidenceSet(vault, types: catalogues.types)
            let related: Set<String> = [Family.citizen, Family.spouse, Family.child, Family.father]
            for procedure in catalogues.procedures.procedures {
                let plan = procedure.plan(
                    using: set, for: Family.applicant, answers: Self.answers(procedure, &generator), on: Family.today,
                    decisionBy: Family.decision)
                let choices = plan.requirements.flatMap(\.items).compactMap(\.choice)
                let all =
                    plan.disclosure.map(\.evidence) + plan.forecast.map(\.evidence)
                    + choices.flatMap { [$0.evidence] + $0.runnersUp }
                    + plan.form.flatMap(\.candidates).map(\.provenance.evidence)
                for reference in Set(all) {
                    offered += 1
                    let item = try #require(vault.first { $0.id == reference.id && $0.version == reference.version })
                    #expect(item.status == .active)
                    #expect(item.signature.verdict != .failed)
                    #expect(item.validUntil.map { $0 >= Family.today } ?? true)
                    #expect(item.issuedOn.map { $0 <= Family.today } ?? true)
                    #expect(!related.isDisjoint(with: item.subjects))
                    #expect(!vault.contains { $0.id == item.id && $0.version > item.version })
                    if ["marital-status-certificate", "residence-confirmation", "health-certificate"]
                        .contains(item.documentType), item.validUntil == nil
                    {
                        let months = item.documentType == "marital-status-certificate" ? 6 : 12
                        #expect(try #require(item.issuedOn).adding(months: months) >= Family.today)
                    }
                }
                let chosen = Set(choices.map(\.evidence))
                #expect(plan.disclosure.allSatisfy { chosen.contains($0.evidence) })
                #expect(Set(plan.disclosure.map(\.evidence)).count == plan.disclosure.count)
                for requirement in plan.requirements where requirement.status.isSatisfied {
                    #expect(requirement.items.allSatisfy { $0.choice != nil })
                }
                for field in plan.form where field.state == .filled { #expect(field.value != nil) }
            }
        }
        #expect(offered > 1_000)
    }

    @Test func `the order of the input does not change a byte of the plan`() throws {
        let catalogues = try Catalogues()
        var generator = SeededGenerator(state: 7)
        for _ in 0..<60 {
            let vault = Self.vault(types: catalogues.types, &generator)
            let shuffled = vault.shuffled(using: &generator).map { item in
                item.with {
                    $0.fields.shuffle(using: &generator)
                    $0.subjects.shuffle(using: &generator)
                }
            }
            for procedure in catalogues.procedures.procedures {
                let answers = Self.answers(procedure, &generator)
                let first = try catalogues.plan(procedure.code, vault, answers: answers)?.json()
                let second = try catalogues.plan(procedure.code, shuffled, answers: answers)?.json()
                #expect(first == second)
            }
        }
    }

    @Test func `a plan written as JSON is read back as it was, with sorted members`() throws {
        let catalogues = try Catalogues()
        let plan = try #require(try catalogues.plan("1.001193", Family.vault + [Family.residenceConfirmation]))
        let bytes = try plan.json()
        #expect(try ReusePlan(json: bytes) == plan)
        #expect(try ReusePlan(json: bytes).json() == bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"answers":{},"decisionBy":"2026-12-02","disclosure":["#))
        #expect(throws: OnceOnlyError.self) { try ReusePlan(json: Array(bytes.dropLast())) }
        #expect(throws: OnceOnlyError.self) { try ReusePlan(json: Array("{}".utf8)) }
        let later = text.replacing(#""formatVersion":1"#, with: #""formatVersion":2"#)
        #expect(throws: OnceOnlyError.self) { try ReusePlan(json: Array(later.utf8)) }
    }

    @Test func `an unanswered condition is undecided unless the rest decides it`() {
        let yes = Condition.answer(question: "a", isOneOf: ["x"])
        let open = Condition.answer(question: "b", isOneOf: ["x"])
        let answers = ["a": "x"]
        #expect(yes.holds(for: answers) == true)
        #expect(Condition.not(yes).holds(for: answers) == false)
        #expect(open.holds(for: answers) == nil)
        #expect(Condition.not(open).holds(for: answers) == nil)
        #expect(Condition.all([yes, open]).holds(for: answers) == nil)
        #expect(Condition.all([.not(yes), open]).holds(for: answers) == false)
        #expect(Condition.any([yes, open]).holds(for: answers) == true)
        #expect(Condition.any([.not(yes), open]).holds(for: answers) == nil)
        #expect(Condition.all([]).holds(for: [:]) == true)
        #expect(Condition.any([]).holds(for: [:]) == false)
    }

    @Test func `every word of the engine exists in both languages`() {
        var phrases = RequirementStatus.allCases.map(\.name) + RejectionReason.allCases.map(\.name)
        phrases += SelectionReason.allCases.map(\.name) + IssuerKind.allCases.map(\.name)
        phrases +=
            Register.allCases.map(\.name) + EvidenceAssurance.allCases.map(\.name) + EvidenceForm.allCases.map(\.name)
        phrases += SubjectRole.allCases.map(\.name) + CatalogueProblem.Code.allCases.map(\.name)
        phrases += PrefilledField.State.allCases.map(\.name) + EvidenceSignature.Verdict.allCases.map(\.name)
        for phrase in phrases {
            #expect(!phrase.vi.isEmpty && !phrase.en.isEmpty && phrase.vi != phrase.en)
            #expect(!phrase.vi.unicodeScalars.contains { (0x300...0x36F).contains($0.value) })
        }
    }
}
