// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

@Suite("Reuse plan — which document wins")
struct SelectionTests {
    let catalogues: Catalogues

    init() throws { catalogues = try Catalogues() }

    func choice(_ evidence: [Evidence]) throws -> RequirementPlan.Choice? {
        try catalogues.plan("3.000333", evidence)?["identity"]?.items.first?.choice
    }

    static func card(_ id: String, _ change: (inout Evidence) -> Void = { _ in }) -> Evidence {
        Family.citizenCard.with {
            $0.id = id
            change(&$0)
        }
    }

    static func proven(_ evidence: inout Evidence) {
        evidence.assurance = .signatureVerified
        evidence.signature = Family.byAgency
        evidence.form = .original
    }

    @Test func `the only document wins because it is the only one`() throws {
        let choice = try #require(try choice([Self.card("A")]))
        #expect(choice.reason == .onlyCandidate)
        #expect(choice.runnersUp.isEmpty)
        #expect(choice.lastDay == Family.day("2039-03-15"))
    }

    @Test func `proven origin wins over a certified copy, and that over an upload`() throws {
        let copy = Self.card("B") { $0.form = .certifiedCopy }
        let first = try #require(try choice([Self.card("A"), copy, Self.card("C", Self.proven)]))
        #expect(first.evidence.id == "C")
        #expect(first.reason == .strongerProof)
        #expect(first.runnersUp.map(\.id) == ["B", "A"])
        let second = try #require(try choice([Self.card("A"), copy]))
        #expect(second.evidence.id == "B")
        #expect(second.reason == .strongerProof)
    }

    @Test func `a claim of a verified signature without one does not win`() throws {
        let claim = Self.card("B") { $0.assurance = .signatureVerified }
        #expect(try choice([Self.card("A"), claim])?.evidence.id == "A")
        let citizenSigned = claim.with {
            $0.signature = EvidenceSignature(verdict: .passed, signer: "Nguyễn Văn Thử", trustDomain: "public")
        }
        #expect(try choice([Self.card("A"), citizenSigned])?.evidence.id == "A")
        #expect(try choice([Self.card("A"), Self.card("B", Self.proven)])?.evidence.id == "B")
    }

    @Test func `longer validity wins, none at all being the longest`() throws {
        let longer = Self.card("B") { $0.validUntil = Family.day("2039-03-16") }
        #expect(try choice([Self.card("A"), longer])?.evidence.id == "B")
        #expect(try choice([Self.card("A"), longer])?.reason == .longerValidity)
        let endless = Self.card("C") { $0.validUntil = nil }
        #expect(try choice([Self.card("A"), longer, endless])?.evidence.id == "C")
    }

    @Test func `a document that lasts until the decision wins over a better proven one that does not`() throws {
        let ending = Self.card("B") {
            Self.proven(&$0)
            $0.validUntil = Family.day("2026-12-01")
        }
        let choice = try #require(try choice([Self.card("A"), ending]))
        #expect(choice.evidence.id == "A")
        #expect(choice.reason == .lastsUntilDecision)
        #expect(try self.choice([ending])?.evidence.id == "B")
    }

    @Test func `equal documents are told apart by their identifier`() throws {
        let choice = try #require(try choice([Self.card("B"), Self.card("A")]))
        #expect(choice.evidence.id == "A")
        #expect(choice.reason == .firstByIdentifier)
    }

    @Test func `papers that say different things are shown side by side and none is taken`() throws {
        let other = Self.card("A") {
            $0.fields = [EvidenceField("subject.fullName", "Nguyên Văn Thử")]
        }
        let plan = try #require(try catalogues.plan("3.000333", [other, Family.birthCertificate]))
        let field = try #require(plan.field("applicant.fullName"))
        #expect(field.state == .conflicting)
        #expect(field.value == nil)
        #expect(Set(field.candidates.map(\.value)) == ["Nguyên Văn Thử", "Nguyễn Văn Thử"])
    }

    @Test(arguments: ["NGUYỄN VĂN THỬ", "  Nguyễn  Văn\u{A0}Thử ", "Nguye\u{302}\u{303}n Va\u{306}n Thu\u{31B}\u{309}"])
    func `letter case, spacing and Unicode composition are no conflict`(spelling: String) throws {
        let other = Self.card("A") { $0.fields = [EvidenceField("subject.fullName", spelling)] }
        let plan = try #require(try catalogues.plan("3.000333", [other, Family.birthCertificate]))
        #expect(plan.field("applicant.fullName")?.state == .filled)
        #expect(plan.field("applicant.fullName")?.candidates.count == 2)
    }

    @Test func `the part for submission names only disclosed documents`() throws {
        let answers = ["kind": "1", "byAgent": "no", "spouseIs": "none"]
        let revoked = Self.card("R") { $0.status = .revoked }
        let plan = try #require(
            try catalogues.plan(
                "3.000333", Family.vault + [revoked, Self.card("S")], answers: answers))
        let part = plan.forSubmission()
        let text = String(decoding: try part.json(), as: UTF8.self)
        #expect(plan.disclosed == ["D3/1"])
        #expect(!text.contains(#""id":"R""#))
        #expect(!text.contains(#""id":"S""#))
        #expect(text.contains(#""id":"D3""#))
        #expect(part.statuses == plan.statuses)
        let whole = String(decoding: try plan.json(), as: UTF8.self)
        #expect(whole.contains(#""id":"R""#))
        #expect(whole.contains(#""id":"S""#))
    }
}
