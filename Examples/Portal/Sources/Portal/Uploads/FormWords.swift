// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// What is said of a form that cannot be taken.
enum FormWords {
    static let unreadable = Phrase(vi: "Không đọc được biểu mẫu.", en: "The form cannot be read.")
    static let noFile = Phrase(vi: "Chưa chọn tệp nào.", en: "No file was chosen.")
    static let incomplete = Phrase(
        vi: "Biểu mẫu còn thiếu mục bắt buộc.", en: "A field that is needed is missing in the form.")
}
