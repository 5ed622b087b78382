// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import OnceOnly

/// An invented family with the papers of the main story. Nobody here exists; the numbers only have the usual shape.
enum Family {
    static let citizen = "TEST-citizen"
    static let spouse = "TEST-spouse"
    static let child = "TEST-child"
    static let father = "TEST-father"
    static let stranger = "TEST-stranger"

    static let applicant = Applicant(id: citizen, related: [.spouse: [spouse], .child: [child], .parent: [father]])

    static let oldAddress = "Số 5, ngách 6/7, phố Mô Phỏng, phường Giả Định, thành phố Hà Nội"
    static let newAddress = "Số 12, ngõ 34, phố Thử Nghiệm, phường Thử Nghiệm, thành phố Hà Nội"

    static let byAgency = EvidenceSignature(
        verdict: .passed, signer: "Ủy ban nhân dân phường Thử Nghiệm", trustDomain: "public-duty")

    static func day(_ text: String) -> CalendarDate { CalendarDate(text) ?? CalendarDate(dayNumber: 0) }

    static let today = day("2026-11-21")
    static let decision = day("2026-12-02")

    static func person(_ prefix: String, _ name: String, _ born: String, _ sex: String, _ id: String) -> [EvidenceField]
    {
        [
            EvidenceField("\(prefix).fullName", name), EvidenceField("\(prefix).dateOfBirth", born),
            EvidenceField("\(prefix).sex", sex), EvidenceField("\(prefix).citizenId", id),
            EvidenceField("\(prefix).ethnicity", "Kinh"), EvidenceField("\(prefix).nationality", "Việt Nam"),
        ]
    }

    static let citizenFields = ("Nguyễn Văn Thử", "1999-03-15", "male", "001099000001")
    static let spouseFields = ("Trần Thị Nghiệm", "1999-08-20", "female", "001199000002")

    static func citizenAs(_ prefix: String) -> [EvidenceField] {
        person(prefix, citizenFields.0, citizenFields.1, citizenFields.2, citizenFields.3)
    }

    static func spouseAs(_ prefix: String) -> [EvidenceField] {
        person(prefix, spouseFields.0, spouseFields.1, spouseFields.2, spouseFields.3)
    }

    /// Signed PDF of the commune.
    static let birthCertificate = Evidence(
        id: "D1", version: 1, documentType: "birth-certificate", name: "Giấy khai sinh", number: "0000015/1999",
        issuedOn: day("2026-11-02"), issuer: EvidenceIssuer(name: "UBND phường Thử Nghiệm", kind: .communeCommittee),
        assurance: .signatureVerified, form: .original, subjects: [citizen], signature: byAgency,
        fields: citizenAs("subject") + [
            EvidenceField("mother.fullName", "Phạm Thị Liệu"), EvidenceField("father.fullName", "Nguyễn Văn Mẫu"),
            EvidenceField("registration.date", "1999-03-22"),
        ], confidence: .bornElectronic)

    /// Signed PDF of the commune.
    static let marriageCertificate = Evidence(
        id: "D2", version: 1, documentType: "marriage-certificate", name: "Giấy chứng nhận kết hôn",
        number: "0000027/2024", issuedOn: day("2024-05-20"),
        issuer: EvidenceIssuer(name: "UBND phường Thử Nghiệm", kind: .communeCommittee),
        assurance: .signatureVerified, form: .original, subjects: [citizen, spouse], signature: byAgency,
        fields: spouseAs("wife") + citizenAs("husband") + [
            EvidenceField("wife.residence", oldAddress), EvidenceField("husband.residence", oldAddress),
            EvidenceField("registration.date", "2024-05-20"),
        ], confidence: .bornElectronic)

    /// A scan that nobody signed.
    static let citizenCard = Evidence(
        id: "D3", version: 1, documentType: "citizen-card", name: "Thẻ căn cước (bản quét)", number: "001099000001",
        issuedOn: day("2024-08-12"), validUntil: day("2039-03-15"),
        issuer: EvidenceIssuer(name: "Bộ Công an (bản mô phỏng)", kind: .ministryOfPublicSecurity),
        assurance: .selfDeclared, form: .scan, subjects: [citizen],
        fields: citizenAs("subject") + [EvidenceField("subject.residence", oldAddress)], confidence: .digitised)

    /// The result of the first procedure, signed and delivered by the commune police.
    static let residenceConfirmation = Evidence(
        id: "D4", version: 1, documentType: "residence-confirmation", name: "Xác nhận thông tin về cư trú",
        number: "0000107/XN", issuedOn: day("2026-11-19"),
        issuer: EvidenceIssuer(name: "Công an phường Thử Nghiệm", kind: .communePolice), assurance: .agencyVerified,
        form: .original, subjects: [citizen], signature: byAgency,
        fields: citizenAs("subject") + [
            EvidenceField("residence.permanent", newAddress), EvidenceField("household.head", "Nguyễn Văn Mẫu"),
        ], confidence: .bornElectronic)

    /// Signed by the hospital with a certificate of the public domain.
    static let noticeOfBirth = Evidence(
        id: "D5", version: 1, documentType: "notice-of-birth", name: "Giấy chứng sinh", number: "0000421/2026",
        issuedOn: day("2026-11-12"), validUntil: day("2027-01-09"),
        issuer: EvidenceIssuer(name: "Bệnh viện Phụ sản Thử Nghiệm", kind: .healthFacility),
        assurance: .signatureVerified, form: .original, subjects: [child],
        signature: EvidenceSignature(verdict: .passed, signer: "Bệnh viện Phụ sản Thử Nghiệm", trustDomain: "public"),
        fields: spouseAs("mother") + [
            EvidenceField("child.intendedName", "Nguyễn Thử Mai"), EvidenceField("child.dateOfBirth", "2026-11-10"),
            EvidenceField("child.sex", "female"), EvidenceField("child.placeOfBirth", "Bệnh viện Phụ sản Thử Nghiệm"),
            EvidenceField("father.fullName", "Nguyễn Văn Thử"),
        ], confidence: .bornElectronic)

    /// A lease, scanned.
    static let homeProof = Evidence(
        id: "D6", version: 1, documentType: "lawful-home-proof", name: "Văn bản cho mượn nhà",
        issuedOn: day("2026-11-05"), validUntil: day("2031-11-05"),
        issuer: EvidenceIssuer(name: "Nguyễn Văn Mẫu", kind: .citizen), assurance: .selfDeclared, form: .scan,
        subjects: [father, citizen],
        fields: [
            EvidenceField("home.address", newAddress), EvidenceField("owner.fullName", "Nguyễn Văn Mẫu"),
            EvidenceField("owner.citizenId", "001070000004"),
        ], confidence: .digitised)

    static let vault = [birthCertificate, marriageCertificate, citizenCard]
}

extension Evidence {
    /// The same document with something changed.
    func with(_ change: (inout Evidence) -> Void) -> Evidence {
        var copy = self
        change(&copy)
        return copy
    }
}

/// The compiled-in catalogues.
struct Catalogues {
    let types: DocumentTypeCatalogue
    let procedures: ProcedureCatalogue

    init() throws {
        types = try DocumentTypeCatalogue.builtIn()
        procedures = try ProcedureCatalogue.builtIn(types: types)
    }

    func plan(
        _ code: String, _ evidence: [Evidence], answers: [String: String] = [:],
        for applicant: Applicant = Family.applicant, on date: CalendarDate = Family.today,
        decisionBy: CalendarDate = Family.decision
    ) throws -> ReusePlan? {
        try procedures.procedure(code, on: date)?.plan(
            using: EvidenceSet(evidence, types: types), for: applicant, answers: answers, on: date,
            decisionBy: decisionBy)
    }
}

extension ReusePlan {
    subscript(requirement: String) -> RequirementPlan? { requirements.first { $0.id == requirement } }

    func field(_ id: String) -> PrefilledField? { form.first { $0.id == id } }

    var statuses: [String: RequirementStatus] {
        Dictionary(requirements.map { ($0.id, $0.status) }, uniquingKeysWith: { first, _ in first })
    }

    var disclosed: Set<String> { Set(disclosure.map { "\($0.evidence.id)/\($0.evidence.version)" }) }
}
