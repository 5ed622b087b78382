// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The administrative level of a body that issues documents.
public enum IssuerLevel: String, Sendable, Hashable, CaseIterable, Codable {
    /// Ministries and bodies of the whole country.
    case central
    /// Province or city directly under the central government.
    case province
    /// District; such bodies ended on 30 June 2025, their documents remain.
    case district
    /// Commune, ward or special zone.
    case commune
    /// No administrative level: hospitals, schools, notaries, enterprises, persons.
    case none

    /// The level in words.
    public var name: Phrase {
        switch self {
        case .central: Phrase(vi: "cấp trung ương", en: "central level")
        case .province: Phrase(vi: "cấp tỉnh", en: "level of the province")
        case .district: Phrase(vi: "cấp huyện (đến hết 30/6/2025)", en: "level of the district (until 30 June 2025)")
        case .commune: Phrase(vi: "cấp xã", en: "level of the commune")
        case .none: Phrase(vi: "không thuộc cấp hành chính", en: "no administrative level")
        }
    }
}

extension IssuerKind {
    /// The administrative level of such bodies.
    public var level: IssuerLevel {
        switch self {
        case .ministryOfPublicSecurity: .central
        case .provincialPolice, .provincialCommittee, .justiceDepartment, .constructionDepartment, .financeDepartment:
            .province
        case .districtCommittee: .district
        case .communePolice, .communeCommittee: .commune
        case .landOffice, .healthFacility, .school, .socialInsurance, .taxAuthority, .treasury, .notary, .business,
            .citizen, .other:
            .none
        }
    }
}
