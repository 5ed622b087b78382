// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
import PKIX

/// One of the seven things that Circular 15/2025/TT-BKHCN, Article 6, has a verifier show.
public struct ReportField: Sendable, Hashable {
    /// The fields.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        /// The authority that issued the certificate.
        case issuer
        /// The signer.
        case signer
        /// The unit that manages the certificate.
        case managingUnit = "managing-unit"
        /// Signing time or time-stamp.
        case signingTime = "signing-time"
        /// Integrity.
        case integrity
        /// Whether the signature was valid when it was made.
        case validAtSigningTime = "valid-at-signing-time"
        /// The certificate's period of validity.
        case certificateValidity = "certificate-validity"

        /// The field's name.
        public var phrase: Phrase {
            switch self {
            case .issuer: Phrase(vi: "Tổ chức cấp chứng thư", en: "Issuing authority")
            case .signer: Phrase(vi: "Chủ thể ký", en: "Signer")
            case .managingUnit: Phrase(vi: "Đơn vị quản lý chứng thư", en: "Unit managing the certificate")
            case .signingTime: Phrase(vi: "Thời điểm ký", en: "Signing time")
            case .integrity: Phrase(vi: "Tính toàn vẹn", en: "Integrity")
            case .validAtSigningTime: Phrase(vi: "Hiệu lực tại thời điểm ký", en: "Valid at signing time")
            case .certificateValidity: Phrase(vi: "Thời hạn chứng thư", en: "Certificate validity")
            }
        }
    }
    /// The field.
    public let key: Key
    /// Its value in words; "not stated" when there is none.
    public let value: Phrase

    /// What stands where nothing is stated.
    public static let notStated = Phrase(vi: "không nêu", en: "not stated")
}

extension SignatureReport {
    /// The seven fields, always all of them and in the circular's order. Times are Vietnamese (UTC+7).
    public var requiredFields: [ReportField] {
        ReportField.Key.allCases.map { ReportField(key: $0, value: value(of: $0)) }
    }

    private func value(of key: ReportField.Key) -> Phrase {
        let certificate = facts.signingCertificate
        func same(_ text: String?) -> Phrase { text.map { Phrase(vi: $0, en: $0) } ?? ReportField.notStated }
        switch key {
        case .issuer: return same(certificate?.issuer.commonName ?? certificate?.issuer.description)
        case .signer:
            let numbers = signerIdentifiers.map { "\($0.kind.rawValue) \($0.value)" }.joined(separator: ", ")
            let name = certificate.map { NamedSubject($0, role: .signer).name }
            return same(name.map { numbers.isEmpty ? $0 : "\($0) (\(numbers))" })
        case .managingUnit: return same(managingUnit)
        case .signingTime: return signingTime
        case .integrity: return integrity.phrase
        case .validAtSigningTime: return validAtSigningTime.phrase
        case .certificateValidity:
            return same(certificate.map { "\(Self.local($0.notBefore)) – \(Self.local($0.notAfter))" })
        }
    }

    private static func local(_ time: Instant) -> String { time.text(atOffset: 25_200) }

    private var signingTime: Phrase {
        let claimed = facts.claimedSigningTime.map {
            Phrase(
                vi: "\(Self.local($0)) (do người ký khai, không phải bằng chứng)",
                en: "\(Self.local($0)) (claimed by the signer, no proof)")
        }
        let time = Self.local(bestSignatureTime)
        let proved: Phrase? =
            switch bestSignatureTimeSource {
            case .validationTime: nil
            case .caller:
                Phrase(
                    vi: "không muộn hơn \(time) (theo \(proofSource ?? "bên yêu cầu kiểm tra"))",
                    en: "not later than \(time) (by \(proofSource ?? "the caller"))")
            case .signatureTimeStamp, .documentTimeStamp, .archiveTimeStamp:
                Phrase(vi: "không muộn hơn \(time) (dấu thời gian)", en: "not later than \(time) (time-stamp)")
            }
        switch (claimed, proved) {
        case (nil, nil): return ReportField.notStated
        case (let only?, nil), (nil, let only?): return only
        case (let first?, let second?): return Phrase(vi: "\(second.vi); \(first.vi)", en: "\(second.en); \(first.en)")
        }
    }
}

extension SignatureReport.Integrity {
    /// The answer in words.
    public var phrase: Phrase {
        switch self {
        case .intact: Phrase(vi: "nguyên vẹn", en: "intact")
        case .broken: Phrase(vi: "đã bị thay đổi", en: "broken")
        case .unknown: Phrase(vi: "chưa xác định được", en: "could not be determined")
        }
    }
}

extension SignatureReport.Answer {
    /// The answer in words.
    public var phrase: Phrase {
        switch self {
        case .yes: Phrase(vi: "có", en: "yes")
        case .no: Phrase(vi: "không", en: "no")
        case .unknown: Phrase(vi: "chưa xác định được", en: "could not be determined")
        }
    }
}
