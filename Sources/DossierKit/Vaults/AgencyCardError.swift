// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// Why an agency's card was not accepted. Two errors are equal when their codes are.
public struct AgencyCardError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault.
    @nonexhaustive public enum Code: String, Sendable, CaseIterable {
        /// No card with one detached signature over it.
        case malformed
        /// The card is for another role.
        case otherRole = "other-role"
        /// Its period has not begun or has ended.
        case notInForce = "not-in-force"
        /// The signature, the certificate or its path does not hold; a revoked certificate among others.
        case signatureInvalid = "signature-invalid"
        /// The signature could not be judged: no revocation information, no path.
        case signatureIndeterminate = "signature-indeterminate"
        /// The certificate is not for signing.
        case otherPurpose = "other-purpose"
        /// The certificate leads to a trust domain in which such agencies have none.
        case otherDomain = "other-domain"
        /// The certificate is somebody else's than the agency's that the card names.
        case otherName = "other-name"
    }
    /// The kind of fault.
    public let code: Code
    /// More about it, or an empty text.
    public let detail: String

    /// Makes an error.
    public init(_ code: Code, _ detail: String = "") {
        self.code = code
        self.detail = detail
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    public var description: String { detail.isEmpty ? code.rawValue : "\(code.rawValue): \(detail)" }

    /// What happened, for people.
    public var phrase: Phrase {
        switch code {
        case .malformed: Phrase(vi: "không phải là thẻ khóa đã ký của cơ quan", en: "not a signed agency card")
        case .otherRole: Phrase(vi: "thẻ khóa dành cho vai trò khác", en: "the card is for another role")
        case .notInForce: Phrase(vi: "thẻ khóa chưa hoặc không còn hiệu lực", en: "the card is not in force")
        case .signatureInvalid:
            Phrase(vi: "chữ ký trên thẻ khóa không hợp lệ", en: "the signature over the card is not valid")
        case .signatureIndeterminate:
            Phrase(vi: "chưa xác định được chữ ký trên thẻ khóa", en: "the signature over the card is undetermined")
        case .otherPurpose: Phrase(vi: "chứng thư không dùng để ký", en: "the certificate is not for signing")
        case .otherDomain:
            Phrase(
                vi: "chứng thư thuộc hệ thống tin cậy không dành cho cơ quan này",
                en: "the certificate is of a trust domain that has no such agencies")
        case .otherName:
            Phrase(
                vi: "chứng thư không phải của cơ quan ghi trên thẻ khóa",
                en: "the certificate is not that of the agency on the card")
        }
    }
}
