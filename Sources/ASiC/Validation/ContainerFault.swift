// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import SignatureValidation

/// What is wrong with a container's structure; each fault is FORMAT_FAILURE for the signatures that it bears on.
enum ContainerFault: String, CaseIterable {
    case mimetypeContent = "mimetype-content"
    case manifestMissing = "manifest-missing"
    case manifestAmbiguous = "manifest-ambiguous"
    case manifestUnreadable = "manifest-unreadable"
    case signatureUnreadable = "signature-unreadable"
    case signatureNotDetached = "signature-not-detached"
    case fileCount = "file-count"
    case signatureCount = "signature-count"
    case referenceAmbiguous = "reference-ambiguous"
    case mixedSignatures = "mixed-signatures"
    case timeStampUnreadable = "time-stamp-unreadable"
    case timeStampReference = "time-stamp-reference"

    var clause: String {
        switch self {
        case .mimetypeContent: "EN 319 162-1 A.1"
        case .manifestMissing, .manifestAmbiguous, .mixedSignatures: "EN 319 162-1 4.4.3.2"
        case .manifestUnreadable, .referenceAmbiguous, .timeStampReference: "EN 319 162-1 A.4"
        case .signatureUnreadable, .signatureNotDetached: "EN 319 162-1 4.3.3.2"
        case .fileCount, .signatureCount: "EN 319 162-1 4.3.3.1"
        case .timeStampUnreadable: "RFC 3161 2.4.2"
        }
    }

    var phrase: Phrase {
        switch self {
        case .mimetypeContent:
            Phrase(
                vi: "kiểu nội dung của gói không đọc được hoặc mâu thuẫn",
                en: "the container's media type cannot be read or contradicts itself")
        case .manifestMissing:
            Phrase(
                vi: "không có danh mục ASiCManifest nào trỏ đến chữ ký", en: "no ASiCManifest refers to the signature")
        case .manifestAmbiguous:
            Phrase(
                vi: "nhiều danh mục ASiCManifest cùng trỏ đến một chữ ký",
                en: "more than one ASiCManifest refers to the signature")
        case .manifestUnreadable:
            Phrase(
                vi: "một danh mục của gói không đọc được hoặc sai cấu trúc",
                en: "a manifest of the container cannot be read or has the wrong structure")
        case .signatureUnreadable:
            Phrase(vi: "không đọc được tệp chữ ký trong gói", en: "a signature file of the container cannot be read")
        case .signatureNotDetached:
            Phrase(
                vi: "chữ ký trong gói không được chứa nội dung",
                en: "a signature in a container must not enclose its content")
        case .fileCount:
            Phrase(
                vi: "gói ASiC-S phải có đúng một tệp dữ liệu", en: "an ASiC-S container must hold exactly one data file"
            )
        case .signatureCount:
            Phrase(
                vi: "gói ASiC-S chỉ được có một tệp chữ ký, META-INF/signature.p7s",
                en: "an ASiC-S container may hold one signature file only, META-INF/signature.p7s")
        case .referenceAmbiguous:
            Phrase(
                vi: "danh mục nêu một tệp nhiều lần hoặc không rõ tệp nào",
                en: "the manifest names a file more than once, or it is unclear which one")
        case .mixedSignatures:
            Phrase(
                vi: "gói chứa cả chữ ký CAdES và XAdES", en: "the container holds CAdES and XAdES signatures together")
        case .timeStampUnreadable:
            Phrase(
                vi: "không đọc được dấu thời gian trong gói", en: "a time-stamp of the container cannot be read")
        case .timeStampReference:
            Phrase(
                vi: "một tệp mà dấu thời gian bao phủ bị thiếu hoặc đã thay đổi",
                en: "a file that the time-stamp covers is missing or was changed")
        }
    }

    var format: FormatFault { FormatFault(code: rawValue, clause: clause, phrase: phrase) }
}
