// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A rule that a certification path can break.
public enum PathRule: String, Sendable, Hashable, CaseIterable {
    /// No path from the certificate to an anchor.
    case noPath = "no-path"
    /// A certificate's signature was not made with its issuer's key.
    case signature
    /// A certificate whose issuer is not the subject of the certificate that signed it.
    case nameChaining = "name-chaining"
    /// More candidates than the budget allows.
    case overBudget = "over-budget"
    /// A critical extension that this library does not process.
    case criticalExtension = "critical-extension"
    /// An extension that cannot be read although path validation needs it.
    case malformedExtension = "malformed-extension"
    /// A name that an authority above may not, or must not, give.
    case nameConstraints = "name-constraints"
    /// No acceptable certificate policy is valid for the path although one is required.
    case policy
    /// A policy mapping from or to anyPolicy.
    case policyMapping = "policy-mapping"
    /// A signature algorithm that the purpose does not admit.
    case algorithm
    /// An issuer that is no certification authority.
    case notAnAuthority = "not-an-authority"
    /// An issuer whose key may not sign certificates.
    case keyCertSign = "key-cert-sign"
    /// More intermediate certificates than an authority allows.
    case pathLength = "path-length"
    /// A key usage that does not allow the purpose.
    case keyUsage = "key-usage"
    /// An extended key usage that does not allow the purpose.
    case extendedKeyUsage = "extended-key-usage"
    /// Revoked at the time of judgement.
    case revoked
    /// Suspended at the time of judgement.
    case onHold = "on-hold"
    /// The time of judgement is before the period of validity.
    case notYetValid = "not-yet-valid"
    /// The time of judgement is after the period of validity.
    case expired
    /// No usable revocation information.
    case revocationUnknown = "revocation-unknown"
    /// Revocation information that is too old.
    case revocationStale = "revocation-stale"

    /// Whether breaking the rule leaves the question open instead of answering it with no.
    public var isIndeterminate: Bool {
        switch self {
        case .noPath, .overBudget, .revocationUnknown, .revocationStale: true
        default: false
        }
    }

    /// The clause that states the rule.
    public var clause: String {
        switch self {
        case .noPath, .overBudget: "RFC 5280 6.1"
        case .signature: "RFC 5280 6.1.3 (a)(1)"
        case .nameChaining: "RFC 5280 6.1.3 (a)(4)"
        case .malformedExtension: "RFC 5280 4.2"
        case .nameConstraints: "RFC 5280 6.1.3 (b), (c)"
        case .policy: "RFC 5280 6.1.3 (f), 6.1.5 (g)"
        case .policyMapping: "RFC 5280 6.1.4 (a)"
        case .algorithm: "RFC 5280 6.1.1; CA/Browser Forum Baseline Requirements 7.1.3.2"
        case .notYetValid, .expired: "RFC 5280 6.1.3 (a)(2)"
        case .revoked, .onHold: "RFC 5280 6.1.3 (a)(3)"
        case .revocationUnknown, .revocationStale: "RFC 5280 6.3.3"
        case .criticalExtension: "RFC 5280 6.1.4 (o)"
        case .notAnAuthority: "RFC 5280 6.1.4 (k)"
        case .keyCertSign: "RFC 5280 6.1.4 (n)"
        case .pathLength: "RFC 5280 6.1.4 (l)"
        case .keyUsage: "RFC 5280 4.2.1.3"
        case .extendedKeyUsage: "RFC 5280 4.2.1.12"
        }
    }

    /// What is wrong, said of a certificate.
    public var phrase: Phrase {
        switch self {
        case .noPath:
            Phrase(
                vi: "không tìm được đường dẫn tin cậy từ chứng thư đến một gốc tin cậy",
                en: "no path leads from the certificate to a trust anchor")
        case .signature:
            Phrase(
                vi: "chữ ký trên chứng thư không do khóa của tổ chức phát hành tạo ra",
                en: "the certificate's signature was not made with its issuer's key")
        case .overBudget:
            Phrase(vi: "có quá nhiều đường dẫn ứng viên để kiểm tra", en: "there are too many candidate paths to try")
        case .nameChaining:
            Phrase(
                vi: "tên tổ chức phát hành không khớp với tên chủ thể của chứng thư đã ký",
                en: "the issuer's name is not the subject's name of the certificate that signed it")
        case .malformedExtension:
            Phrase(
                vi: "chứng thư có phần mở rộng không đọc được",
                en: "the certificate has an extension that cannot be read")
        case .nameConstraints:
            Phrase(
                vi: "tên trong chứng thư nằm ngoài phạm vi tổ chức chứng thực được phép cấp",
                en: "the certificate bears a name that an authority above may not give")
        case .policy:
            Phrase(
                vi: "không có chính sách chứng thư nào được chấp nhận cho đường dẫn",
                en: "no acceptable certificate policy is valid for the path")
        case .policyMapping:
            Phrase(
                vi: "chứng thư ánh xạ chính sách anyPolicy, điều không được phép",
                en: "the certificate maps anyPolicy, which is not allowed")
        case .algorithm:
            Phrase(
                vi: "thuật toán chữ ký trên chứng thư không được chấp nhận cho mục đích này",
                en: "the algorithm of the certificate's signature is not admitted for this purpose")
        case .criticalExtension:
            Phrase(
                vi: "chứng thư có phần mở rộng quan trọng mà phần mềm chưa xử lý",
                en: "the certificate has a critical extension that is not processed")
        case .notAnAuthority:
            Phrase(
                vi: "chứng thư phát hành không phải của tổ chức chứng thực",
                en: "the issuing certificate is not that of a certification authority")
        case .keyCertSign:
            Phrase(
                vi: "khóa của tổ chức phát hành không được phép ký chứng thư",
                en: "the issuer's key may not sign certificates")
        case .pathLength:
            Phrase(
                vi: "đường dẫn dài hơn mức tổ chức chứng thực cho phép",
                en: "the path is longer than an authority allows")
        case .keyUsage:
            Phrase(
                vi: "mục đích sử dụng khóa của chứng thư không cho phép việc này",
                en: "the certificate's key usage does not allow this purpose")
        case .extendedKeyUsage:
            Phrase(
                vi: "mục đích sử dụng mở rộng của chứng thư không cho phép việc này",
                en: "the certificate's extended key usage does not allow this purpose")
        case .revoked: Phrase(vi: "chứng thư đã bị thu hồi", en: "the certificate was revoked")
        case .onHold: Phrase(vi: "chứng thư đang bị tạm dừng", en: "the certificate was suspended")
        case .notYetValid: Phrase(vi: "chứng thư chưa có hiệu lực", en: "the certificate was not yet valid")
        case .expired: Phrase(vi: "chứng thư đã hết hạn", en: "the certificate had expired")
        case .revocationUnknown:
            Phrase(
                vi: "không có thông tin thu hồi dùng được cho chứng thư",
                en: "there is no usable revocation information for the certificate")
        case .revocationStale:
            Phrase(
                vi: "thông tin thu hồi của chứng thư đã quá cũ",
                en: "the revocation information for the certificate is too old")
        }
    }
}
