// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A national source in which an authority can look a fact up itself, so that no paper is needed.
public enum Register: String, Sendable, Hashable, CaseIterable, Codable {
    /// National population database.
    case populationDatabase = "population-database"
    /// Residence database.
    case residenceDatabase = "residence-database"
    /// Electronic civil-status database.
    case civilStatusDatabase = "civil-status-database"
    /// Vehicle registration database.
    case vehicleDatabase = "vehicle-database"
    /// Driving-licence database.
    case drivingLicenceDatabase = "driving-licence-database"
    /// National land database.
    case landDatabase = "land-database"
    /// Register of enterprises and household businesses.
    case businessRegister = "business-register"
    /// Social insurance database.
    case socialInsuranceDatabase = "social-insurance-database"
    /// Electronic identity account (VNeID).
    case electronicIdentity = "electronic-identity"
    /// Electronic invoice system of the tax authority.
    case invoiceSystem = "invoice-system"

    /// The source in words.
    public var name: Phrase {
        switch self {
        case .populationDatabase: Phrase(vi: "Cơ sở dữ liệu quốc gia về dân cư", en: "national population database")
        case .residenceDatabase: Phrase(vi: "Cơ sở dữ liệu về cư trú", en: "residence database")
        case .civilStatusDatabase: Phrase(vi: "Cơ sở dữ liệu hộ tịch điện tử", en: "civil-status database")
        case .vehicleDatabase: Phrase(vi: "Cơ sở dữ liệu đăng ký xe", en: "vehicle database")
        case .drivingLicenceDatabase: Phrase(vi: "Cơ sở dữ liệu giấy phép lái xe", en: "driving-licence database")
        case .landDatabase: Phrase(vi: "Cơ sở dữ liệu quốc gia về đất đai", en: "national land database")
        case .businessRegister: Phrase(vi: "Cơ sở dữ liệu đăng ký kinh doanh", en: "business register")
        case .socialInsuranceDatabase: Phrase(vi: "Cơ sở dữ liệu về bảo hiểm", en: "social insurance database")
        case .electronicIdentity: Phrase(vi: "Tài khoản định danh điện tử", en: "electronic identity account")
        case .invoiceSystem: Phrase(vi: "Hệ thống hóa đơn điện tử", en: "electronic invoice system")
        }
    }
}
