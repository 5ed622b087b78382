// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// The sub-indications of EN 319 102-1 V1.4.1 table 5 and 6.
public enum SubIndication: String, Sendable, Hashable, Codable, CaseIterable {
    /// The signature does not conform to its format.
    case formatFailure = "FORMAT_FAILURE"
    /// A digest of signed data does not match.
    case hashFailure = "HASH_FAILURE"
    /// The signature value does not verify.
    case sigCryptoFailure = "SIG_CRYPTO_FAILURE"
    /// The signing certificate was revoked when the signature was made.
    case revoked = "REVOKED"
    /// The signature was made after the certificate's end.
    case expired = "EXPIRED"
    /// The signature was made before the certificate's beginning.
    case notYetValid = "NOT_YET_VALID"
    /// A constraint on signature attributes is not met.
    case sigConstraintsFailure = "SIG_CONSTRAINTS_FAILURE"
    /// A constraint on the chain is not met.
    case chainConstraintsFailure = "CHAIN_CONSTRAINTS_FAILURE"
    /// The chain could not be validated.
    case certificateChainGeneralFailure = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    /// An algorithm is not reliable, and was not at signing time either.
    case cryptoConstraintsFailure = "CRYPTO_CONSTRAINTS_FAILURE"
    /// An algorithm is not reliable, and nothing proves that the signature is older.
    case cryptoConstraintsFailureNoPOE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    /// A policy could not be processed.
    case policyProcessingError = "POLICY_PROCESSING_ERROR"
    /// A signature policy is not available.
    case signaturePolicyNotAvailable = "SIGNATURE_POLICY_NOT_AVAILABLE"
    /// Time-stamps contradict each other.
    case timestampOrderFailure = "TIMESTAMP_ORDER_FAILURE"
    /// The signing certificate was not found.
    case noSigningCertificateFound = "NO_SIGNING_CERTIFICATE_FOUND"
    /// No chain to a trust anchor.
    case noCertificateChainFound = "NO_CERTIFICATE_CHAIN_FOUND"
    /// No chain to an anchor that is still trusted, and no proof of earlier existence.
    case noCertificateChainFoundNoPOE = "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"
    /// The signing certificate is revoked, and nothing proves that the signature is older.
    case revokedNoPOE = "REVOKED_NO_POE"
    /// An authority's certificate is revoked, and nothing proves that the signature is older.
    case revokedCANoPOE = "REVOKED_CA_NO_POE"
    /// Outside the certificate's validity, the certificate known not to be revoked.
    case outOfBoundsNotRevoked = "OUT_OF_BOUNDS_NOT_REVOKED"
    /// Outside the certificate's validity, nothing proves that the signature is older.
    case outOfBoundsNoPOE = "OUT_OF_BOUNDS_NO_POE"
    /// The revocation data's issuer is out of its validity, without proof of earlier existence.
    case revocationOutOfBoundsNoPOE = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    /// A proof of existence is missing.
    case noPOE = "NO_POE"
    /// Revocation information may become available later.
    case tryLater = "TRY_LATER"
    /// Signed data could not be obtained.
    case signedDataNotFound = "SIGNED_DATA_NOT_FOUND"

    /// The main indication that this sub-indication belongs to.
    public var indication: Indication {
        switch self {
        case .formatFailure, .hashFailure, .sigCryptoFailure, .revoked, .expired, .notYetValid: .totalFailed
        default: .indeterminate
        }
    }

    /// The reason in words.
    public var phrase: Phrase {
        switch self {
        case .formatFailure:
            Phrase(
                vi: "chữ ký không đúng định dạng, hoặc tệp đã bị thay đổi sau khi ký",
                en: "the signature does not conform to its format, or the file was changed after signing")
        case .hashFailure:
            Phrase(
                vi: "dữ liệu đã bị thay đổi sau khi ký (giá trị băm không khớp)",
                en: "the data was changed after signing (its digest does not match)")
        case .sigCryptoFailure:
            Phrase(
                vi: "giá trị chữ ký không do khóa của chứng thư tạo ra",
                en: "the signature value was not made with the certificate's key")
        case .revoked:
            Phrase(
                vi: "chứng thư đã bị thu hồi trước khi ký",
                en: "the certificate was revoked before the signature was made")
        case .expired:
            Phrase(
                vi: "chữ ký được tạo sau khi chứng thư hết hạn",
                en: "the signature was made after the certificate had expired")
        case .notYetValid:
            Phrase(
                vi: "chữ ký được tạo trước khi chứng thư có hiệu lực",
                en: "the signature was made before the certificate was valid")
        case .sigConstraintsFailure:
            Phrase(
                vi: "một thuộc tính của chữ ký không đạt yêu cầu",
                en: "an attribute of the signature does not meet a requirement")
        case .chainConstraintsFailure:
            Phrase(
                vi: "chứng thư không được phép dùng để ký tài liệu",
                en: "the certificate may not be used to sign documents")
        case .certificateChainGeneralFailure:
            Phrase(
                vi: "không kiểm tra được đường dẫn tin cậy hoặc tình trạng thu hồi",
                en: "the trust path or its revocation status could not be checked")
        case .cryptoConstraintsFailure:
            Phrase(
                vi: "thuật toán không còn an toàn khi ký",
                en: "an algorithm was not reliable when the signature was made")
        case .cryptoConstraintsFailureNoPOE:
            Phrase(
                vi:
                    "thuật toán không được chấp nhận, và không có bằng chứng chữ ký được tạo khi thuật toán còn an toàn",
                en: "an algorithm is not accepted, and nothing proves that the signature is older than its end")
        case .policyProcessingError:
            Phrase(vi: "không xử lý được chính sách chữ ký", en: "the signature policy could not be processed")
        case .signaturePolicyNotAvailable:
            Phrase(vi: "không có chính sách chữ ký để kiểm tra", en: "the signature policy is not available")
        case .timestampOrderFailure:
            Phrase(vi: "các dấu thời gian mâu thuẫn với nhau", en: "the time-stamps contradict each other")
        case .noSigningCertificateFound:
            Phrase(vi: "không tìm thấy chứng thư của chủ thể ký", en: "the signer's certificate was not found")
        case .noCertificateChainFound:
            Phrase(vi: "không tìm được đường dẫn tin cậy đến một gốc tin cậy", en: "no path leads to a trust anchor")
        case .noCertificateChainFoundNoPOE:
            Phrase(
                vi: "gốc tin cậy không còn hiệu lực, và không có bằng chứng chữ ký được tạo trước đó",
                en: "the anchor is no longer trusted, and nothing proves that the signature is older")
        case .revokedNoPOE:
            Phrase(
                vi: "chứng thư đã bị thu hồi, và không có bằng chứng chữ ký được tạo trước đó",
                en: "the certificate is revoked, and nothing proves that the signature is older")
        case .revokedCANoPOE:
            Phrase(
                vi: "chứng thư của tổ chức chứng thực đã bị thu hồi, và không có bằng chứng chữ ký được tạo trước đó",
                en: "an authority's certificate is revoked, and nothing proves that the signature is older")
        case .outOfBoundsNotRevoked:
            Phrase(
                vi:
                    "chứng thư không bị thu hồi nhưng đã ngoài thời hạn, và không có bằng chứng chữ ký được tạo trong thời hạn",
                en:
                    "the certificate is not revoked but out of its validity, and nothing proves that the signature was made within it"
            )
        case .outOfBoundsNoPOE:
            Phrase(
                vi: "chứng thư đã ngoài thời hạn, và không có bằng chứng chữ ký được tạo trong thời hạn",
                en: "the certificate is out of its validity, and nothing proves that the signature was made within it")
        case .revocationOutOfBoundsNoPOE:
            Phrase(
                vi: "bên cấp thông tin thu hồi đã ngoài thời hạn",
                en: "the issuer of the revocation information is out of its validity")
        case .noPOE:
            Phrase(vi: "thiếu bằng chứng về thời điểm tồn tại", en: "a proof of existence is missing")
        case .tryLater:
            Phrase(
                vi: "thông tin thu hồi chưa đủ mới hoặc chứng thư đang tạm dừng; hãy thử lại sau",
                en: "revocation information is not recent enough or the certificate is suspended; try again later")
        case .signedDataNotFound:
            Phrase(vi: "không tìm thấy dữ liệu đã ký", en: "the signed data was not found")
        }
    }

    /// What can be done about it.
    public var remedy: Phrase {
        switch self {
        case .formatFailure, .hashFailure, .sigCryptoFailure, .revoked, .expired, .notYetValid:
            Phrase(
                vi: "hãy yêu cầu người ký ký lại bản gốc bằng chứng thư còn hiệu lực",
                en: "ask the signer to sign the original again with a valid certificate")
        case .sigConstraintsFailure, .chainConstraintsFailure:
            Phrase(
                vi: "hãy yêu cầu người ký ký lại bằng chứng thư và phần mềm phù hợp",
                en: "ask the signer to sign again with a suitable certificate and software")
        case .certificateChainGeneralFailure:
            Phrase(
                vi: "hãy cung cấp chứng thư và thông tin thu hồi còn thiếu (CRL, OCSP), rồi kiểm tra lại",
                en: "provide the missing certificates and revocation information (CRL, OCSP), then verify again")
        case .cryptoConstraintsFailure:
            Phrase(
                vi: "hãy yêu cầu người ký ký lại bằng thuật toán được chấp nhận",
                en: "ask the signer to sign again with an accepted algorithm")
        case .cryptoConstraintsFailureNoPOE, .revokedNoPOE, .revokedCANoPOE, .outOfBoundsNotRevoked, .outOfBoundsNoPOE,
            .revocationOutOfBoundsNoPOE, .noPOE, .noCertificateChainFoundNoPOE:
            Phrase(
                vi: "hãy tìm bản có dấu thời gian, hoặc biên nhận chứng minh tệp đã tồn tại trước thời điểm đó",
                en: "ask for a copy with a time-stamp, or for a receipt that proves that the file existed before")
        case .policyProcessingError, .signaturePolicyNotAvailable:
            Phrase(
                vi: "hãy yêu cầu bên ban hành cung cấp văn bản chính sách chữ ký",
                en: "ask its issuer for the document of the signature policy")
        case .timestampOrderFailure:
            Phrase(
                vi: "hãy yêu cầu bên gửi cung cấp bản có dấu thời gian đúng",
                en: "ask the sender for a copy with correct time-stamps")
        case .noSigningCertificateFound:
            Phrase(vi: "hãy yêu cầu người ký cung cấp chứng thư", en: "ask the signer for the certificate")
        case .noCertificateChainFound:
            Phrase(
                vi: "hãy kiểm tra danh sách gốc tin cậy, và cung cấp chứng thư trung gian còn thiếu",
                en: "check the list of trust anchors, and provide missing intermediate certificates")
        case .tryLater:
            Phrase(
                vi: "hãy thử lại khi có CRL hoặc phản hồi OCSP mới hơn",
                en: "try again when a newer CRL or OCSP response is there")
        case .signedDataNotFound:
            Phrase(
                vi: "hãy cung cấp tệp gốc mà chữ ký này được tạo cho",
                en: "provide the file that this signature was made for")
        }
    }
}
