// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The kind of body that issues a document or receives a dossier.
public enum IssuerKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Ministry of Public Security.
    case ministryOfPublicSecurity = "ministry-of-public-security"
    /// Police of a province or city.
    case provincialPolice = "provincial-police"
    /// Police of a commune or ward.
    case communePolice = "commune-police"
    /// People's committee of a commune or ward.
    case communeCommittee = "commune-committee"
    /// People's committee of a district; such bodies ended on 30 June 2025, their documents remain.
    case districtCommittee = "district-committee"
    /// People's committee of a province or city.
    case provincialCommittee = "provincial-committee"
    /// Department of justice of a province or city.
    case justiceDepartment = "justice-department"
    /// Department of construction of a province or city.
    case constructionDepartment = "construction-department"
    /// Department of finance of a province or city (business registration).
    case financeDepartment = "finance-department"
    /// Land registration office.
    case landOffice = "land-office"
    /// Hospital or other health facility.
    case healthFacility = "health-facility"
    /// School, college or university.
    case school
    /// Social insurance body.
    case socialInsurance = "social-insurance"
    /// Tax authority.
    case taxAuthority = "tax-authority"
    /// State Treasury.
    case treasury
    /// Notary's office.
    case notary
    /// An enterprise: seller, landlord, design firm.
    case business
    /// A person: the applicant, a host.
    case citizen
    /// Any other body.
    case other

    /// The kind in words.
    public var name: Phrase {
        switch self {
        case .ministryOfPublicSecurity: Phrase(vi: "Bộ Công an", en: "Ministry of Public Security")
        case .provincialPolice: Phrase(vi: "Công an cấp tỉnh", en: "provincial police")
        case .communePolice: Phrase(vi: "Công an cấp xã", en: "commune police")
        case .communeCommittee: Phrase(vi: "Ủy ban nhân dân cấp xã", en: "People's Committee of the commune")
        case .districtCommittee:
            Phrase(
                vi: "Ủy ban nhân dân cấp huyện (trước 01/7/2025)",
                en: "People's Committee of the district (before 1 July 2025)")
        case .provincialCommittee: Phrase(vi: "Ủy ban nhân dân cấp tỉnh", en: "People's Committee of the province")
        case .justiceDepartment: Phrase(vi: "Sở Tư pháp", en: "provincial Department of Justice")
        case .constructionDepartment: Phrase(vi: "Sở Xây dựng", en: "provincial Department of Construction")
        case .financeDepartment: Phrase(vi: "Sở Tài chính", en: "provincial Department of Finance")
        case .landOffice: Phrase(vi: "Văn phòng đăng ký đất đai", en: "land registration office")
        case .healthFacility: Phrase(vi: "Cơ sở khám bệnh, chữa bệnh", en: "health facility")
        case .school: Phrase(vi: "Cơ sở giáo dục", en: "educational institution")
        case .socialInsurance: Phrase(vi: "Cơ quan bảo hiểm xã hội", en: "social insurance body")
        case .taxAuthority: Phrase(vi: "Cơ quan thuế", en: "tax authority")
        case .treasury: Phrase(vi: "Kho bạc Nhà nước", en: "State Treasury")
        case .notary: Phrase(vi: "Tổ chức hành nghề công chứng", en: "notary's office")
        case .business: Phrase(vi: "Doanh nghiệp, tổ chức", en: "enterprise or organisation")
        case .citizen: Phrase(vi: "Cá nhân", en: "a person")
        case .other: Phrase(vi: "Cơ quan, tổ chức khác", en: "another body")
        }
    }
}
