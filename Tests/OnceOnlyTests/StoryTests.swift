// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

/// Expected plans are written by hand from the catalogue's text.
@Suite("Reuse plan — a document is given once")
struct StoryTests {
    let catalogues: Catalogues

    init() throws { catalogues = try Catalogues() }

    @Test func `permanent residence in a lent home: identity is there, the home proof is missing`() throws {
        let answers = ["home": "rented-or-lent", "movesWithSpouse": "wife", "movesWithChild": "no"]
        let plan = try #require(try catalogues.plan("1.004222", Family.vault, answers: answers))
        #expect(
            plan.statuses == [
                "declaration": .toBeCompleted, "identity": .satisfied, "lawful-home": .missing,
                "kinship": .notRequired, "kinship-spouse": .satisfied, "kinship-child": .notRequired,
                "host-consent": .toBeCompleted,
            ])
        #expect(plan.openQuestions == [])
        #expect(!plan.isCovered)
        #expect(plan.disclosed == ["D3/1", "D2/1"])
        #expect(plan.gaps.map(\.requirement) == ["declaration", "lawful-home", "host-consent"])
        let gap = try #require(plan.gaps.first { $0.requirement == "lawful-home" })
        #expect(gap.isBlocking)
        #expect(
            gap.ways.map { $0.map(\.documentType) } == [
                ["land-use-certificate"], ["lawful-home-proof"], ["construction-permit"],
            ])
        #expect(gap.ways[0][0].issuers.contains(.landOffice))
        #expect(gap.ways[0][0].registers == [.landDatabase])
        #expect(gap.explanation.vi.contains("Văn phòng đăng ký đất đai"))
    }

    @Test func `the form is filled from the papers, each value with where it comes from`() throws {
        let answers = ["home": "rented-or-lent", "movesWithSpouse": "wife", "movesWithChild": "no"]
        let plan = try #require(try catalogues.plan("1.004222", Family.vault, answers: answers))
        let name = try #require(plan.field("declarant.fullName"))
        #expect(name.state == .filled)
        #expect(name.value == "Nguyễn Văn Thử")
        #expect(name.candidates.map(\.provenance.evidence.id) == ["D3", "D1"])
        let fromCard = try #require(name.candidates.first?.provenance)
        #expect(fromCard.assurance == .selfDeclared)
        #expect(fromCard.signature == .none)
        #expect(fromCard.isDisclosed)
        #expect(fromCard.confidence == .digitised)
        #expect(fromCard.issuedOn == Family.day("2024-08-12"))
        let fromBirth = try #require(name.candidates.last?.provenance)
        #expect(fromBirth.assurance == .signatureVerified)
        #expect(fromBirth.signer == "Ủy ban nhân dân phường Thử Nghiệm")
        #expect(!fromBirth.isDisclosed)
        #expect(plan.field("declarant.residence")?.value == Family.oldAddress)
        #expect(plan.field("member.1.fullName")?.value == "Trần Thị Nghiệm")
        #expect(plan.field("member.1.citizenId")?.value == "001199000002")
        #expect(plan.field("member.2.fullName")?.applies == .no)
        #expect(plan.field("declarant.phone")?.state == .typed)
        #expect(plan.field("home.address")?.state == .typed)
    }

    @Test func `with the home proof the vault covers the procedure by the second way`() throws {
        let answers = ["home": "rented-or-lent", "movesWithSpouse": "no", "movesWithChild": "no"]
        let plan = try #require(try catalogues.plan("1.004222", Family.vault + [Family.homeProof], answers: answers))
        #expect(plan["lawful-home"]?.status == .satisfiedByAlternative)
        #expect(plan["lawful-home"]?.list == 1)
        #expect(plan.isCovered)
        #expect(plan.field("home.address")?.value == Family.newAddress)
        #expect(plan.field("household.head")?.value == "Nguyễn Văn Mẫu")
        #expect(plan.disclosed == ["D3/1", "D6/1"])
    }

    @Test func `with relatives no home proof is asked, but kinship, which the birth certificate proves`() throws {
        let answers = ["home": "relatives", "movesWithSpouse": "no", "movesWithChild": "no"]
        let plan = try #require(try catalogues.plan("1.004222", Family.vault, answers: answers))
        #expect(plan["lawful-home"]?.status == .notRequired)
        #expect(plan["kinship"]?.status == .satisfied)
        #expect(plan["kinship"]?.items.first?.choice?.evidence.id == "D1")
        #expect(plan.isCovered)
    }

    @Test func `without a birth certificate the marriage certificate is the alternative for kinship`() throws {
        let answers = ["home": "relatives", "movesWithSpouse": "no", "movesWithChild": "no"]
        let vault = [Family.marriageCertificate, Family.citizenCard]
        let plan = try #require(try catalogues.plan("1.004222", vault, answers: answers))
        #expect(plan["kinship"]?.status == .satisfiedByAlternative)
    }

    @Test func `without answers the plan says which questions are open and how things would stand`() throws {
        let plan = try #require(try catalogues.plan("1.004222", Family.vault))
        #expect(plan.openQuestions == ["home", "movesWithSpouse", "movesWithChild"])
        #expect(plan["lawful-home"]?.applies == .depends)
        #expect(plan["lawful-home"]?.status == .missing)
        #expect(plan.gaps.first { $0.requirement == "lawful-home" }?.isBlocking == false)
        #expect(plan.disclosed == ["D3/1"])
        #expect(!plan.isCovered)
    }

    @Test func `an answer that is not on offer counts as none`() throws {
        let plan = try #require(try catalogues.plan("1.004222", Family.vault, answers: ["home": "castle", "x": "y"]))
        #expect(plan.openQuestions.contains("home"))
        #expect(plan.answers == [:])
    }

    @Test func `the child's birth reuses the marriage certificate and the result of the first procedure`() throws {
        let vault = Family.vault + [Family.homeProof, Family.residenceConfirmation, Family.noticeOfBirth]
        let plan = try #require(
            try catalogues.plan("1.001193", vault, answers: ["parentsMarried": "yes", "declarantIs": "father"]))
        #expect(
            plan.statuses == [
                "declaration": .toBeCompleted, "birth-proof": .satisfied, "parents-marriage": .satisfied,
                "identity": .satisfied, "residence": .satisfied, "authorisation": .notRequired,
            ])
        #expect(plan.disclosed == ["D5/1", "D2/1", "D3/1", "D4/1"])
        #expect(plan.isCovered)
        let values = Dictionary(plan.form.map { ($0.id, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(values["declarant.fullName"] == "Nguyễn Văn Thử")
        #expect(values["declarant.residence"] == Family.newAddress)
        #expect(values["father.residence"] == Family.newAddress)
        #expect(values["mother.residence"] == Family.oldAddress)
        #expect(values["child.fullName"] == "Nguyễn Thử Mai")
        #expect(values["child.dateOfBirth"] == "2026-11-10")
        #expect(values["mother.fullName"] == "Trần Thị Nghiệm")
        #expect(values["father.citizenId"] == "001099000001")
        #expect(values["marriage.number"] == "0000027/2024")
        #expect(values["marriage.date"] == "2024-05-20")
        #expect(values["noticeOfBirth.number"] == "0000421/2026")
        // What no paper can say: the tie to the child and the parents' choice for the child.
        #expect(
            plan.form.filter { $0.state != .filled }.map(\.id) == [
                "declarant.relation", "child.ethnicity", "child.nationality", "child.hometown",
            ])
        // The card still shows the old address; it stands behind the confirmation, and is shown.
        let residence = try #require(plan.field("declarant.residence"))
        #expect(residence.candidates.map(\.value) == [Family.newAddress, Family.oldAddress])
        #expect(residence.candidates.map(\.isFallback) == [false, true])
    }

    @Test func `without the first procedure's result the card is the alternative proof of residence`() throws {
        let plan = try #require(
            try catalogues.plan(
                "1.001193", Family.vault + [Family.noticeOfBirth],
                answers: ["parentsMarried": "yes", "declarantIs": "father"]))
        #expect(plan["residence"]?.status == .satisfiedByAlternative)
        #expect(plan.field("declarant.residence")?.value == Family.oldAddress)
    }

    @Test func `a notice of birth that ends before the decision is said to`() throws {
        let late = Family.day("2027-01-20")
        let vault = Family.vault + [Family.noticeOfBirth]
        let plan = try #require(try catalogues.plan("1.001193", vault, decisionBy: late))
        #expect(plan["birth-proof"]?.status == .expiresBeforeDecision)
        #expect(plan.gaps.first { $0.requirement == "birth-proof" }?.isBlocking == false)
        let end = try #require(plan.forecast.first { $0.evidence.id == "D5" })
        #expect(end.lastDay == Family.day("2027-01-09"))
        #expect(end.beforeDecision)
        let lastDay = try #require(try catalogues.plan("1.001193", vault, decisionBy: Family.day("2027-01-09")))
        #expect(lastDay["birth-proof"]?.status == .satisfied)
    }

    @Test func `all procedures are planned at once, each as it is alone`() throws {
        let set = try EvidenceSet(Family.vault, types: catalogues.types)
        let plans = catalogues.procedures.plans(
            using: set, for: Family.applicant, on: Family.today, decisionBy: Family.decision)
        #expect(plans.count == 11)
        for plan in plans {
            #expect(try plan == catalogues.plan(plan.procedure.code, Family.vault))
        }
    }
}
