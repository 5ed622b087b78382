// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension TrustServicesError.Code {
    /// The reason in words.
    public var phrase: Phrase {
        switch self {
        case .invalidAddress: Phrase(vi: "địa chỉ không hợp lệ", en: "the address is not valid")
        case .addressNotPublic:
            Phrase(
                vi: "tài liệu không được phép dẫn đến địa chỉ nội bộ",
                en: "the address is not public, and documents must not lead there")
        case .hostNotAllowed:
            Phrase(vi: "máy chủ không có trong danh sách cho phép", en: "the host is not on the list of allowed hosts")
        case .hiddenByProxy:
            Phrase(
                vi: "đang dùng proxy và máy chủ không có trong danh sách cho phép",
                en: "a proxy is in use and the host is not on the list of allowed hosts")
        case .tooManyRedirects: Phrase(vi: "quá nhiều lần chuyển hướng", en: "too many redirects")
        case .redirectRefused: Phrase(vi: "chuyển hướng không được chấp nhận", en: "a redirect that is refused")
        case .timeout: Phrase(vi: "không trả lời kịp thời hạn", en: "no answer in time")
        case .tooLarge: Phrase(vi: "trả lời quá lớn", en: "the answer is too large")
        case .truncated: Phrase(vi: "kết nối bị ngắt giữa chừng", en: "the connection ended before the answer did")
        case .notReachable: Phrase(vi: "không kết nối được", en: "nobody answers there")
        case .insecureConnection: Phrase(vi: "kết nối không an toàn", en: "no secure connection")
        case .unexpectedStatus: Phrase(vi: "máy chủ trả về lỗi HTTP", en: "the server answered with an HTTP error")
        case .unexpectedContent:
            Phrase(vi: "nội dung không phải thứ được yêu cầu", en: "the content is not what was asked for")
        case .serviceRefused: Phrase(vi: "dịch vụ từ chối trả lời", en: "the service refused to answer")
        case .serviceBusy: Phrase(vi: "dịch vụ đang bận hoặc gặp lỗi", en: "the service is busy or has a fault")
        case .wrongAnswer:
            Phrase(
                vi: "trả lời không khớp với yêu cầu hoặc do bên không có thẩm quyền ký",
                en: "the answer is to another question, or signed by somebody who may not answer")
        case .noAddress: Phrase(vi: "chứng thư không ghi địa chỉ nào", en: "the certificate names no address")
        case .overBudget: Phrase(vi: "đã hết giới hạn truy vấn", en: "the bound on asking was reached")
        case .cancelled: Phrase(vi: "đã bị hủy", en: "it was cancelled")
        case .internalFailure: Phrase(vi: "lỗi nội bộ", en: "an internal failure")
        }
    }
}
