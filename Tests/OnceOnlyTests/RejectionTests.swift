// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly
import Testing

/// Each refused document beside its accepted twin, on requirement `marital-status` of 1.000894 (issued within six months, signed by the issuer).
@Suite("Reuse plan — what is not offered, and why")
struct RejectionTests {
    let catalogues: Catalogues
    static let base = Evidence(
        id: "M", version: 2, documentType: "marital-status-certificate", name: "Giấy xác nhận tình trạng hôn nhân",
        number: "12/XN", issuedOn: Family.day("2026-05-21"),
        issuer: EvidenceIssuer(name: "UBND phường Thử Nghiệm", kind: .communeCommittee), assurance: .signatureVerified,
        form: .original, subjects: [Family.citizen], signature: Family.byAgency,
        fields: Family.citizenAs("subject") + [EvidenceField("status", "Chưa kết hôn")], confidence: .bornElectronic)

    init() throws { catalogues = try Catalogues() }

    func plan(_ evidence: [Evidence], on date: CalendarDate = Family.today) throws -> ReusePlan {
        try #require(
            try catalogues.plan("1.000894", evidence, answers: ["residesElsewhere": "yes"], on: date, decisionBy: date))
    }

    @Test func `the base document is accepted on its last fresh day and refused the day after`() throws {
        let accepted = try plan([Self.base])
        #expect(accepted["marital-status"]?.status == .satisfied)
        #expect(accepted.field("applicant.maritalStatus")?.value == "Chưa kết hôn")
        #expect(accepted.disclosed == ["M/2"])
        let refused = try plan([Self.base], on: Family.day("2026-11-22"))
        #expect(refused["marital-status"]?.status == .expired)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let fault: String
        let change: @Sendable (inout Evidence) -> Void
        let reasons: [RejectionReason]
        let status: RequirementStatus
        var testDescription: String { fault }
    }

    static let cases: [Case] = [
        Case(
            fault: "another person", change: { $0.subjects = [Family.stranger] }, reasons: [.wrongSubject],
            status: .wrongSubject),
        Case(
            fault: "the spouse's", change: { $0.subjects = [Family.spouse] }, reasons: [.wrongSubject],
            status: .wrongSubject),
        Case(fault: "nobody named", change: { $0.subjects = [] }, reasons: [.wrongSubject], status: .wrongSubject),
        Case(
            fault: "superseded", change: { $0.status = .superseded }, reasons: [.superseded], status: .superseded),
        Case(fault: "revoked", change: { $0.status = .revoked }, reasons: [.revoked], status: .revoked),
        Case(fault: "marked expired", change: { $0.status = .expired }, reasons: [.expired], status: .expired),
        Case(
            fault: "stated end passed", change: { $0.validUntil = Family.day("2026-11-20") }, reasons: [.expired],
            status: .expired),
        Case(
            fault: "older than six months, though it states a later end",
            change: {
                $0.issuedOn = Family.day("2026-05-20")
                $0.validUntil = Family.day("2027-05-20")
            }, reasons: [.stale], status: .stale),
        Case(
            fault: "failed signature",
            change: { $0.signature = EvidenceSignature(verdict: .failed, signer: "?", trustDomain: "public-duty") },
            reasons: [.signatureInvalid, .unverified], status: .signatureInvalid),
        Case(
            fault: "failed signature on a paper an agency vouched for",
            change: {
                $0.assurance = .agencyVerified
                $0.signature = EvidenceSignature(verdict: .failed)
            }, reasons: [.signatureInvalid], status: .signatureInvalid),
        Case(
            fault: "undetermined signature",
            change: { $0.signature = EvidenceSignature(verdict: .indeterminate, trustDomain: "public-duty") },
            reasons: [.unverified], status: .unverified),
        Case(
            fault: "signed by the citizen, not by the commune",
            change: { $0.signature = EvidenceSignature(verdict: .passed, signer: "N", trustDomain: "public") },
            reasons: [.wrongIssuer], status: .wrongIssuer),
        Case(
            fault: "issued by a business", change: { $0.issuer = EvidenceIssuer(name: "X", kind: .business) },
            reasons: [.wrongIssuer], status: .wrongIssuer),
        Case(
            fault: "an upload that claims to be verified", change: { $0.signature = .none }, reasons: [.unverified],
            status: .unverified),
        Case(
            fault: "self-declared", change: { $0.assurance = .selfDeclared }, reasons: [.unverified],
            status: .unverified),
        Case(fault: "a scan", change: { $0.form = .scan }, reasons: [.wrongForm], status: .wrongForm),
        Case(
            fault: "issued tomorrow", change: { $0.issuedOn = Family.day("2026-11-22") }, reasons: [.notYetIssued],
            status: .unverified),
        Case(
            fault: "no day of issue", change: { $0.issuedOn = nil }, reasons: [.issueDateUnknown], status: .unverified),
    ]

    @Test(arguments: cases) func `a document with a fault is refused with its reason and fills no field it must not`(
        item: Case
    ) throws {
        let plan = try plan([Self.base.with(item.change)])
        let requirement = try #require(plan["marital-status"])
        #expect(requirement.status == item.status)
        #expect(requirement.rejected.map(\.reasons) == [item.reasons])
        #expect(requirement.items.allSatisfy { $0.choice == nil })
        #expect(plan.disclosure.isEmpty)
        let gap = try #require(plan.gaps.first { $0.requirement == "marital-status" })
        #expect(gap.reason == item.status)
        #expect(gap.ways.first?.first?.issuers == [.communeCommittee])
    }

    static let twins: [@Sendable (inout Evidence) -> Void] = [
        { $0.subjects = [Family.stranger, Family.citizen] },
        { $0.validUntil = Family.day("2026-11-21") },
        { $0.issuedOn = Family.day("2026-11-21") },
        { $0.form = .certifiedCopy },
        { $0.issuer = EvidenceIssuer(name: nil, kind: nil) },
        { item in
            item.assurance = .agencyVerified
            item.signature = .none
        },
    ]

    @Test(arguments: twins.indices) func `the twin just inside the rule is accepted`(index: Int) throws {
        #expect(try plan([Self.base.with(Self.twins[index])])["marital-status"]?.status == .satisfied)
    }

    @Test func `an older version of a document is not offered beside its later one, whatever its status says`() throws {
        let plan = try plan([Self.base.with { $0.version = 1 }, Self.base.with { $0.status = .revoked }])
        #expect(plan["marital-status"]?.status == .revoked)
        #expect(plan["marital-status"]?.rejected.map(\.evidence.version) == [2, 1])
        #expect(plan["marital-status"]?.rejected.map(\.reasons) == [[.revoked], [.superseded]])
    }

    @Test func `a version given twice is an error`() {
        #expect(throws: OnceOnlyError.self) { try plan([Self.base, Self.base.with { $0.form = .scan }]) }
    }

    @Test func `a document whose field has another value is not taken for the one asked`() throws {
        let extract = Family.marriageCertificate.with {
            $0.documentType = "civil-status-extract"
            $0.fields.append(EvidenceField("event", "birth"))
        }
        let refused = try #require(try catalogues.plan("1.001193", [extract], answers: ["parentsMarried": "yes"]))
        #expect(refused["parents-marriage"]?.status == .missing)
        #expect(refused["parents-marriage"]?.rejected.map(\.reasons) == [[.wrongContent]])
        let right = extract.with { $0.fields = [EvidenceField("event", "marriage")] }
        let accepted = try #require(try catalogues.plan("1.001193", [right], answers: ["parentsMarried": "yes"]))
        #expect(accepted["parents-marriage"]?.status == .satisfiedByAlternative)
    }

    @Test func `the status names the document that is nearest to being usable`() throws {
        let plan = try plan([
            Self.base.with {
                $0.id = "A"
                $0.status = .revoked
            },
            Self.base.with {
                $0.id = "B"
                $0.form = .scan
            },
        ])
        #expect(plan["marital-status"]?.status == .wrongForm)
        #expect(plan["marital-status"]?.rejected.count == 2)
    }
}
