// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// What is wrong with a time-stamp apart from its certificate's path.
public enum TimeStampFault: String, Sendable, Hashable, CaseIterable {
    /// The imprint is not the digest of what the token is held against.
    case imprintMismatch = "imprint-mismatch"
    /// What the token is held against is not at hand, or its digest is not known.
    case imprintUnknown = "imprint-unknown"
    /// A nonce other than the request's.
    case nonceMismatch = "nonce-mismatch"
    /// A policy other than the one asked for.
    case policyMismatch = "policy-mismatch"
    /// The authority's certificate was not found among those at hand.
    case certificateMissing = "certificate-missing"
    /// Neither ESS signing-certificate nor its version 2 binds the authority's certificate.
    case certificateNotBound = "certificate-not-bound"
    /// A signed attribute is missing, repeated or contradicts the content.
    case attributes
    /// The digest of the statement is not the signed one.
    case digestMismatch = "digest-mismatch"
    /// The signature value was not made with the authority's key over what is signed.
    case signature
    /// The signature's algorithm or key is not known.
    case algorithmUnknown = "algorithm-unknown"
    /// Extended key usage is not timeStamping alone, or not critical.
    case extendedKeyUsage = "extended-key-usage"
    /// The stated name of the authority is not one of its certificate.
    case authorityMismatch = "authority-mismatch"
    /// The stated time is outside the certificate's period of validity.
    case outsideValidity = "outside-validity"
    /// A critical extension of the statement that this library does not process.
    case criticalExtension = "critical-extension"

    /// Whether the fault leaves the question open instead of answering it with no.
    public var isIndeterminate: Bool {
        switch self {
        case .imprintUnknown, .certificateMissing, .algorithmUnknown: true
        default: false
        }
    }

    /// The clause that states the rule.
    public var clause: String {
        switch self {
        case .imprintMismatch, .imprintUnknown, .nonceMismatch, .policyMismatch, .authorityMismatch, .criticalExtension:
            "RFC 3161 2.4.2"
        case .certificateMissing: "RFC 3161 2.4.1"
        case .certificateNotBound: "RFC 5816 2.2.1"
        case .attributes: "RFC 5652 11"
        case .digestMismatch: "RFC 5652 5.4"
        case .signature, .algorithmUnknown: "RFC 5652 5.6"
        case .extendedKeyUsage: "RFC 3161 2.3"
        case .outsideValidity: "EN 319 102-1 5.4"
        }
    }

    /// What is wrong, said of a time-stamp.
    public var phrase: Phrase {
        switch self {
        case .imprintMismatch:
            Phrase(
                vi: "dấu thời gian không được cấp cho nội dung này",
                en: "the time-stamp was not made for this content")
        case .imprintUnknown:
            Phrase(
                vi: "không tính được giá trị băm để đối chiếu với dấu thời gian",
                en: "the digest to compare the time-stamp with cannot be computed")
        case .nonceMismatch:
            Phrase(vi: "dấu thời gian trả lời một yêu cầu khác", en: "the time-stamp answers another request")
        case .policyMismatch:
            Phrase(
                vi: "dấu thời gian được cấp theo chính sách khác với yêu cầu",
                en: "the time-stamp was made under another policy than asked for")
        case .certificateMissing:
            Phrase(
                vi: "không tìm thấy chứng thư của tổ chức cấp dấu thời gian",
                en: "the certificate of the time-stamp authority was not found")
        case .certificateNotBound:
            Phrase(
                vi: "dấu thời gian không gắn với chứng thư đã ký nó",
                en: "the time-stamp does not bind the certificate that signed it")
        case .attributes:
            Phrase(
                vi: "thuộc tính ký của dấu thời gian thiếu, lặp lại hoặc mâu thuẫn với nội dung",
                en: "a signed attribute of the time-stamp is missing, repeated or contradicts the content")
        case .digestMismatch:
            Phrase(
                vi: "nội dung của dấu thời gian đã bị thay đổi sau khi ký",
                en: "the statement of the time-stamp was changed after it was signed")
        case .signature:
            Phrase(vi: "chữ ký của dấu thời gian không đúng", en: "the time-stamp's signature is wrong")
        case .algorithmUnknown:
            Phrase(
                vi: "không biết thuật toán hoặc khóa của dấu thời gian",
                en: "the algorithm or the key of the time-stamp is not known")
        case .extendedKeyUsage:
            Phrase(
                vi: "chứng thư không được cấp riêng cho việc cấp dấu thời gian",
                en: "the certificate is not for time-stamping alone")
        case .authorityMismatch:
            Phrase(
                vi: "tên tổ chức ghi trong dấu thời gian khác với chứng thư",
                en: "the authority named in the time-stamp is not that of the certificate")
        case .outsideValidity:
            Phrase(
                vi: "chứng thư không có hiệu lực vào thời điểm ghi trong dấu thời gian",
                en: "the certificate was not valid at the time of the time-stamp")
        case .criticalExtension:
            Phrase(
                vi: "dấu thời gian có phần mở rộng quan trọng mà phần mềm chưa xử lý",
                en: "the time-stamp has a critical extension that is not processed")
        }
    }
}
