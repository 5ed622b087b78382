// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX
import SignatureValidation

extension Finding.Severity {
    var phrase: Phrase {
        switch self {
        case .failure: Phrase(vi: "lỗi", en: "failure")
        case .warning: Phrase(vi: "cảnh báo", en: "warning")
        case .information: Phrase(vi: "thông tin", en: "information")
        }
    }
}

extension BestSignatureTimeSource {
    var phrase: Phrase {
        switch self {
        case .signatureTimeStamp: Phrase(vi: "dấu thời gian trên chữ ký", en: "time-stamp over the signature")
        case .documentTimeStamp: Phrase(vi: "dấu thời gian trên tài liệu", en: "time-stamp over the document")
        case .archiveTimeStamp: Phrase(vi: "dấu thời gian lưu trữ", en: "archive time-stamp")
        case .caller: Phrase(vi: "người kiểm tra xác nhận", en: "stated by the verifier")
        case .validationTime:
            Phrase(
                vi: "thời điểm kiểm tra, chưa có bằng chứng sớm hơn",
                en: "time of judgement; nothing proves an earlier one")
        }
    }
}

extension SignatureCoverage {
    var phrase: Phrase {
        switch scope {
        case .entireFile: Phrase(vi: "toàn bộ tệp", en: "the entire file")
        case .entireRevision:
            Phrase(
                vi: "toàn bộ phiên bản \(revision) trong \(revisions) phiên bản",
                en: "all of revision \(revision) of \(revisions)")
        case .partial:
            Phrase(
                vi: "một phần phiên bản \(revision) trong \(revisions) phiên bản",
                en: "a part of revision \(revision) of \(revisions)")
        case .unclear: Phrase(vi: "không xác định được", en: "unclear")
        }
    }
}

extension ChangeAfterSigning {
    var phrase: Phrase {
        let what = kind.phrase
        let verdict =
            allowed
            ? Phrase(vi: "được phép", en: "allowed")
            : Phrase(vi: "không được phép" + because(\.vi), en: "not allowed" + because(\.en))
        return Phrase(
            vi: "phiên bản \(revision): \(what.vi) (\(verdict.vi))",
            en: "revision \(revision): \(what.en) (\(verdict.en))")
    }

    /// The reasons behind a colon, each once.
    private func because(_ words: (Reason) -> String) -> String {
        var said: [String] = []
        for reason in reasons where !said.contains(words(reason)) { said.append(words(reason)) }
        return said.isEmpty ? "" : ": " + said.joined(separator: "; ")
    }
}

extension ChangeAfterSigning.Kind {
    fileprivate var phrase: Phrase {
        switch self {
        case .dss: Phrase(vi: "thêm dữ liệu kiểm tra", en: "validation material added")
        case .timestamp: Phrase(vi: "thêm dấu thời gian", en: "time-stamp added")
        case .signature: Phrase(vi: "thêm chữ ký", en: "signature added")
        case .formFill: Phrase(vi: "điền biểu mẫu", en: "form filled in")
        case .annotation: Phrase(vi: "chú thích", en: "annotation")
        case .metadata: Phrase(vi: "siêu dữ liệu", en: "metadata")
        case .other: Phrase(vi: "nội dung khác", en: "other content")
        }
    }
}

extension SignatureReport.SignerMatch {
    var phrase: Phrase {
        switch self {
        case .match: Phrase(vi: "đúng người ký", en: "the signer is the person expected")
        case .mismatch: Phrase(vi: "khác người ký dự kiến", en: "the signer is another person")
        case .absent: Phrase(vi: "chứng thư không ghi số để so sánh", en: "the certificate bears no such number")
        }
    }
}

extension RevocationMode {
    var phrase: Phrase {
        switch self {
        case .required: Phrase(vi: "bắt buộc", en: "required")
        case .ifAvailable: Phrase(vi: "khi có thông tin", en: "where information is available")
        case .off: Phrase(vi: "không kiểm tra", en: "off")
        }
    }
}

extension TimeStampKind {
    var phrase: Phrase {
        switch self {
        case .content: Phrase(vi: "trên nội dung", en: "over the content")
        case .signature: Phrase(vi: "trên chữ ký", en: "over the signature")
        case .references: Phrase(vi: "trên các tham chiếu", en: "over the references")
        case .archive: Phrase(vi: "lưu trữ", en: "archive")
        case .document: Phrase(vi: "trên tài liệu", en: "over the document")
        }
    }
}

extension TimeStampReport.BlockIndication {
    var phrase: Phrase {
        switch self {
        case .passed: Phrase(vi: "đạt", en: "passed")
        case .failed: Phrase(vi: "không đạt", en: "failed")
        case .indeterminate: Phrase(vi: "chưa xác định được", en: "could not be determined")
        }
    }
}

extension AppendixTwoCriterion.ID {
    var phrase: Phrase {
        switch self {
        case .validity:
            Phrase(vi: "thời điểm ký trong thời hạn chứng thư", en: "signing time within the certificate's validity")
        case .status: Phrase(vi: "trạng thái chứng thư (CRL, OCSP)", en: "status of the certificate (CRL, OCSP)")
        case .algorithms: Phrase(vi: "thuật toán theo tiêu chuẩn", en: "algorithms by the standards")
        case .scope: Phrase(vi: "phạm vi sử dụng", en: "scope of use")
        case .purpose: Phrase(vi: "mục đích sử dụng khóa", en: "purpose of the key")
        case .practiceStatement: Phrase(vi: "quy chế chứng thực", en: "practice statement")
        case .subject: Phrase(vi: "đúng chủ thể ký", en: "the right subject")
        case .privateKey: Phrase(vi: "khóa bí mật tương ứng", en: "the matching private key")
        case .certificateValid: Phrase(vi: "chứng thư có hiệu lực khi ký", en: "certificate valid when signed")
        case .digests: Phrase(vi: "giá trị băm khớp nhau", en: "digests equal")
        }
    }
}

extension AppendixTwoCriterion.Result {
    var phrase: Phrase {
        switch self {
        case .pass: Phrase(vi: "đạt", en: "met")
        case .fail: Phrase(vi: "không đạt", en: "not met")
        case .unknown: Phrase(vi: "chưa xác định được", en: "cannot be said")
        case .passWithRemark: Phrase(vi: "đạt, có lưu ý", en: "met, with a remark")
        }
    }
}

extension PathResult.Link {
    /// What is known of the revocation of a certificate, by which source.
    public var revocationPhrase: Phrase {
        let source = ocspResponse != nil ? " (OCSP)" : revocationList != nil ? " (CRL)" : ""
        switch revocation {
        case .notAsked: return Phrase(vi: "không kiểm tra thu hồi", en: "revocation not asked")
        case .good(let update):
            return Phrase(
                vi: "không bị thu hồi tính đến \(update)\(source)", en: "not revoked as of \(update)\(source)")
        case .revoked(let since, .certificateHold):
            return Phrase(vi: "tạm dừng từ \(since)\(source)", en: "on hold since \(since)\(source)")
        case .revoked(let since, _):
            return Phrase(vi: "bị thu hồi từ \(since)\(source)", en: "revoked since \(since)\(source)")
        case .unknown: return Phrase(vi: "không rõ tình trạng thu hồi", en: "revocation unknown")
        case .stale(let due):
            let when = due.map { " \($0)" } ?? ""
            return Phrase(
                vi: "thông tin thu hồi quá hạn\(when)\(source)",
                en: "revocation information out of date\(when)\(source)")
        }
    }
}
