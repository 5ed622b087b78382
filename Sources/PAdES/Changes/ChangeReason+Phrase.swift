// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

extension ChangeReason.Code {
    /// Why the change is not allowed, in words.
    public var phrase: Phrase {
        switch self {
        case .objectFreed: Phrase(vi: "một đối tượng bị xóa", en: "an object was freed")
        case .entryPointsBack:
            Phrase(
                vi: "bảng tham chiếu trỏ về dữ liệu của phiên bản trước",
                en: "a cross-reference leads back into an earlier revision")
        case .entryPointsBeyondEnd:
            Phrase(
                vi: "bảng tham chiếu trỏ ra sau phần cuối của phiên bản",
                en: "a cross-reference leads behind the end of its revision")
        case .unexplainedChange:
            Phrase(vi: "một đối tượng bị sửa ngoài quy tắc", en: "an object was changed in a way that no rule allows")
        case .unexplainedObject:
            Phrase(
                vi: "một đối tượng mới được dùng ngoài quy tắc", en: "a new object is used in a way that no rule allows"
            )
        case .danglingReferenceFilled:
            Phrase(
                vi: "một tham chiếu bỏ trống trong phần đã ký nay có nội dung",
                en: "a reference that led nowhere when it was signed leads to something now")
        case .sharedObjectChanged:
            Phrase(
                vi: "một đối tượng dùng ở nhiều nơi bị sửa",
                en: "an object was changed that is used elsewhere too")
        case .referenceRedirected:
            Phrase(
                vi: "một tham chiếu bị chuyển sang đối tượng có sẵn",
                en: "a reference was turned to an object that was there before")
        case .trailerChanged: Phrase(vi: "phần cuối tệp (trailer) bị sửa", en: "the trailer was changed")
        case .catalogChanged: Phrase(vi: "danh mục tài liệu (catalog) bị sửa", en: "the catalogue was changed")
        case .formChanged: Phrase(vi: "biểu mẫu bị sửa", en: "the form dictionary was changed")
        case .pageChanged: Phrase(vi: "trang hoặc cây trang bị sửa", en: "a page or the page tree was changed")
        case .fieldChanged:
            Phrase(
                vi: "một ô bị xóa, đổi tên hoặc sửa nhiều hơn giá trị",
                en: "a field was removed, renamed or changed in more than its value")
        case .appearanceWithoutValue:
            Phrase(
                vi: "một ô hiển thị khác đi trong khi giá trị không đổi",
                en: "a field shows something else than its value says")
        case .signedFieldChanged: Phrase(vi: "ô đã ký bị sửa", en: "a field that is signed was changed")
        case .newFieldUnsuitable:
            Phrase(
                vi: "ô mới không phải ô chữ ký, hoặc trùng tên",
                en: "a new field is no signature field, or its name is taken")
        case .signatureNotNew:
            Phrase(vi: "giá trị của ô chữ ký không phải chữ ký mới", en: "the value of a signature field is not new")
        case .visibleFieldOverContent:
            Phrase(
                vi: "ô chữ ký mới che nội dung đã ký", en: "a new visible signature field lies over what was signed")
        case .annotationUnsuitable:
            Phrase(
                vi: "chú thích mới che nội dung đã ký hoặc thuộc loại không được phép",
                en: "a new annotation lies over what was signed, or is of a kind that is not allowed")
        case .annotationChanged:
            Phrase(
                vi: "chú thích bị sửa, bị xóa, hoặc được thêm khi không được phép",
                en: "an annotation was changed, removed, or added where none may be")
        case .metadataUnsuitable:
            Phrase(vi: "siêu dữ liệu sai quy cách", en: "metadata are malformed or hold more than metadata")
        case .securityStoreUnsuitable:
            Phrase(
                vi: "dữ liệu kiểm tra bị bớt hoặc có nội dung lạ",
                en: "validation material was removed, or holds something else")
        case .forbiddenByCertification:
            Phrase(
                vi: "chữ ký chứng nhận (DocMDP) không cho phép", en: "a certification signature (DocMDP) allows less")
        case .fieldLocked: Phrase(vi: "ô đã bị một chữ ký khóa", en: "a signature locked the field")
        case .visibleFieldAfterCertification:
            Phrase(
                vi: "thêm ô chữ ký nhìn thấy được vào tài liệu đã chứng nhận",
                en: "a visible signature field was added to a certified document")
        }
    }
}
