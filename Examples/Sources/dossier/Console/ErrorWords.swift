// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import DERSyntax
import DossierCore
import DossierKit
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import XMLSyntax
import ZIPSyntax

/// What errors of the library say, in Vietnamese: the kind of fault with its place and clause.
///
/// Their details are written for whoever works on the file, in English.
enum ErrorWords {
    static func vietnamese(_ error: DERSyntaxError) -> String {
        let words =
            switch error.code {
            case .truncated: "dữ liệu bị cụt"
            case .trailingBytes: "thừa dữ liệu ở cuối"
            case .unexpectedTag: "thẻ không đúng"
            case .invalidLength: "độ dài không đúng"
            case .invalidValue: "giá trị không đúng"
            case .limitExceeded: "vượt giới hạn"
            @unknown default: error.code.rawValue
            }
        return place(words, Int64(error.offset), error.clause)
    }

    static func vietnamese(_ error: PKIXError) -> String {
        let words =
            switch error.code {
            case .unsupportedKey: "loại khóa không được hỗ trợ"
            case .invalidKey: "khóa không hợp lệ"
            case .unsupportedSignatureAlgorithm: "thuật toán ký không được hỗ trợ"
            case .invalidPEM: "PEM không hợp lệ"
            case .invalidStructure: "cấu trúc không đúng"
            @unknown default: error.code.rawValue
            }
        return place(words, nil, error.clause)
    }

    static func vietnamese(_ error: PDFSyntaxError) -> String {
        let words =
            switch error.code {
            case .notAPDF: "không phải tệp PDF"
            case .brokenCrossReferences: "bảng tham chiếu hỏng"
            case .malformedObject: "đối tượng sai cú pháp"
            case .malformedStream: "luồng dữ liệu hỏng"
            case .malformedObjectStream: "luồng đối tượng hỏng"
            case .malformedStructure: "cấu trúc tài liệu hỏng"
            case .unsupportedFilter: "bộ lọc không được hỗ trợ"
            case .encrypted: "kiểu mã hóa không đọc được"
            case .updateOfEncrypted: "tệp được mã hóa, không ghi thêm được"
            case .passwordRequired: "cần mật khẩu"
            case .hybridFile: "tệp đọc được theo hai cách"
            case .limitExceeded: "vượt giới hạn"
            case .offsetTooLarge: "tệp quá lớn cho bảng tham chiếu"
            case .unreadableSource: "không đọc được tệp"
            case .unwritableObject: "không ghi được đối tượng"
            @unknown default: "\(error.code)"
            }
        return place(words, error.offset, error.clause)
    }

    static func vietnamese(_ error: PAdESError) -> String {
        if let syntax = error.syntax { return vietnamese(syntax) }
        let words =
            switch error.code {
            case .unreadable: "không đọc được tệp"
            case .malformedForm: "biểu mẫu sai cấu trúc"
            case .unsuitableFile: "tệp không ký được"
            case .notFound: "không tìm thấy trang hoặc ô được nêu"
            case .unusableFieldName: "tên ô trống, có dấu chấm hoặc đã được dùng"
            case .unusableField: "ô không dùng được"
            case .unusableImage: "ảnh không dùng được"
            case .unusableFont: "phông chữ không dùng được"
            case .notPermitted: "chữ ký trước không cho phép"
            case .limitExceeded: "vượt giới hạn"
            case .contentsTooLarge: "chữ ký lớn hơn chỗ đã dành"
            @unknown default: "\(error.code)"
            }
        return place(words, nil, error.clause)
    }

    static func vietnamese(_ error: ZIPSyntaxError) -> String {
        let words =
            switch error.code {
            case .noEndRecord: "không có bản ghi kết thúc"
            case .ambiguousEnd: "có hai bản ghi kết thúc"
            case .malformedRecord: "bản ghi hỏng"
            case .multipleDisks: "tệp nằm trên nhiều đĩa"
            case .dataBeforeFirstEntry: "có dữ liệu trước mục đầu tiên"
            case .dataBetweenEntries: "có dữ liệu giữa các mục"
            case .overlappingEntries: "các mục chồng lên nhau"
            case .headerMismatch: "đầu mục khác với danh mục"
            case .descriptorMismatch: "mô tả sau mục khác với danh mục"
            case .encrypted: "mục được mã hóa"
            case .unsupportedFeature: "tính năng không được hỗ trợ"
            case .specialFile: "mục không phải tệp hay thư mục"
            case .unsafeName: "tên mục không an toàn"
            case .duplicateName: "tên mục bị trùng"
            case .checksumMismatch: "sai mã kiểm"
            case .malformedData: "dữ liệu nén hỏng"
            case .limitExceeded: "vượt giới hạn"
            case .unreadableSource: "không đọc được tệp"
            case .sourceChanged: "tệp thay đổi trong khi đọc"
            @unknown default: "\(error.code)"
            }
        return place(words, error.offset, error.clause)
    }

    static func vietnamese(_ error: ASiCError) -> String {
        switch error.code {
        case .unsupportedSignatures: "có chữ ký XAdES, loại chữ ký chưa kiểm tra được"
        case .wrongNumberOfFiles: "số tệp không đúng"
        case .reservedPath: "tên tệp dành riêng cho bộ chứa"
        case .ambiguousPath: "tên tệp trùng hoặc không rõ"
        case .noSuchFile: "không có tệp này trong bộ chứa"
        case .cannotBeSigned: "bộ chứa không ký được"
        case .limitExceeded: "vượt giới hạn"
        @unknown default: "\(error.code)"
        }
    }

    static func vietnamese(_ error: XMLSyntaxError) -> String {
        switch error.code {
        case .notWellFormed: "XML sai cú pháp"
        case .documentType: "XML có khai báo DOCTYPE"
        case .unsupportedEncoding: "bảng mã không được hỗ trợ"
        case .limitExceeded: "vượt giới hạn"
        @unknown default: "\(error.code)"
        }
    }

    static func vietnamese(_ error: DossierError) -> String {
        switch error.code {
        case .invalidManifest: "danh mục hồ sơ không đúng"
        case .newerFormat: "định dạng mới hơn chương trình này"
        case .incomplete: "hồ sơ thiếu thành phần"
        case .invalidAttachment: "tệp đính kèm không dùng được"
        @unknown default: "\(error.code)"
        }
    }

    static func vietnamese(_ error: EvidenceError) -> String {
        switch error.code {
        case .notEvidence: "không phải tệp bằng chứng"
        case .newerFormat: "định dạng mới hơn chương trình này"
        case .invalidManifest: "danh mục không đúng"
        case .incomplete: "thiếu thành phần"
        case .unknownMember: "có thành phần lạ"
        case .changedMember: "có thành phần bị thay đổi"
        case .otherFile: "bằng chứng nói về tệp khác"
        case .missingFile: "thiếu tệp mà bằng chứng nói đến"
        case .notReproduced: "không cho lại cùng kết quả"
        case .limitExceeded: "vượt giới hạn"
        @unknown default: "\(error.code)"
        }
    }

    static func vietnamese(_ error: SoftwareKeysError) -> String {
        switch error.code {
        case .wrongPassphrase: "mật khẩu không đúng"
        case .passphraseNeeded: "cần mật khẩu"
        case .unreadable: "không có khóa đọc được"
        case .unsupported: "loại khóa không được hỗ trợ"
        case .certificateMismatch: "chứng thư không thuộc về khóa"
        case .schemeMismatch: "thuật toán không hợp với khóa"
        case .libraryFailure: "lỗi của thư viện mật mã"
        @unknown default: "\(error.code)"
        }
    }

    /// What kind of fault it is; the detail goes into brackets behind it.
    static func phrase(_ error: AdESError) -> Phrase {
        switch error.code {
        case .signatureValueMismatch:
            Phrase(
                vi: "giá trị chữ ký không khớp với chứng thư của người ký và dữ liệu cần ký",
                en: "the signature value does not fit the signer's certificate and what was to be signed")
        case .algorithmNotAllowed:
            Phrase(vi: "không được ký bằng thuật toán này", en: "this algorithm may not be used for signing")
        case .unsuitableSignature:
            Phrase(
                vi: "không nâng mức hay thêm chữ ký cho tệp này được",
                en: "the signatures of this file cannot be raised or added to")
        case .invalidPreparation:
            Phrase(vi: "dữ liệu đã chuẩn bị để ký bị hỏng", en: "what was prepared for signing is damaged")
        default: Phrase(vi: "không ký được", en: "cannot be signed")
        }
    }

    /// What kind of fault it is; the detail goes into brackets behind it.
    static func phrase(_ error: SignatureValidationError) -> Phrase {
        switch error.code {
        case .invalidPolicy:
            Phrase(
                vi: "chính sách không có hoặc không đọc được", en: "the policy does not exist or cannot be read")
        case .contentNotVerified:
            Phrase(
                vi: "nội dung không phải, hoặc không còn là, nội dung mà chữ ký bao trùm",
                en: "the content is not, or no longer, what the signature covers")
        case .invalidExpectation:
            Phrase(vi: "người ký mong đợi viết sai dạng", en: "the expected signer is not written KIND:VALUE")
        @unknown default: Phrase(vi: error.code.rawValue, en: error.code.rawValue)
        }
    }

    private static func place(_ words: String, _ offset: Int64?, _ clause: String?) -> String {
        words + (offset.map { " ở byte \($0)" } ?? "") + (clause.map { " (\($0))" } ?? "")
    }
}
