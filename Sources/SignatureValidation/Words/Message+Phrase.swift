// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
package import DossierCore
import PKIX

extension Message {
    /// The message in words.
    package var phrase: Phrase {
        switch self {
        case .formatFault(let fault): fault.phrase
        case .changedAfterSigning(let revision, let objects):
            Phrase(
                vi: "bản sửa đổi \(revision) thay đổi tài liệu sau khi ký (đối tượng \(Self.list(objects)))",
                en: "revision \(revision) changes the document after signing (objects \(Self.list(objects)))")
        case .notFullyCovered:
            Phrase(
                vi: "chữ ký không bao phủ toàn bộ phần tài liệu mà nó thuộc về",
                en: "the signature does not cover all of the revision it belongs to")
        case .noSigningCertificate: SubIndication.noSigningCertificateFound.phrase
        case .obsoleteForm(let name):
            Phrase(
                vi:
                    "loại chữ ký \(name) dựa trên SHA-1 và không còn được dùng; chữ ký được đọc nhưng không được chấp nhận",
                en: "signatures of kind \(name) rest on SHA-1 and are obsolete; the signature is read but not accepted")
        case .signedAttributesMissing:
            Phrase(
                vi: "chữ ký không có thuộc tính ký, nên không loại trừ được việc lấy lại từ một chữ ký khác",
                en: "the signature has no signed attributes, so it may have been taken from another signature")
        case .noCertificateReference:
            Phrase(
                vi: "chữ ký không gắn với chứng thư bằng thuộc tính signing-certificate",
                en: "no signing-certificate attribute binds the certificate to the signature")
        case .signaturePolicyNotAvailable(let name):
            Phrase(
                vi: "không có văn bản chính sách chữ ký \(name); hãy yêu cầu bên ban hành cung cấp",
                en: "the document of signature policy \(name) is not at hand; ask its issuer for it")
        case .signaturePolicyDiffers(let name):
            Phrase(
                vi: "văn bản chính sách chữ ký \(name) khác với văn bản mà người ký đã chấp nhận",
                en: "the document of signature policy \(name) is not the one that the signer accepted")
        case .signaturePolicyUnreadable:
            Phrase(
                vi: "không đọc được chính sách chữ ký nêu trong chữ ký",
                en: "the signature policy stated in the signature cannot be read")
        case .digestMismatch: SubIndication.hashFailure.phrase
        case .signedDataNotFound: SubIndication.signedDataNotFound.phrase
        case .signatureValueInvalid: SubIndication.sigCryptoFailure.phrase
        case .signatureAlgorithmUnknown: SubIndication.cryptoConstraintsFailureNoPOE.phrase
        case .pathRule(let rule, let subject, let detail):
            Phrase(
                vi: "\(subject.phrase.vi): \(rule.phrase.vi)\(detail.phrase.vi)",
                en: "\(subject.phrase.en): \(rule.phrase.en)\(detail.phrase.en)")
        case .revocationNotChecked(let mode):
            Phrase(
                vi: "chưa kiểm tra tình trạng thu hồi của mọi chứng thư (chế độ \(mode.rawValue))",
                en: "revocation was not checked for every certificate (mode \(mode.rawValue))")
        case .revocationNotFresh(let subject, let issued, let wanted):
            Phrase(
                vi:
                    "\(subject.phrase.vi): thông tin thu hồi cấp lúc \(issued) chưa đủ mới so với \(wanted); hãy kiểm tra lại khi có thông tin mới hơn",
                en:
                    "\(subject.phrase.en): revocation information issued at \(issued) is not recent enough for \(wanted); verify again when newer information is there"
            )
        case .revocationIssuerOutOfBounds(let subject, let until):
            Phrase(
                vi: "\(subject.phrase.vi): chứng thư của bên cấp thông tin thu hồi đã hết hạn lúc \(until)",
                en: "\(subject.phrase.en): the certificate behind the revocation information ended at \(until)")
        case .anchorNoLongerTrusted(let name, let until):
            Phrase(
                vi: "gốc tin cậy \(name) chỉ được tin cậy đến \(until)",
                en: "the anchor \(name) was trusted until \(until)")
        case .algorithmNotAccepted(let policy, let faults):
            Phrase(
                vi: "chính sách \(policy): \(faults.map(\.phrase.vi).joined(separator: "; "))",
                en: "policy \(policy): \(faults.map(\.phrase.en).joined(separator: "; "))")
        case .claimedTimeAhead(let claimed, let reference):
            Phrase(
                vi: "thời điểm ký do người ký khai (\(claimed)) muộn hơn \(reference), lúc chữ ký đã tồn tại",
                en: "the claimed signing time (\(claimed)) is later than \(reference), when the signature existed")
        case .claimedTimeLocal(let claimed, let actual):
            Phrase(
                vi:
                    "thời điểm ký do người ký khai (\(claimed)) có vẻ là giờ Việt Nam ghi thành giờ UTC, tức là \(actual)",
                en:
                    "the claimed signing time (\(claimed)) seems to be Vietnamese time written as UTC, that is \(actual)"
            )
        case .claimedTimeOutsideValidity(let claimed):
            Phrase(
                vi: "thời điểm ký do người ký khai (\(claimed)) nằm ngoài thời hạn của chứng thư",
                en: "the claimed signing time (\(claimed)) is outside the certificate's validity")
        case .timeStampMissing:
            Phrase(
                vi: "chữ ký không có dấu thời gian được tin cậy", en: "the signature has no time-stamp that is trusted")
        case .commitmentMissing:
            Phrase(vi: "chữ ký không nêu loại cam kết", en: "the signature states no commitment type")
        case .signerRoleMissing:
            Phrase(vi: "chữ ký không nêu vai trò của người ký", en: "the signature states no role of the signer")
        case .counterSignatureInvalid(let name):
            Phrase(vi: "chữ ký xác nhận của \(name) không đúng", en: "the counter-signature of \(name) does not hold")
        case .legacyScheme:
            Phrase(
                vi: "chữ ký dùng lược đồ RSA PKCS#1 v1.5; danh mục tiêu chuẩn yêu cầu RSASSA-PSS",
                en: "the signature uses RSA PKCS#1 v1.5; the list of standards asks for RSASSA-PSS")
        case .digestNotListed(let name):
            Phrase(
                vi: "hàm băm \(name) không có trong danh mục tiêu chuẩn",
                en: "the digest \(name) is not on the list of standards")
        case .signerMismatch:
            Phrase(
                vi: "người ký không phải là người được yêu cầu ký; hãy đối chiếu với hồ sơ",
                en: "the signer is not the person who was expected to sign; compare with the dossier")
        case .signerNotIdentified:
            Phrase(
                vi: "chứng thư không nêu số định danh để đối chiếu với người được yêu cầu ký",
                en: "the certificate states no number to compare with the person who was expected to sign")
        case .revokedBeforeSigning(let subject, let since, let content):
            Phrase(
                vi: "\(subject.phrase.vi): chứng thư bị thu hồi từ \(since), còn nội dung được ký sau \(content)",
                en:
                    "\(subject.phrase.en): the certificate was revoked since \(since); the content was signed after \(content)"
            )
        case .expiredBeforeSigning(let subject, let end, let content):
            Phrase(
                vi: "\(subject.phrase.vi): chứng thư hết hạn lúc \(end), còn nội dung được ký sau \(content)",
                en: "\(subject.phrase.en): the certificate ended at \(end); the content was signed after \(content)")
        case .signedBeforeValidity(let subject, let begins, let signed):
            Phrase(
                vi:
                    "\(subject.phrase.vi): chữ ký đã tồn tại lúc \(signed), trước khi chứng thư có hiệu lực (\(begins))",
                en:
                    "\(subject.phrase.en): the signature existed at \(signed), before the certificate was valid (\(begins))"
            )
        case .proved(let time, let source):
            Phrase(
                vi: "chữ ký đã tồn tại lúc \(time), theo \(source)",
                en: "the signature existed at \(time), by \(source)")
        case .proofNotUsed(let time, let source):
            Phrase(
                vi: "bằng chứng về thời điểm \(time) theo \(source) không được dùng vì muộn hơn thời điểm kiểm tra",
                en: "the proof of \(time) by \(source) is not used because it is later than the time of judgement")
        case .noProofOfExistence(let subject, let time):
            Phrase(
                vi:
                    "\(subject.phrase.vi): thiếu bằng chứng là chứng thư và thông tin thu hồi đã tồn tại trước \(time); hãy tìm bản có dấu thời gian lưu trữ",
                en:
                    "\(subject.phrase.en): nothing proves that the certificate and its revocation information existed before \(time); ask for a copy with an archive time-stamp"
            )
        case .judgedInThePast(let time):
            Phrase(
                vi: "chứng thư được xét tại thời điểm \(time) trong quá khứ",
                en: "the certificate was judged as of \(time)")
        case .timeStampUnreadable(let id):
            Phrase(vi: "không đọc được dấu thời gian \(id)", en: "time-stamp \(id) cannot be read")
        case .timeStampFault(let fault, let subject):
            Phrase(
                vi: "\(subject.phrase.vi): \(fault.phrase.vi)", en: "\(subject.phrase.en): \(fault.phrase.en)")
        case .timeStampNotCounted(let id, let subject, let reason):
            Phrase(
                vi: "dấu thời gian \(id) của \(subject.phrase.vi) không được dùng làm bằng chứng: \(reason.phrase.vi)",
                en: "time-stamp \(id) of \(subject.phrase.en) does not count as a proof: \(reason.phrase.en)")
        case .timeStampDomain(let id, let domain):
            Phrase(
                vi: "dấu thời gian \(id) thuộc miền tin cậy \(domain), không được phép cấp dấu thời gian",
                en: "time-stamp \(id) ends in the trust domain \(domain), which may not time-stamp")
        case .timeStampAhead(let id, let time):
            Phrase(
                vi: "dấu thời gian \(id) ghi thời điểm \(time), muộn hơn thời điểm kiểm tra",
                en: "time-stamp \(id) states \(time), which is later than the time of judgement")
        case .timeStampsOutOfOrder(let earlier, let first, let later, let second):
            Phrase(
                vi: "dấu thời gian \(later) (\(second)) phải muộn hơn dấu thời gian \(earlier) (\(first))",
                en: "time-stamp \(later) (\(second)) must be later than time-stamp \(earlier) (\(first))")
        case .timeStampTooLate(let claimed, let proved, let limit):
            Phrase(
                vi: "chữ ký khai ký lúc \(claimed) nhưng chỉ được chứng minh từ \(proved), quá \(limit) giây",
                en:
                    "the signature claims \(claimed) but is proved only from \(proved) on, more than \(limit) seconds later"
            )
        }
    }

    private static func list(_ objects: [String]) -> String {
        objects.count > 8 ? objects.prefix(8).joined(separator: ", ") + ", …" : objects.joined(separator: ", ")
    }
}

extension Message.PathDetail {
    /// What follows the rule, with what can be done.
    var phrase: Phrase {
        switch self {
        case .none: Phrase(vi: "", en: "")
        case .since(let time): Phrase(vi: " từ \(time)", en: " since \(time)")
        case .newListDue(let time):
            Phrase(
                vi: " (lẽ ra phải có danh sách mới từ \(time)); hãy lấy danh sách mới rồi kiểm tra lại",
                en: " (a newer list was due at \(time)); fetch the newest list and verify again")
        case .ended(let time): Phrase(vi: " lúc \(time)", en: " at \(time)")
        case .begins(let time): Phrase(vi: "; có hiệu lực từ \(time)", en: "; valid from \(time)")
        case .issuer(let name):
            Phrase(vi: "; nơi phát hành ghi trên chứng thư: \(name)", en: "; the issuer named in it is \(name)")
        case .listNeeded(let name):
            Phrase(vi: "; hãy cung cấp CRL mới nhất của \(name)", en: "; provide the newest CRL of \(name)")
        }
    }
}
