// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

/// What a requirement can ask for, each rule with a document just inside and just outside.
@Suite("Requirements — subjects, grounds, levels, age, fields instead of documents, few documents")
struct RequirementTests {
    static func plan(
        _ specification: String..., with evidence: [Evidence], for applicant: Applicant = Family.applicant
    ) throws -> ReusePlan {
        let types = try DocumentTypeCatalogue.builtIn()
        let requirements = specification.enumerated().map {
            LintTests.requirement(id: "r\($0.offset)", lists: "[[\($0.element)]]")
        }
        let text = LintTests.file(
            LintTests.procedure(requirements: "[\(requirements.joined(separator: ", "))]"))
        let catalogue = try ProcedureCatalogue(json: Array(text.utf8), types: types)
        return try #require(catalogue.procedure("T.1", on: Family.today)).plan(
            using: try EvidenceSet(evidence, types: types), for: applicant, on: Family.today,
            decisionBy: Family.decision)
    }

    @Test func `a document that must concern both spouses does not serve with one of them`() throws {
        let both =
            #"{"type": "marriage-certificate", "minimumAssurance": "signature-verified", "subjects": ["applicant", "spouse"], "everySubject": true}"#
        #expect(try Self.plan(both, with: [Family.marriageCertificate])["r0"]?.status == .satisfied)
        let former = Family.marriageCertificate.with { $0.subjects = [Family.citizen, Family.stranger] }
        #expect(try Self.plan(both, with: [former])["r0"]?.status == .wrongSubject)
    }

    @Test func `a representative counts with an accepted ground and within its days only`() throws {
        let acting =
            #"{"type": "power-of-attorney", "minimumAssurance": "self-declared", "subjects": ["applicant", "representative"], "everySubject": true, "grounds": ["power-of-attorney", "guardian"]}"#
        let paper = Family.marriageCertificate.with {
            $0.documentType = "power-of-attorney"
            $0.subjects = [Family.citizen, "TEST-agent"]
            $0.issuer = EvidenceIssuer(name: nil)
        }
        func status(_ ground: RepresentationGround, until: String?) throws -> RequirementStatus? {
            let acting = Representation(
                person: "TEST-agent", ground: ground, from: Family.day("2026-01-01"), until: until.map(Family.day))
            let applicant = Applicant(id: Family.citizen, representations: [acting])
            return try Self.plan(
                #"{"type": "power-of-attorney", "minimumAssurance": "self-declared", "subjects": ["applicant", "representative"], "everySubject": true, "grounds": ["power-of-attorney", "guardian"]}"#,
                with: [paper], for: applicant)["r0"]?.status
        }
        #expect(try status(.powerOfAttorney, until: nil) == .satisfied)
        #expect(try status(.guardian, until: "2026-11-21") == .satisfied)
        #expect(try status(.guardian, until: "2026-11-20") == .wrongSubject)
        #expect(try status(.parent, until: nil) == .wrongSubject)
        let unstated = Applicant(id: Family.citizen, related: [.representative: ["TEST-agent"]])
        #expect(try Self.plan(acting, with: [paper], for: unstated)["r0"]?.status == .wrongSubject)
    }

    @Test func `the level of the issuer decides where it is asked for`() throws {
        let asked =
            #"{"type": "land-use-certificate", "minimumAssurance": "self-declared", "issuerLevels": ["province", "commune"]}"#
        func status(_ kind: IssuerKind?) throws -> RequirementStatus? {
            let paper = Family.citizenCard.with {
                $0.documentType = "land-use-certificate"
                $0.issuer = EvidenceIssuer(name: "X", kind: kind)
            }
            return try Self.plan(asked, with: [paper])["r0"]?.status
        }
        #expect(try status(.provincialCommittee) == .satisfied)
        #expect(try status(.districtCommittee) == .wrongIssuer)
        #expect(try status(nil) == .wrongIssuer)
        #expect(
            try Self.plan(asked, with: []).gaps.first?.ways.first?.first?.issuers == [
                .provincialCommittee, .communeCommittee,
            ])
    }

    @Test func `age is counted in days where days are asked for`() throws {
        let fresh = #"{"type": "citizen-card", "minimumAssurance": "self-declared", "freshnessDays": 30}"#
        let last = Family.citizenCard.with { $0.issuedOn = Family.day("2026-10-22") }
        #expect(try Self.plan(fresh, with: [last])["r0"]?.status == .satisfied)
        #expect(try Self.plan(fresh, with: [last]).forecast.map(\.lastDay).contains(Family.day("2026-11-21")))
        let late = last.with { $0.issuedOn = Family.day("2026-10-21") }
        #expect(try Self.plan(fresh, with: [late])["r0"]?.status == .stale)
    }

    @Test func `a declared scan or a declared original never meets what asks for proof`() throws {
        let proven = #"{"type": "citizen-card", "minimumAssurance": "signature-verified"}"#
        #expect(try Self.plan(proven, with: [Family.citizenCard])["r0"]?.status == .unverified)
        let paper =
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "forms": ["original", "certified-copy"]}"#
        #expect(
            try Self.plan(paper, with: [Family.citizenCard.with { $0.form = .original }])["r0"]?.status == .unverified)
        let signed = Family.citizenCard.with(SelectionTests.proven)
        #expect(try Self.plan(proven, with: [signed])["r0"]?.status == .satisfied)
        #expect(try Self.plan(paper, with: [signed])["r0"]?.status == .satisfied)
        let accepted = #"{"type": "citizen-card", "minimumAssurance": "self-declared"}"#
        let plan = try Self.plan(accepted, with: [Family.citizenCard])
        #expect(plan["r0"]?.status == .satisfied)
        #expect(plan["r0"]?.items.first?.choice?.assurance == .selfDeclared)
        #expect(plan["r0"]?.explanation.vi.contains("xuất trình") == true)
    }

    @Test func `where the authority takes fields, fields are disclosed and not the document`() throws {
        let fields =
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "sufficientFields": ["subject.fullName", "number"]}"#
        let whole = #"{"type": "citizen-card", "minimumAssurance": "self-declared"}"#
        let plan = try Self.plan(fields, with: [Family.citizenCard])
        #expect(plan.disclosure.map(\.fields) == [["subject.fullName", "number"]])
        #expect(try Self.plan(fields, whole, with: [Family.citizenCard]).disclosure.map(\.fields) == [[]])
    }

    @Test func `of equal documents the one that serves both requirements is chosen`() throws {
        let any =
            #"{"type": "birth-certificate", "minimumAssurance": "signature-verified", "subjects": ["applicant", "child"]}"#
        let child = #"{"type": "birth-certificate", "minimumAssurance": "signature-verified", "subjects": ["child"]}"#
        let own = Family.birthCertificate.with { $0.id = "A" }
        let theirs = Family.birthCertificate.with {
            $0.id = "B"
            $0.subjects = [Family.child]
        }
        let plan = try Self.plan(any, child, with: [own, theirs])
        #expect(plan.disclosed == ["B/1"])
        #expect(plan["r0"]?.items.first?.choice?.reason == .fewerDocuments)
        #expect(plan["r0"]?.items.first?.choice?.runnersUp.map(\.id) == ["A"])
        #expect(try Self.plan(any, with: [own, theirs]).disclosed == ["A/1"])
    }

    static let differences: [(String, String, FieldFinding.Kind)] = [
        ("Thử", "Thu\u{31B}\u{309}", .composition), ("Lê Thử", "Lê  Thử ", .spacing), ("Lê Thử", "LÊ THỬ", .letterCase),
        ("Hoà Thử", "Hòa Thử", .toneMarkPlacement), ("Lê Thử", "Le Thu", .diacritics),
        ("Đỗ Thử", "Do Thử", .diacritics),
        ("Lê Thử", "Lê Nghiệm", .content),
    ]

    @Test(arguments: differences.indices) func `a difference is named and goes to a person where it can matter`(
        row: Int
    ) throws {
        let (first, second, kind) = Self.differences[row]
        let evidence = [("A", first), ("B", second)].map { id, name in
            Family.citizenCard.with {
                $0.id = id
                $0.fields = [EvidenceField("subject.fullName", name)]
            }
        }
        let plan = try #require(try Catalogues().plan("3.000333", evidence))
        let field = try #require(plan.field("applicant.fullName"))
        #expect(field.findings.map(\.kind) == [kind])
        #expect(field.findings.first?.needsDecision == !kind.isSameReading)
        #expect(field.state == (kind.isSameReading ? .filled : .conflicting))
        #expect(field.candidates.map(\.value.unicodeScalars.count) == [first, second].map(\.unicodeScalars.count))
        #expect(plan["identity"]?.status == .satisfied, "a difference refuses nothing")
    }

    @Test func `an address in the former three levels beside one in the two of today goes to a person`() throws {
        let former = "Số 1, phường Thử, quận Nghiệm, thành phố Hà Nội"
        let today = "Số 1, phường Thử, thành phố Hà Nội"
        func finding(_ left: String, _ right: String) throws -> FieldFinding? {
            let evidence = [("A", left), ("B", right)].map { id, address in
                Family.residenceConfirmation.with {
                    $0.id = id
                    $0.fields = [EvidenceField("residence.permanent", address)]
                }
            }
            return try Catalogues().plan("3.000333", evidence)?.form.flatMap(\.findings).first
        }
        #expect(try finding(former, today)?.kind == .administrativeUnits)
        #expect(try finding(former, today)?.needsDecision == true)
        #expect(try finding(former, "Số 2, phường Thử, quận Nghiệm, thành phố Hà Nội")?.kind == .content)
        #expect(try finding("Xã A, huyện B, tỉnh C", "Xã A, tỉnh C")?.kind == .administrativeUnits)
        #expect(try finding(today, today) == nil)
    }

    static let lintSeeds: [(String, CatalogueProblem.Code, String)] = [
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "issuers": ["school"]}"#, .contradiction,
            "issuers[0]"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "issuerLevels": ["commune"]}"#,
            .contradiction, "issuerLevels[0]"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "signature-verified", "trustDomains": ["public"]}"#,
            .contradiction, "trustDomains[0]"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "freshnessDays": 3, "freshnessMonths": 1}"#,
            .contradiction, "freshnessDays"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "grounds": ["parent"]}"#, .ineffective,
            "grounds"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "everySubject": true}"#, .ineffective,
            "everySubject"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "forms": ["original"]}"#, .ineffective,
            "minimumAssurance"
        ),
        (#"{"type": "other", "minimumAssurance": "signature-verified"}"#, .ineffective, "minimumAssurance"),
        (#"{"type": "declaration-form", "madeInDossier": true, "freshnessDays": 3}"#, .ineffective, "freshnessDays"),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "sufficientFields": ["shoeSize"]}"#,
            .unknownField, "sufficientFields[0]"
        ),
        (
            #"{"type": "birth-certificate", "minimumAssurance": "self-declared", "where": {"registration.date": "May"}}"#,
            .wrongValue, "where.registration.date"
        ),
        (
            #"{"type": "citizen-card", "minimumAssurance": "self-declared", "forms": ["scan", "scan"]}"#,
            .duplicateIdentifier, "forms[1]"
        ),
    ]

    @Test(arguments: lintSeeds.indices) func `a constraint that contradicts or does nothing is found at its place`(
        row: Int
    ) throws {
        let (specification, code, member) = Self.lintSeeds[row]
        let types = try DocumentTypeCatalogue.builtIn()
        let when = #"{"question": "q", "isOneOf": ["yes"]}"#
        let text = LintTests.file(
            LintTests.procedure(
                requirements: "[\(LintTests.requirement(lists: "[[\(specification)]]", more: #", "when": \#(when)"#))]")
        )
        let problems = try ProcedureCatalogue.lint(Array(text.utf8), types: types)
        #expect(problems.map(\.code) == [code], "\(problems)")
        #expect(problems.map(\.path) == ["procedures[0].requirements[0].lists[0][0].\(member)"])
        let problem = try #require(problems.first)
        let line = try #require(
            text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(problem.line - 1).first)
        #expect(problem.column >= 1 && problem.column <= line.utf8.count)
        if code.severity == .warning {
            #expect(try ProcedureCatalogue(json: Array(text.utf8), types: types).procedures.count == 1)
        } else {
            #expect(throws: OnceOnlyError.self) { try ProcedureCatalogue(json: Array(text.utf8), types: types) }
        }
    }

    @Test func `questions on which nothing depends and conditions that never change are warnings`() throws {
        let types = try DocumentTypeCatalogue.builtIn()
        let unused = try ProcedureCatalogue.lint(Array(LintTests.file(LintTests.procedure()).utf8), types: types)
        #expect(unused.map(\.code) == [.unusedQuestion])
        let always = LintTests.when(#"{"question": "q", "isOneOf": ["yes", "no"]}"#)
        let constant = try ProcedureCatalogue.lint(
            Array(LintTests.file(LintTests.procedure(requirements: "[\(always)]")).utf8), types: types)
        #expect(constant.map(\.code) == [.constantCondition])
        let lists = LintTests.requirement(
            lists: "[[\(LintTests.card)], [\(LintTests.card)]]",
            more: #", "when": {"question": "q", "isOneOf": ["yes"]}"#)
        let idle = try ProcedureCatalogue.lint(
            Array(LintTests.file(LintTests.procedure(requirements: "[\(lists)]")).utf8), types: types)
        #expect(idle.map(\.path) == ["procedures[0].requirements[0].lists[1]"])
    }
}
