// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import HTTPTypes

/// Why a page could not be given.
enum PortalError: Error {
    /// The form did not come from a page of this browser, or the page is too old.
    case staleForm
    /// The form lacks something or has it in another form.
    case badForm(Phrase)
    /// Nobody is signed in.
    case signInNeeded
    /// The vault is not open in this session.
    case locked
    /// Somebody is, who may not do this.
    case forbidden
    /// There is no such page or document.
    case notFound
    /// A file or form over the limit, in octets.
    case tooLarge(limit: Int64)
    /// A file that did not arrive in time.
    case tooSlow
    /// Too often or too many.
    case tooMany(retryAfter: Int)

    var status: HTTPResponse.Status {
        switch self {
        case .staleForm, .forbidden: .forbidden
        case .badForm: .badRequest
        case .signInNeeded, .locked: .seeOther
        case .notFound: .notFound
        case .tooLarge: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .tooMany: .tooManyRequests
        }
    }

    var phrase: Phrase {
        switch self {
        case .staleForm:
            Phrase(
                vi:
                    "Biểu mẫu này đã cũ hoặc được gửi từ một trang khác. Không có gì được thực hiện. Xin mở lại trang và gửi lại.",
                en:
                    "This form is out of date or was sent from another page. Nothing was done. Please open the page again."
            )
        case .badForm(let phrase): phrase
        case .signInNeeded: Phrase(vi: "Cần đăng nhập.", en: "Please sign in.")
        case .locked: Phrase(vi: "Kho đang khóa.", en: "The vault is locked.")
        case .forbidden:
            Phrase(
                vi: "Vai trò đang đăng nhập không được xem trang này.",
                en: "Your role may not see this page.")
        case .notFound:
            Phrase(
                vi: "Không có trang này, hoặc không có giấy tờ này trong kho của bạn.",
                en: "There is no such page, or no such document in your vault.")
        case .tooLarge(let limit):
            Phrase(
                vi: "Tệp quá lớn: tối đa \(limit >> 20) MB. Tệp không được lưu.",
                en: "The file is too large: at most \(limit >> 20) MB. It was not stored.")
        case .tooSlow:
            Phrase(
                vi: "Tệp không đến kịp. Không có gì được lưu. Xin gửi lại.",
                en: "The file did not arrive in time. Nothing was stored. Please send it again.")
        case .tooMany(let seconds):
            Phrase(
                vi: "Có quá nhiều yêu cầu cùng lúc. Xin thử lại sau \(seconds) giây.",
                en: "Too many requests at once. Please try again in \(seconds) seconds.")
        }
    }
}
